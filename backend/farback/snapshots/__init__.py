"""Snapshots: trained models that are kept for good, each with its frames, under an address of its own."""

from __future__ import annotations

from .archive import archived
from .manifest import Manifest, file_names, frames_name, weights_name
from .selection import Selection, parse_selection
from .snapshot import Snapshot
from .snapshots import Made, Snapshots, Subject, spec_name
from .source import Source, asked_start

__all__ = [
    "Made", "Manifest", "Selection", "Snapshot", "Snapshots", "Source", "Subject", "archived", "asked_start",
    "file_names", "frames_name",
    "parse_selection", "spec_name", "weights_name",
]  # fmt: skip
