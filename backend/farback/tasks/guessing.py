"""Random weight guessing: is a task so easy that luck solves it? No gradient, no training."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .latch import Latch

SEQUENCES = 100
"""Sequences that a guess must answer, and as many again to test the one that does."""
WIDEST = 100.0
"""Weights are drawn from U(-100, 100): units that saturate keep what they have."""
RIGHT = 0.1
"""An answer counts as right if it is off by less."""
AT_ONCE = 32
"""Guesses tried at a time: as many as keep numpy's overhead small without work for nothing after the first success."""


class Guessed(NamedTuple):
    """How a search by luck went."""

    trials: int
    """Weights drawn, the solving ones counted."""
    solved: bool
    right: float | None
    """Share of fresh sequences that the solving weights answer right; None where there are none."""


def guess_weights(task: Latch, rng: np.random.Generator, hidden: int = 1, most: int = 10_000) -> Guessed:
    """Draw all weights of a small recurrent net at random until it answers every one of 100 sequences right.

    The net is fully recurrent: `hidden` tanh units and one logistic output unit, each of which sees the input, all
    units and a bias, and starts from 0.

    Args:
        task: the task.
        rng: draws sequences and weights.
        hidden: hidden units.
        most: trials after which the search is given up.

    Source: Schmidhuber & Hochreiter 1996, Guessing can outperform many long time lag algorithms (IDSIA-19-96);
    Schmidhuber, Hochreiter & Bengio 2001, Evaluating benchmark problems by random guessing.
    """
    batch = task.batch(rng, SEQUENCES)
    x, y = batch.x[..., 0].astype(np.float64), batch.y[-1, :, 0]
    for tried in range(0, most, AT_ONCE):
        weights = rng.uniform(-WIDEST, WIDEST, (min(AT_ONCE, most - tried), hidden + 1, hidden + 3))
        solving = np.flatnonzero((abs(_answers(weights, x) - y) < RIGHT).all(axis=1))
        if solving.size:
            fresh = task.batch(rng, SEQUENCES)
            answers = _answers(weights[solving[:1]], fresh.x[..., 0].astype(np.float64))
            right = float((abs(answers - fresh.y[-1, :, 0]) < RIGHT).mean())
            return Guessed(tried + int(solving[0]) + 1, True, right)
    return Guessed(most, False, None)


def _answers(weights: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """(G, B) the output unit at the last step, for G guesses and B sequences.

    Args:
        weights: (G, units, units + 2), the last unit being the output; columns: the units, the input, the bias.
        x: (T, B).
    """
    guesses, units, _ = weights.shape
    state = np.zeros((guesses, units, x.shape[1]))
    for value in x:
        drive = weights[..., :units] @ state + weights[..., units, None] * value + weights[..., units + 1, None]
        state = np.tanh(drive)
        state[:, -1] = 0.5 + 0.5 * np.tanh(drive[:, -1] / 2)  # the logistic function, which cannot overflow so
    return state[:, -1]
