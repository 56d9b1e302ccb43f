"""Adding: two numbers of a long stream are marked, and their sum is asked for at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from .. import config
from ..arrays import Floats
from ..cite import Cite
from ..errors import InvalidInput
from ..strict import shown
from .base import Batch, ByLag, Chance, Predict, Task, Whole, last_step, sequence_of


class Adding(Task):
    """Each step brings a value ~ U(0, 1) and a mark; one mark is in each half, and the answer is the marked sum.

    The last step is never marked: a value that is there when it is asked for needs no memory.
    """

    title = "Add two numbers"
    summary = "Watch a stream of numbers and say at its end what the two marked ones add up to."
    kind = "regression"
    cite = Cite(
        "Hochreiter & Schmidhuber 1997, with one mark in each half as in Le, Jaitly & Hinton 2015 (arXiv 1504.00941)",
        "https://doi.org/10.1162/neco.1997.9.8.1735",
    )
    chance_text = "Always answering 1, the mean of the sum: squared error 1/6."
    success_text = "Mean squared error under 0.01 on held-out sequences."
    form = "pairs"
    stretches = "length"
    symbolic = False
    relevant_text = "The lag is counted from either marked number to the last step, where the sum is asked for."

    SOLVED_ERROR: ClassVar[float] = 0.01

    name: Literal["adding"] = "adding"
    length: int = Field(
        100,
        title="Length",
        description="Steps of a sequence; the first marked number can be that far back.",
        ge=4,
        le=config.MAX_STEPS_OF_TIME,
    )

    @property
    def inputs(self) -> int:
        return 2

    @property
    def outputs(self) -> int:
        return 1

    @property
    def lags(self) -> tuple[int, ...]:
        return tuple(range(1, self.length))

    def batch(self, rng: np.random.Generator, size: int, held_out: bool = False) -> Batch:
        return self._sequences(rng, self._first(rng, size), self._second(rng, size))

    def probe(self, rng: np.random.Generator, size: int) -> Batch:
        """Random marks, but the first of the displayed sequence stands as far back as it can."""
        first = self._first(rng, size)
        first[0] = 0
        return self._sequences(rng, first, self._second(rng, size))

    def chance(self) -> Chance:
        """The variance of the sum of two U(0, 1)."""
        return Chance(1 / 6, None)

    def memoryless_loss(self) -> float:
        """The last step is never marked and tells nothing, so the mean of the sum is the best."""
        return 1 / 6

    def solved(self, loss: float, accuracy: float | None) -> bool:
        return loss < self.SOLVED_ERROR

    def by_lag(self, predict: Predict, rng: np.random.Generator, lags: Sequence[int], trials: int) -> ByLag:
        """Replace the marked value d back by a fresh draw; the score is minus the squared difference between the
        output's change and the target's. Guessing is an output that never changes.

        A sequence has a mark in each half and so serves two lags, for three forward passes instead of four.
        """
        self.check_lags(lags)
        scores: dict[int, Floats] = {}
        guesses: dict[int, np.float32] = {}
        for group in self.groups(self._pairs(lags), 3 * trials):
            tested = np.array(group).T  # (2, pairs): far and near
            at = np.repeat(self.length - 1 - tested, trials, axis=1)  # (2, N)
            x = self._sequences(rng, at[0], at[1]).x
            fresh = rng.random(at.shape, np.float32)
            asked = fresh - x[at, np.arange(at.shape[1]), 0]
            xs = [x, *(_replaced(x, step, value) for step, value in zip(at, fresh, strict=True))]
            before, *after = np.split(predict(np.concatenate(xs, axis=1))[0, :, 0], 3)
            score = -((np.stack(after) - before - asked) ** 2).reshape(-1, trials)
            guess = -(asked**2).reshape(-1, trials).mean(axis=1)
            scores |= zip(tested.ravel().tolist(), score, strict=True)
            guesses |= zip(tested.ravel().tolist(), guess, strict=True)
        return ByLag(
            "skill",
            tuple(lags),
            np.stack([scores[d] for d in lags]),
            np.array([guesses[d] for d in lags]),
            perfect=0.0,
        )

    def labels(self) -> dict[str, list[str]]:
        return {"x": ["value", "mark"], "y": ["sum"]}

    def read(self, sequence: object) -> Batch:
        """A list of pairs [value, mark], the mark 0 or 1. The right answer is the sum of what is marked."""
        steps = sequence_of(sequence, "a list of pairs [value, mark]")
        for step in steps:
            numbers = isinstance(step, list) and [type(part) for part in step] in ([float, int], [int, int])
            if not numbers or not 0 <= step[0] <= 1 or step[1] not in (0, 1):
                raise InvalidInput(
                    f"A step is a pair of a value from 0 to 1 and a mark, 0 or 1; {shown(step)} is none.", "sequence"
                )
        x = np.array([[step] for step in steps], np.float32)
        y = np.zeros((len(x), 1, 1), np.float32)
        y[-1, 0] = (x[..., 0] * x[..., 1]).sum()
        return Batch(x, y, last_step(len(x), 1))

    def _first(self, rng: np.random.Generator, size: int) -> Whole:
        return rng.integers(0, self.length // 2, size)

    def _second(self, rng: np.random.Generator, size: int) -> Whole:
        return rng.integers(self.length // 2, self.length - 1, size)

    def _pairs(self, lags: Sequence[int]) -> list[tuple[int, int]]:
        """Each lag at least once, as (mark in the first half, mark in the second half); the shorter list is padded."""
        far = [d for d in lags if self.length - 1 - d < self.length // 2] or [self.length - 1]
        near = [d for d in lags if d not in far] or [1]
        pairs = max(len(far), len(near))
        return [(far[min(i, len(far) - 1)], near[min(i, len(near) - 1)]) for i in range(pairs)]

    def _sequences(self, rng: np.random.Generator, first: Whole, second: Whole) -> Batch:
        """One sequence for each pair of marked steps, both (B,)."""
        T, B = self.length, first.size
        each = np.arange(B)
        x = np.zeros((T, B, 2), np.float32)
        x[..., 0] = rng.random((T, B), np.float32)
        x[first, each, 1] = x[second, each, 1] = 1
        y = np.zeros((T, B, 1), np.float32)
        y[-1, :, 0] = x[first, each, 0] + x[second, each, 0]
        return Batch(x, y, last_step(T, B))


def _replaced(x: Floats, at: Whole, value: Floats) -> Floats:
    """A copy with the value at step `at` of each sequence replaced."""
    changed = x.copy()
    changed[at, np.arange(at.size), 0] = value
    return changed
