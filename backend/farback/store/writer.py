"""Writer: what a worker puts on disk while a run trains."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from safetensors.numpy import save

from ..arrays import Floats
from .folder import RunFolder, StorageFailed, write_whole


@dataclass(frozen=True)
class Entry:
    """One moment of a run, ready to be kept."""

    seq: int
    step: int
    wire: bytes  # the frame's JSON, one byte a value
    weights: dict[str, Floats]
    checkpoint: dict[str, Floats]
    result: dict[str, Any] | None  # only with the last frame


CHECKPOINT_S = 0.5
"""Seconds from one checkpoint to the next: so much training is done again at most when a run is cut off."""


class Writer:
    """Keeps the entries of one run."""

    def __init__(self, folder: RunFolder, run: str) -> None:
        self.folder = folder
        self.run = run
        self._checkpoint_due = 0.0

    def write(self, entry: Entry) -> int:
        """Keep one entry; returns its bytes. Writing it a second time changes nothing.

        The frame comes after what belongs to it, and the checkpoint last, where one is due: a run that was cut off in
        between takes some steps again and writes the same bits. The last frame leaves no checkpoint, or a run that was
        cut off right after it would have nothing left to do and no result to tell.

        Raises:
            OSError: it cannot be written.
            StorageFailed: the frame before it is gone: the checkpoint that the run went on from is ahead of it.
        """
        if entry.seq > 0 and not self.folder.frame(entry.seq - 1).exists():
            self.close()
            raise StorageFailed("Frames of this run were lost on the disk: train it again.")
        # One key only: the order of several differs from save to save, and so would the bytes.
        metadata = {"farback": f"run {self.run} step {entry.step}"}
        weights = save(entry.weights, metadata)
        write_whole(self.folder.weights(entry.step), weights)
        write_whole(self.folder.frame(entry.seq), entry.wire)
        if entry.result is None and time.monotonic() >= self._checkpoint_due:
            self._checkpoint_due = time.monotonic() + CHECKPOINT_S
            write_whole(self.folder.checkpoint, save(entry.checkpoint, metadata))
        return len(weights) + len(entry.wire)

    def close(self) -> None:
        """The run is over for good, or cannot go on: what would only help to go on is no longer needed."""
        self.folder.drop_checkpoint()
