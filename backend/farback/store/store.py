"""Store: the folders of all runs under one data directory, kept within a quota, and the index over them.

The folders are the truth. The index can be lost: it is made anew from what is noted in them.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from .database import Damaged
from .folder import RunFolder, StorageFailed
from .index import Index
from .reserve import Reserve
from .row import UNFINISHED, Row

LOG = logging.getLogger(__name__)

USED_PRECISION_S = 60.0
"""How exactly the time of last use is kept: a class of 300 must not write the index 300 times a second."""


class Store:
    """All that is kept of all runs.

    Args:
        path: the data directory; made where there is none.

    Raises:
        OSError: it cannot be written.
        SQLAlchemyError: its index cannot be written.
        ValueError: it was written by a newer version of the program.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._trash = path / "trash"
        for folder in (path / "runs", self._trash):
            folder.mkdir(parents=True, exist_ok=True)
        self.reserve = Reserve(path / "reserve")
        self.reserve.release()  # even to be opened the index takes some room
        self.index = _opened(path / "index.sqlite")
        self.empty_trash()
        try:
            self._reconcile()
        except (OSError, SQLAlchemyError) as error:  # what is known can be shown all the same
            LOG.error("The index could not be brought up to date: %s.", _reason(error))
        with contextlib.suppress(OSError):
            self.reserve.take()

    def folder(self, run: str) -> RunFolder:
        """Where a run's files lie, whether or not there are any. Two letters deep: a folder of 100,000 is slow."""
        return RunFolder(self.path / "runs" / run[:2].lower() / run)

    def get(self, run: str) -> Row | None:
        """A run, or None; without its folder it is none, whatever the index says."""
        row = self.index.get(run)
        return row if row is not None and self.folder(run).path.is_dir() else None

    def create(self, row: Row, spec: str, start: bytes | None = None) -> None:
        """Take in a run that is new, or is to go on; `start` as in `RunFolder.create`.

        Raises:
            StorageFailed: it cannot be written; then nothing is kept of a new one.
        """
        new = not self.folder(row.id).path.exists()
        now = time.time()
        row = replace(row, created=row.created or now, used=now)
        try:
            self._write(lambda: self._create(row, spec, start))
        except StorageFailed:
            if new:
                self.remove(row.id)
            raise

    def change(self, run: str, **values: object) -> None:
        """Note something about a run for good; nothing happens where it was removed meanwhile.

        Raises:
            StorageFailed: it cannot be written.
        """
        self._write(lambda: self._change(run, values))

    def hint(self, run: str, **values: object) -> None:
        """Note something about a run that may as well be lost: in the index only, if that can be written."""
        with contextlib.suppress(StorageFailed):
            self._write(lambda: self.index.update(run, **values))

    def touch(self, row: Row) -> None:
        """A run was asked for: it is dropped later than those that were not."""
        if time.time() - row.used > USED_PRECISION_S:
            self.hint(row.id, used=time.time())

    def mend(self, run: str) -> None:
        """Prepare the folder of a run that is to go on.

        Raises:
            StorageFailed: it cannot be written.
        """
        self._write(self.folder(run).mend)

    def remove(self, run: str) -> None:
        """Forget a run that nobody works on. Moving its files away is all that counts: from then on it is no run any
        more, also after a crash, and the same spec may be asked for at once.

        Raises:
            StorageFailed: they cannot be moved; then nothing has changed.
        """
        self._write(lambda: self._bury(run))
        with contextlib.suppress(StorageFailed):  # the next start sees that there is no folder
            self._write(lambda: self.index.delete(run))

    def empty_trash(self) -> None:
        """Delete the files of the runs that were removed."""
        for grave in self._trash.glob("*"):
            shutil.rmtree(grave, ignore_errors=True)

    def shrink(self, excess: int, spare: Callable[[str], bool]) -> list[str]:
        """Drop finished unsaved runs, the least recently used first, until `excess` bytes are free.

        Args:
            excess: bytes to get rid of; nothing happens where it is not positive.
            spare: runs to be dropped only when nothing else is left, because somebody looks at them.

        Raises:
            StorageFailed: a run's files cannot be moved away.
        """
        dropped: list[str] = []
        candidates = sorted(self.index.droppable(), key=lambda item: spare(item[0])) if excess > 0 else []
        for run, size in candidates:
            if excess <= 0:
                break
            self.remove(run)
            dropped.append(run)
            excess -= size
        return dropped

    def close(self) -> None:
        """Give the index's file back."""
        self.index.close()

    def _write(self, write: Callable[[], object]) -> None:
        """Write something small; on a full disk, in the room that is put by for that.

        Raises:
            StorageFailed: it cannot be written even there.
        """
        try:
            write()
        except (OSError, SQLAlchemyError):
            self.reserve.release()
            try:
                write()
            except (OSError, SQLAlchemyError) as error:
                raise StorageFailed(f"The run cannot be stored: {_reason(error)}.") from error

    def _create(self, row: Row, spec: str, start: bytes | None) -> None:
        folder = self.folder(row.id)
        folder.path.mkdir(parents=True, exist_ok=True)
        folder.note(row)  # first, so that a spec with a person's text never lies there without a run that it belongs to
        folder.create(spec, start)
        self.index.put(row)

    def _change(self, run: str, values: dict[str, object]) -> None:
        row = self.get(run)
        if row is not None:
            changed = replace(row, **values)  # type: ignore[arg-type]
            self.folder(run).note(changed)
            self.index.put(changed)

    def _bury(self, run: str) -> None:
        self._trash.mkdir(exist_ok=True)
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            self.folder(run).path.rename(self._trash / uuid4().hex)

    def _reconcile(self) -> None:
        """Bring the index up to what the folders say."""
        folders = {path.name: RunFolder(path) for path in (self.path / "runs").glob("*/*") if path.is_dir()}
        known = self.index.statuses()
        for run in known.keys() - folders.keys():
            self.index.delete(run)
        taken = [run for run in folders.keys() - known.keys() if self._take_in(folders[run])]
        if taken:
            LOG.warning("%d runs were not in the index: they were taken in again from their folders.", len(taken))
        for run in folders.keys() & known.keys():
            self._compare(folders[run], known[run])

    def _take_in(self, folder: RunFolder) -> bool:
        """Tell the index of a run that it does not know."""
        noted = folder.noted()
        if noted is None:
            LOG.warning("%s is no run that can be read: it is left as it is.", folder.path)
            return False
        self.index.put(noted)
        return True

    def _compare(self, folder: RunFolder, status: str) -> None:
        """Have the index and a folder say the same of a run that both know."""
        if not folder.run.exists():
            row = self.index.get(folder.path.name)
            if row is not None:
                folder.note(row)
        elif status in UNFINISHED and (noted := folder.noted()) and noted.finished:
            self.index.put(noted)


def _opened(path: Path) -> Index:
    """The index; one that is damaged is set aside."""
    try:
        return Index(path)
    except Damaged as damage:
        aside = path.with_name(f"{path.name}.damaged")
        LOG.warning("The index is damaged (%s): it is kept as %s, and made anew from the runs' folders.", damage, aside)
        for ending in ("-wal", "-shm"):  # they belong to the damaged one
            path.with_name(path.name + ending).unlink(missing_ok=True)
        path.replace(aside)
        return Index(path)


def _reason(error: OSError | SQLAlchemyError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(getattr(error, "orig", error))
