"""Folder: files written beside the place where they shall be, and put there all at once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from ..errors import InvalidInput

MARK = "farback-site.json"
"""What tells an exported site from any other folder."""


class Folder:
    """A folder that is being written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = 0

    def write(self, name: str, content: bytes | Iterable[bytes]) -> None:
        """A file, whole or piece by piece."""
        path = self._path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            for piece in [content] if isinstance(content, bytes) else content:
                self.size += file.write(piece)

    def write_json(self, name: str, value: Any) -> None:
        """A file of JSON."""
        self.write(name, json.dumps(value, ensure_ascii=False, allow_nan=False).encode())


@contextmanager
def replacing(place: Path) -> Iterator[Folder]:
    """A new folder, which takes the place of an earlier one when the block ends; when it fails, nothing has changed.

    Raises:
        InvalidInput: something else is at that place.
        OSError: it cannot be written.
    """
    place = place.resolve()
    if place.exists() and not _is_free(place):
        raise InvalidInput(f"{place} is not empty and no site that was exported before: name another folder.")
    place.parent.mkdir(parents=True, exist_ok=True)
    new, old = (place.with_name(f".{place.name}.{word}-{uuid4().hex[:8]}") for word in ("new", "old"))
    new.mkdir()
    try:
        yield Folder(new)
        if place.exists():
            place.rename(old)
        try:
            new.rename(place)
        except OSError:
            if old.exists():
                old.rename(place)
            raise
    finally:
        for left in (new, old):
            shutil.rmtree(left, ignore_errors=True)


def _is_free(place: Path) -> bool:
    return place.is_dir() and ((place / MARK).is_file() or not any(place.iterdir()))
