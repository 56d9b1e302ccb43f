"""Packing: a zip that is sent while it is written, in the same bytes for the same content."""

from __future__ import annotations

import io
import zipfile
from typing import IO

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The first that a zip knows: a date would make other bytes of the same content."""


class Packed(io.RawIOBase):
    """What a zip was written to and has not been taken yet. It cannot go back, so nothing need be held."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0
        """Bytes that wait to be taken."""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(data))
        self.size += len(data)
        return len(data)

    def taken(self) -> bytes:
        """Everything since the last time."""
        data = b"".join(self._pieces)
        self._pieces, self.size = [], 0
        return data

    def entry(self, file: zipfile.ZipFile, name: str) -> IO[bytes]:
        """A new file in the zip."""
        info = zipfile.ZipInfo(name, FIRST_DAY)
        info.compress_type = file.compression
        info.external_attr = 0o644 << 16
        info.create_system = 3  # as if written on Unix, wherever it is
        return file.open(info, "w")
