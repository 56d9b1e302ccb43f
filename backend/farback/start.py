"""Start: the weights that a run goes on from, where it does not draw its own."""

from __future__ import annotations

from pydantic import Field

from . import config
from .strict import Strict

ID = r"^[a-z2-7]{12}$"
"""A snapshot's."""

SHA256 = r"^[0-9a-f]{64}$"


class Start(Strict):
    """Weights that a snapshot keeps of one of its runs. What they are is told by `sha256`, the rest by the snapshot.

    Only the weights are kept, so an optimiser starts afresh; the run counts its own updates from 0.
    """

    snapshot: str = Field(pattern=ID)
    run: int = Field(ge=0, lt=config.MAX_SNAPSHOT_RUNS)
    """Which of the snapshot's runs, counted from 0."""
    step: int = Field(ge=0, le=config.MAX_TRAINING_STEPS)
    """The training step of that run whose weights these are."""
    updates: int = Field(ge=0, le=config.MAX_UPDATES)
    """How many updates the weights have had in all: more than `step` where that run had gone on from another one. The
    data goes on behind them, so that the same seed does not draw the same sequences once more."""
    sha256: str = Field(pattern=SHA256)
    """Of their safetensors file."""
    private: bool
    """Whether they were trained on a person's own text."""

    def content(self) -> dict[str, object]:
        """What decides the run's bits. Two snapshots of one run at one step are the same start."""
        return {"sha256": self.sha256, "updates": self.updates}
