"""Snapshots: all that are kept under one data directory, within a quota. None is ever changed or dropped."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from uuid import uuid4

from .. import __version__
from ..config import MAX_FRAMES_BYTES, MAX_MANIFEST_BYTES, Settings
from ..errors import Forbidden, InvalidInput, NotFound, TooLarge
from ..machine import fingerprint
from ..store import StorageFailed, Store
from . import owner
from .archive import Archive
from .check import check, check_tasks
from .draft import Draft, sync
from .kept import OWNER, Kept, owner_of
from .manifest import NAME, VERSION, File, etag_of, frames_name, read_manifest, weights_name
from .reel import Packer
from .selection import Selection
from .words import canonical

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Subject:
    """A run that is to be saved, as the engine knows it."""

    run: str
    public: str  # its spec without a person's own text, as JSON
    facts: str  # JSON
    private: bool
    status: str
    code: str | None
    reason: str | None
    result: dict[str, Any] | None
    seq: int  # newest frame
    step: int  # chosen


class Made(NamedTuple):
    """A snapshot that was just made."""

    id: str
    etag: str
    secret: str


class Snapshots(Kept):
    """The folders of all snapshots, to be read, added to and deleted from.

    Safe to be called from any thread; one is written at a time. A folder under its id is whole: it was written as a
    draft, forced to the disk and renamed.

    Args:
        settings: where they lie, and how much they may take.
        store: where the runs are that are saved.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        super().__init__(settings.data_dir)
        self._settings = settings
        self._store = store
        self._drafts = self.path / "drafts"
        self._lock = threading.Lock()  # whoever writes
        self.count = 0
        self.bytes = 0  # of all of them

    def tidy(self) -> None:
        """Remove what a crash left half-written or half-deleted, and count what is there. Called once, at the start."""
        try:
            shutil.rmtree(self._drafts, ignore_errors=True)
            for folder in self.folders():
                if (self.gone / folder.name).exists():
                    shutil.rmtree(folder, ignore_errors=True)
                else:
                    self._count(1, _size(folder))
        except OSError as error:  # what can be read can be shown all the same
            LOG.error("The snapshots could not all be counted: %s.", error.strerror or error)

    def save(self, subjects: Sequence[Subject], said: Selection) -> Made:
        """Keep some runs for good. When this returns, no crash takes the snapshot away any more.

        Raises:
            InvalidInput: they cannot be shown side by side.
            NotFound: a run was dropped meanwhile, or the disk has lost some of it.
            TooLarge: they are more than a snapshot may hold.
            StorageFailed: there is no room for it; nothing is left of it.
        """
        if len({(subject.run, subject.step) for subject in subjects}) < len(subjects):
            raise InvalidInput("A run is named twice at the same step.", "runs")
        check_tasks([json.loads(subject.public)["task"] for subject in subjects])

        def fill(draft: Draft) -> bytes:
            files: dict[str, File] = {}
            room = MAX_FRAMES_BYTES
            runs = []
            for n, subject in enumerate(subjects):
                run = self._fill(draft, n, subject, files, room)
                room -= run["inflated"]
                runs.append(run)
            return canonical(
                {
                    "format": "farback snapshot", "version": VERSION,
                    "saved": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "title": said.title, "note": said.note, "view": said.view,
                    "versions": {"farback": __version__, "torch": fingerprint()["torch"]},
                    "runs": runs, "files": {name: file.model_dump() for name, file in files.items()},
                }
            )  # fmt: skip

        return self._make(fill)

    @contextmanager
    def receiving(self) -> Iterator[BinaryIO]:
        """A file on the disk to put in what is sent; it has no name, so that nothing is left of it after any crash.

        Raises:
            StorageFailed: it cannot be written.
        """
        try:
            self._drafts.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._drafts) as file:
                yield file
        except OSError as error:
            raise _failed(error) from error

    def take_in(self, file: BinaryIO) -> Made:
        """Keep a snapshot that was saved elsewhere, as a new one with an id and a secret of its own.

        Raises:
            InvalidInput: it is none; nothing of it was kept.
            TooLarge: it is larger than one may be.
            StorageFailed: there is no room for it; nothing is left of it.
        """
        archive = Archive(file)
        check(archive.manifest, archive.pieces)

        def fill(draft: Draft) -> bytes:
            for name in archive.manifest.names():
                draft.write(name, archive.pieces(name))
            return archive.manifest_bytes

        return self._make(fill)

    def delete(self, id: str, secret: str) -> Path:
        """Remove a snapshot for whoever holds its secret; the folder that its files were in.

        Raises:
            NotFound: there is none.
            Gone: it was deleted before.
            Forbidden: the secret is another one.
            StorageFailed: that it is gone cannot be noted; then it is still there.
        """
        folder = self.folder(id)
        if not owner.fits(secret, owner_of(folder)["secret"]):
            raise Forbidden("This is not the secret of this snapshot: it is told once, to whoever saves it.", "secret")
        with self._lock:
            self.folder(id)  # nobody deleted it meanwhile
            size = _size(folder)
            self._note(lambda: self._bury(id))
            shutil.rmtree(folder, ignore_errors=True)  # what stays is removed by the next start
            self._count(-1, -size)
        return folder

    def _fill(self, draft: Draft, n: int, subject: Subject, files: dict[str, File], room: int) -> dict[str, Any]:
        """Write the files of one run; what the manifest tells of it."""
        folder = self._store.folder(subject.run)
        alias = _alias(subject)
        packer = Packer()

        def frames() -> Iterator[bytes]:
            for seq in range(subject.seq + 1):
                frame = folder.read_frame(seq)
                if frame is None:
                    raise _lost(subject.run)
                if packer.inflated > room:
                    raise TooLarge(f"The frames take more than {MAX_FRAMES_BYTES >> 20} MiB: take fewer runs.", "runs")
                yield frame.replace(subject.run.encode(), alias.encode())

        try:
            weights = folder.weights(subject.step).read_bytes()
            spec = json.loads(folder.spec.read_text(encoding="utf-8"))
            made_by = json.loads(folder.machine.read_bytes())
        except (OSError, ValueError):
            raise _lost(subject.run) from None
        files[frames_name(n)] = draft.write(frames_name(n), packer.pack(frames()))
        files[weights_name(n)] = draft.write(weights_name(n), [weights.replace(subject.run.encode(), alias.encode())])
        if packer.inflated > room:
            raise TooLarge(f"The frames take more than {MAX_FRAMES_BYTES >> 20} MiB: take fewer runs.", "runs")
        return {
            "run": alias, "spec": spec, "facts": json.loads(subject.facts),
            "status": subject.status, "code": subject.code, "reason": subject.reason, "result": subject.result,
            "step": subject.step, "steps": folder.steps()[: subject.seq + 1], "inflated": packer.inflated,
            "fingerprint": made_by,
        }  # fmt: skip

    def _make(self, fill: Callable[[Draft], bytes]) -> Made:
        """Write a snapshot under a new id.

        Args:
            fill: writes all files into the draft but the manifest, which it returns.
        """
        id, secret = owner.new_id(), owner.new_secret()
        with self._lock:
            draft: Draft | None = None
            try:
                self.path.mkdir(parents=True, exist_ok=True)
                sync(self.path.parent)
                room = self._settings.quota_snapshots_bytes - self.bytes
                draft = Draft(self._drafts / uuid4().hex, self._settings.max_snapshot_bytes, room)
                manifest = fill(draft)
                if len(manifest) > MAX_MANIFEST_BYTES:
                    raise TooLarge(f"The runs' texts take more than {MAX_MANIFEST_BYTES >> 20} MiB: take fewer runs.")
                for n, run in enumerate(read_manifest(manifest).runs):
                    draft.write(spec_name(n), [json.dumps(run.spec, ensure_ascii=False).encode()])
                draft.write(NAME, [manifest])
                draft.write(OWNER, [json.dumps({"secret": owner.hashed(secret), "etag": etag_of(manifest)}).encode()])
                draft.publish(self._place(id))
            except OSError as error:
                raise _failed(error) from error
            finally:
                if draft is not None:
                    draft.drop()  # of one that was published nothing is left there
            self._count(1, draft.size)
        return Made(id, etag_of(manifest), secret)

    def _note(self, write: Callable[[], None]) -> None:
        """Write something small; on a full disk, in the room that is put by for that."""
        try:
            write()
        except OSError:
            self._store.reserve.release()
            try:
                write()
            except OSError as error:
                raise _failed(error) from error

    def _bury(self, id: str) -> None:
        """Note for good that a snapshot is deleted; from then on it is, whatever happens to its files."""
        self.gone.mkdir(parents=True, exist_ok=True)
        (self.gone / id).touch()
        sync(self.gone)
        sync(self.path)

    def _count(self, more: int, size: int) -> None:
        self.count += more
        self.bytes += size


def spec_name(n: int) -> str:
    """The n-th run's spec in a file of its own, for the process that answers questions. It is copied out of the
    manifest and belongs to none of the files that this names."""
    return f"runs/{n}/spec.json"


def _alias(subject: Subject) -> str:
    """The id under which a run is published: its own, unless that is a secret by which its text can be deleted."""
    return owner.hashed(subject.run)[: len(subject.run)] if subject.private else subject.run


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _lost(run: str) -> NotFound:
    return NotFound(f"Run {run} is no longer there as a whole: train it again.", "runs")


def _failed(error: OSError) -> StorageFailed:
    return StorageFailed(f"The snapshot cannot be stored: {error.strerror or error}.")
