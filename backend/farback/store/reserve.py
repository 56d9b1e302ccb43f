"""Reserve: room put by on the disk, so that a full one can still be tidied up."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from pathlib import Path

RESERVE_BYTES = 4 * 2**20
"""Enough for the index to note, and to forget, some hundreds of runs."""

FULL = (errno.ENOSPC, errno.EDQUOT)


class Reserve:
    """A file that does nothing but take up room. Without it a full disk could not even note what is deleted from it.

    Args:
        path: the file.
        size: its bytes.
    """

    def __init__(self, path: Path, size: int = RESERVE_BYTES) -> None:
        self._path = path
        self._size = size

    def release(self) -> None:
        """Give the room to whatever is more urgent."""
        with contextlib.suppress(OSError):  # a disk that cannot be written has no use for it either
            self._path.unlink()

    def take(self) -> None:
        """Put the room by, if there is any.

        Raises:
            OSError: there is none, or it cannot be written.
        """
        try:
            with self._path.open("wb") as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, self._size)
                else:
                    file.write(bytes(self._size))
        except OSError:
            self.release()
            raise

    def missing(self) -> int:
        """Bytes that must be deleted before the room can be put by again, 0 where it is. As much again must stay free,
        or the next frame would fail as the last one did."""
        if self._path.exists():
            return 0
        free = shutil.disk_usage(self._path.parent).free
        if free < 2 * self._size:
            return 2 * self._size - free
        try:
            self.take()
        except OSError as error:
            return self._size if error.errno in FULL else 0  # nothing else is mended by deleting
        return 0
