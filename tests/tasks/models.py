"""Hand-written models with a known memory: they read the sequence and answer, so their reach is known exactly."""

from __future__ import annotations

import numpy as np

from farback.arrays import Floats
from farback.tasks import Predict
from farback.tasks.recall import Recall


def windowed(predict: Predict, window: int) -> Predict:
    """The same model when it sees the last `window` inputs only, and zeros before."""

    def answer(x: Floats) -> Floats:
        seen = x.copy()
        seen[: max(0, len(x) - window)] = 0
        return predict(seen)

    return answer


def recaller(task: Recall) -> Predict:
    """Answers with the one symbol that it sees, with nothing where there is none."""

    def answer(x: Floats) -> Floats:
        seen: Floats = x[..., : task.symbols].sum(axis=0)
        return seen[None]

    return answer


def adder(x: Floats) -> Floats:
    """Adds what is marked and expects one half for each mark that it does not see."""
    answer: Floats = (x[..., 0] * x[..., 1]).sum(axis=0) + 0.5 * (2 - x[..., 1].sum(axis=0))
    return answer[None, :, None].astype(np.float32)


def constant(outputs: int, answer: int, steps: int = 1) -> Predict:
    """Always gives the same answer, at each of the answer steps."""
    return lambda x: np.tile(np.eye(outputs, dtype=np.float32)[answer], (steps, x.shape[1], 1))
