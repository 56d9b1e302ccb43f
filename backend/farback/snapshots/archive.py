"""Archive: a snapshot as one `.farback` file, a zip whose entries are stored as they are.

It is written in one way only: entries in the manifest's order, without dates, comments or attributes. Whoever reads one
compares it with that, so there is nothing in it that could be a link, a path elsewhere, a second entry of a name or
something packed; any zip program can open it, but what it packs anew is refused.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from .. import config
from ..errors import InvalidInput
from .manifest import NAME, Manifest, read_manifest

KIND = "application/zip"

PIECE = 256 * 1024

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
"""The three records of a zip, see PKWARE's APPNOTE.TXT 4.3.7, 4.3.12 and 4.3.16."""

NEEDED = 10
"""The version of the format that stored entries need: 1.0."""
DAY = 0x21
"""1 January 1980, the first day that a zip knows: the same content is the same file."""


class Entry(NamedTuple):
    """One file in a zip."""

    name: str
    size: int
    crc: int

    def local(self) -> bytes:
        """The record before its data."""
        name = self.name.encode("ascii")
        sizes = (self.crc, self.size, self.size, len(name), 0)
        return LOCAL.pack(b"PK\x03\x04", NEEDED, 0, 0, 0, DAY, *sizes) + name

    def central(self, offset: int) -> bytes:
        """Its record in the list at the end. `offset`: where its local one is."""
        name = self.name.encode("ascii")
        sizes = (self.crc, self.size, self.size, len(name), 0, 0, 0, 0, 0, offset)
        return CENTRAL.pack(b"PK\x01\x02", NEEDED, NEEDED, 0, 0, 0, DAY, *sizes) + name


def directory(entries: Iterable[Entry]) -> bytes:
    """The list of all entries, which ends the file."""
    records, offset = [], 0
    for entry in entries:
        records.append(entry.central(offset))
        offset += len(entry.local()) + entry.size
    listed = b"".join(records)
    return listed + END.pack(b"PK\x05\x06", 0, 0, len(records), len(records), len(listed), offset, 0)


def archived(folder: Path, names: Iterable[str]) -> tuple[int, Iterator[bytes]]:
    """A zip of some files in a folder: its bytes, and these piece by piece. Each file is read twice, since its checksum
    comes first.

    Raises:
        OSError: one cannot be read.
    """
    entries = [_measured(folder, name) for name in names]
    listed = directory(entries)

    def pieces() -> Iterator[bytes]:
        for entry in entries:
            yield entry.local()
            yield from pieces_of(folder / entry.name)
        yield listed

    return sum(len(entry.local()) + entry.size for entry in entries) + len(listed), pieces()


def pieces_of(path: Path) -> Iterator[bytes]:
    """A file, piece by piece.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _measured(folder: Path, name: str) -> Entry:
    crc = size = 0
    for piece in pieces_of(folder / name):
        crc, size = zlib.crc32(piece, crc), size + len(piece)
    return Entry(name, size, crc)


class Archive:
    """A `.farback` file that is read. Nothing of it is believed.

    Args:
        file: it, open.

    Raises:
        InvalidInput: it is none, or its contents are not those that its manifest names.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._places: dict[str, tuple[int, int]] = {}
        entries = [self._entry(NAME, 0, config.MAX_MANIFEST_BYTES)]
        self.manifest_bytes = b"".join(self.pieces(NAME))
        if zlib.crc32(self.manifest_bytes) != entries[0].crc:
            raise InvalidInput("The manifest's checksum is wrong.")
        self.manifest: Manifest = read_manifest(self.manifest_bytes)
        for name in self.manifest.names():
            offset, size = self._places[entries[-1].name]
            entries.append(self._entry(name, offset + size, self.manifest.files[name].size))
            self._check(entries[-1])
        offset, size = self._places[entries[-1].name]
        listed = directory(entries)
        self._file.seek(offset + size)
        if self._file.read(len(listed) + 1) != listed:
            raise InvalidInput("The file does not end with a list of exactly what its manifest names.")

    def pieces(self, name: str) -> Iterator[bytes]:
        """One of its files, piece by piece.

        Raises:
            InvalidInput: it is cut off.
        """
        offset, left = self._places[name]
        while left:
            self._file.seek(offset)
            piece = self._file.read(min(PIECE, left))
            if not piece:
                raise InvalidInput("The file is cut off.")
            yield piece
            offset, left = offset + len(piece), left - len(piece)

    def _entry(self, name: str, offset: int, largest: int) -> Entry:
        """The entry of this name, which must be at this place."""
        self._file.seek(offset)
        head = self._file.read(LOCAL.size + len(name))
        size = crc = 0
        if len(head) == LOCAL.size + len(name):
            crc, size = struct.unpack_from("<2L", head, 14)
        entry = Entry(name, size, crc)
        if not 0 < size <= largest or entry.local() != head:
            raise InvalidInput(f"This is no .farback file as Farback writes it: {name} is not where it belongs.")
        self._places[name] = (offset + len(head), size)
        return entry

    def _check(self, entry: Entry) -> None:
        """Refuse a file whose bytes are not those that the manifest names."""
        known = self.manifest.files[entry.name]
        digest, crc = hashlib.sha256(), 0
        for piece in self.pieces(entry.name):
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
        if (entry.size, digest.hexdigest(), entry.crc) != (known.size, known.sha256, crc):
            raise InvalidInput(f"{entry.name} is not the file that the manifest names.")
