"""Snapshot: one that is kept, in a folder or in a `.farback` file, opened to be read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import cached_property
from io import BytesIO
from pathlib import Path

from safetensors.numpy import load

from ..arrays import Floats
from ..errors import InvalidInput, NotFound
from ..frame import Frame, decode
from ..spec import RunSpec, parse_spec
from .archive import Archive, pieces_of
from .check import check
from .manifest import NAME, Manifest, SavedRun, etag_of, frames_name, read_manifest, weights_name
from .reel import frames_of, unpack


class Snapshot:
    """Some trained models, with all their frames.

    Args:
        manifest_bytes: its manifest.
        pieces: gives one of its files by name, piece by piece.

    Raises:
        InvalidInput: the manifest cannot be read.
    """

    def __init__(self, manifest_bytes: bytes, pieces: Callable[[str], Iterator[bytes]]) -> None:
        self.manifest_bytes = manifest_bytes
        self._pieces = pieces

    @classmethod
    def open(cls, path: Path) -> Snapshot:
        """Open a folder of the server's, or a `.farback` file, which is checked as a whole.

        Raises:
            OSError: it cannot be read.
            InvalidInput: it is no snapshot.
        """
        if path.is_dir():
            return cls((path / NAME).read_bytes(), lambda name: pieces_of(path / name))
        archive = Archive(BytesIO(path.read_bytes()))
        check(archive.manifest, archive.pieces)
        return cls(archive.manifest_bytes, archive.pieces)

    @cached_property
    def manifest(self) -> Manifest:
        """What it says about itself."""
        return read_manifest(self.manifest_bytes)

    @cached_property
    def etag(self) -> str:
        """The hash that names its content."""
        return etag_of(self.manifest_bytes)

    def spec(self, n: int) -> RunSpec:
        """What the n-th run trained.

        Raises:
            NotFound: there is no such run.
        """
        return parse_spec(self.run(n).spec)

    def frames(self, n: int) -> Iterator[Frame]:
        """All frames of the n-th run.

        Raises:
            NotFound: there is no such run.
            InvalidInput: they were spoilt.
        """
        return map(decode, frames_of(self.unpacked(n)))

    def unpacked(self, n: int) -> Iterator[bytes]:
        """The JSON of all frames of the n-th run, piece by piece.

        Raises:
            NotFound: there is no such run.
            InvalidInput: they were spoilt.
        """
        return unpack(self._pieces(frames_name(n)), self.run(n).inflated)

    def pieces(self, name: str) -> Iterator[bytes]:
        """One of its files as it was saved, piece by piece.

        Raises:
            OSError: it cannot be read.
        """
        return self._pieces(name)

    def weights(self, n: int) -> dict[str, Floats]:
        """The weights of the n-th run at its step, under torch.nn's names and in its layout.

        Raises:
            NotFound: there is no such run.
            InvalidInput: they were spoilt.
        """
        return load(self.weights_file(n))

    def weights_file(self, n: int) -> bytes:
        """The same as they are kept; safetensors.

        Raises:
            NotFound: there is no such run.
            InvalidInput: they were spoilt.
        """
        self.run(n)
        data = b"".join(self._pieces(weights_name(n)))
        if hashlib.sha256(data).hexdigest() != self.manifest.files[weights_name(n)].sha256:
            raise InvalidInput(f"The weights of run {n} are not those that the manifest names.")
        return data

    def run(self, n: int) -> SavedRun:
        """How the n-th run stood when it was saved.

        Raises:
            NotFound: there is no such run.
        """
        if not 0 <= n < len(self.manifest.runs):
            raise NotFound(
                f"This snapshot has {len(self.manifest.runs)} runs, counted from 0: there is no run {n}.", "n"
            )
        return self.manifest.runs[n]
