"""Draft: a folder that becomes a snapshot as a whole or not at all, also when the power fails."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from ..errors import TooLarge
from ..store import StorageFailed
from .manifest import File


class Draft:
    """A snapshot that is being written, on the disk on which it will lie.

    Args:
        path: its folder; made here.
        largest: bytes that one snapshot may take.
        room: bytes that are left for all.

    Raises:
        OSError: the folder cannot be made.
    """

    def __init__(self, path: Path, largest: int, room: int) -> None:
        self.path = path
        self.size = 0
        self._largest = largest
        self._room = room
        path.mkdir(parents=True)

    def write(self, name: str, pieces: Iterable[bytes]) -> File:
        """Write one file, and force it to the disk.

        Raises:
            OSError: it cannot be written.
            TooLarge: the snapshot gets larger than one may be.
            StorageFailed: there is no room left for it among the others.
        """
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with path.open("wb") as file:
            for piece in pieces:
                self._count(len(piece))
                file.write(piece)
                digest.update(piece)
                size += len(piece)
            file.flush()
            os.fsync(file.fileno())
        return File(size=size, sha256=digest.hexdigest())

    def publish(self, target: Path) -> None:
        """Become the snapshot. Whoever is told so afterwards finds it after any crash.

        Raises:
            OSError: it cannot be; then there is none.
        """
        for folder in [path for path in self.path.rglob("*") if path.is_dir()]:
            sync(folder)
        sync(self.path)
        target.parent.mkdir(exist_ok=True)
        sync(target.parent.parent)
        self.path.rename(target)
        try:
            sync(target.parent)
        except OSError:
            target.rename(self.path)
            raise

    def drop(self) -> None:
        """Leave nothing."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _count(self, size: int) -> None:
        self.size += size
        if self.size > self._largest:
            raise TooLarge(
                f"The snapshot gets larger than {self._largest / 2**20:.3g} MiB, which is the most allowed: take fewer "
                "or smaller runs."
            )
        if self.size > self._room:
            raise StorageFailed(
                "All the room that this server sets aside for snapshots is taken: delete one of yours, or save the "
                "file elsewhere."
            )


def sync(folder: Path) -> None:
    """Force to the disk what is called how in a folder; not every system can.

    Raises:
        OSError: it cannot be written.
    """
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
