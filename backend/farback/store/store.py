"""Store: the index and the folders of all runs under one data directory, kept within a quota."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Collection
from pathlib import Path
from uuid import uuid4

from .folder import RunFolder
from .index import Index, Row

USED_PRECISION_S = 60.0
"""How exactly the time of last use is kept: a class of 300 must not write the index 300 times a second."""


class Store:
    """All that is kept of all runs.

    Args:
        path: the data directory; made where there is none.

    Raises:
        OSError: it cannot be written.
        ValueError: it was written by a newer version of the program.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._trash = path / "trash"
        for folder in (path / "runs", self._trash):
            folder.mkdir(parents=True, exist_ok=True)
        self.index = Index(path / "index.sqlite")
        self._sweep()

    def folder(self, run: str) -> RunFolder:
        """Where a run's files lie, whether or not there are any. Two letters deep: a folder of 100,000 is slow."""
        return RunFolder(self.path / "runs" / run[:2].lower() / run)

    def create(self, row: Row, spec: str) -> None:
        """Take in a new run.

        Raises:
            StorageFailed: it cannot be written; then nothing is kept of it.
        """
        self.folder(row.id).create(spec)
        self.index.add(row)

    def touch(self, row: Row) -> None:
        """A run was asked for: it is dropped later than those that were not."""
        if time.time() - row.used > USED_PRECISION_S:
            self.index.update(row.id, used=time.time())

    def remove(self, run: str) -> None:
        """Forget a run that nobody works on, and move its files away: the same spec may be asked for at once."""
        self.index.delete(run)
        with contextlib.suppress(FileNotFoundError):
            self.folder(run).path.rename(self._trash / uuid4().hex)

    def empty_trash(self) -> None:
        """Delete the files of the runs that were removed."""
        for grave in self._trash.iterdir():
            shutil.rmtree(grave, ignore_errors=True)

    def shrink(self, excess: int, spare: Callable[[str], bool]) -> list[str]:
        """Drop finished unsaved runs, the least recently used first, until `excess` bytes are free.

        Args:
            excess: bytes to get rid of; nothing happens where it is not positive.
            spare: runs to be dropped only when nothing else is left, because somebody looks at them.
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

    def _sweep(self) -> None:
        """Delete what an earlier server was about to delete when it ended."""
        self.empty_trash()
        known: Collection[str] = self.index.ids()
        for folder in (self.path / "runs").glob("*/*"):
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)
