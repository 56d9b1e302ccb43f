"""Standing: how a prediction stands in a class: whether it is open, how many have answered, and what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..lessons import Prediction
from .answer import LEVELS

QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Standing:
    """How a prediction stands."""

    open: bool
    """Whether answers are taken."""
    revealed: bool
    """Whether what was answered is shown to everyone."""
    answers: int
    counts: list[int] | None
    """Answers of each choice; None where a curve is drawn."""
    curve: dict[str, list[float]] | None
    """Point by point the `low` quartile, `median` and `high` quartile of all curves; None where there is none."""

    def told(self, all_of_it: bool) -> dict[str, Any]:
        """As JSON values.

        Args:
            all_of_it: whether what was answered is told to this one before it is revealed.
        """
        shown = all_of_it or self.revealed
        return {
            "open": self.open,
            "revealed": self.revealed,
            "answers": self.answers,
            "counts": self.counts if shown else None,
            "curve": self.curve if shown else None,
        }


def standing_of(
    prediction: Prediction, open: bool, revealed: bool, answers: Iterable[tuple[int | None, bytes | None]]
) -> Standing:
    """Count answers.

    Args:
        prediction: what was asked.
        open: whether answers are taken.
        revealed: whether what was answered is shown to everyone.
        answers: choice or packed curve of each. One that the prediction does not have any more, because its lesson was
            written anew meanwhile, does not count.
    """
    if prediction.kind == "choice":
        counts = [0] * len(prediction.choices)
        for choice, _ in answers:
            if choice is not None and choice < len(counts):
                counts[choice] += 1
        return Standing(open, revealed, sum(counts), counts, None)
    size = 2 * prediction.points
    packed = [curve for _, curve in answers if curve is not None and len(curve) == size]
    if not packed:
        return Standing(open, revealed, 0, None, None)
    curves = np.frombuffer(b"".join(packed), np.uint16).reshape(len(packed), prediction.points) / LEVELS
    low, median, high = np.quantile(curves, QUARTILES, axis=0).round(4).tolist()
    return Standing(open, revealed, len(packed), None, {"low": low, "median": median, "high": high})
