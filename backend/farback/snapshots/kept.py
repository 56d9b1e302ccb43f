"""Kept: the snapshots of a data directory, to be read. It writes nothing, so it may be used beside a running server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ..errors import Gone, NotFound
from ..store import StorageFailed
from . import owner
from .snapshot import Snapshot

OWNER = "owner.json"
"""Beside the manifest and not in it: what only the server knows of a snapshot."""

LETTERS = frozenset(owner.LETTERS)


class Kept:
    """The folders of all snapshots. A folder under its id is whole: it was written elsewhere and renamed.

    Args:
        data_dir: the server's.
    """

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "snapshots"
        self.gone = self.path / "gone"  # names of those that were deleted

    def ids(self) -> list[str]:
        """All that can be opened."""
        return sorted(path.name for path in self.folders() if not (self.gone / path.name).exists())

    def folder(self, id: str) -> Path:
        """Where a snapshot's files are.

        Raises:
            NotFound: there is none.
            Gone: it was deleted.
        """
        if len(id) == owner.ID_LETTERS and LETTERS.issuperset(id):
            if (self.gone / id).exists():
                raise Gone(f"The snapshot {id} was deleted by whoever saved it.", "id")
            folder = self._place(id)
            if folder.is_dir():
                return folder
        raise NotFound(f"There is no snapshot {id[:40]}.", "id")

    def get(self, id: str) -> Snapshot:
        """A snapshot, to be read.

        Raises:
            NotFound: there is none.
            Gone: it was deleted.
            StorageFailed: the disk has lost it, or spoilt what it says.
        """
        folder = self.folder(id)
        try:
            snapshot = Snapshot.open(folder)
        except OSError as error:
            raise self.lost(id) from error
        if snapshot.etag != owner_of(folder)["etag"]:
            raise self.lost(id)
        return snapshot

    def lost(self, id: str) -> StorageFailed:
        """What is said of a snapshot that cannot be read, unless it was deleted meanwhile.

        Raises:
            Gone: it was.
        """
        self.folder(id)
        return StorageFailed(f"The disk has lost some of the snapshot {id}.")

    def _place(self, id: str) -> Path:
        return self.path / id[:2] / id

    def folders(self) -> Iterator[Path]:
        """Of every id, also of those that were deleted a moment ago."""
        return (path for path in self.path.glob("??/*") if path.is_dir())


def owner_of(folder: Path) -> dict[str, str]:
    """The hashes of its secret and of its manifest."""
    try:
        known = json.loads((folder / OWNER).read_bytes())
        return {name: str(known[name]) for name in ("secret", "etag")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageFailed("The disk has lost whose snapshot this is.") from error
