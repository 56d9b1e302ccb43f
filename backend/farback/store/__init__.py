"""What runs leave behind: frames, weights and checkpoints as files, and an index of the runs in SQLite."""

from __future__ import annotations

from .folder import RunFolder, StorageFailed
from .index import Index
from .row import Row
from .store import Store
from .writer import Entry, Writer

__all__ = ["Entry", "Index", "Row", "RunFolder", "StorageFailed", "Store", "Writer"]
