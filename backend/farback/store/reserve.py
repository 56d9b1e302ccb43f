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

    def missing(self) -> int:
        """Take the room again if there is enough; bytes that must be deleted before there is, 0 where it is taken."""
        if self._path.exists():
            return 0
        free = shutil.disk_usage(self._path.parent).free
        if free < self._size:
            return self._size - free
        try:
            self._fill()
        except OSError as error:
            self.release()
            return self._size if error.errno in FULL else 0  # nothing else is mended by deleting
        return 0

    def _fill(self) -> None:
        with self._path.open("wb") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, self._size)
            else:
                file.write(bytes(self._size))
