"""Temporal order: two symbols far apart, and the answer is which of them came in which order."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from .. import config
from ..arrays import Floats
from ..cite import Cite
from .base import Batch, ByLag, Chance, Predict, Task, Whole, last_step, one_hot, rightness
from .shuffled import shuffle, shuffled_time

DISTRACTORS = 4
FIRST_DISTRACTOR, BEGIN, END, BLANK = 2, 6, 7, 8
"""Codes after those of X and Y, 0 and 1."""


class TemporalOrder(Task):
    """E, then distractors with an X or Y at t1 and at t2 among them, then B; which of XX, XY, YX, YY is asked at B.

    As published for the default of 110 steps: 100 to 110 symbols, t1 from 10 to 20 and t2 from 50 to 60 steps after E,
    all uniform; other lengths scale these. Sequences are of different lengths, so blanks fill the time *before* E: the
    answer is then at the last step of all, a lag means the same in every sequence, and nothing has to be kept over the
    blanks. The blank is an input of its own, the ninth beside the eight of the paper. Inputs are one-hot.
    """

    title = "Tell the order"
    summary = "Two letters stand far apart in a long sequence; say at its end which came first and which second."
    kind = "classification"
    cite = Cite(
        "Hochreiter & Schmidhuber 1997, Long Short-Term Memory, Neural Computation 9(8), task 6a",
        "https://doi.org/10.1162/neco.1997.9.8.1735",
    )
    chance_text = (
        "Guessing one of the four orders: accuracy 1/4, loss ln 4. With shuffled time, knowing how many X there are "
        "and guessing the order where it is one: accuracy 3/4, loss ½ ln 2."
    )
    success_text = (
        "All held-out sequences are told right, with a mean loss below 0.1 nat; the paper stops when its last 2,000 "
        "sequences were right and the mean error is below 0.1."
    )
    stretches = "length"
    relevant_text = (
        "The lag is counted from either of the two letters to the last step, where the order is asked for; what is "
        "scored is that letter alone."
    )

    SOLVED_LOSS: ClassVar[float] = 0.1

    name: Literal["temporal_order"] = "temporal_order"
    length: int = Field(
        110,
        title="Length",
        description="Steps of the longest sequences; others are up to an eleventh shorter. The first letter stands "
        "about 0.85 of it back, the second about 0.45.",
        ge=11,
        le=config.MAX_STEPS_OF_TIME,
    )
    shuffled: bool = shuffled_time("All between the first and the last symbol is put into random order.")

    @property
    def inputs(self) -> int:
        return 9

    @property
    def outputs(self) -> int:
        return 4

    @property
    def _unit(self) -> int:
        """Width of the windows from which lengths and places are drawn: 10 in the paper."""
        return self.length // 11

    @property
    def lags(self) -> tuple[int, ...]:
        u, longest, shortest = self._unit, self.length, self.length - self._unit
        near = range(shortest - 1 - 6 * u, longest - 5 * u)
        far = range(shortest - 1 - 2 * u, longest - u)
        return tuple(sorted({*near, *far}))

    @property
    def guess(self) -> float:
        """One letter of two is scored; without the order it is known in half of the sequences."""
        return 0.75 if self.shuffled else 0.5

    def batch(self, rng: np.random.Generator, size: int, held_out: bool = False) -> Batch:
        return self._sequences(rng, *self._drawn(rng, size))

    def probe(self, rng: np.random.Generator, size: int) -> Batch:
        """Random ones, but the displayed sequence has both letters as far back as they can be."""
        lengths, places = self._drawn(rng, size)
        lengths[0], places[:, 0] = self.length, (self._unit, 5 * self._unit)
        return self._sequences(rng, lengths, places)

    def chance(self) -> Chance:
        return Chance(0.5 * log(2), 0.75) if self.shuffled else Chance(log(4), 0.25)

    def memoryless_loss(self) -> float:
        """The last symbol is always the same and tells nothing."""
        return log(4)

    def solved(self, loss: float, accuracy: float | None) -> bool:
        return accuracy == 1 and loss < self.SOLVED_LOSS

    def by_lag(self, predict: Predict, rng: np.random.Generator, lags: Sequence[int], trials: int) -> ByLag:
        """Share of sequences in which the letter d before the end is told right, whatever is said of the other."""

        def score(tested: Whole) -> Floats:
            lengths, places, second = self._around(rng, tested)
            batch = self._sequences(rng, lengths, places)
            answer = predict(batch.x)[0]  # (N, 4), class 2 first + second
            letters = answer.reshape(-1, 2, 2)
            said = np.where(second[:, None], letters.max(axis=1), letters.max(axis=2))
            asked = np.where(second, batch.y[-1] % 2, batch.y[-1] // 2)
            return rightness(said, asked)

        return self.skill_by_lag(lags, trials, score)

    def labels(self) -> dict[str, list[str]]:
        return {"x": ["X", "Y", "·a", "·b", "·c", "·d", "E", "B", "·"], "y": ["XX", "XY", "YX", "YY"]}

    def facts(self) -> dict[str, Any]:
        return {"salient": ["X", "Y"]}

    def read(self, sequence: object) -> Batch:
        """A list of labels. The right answer is known where two letters X or Y are among them."""
        batch = super().read(sequence)
        _, _, letters = np.nonzero(batch.x[..., :2])
        if len(letters) == 2:
            batch.y[-1], batch.mask[-1] = 2 * letters[0] + letters[1], True
        return batch

    def _drawn(self, rng: np.random.Generator, size: int) -> tuple[Whole, Whole]:
        """Lengths (B,) and places (2, B) as the task has them."""
        u = self._unit
        lengths = rng.integers(self.length - u, self.length + 1, size)
        places = np.stack([rng.integers(u, 2 * u + 1, size), rng.integers(5 * u, 6 * u + 1, size)])
        return lengths, places

    def _around(self, rng: np.random.Generator, lags: Whole) -> tuple[Whole, Whole, Whole]:
        """Lengths (B,) and places (2, B) that put a letter d before the end, and whether it is the second (B,)."""
        u = self._unit
        near, far = 5 * u, u
        second = lags <= self.length - 1 - near
        first_place = np.where(second, near, far)
        # Of the lengths that the task has, those which leave the letter within its window.
        low = np.maximum(self.length - u, lags + 1 + first_place)
        high = np.minimum(self.length, lags + 1 + first_place + u)
        lengths = rng.integers(low, high + 1)
        places = np.stack([rng.integers(far, far + u + 1, lags.size), rng.integers(near, near + u + 1, lags.size)])
        places[second.astype(np.int64), np.arange(lags.size)] = lengths - 1 - lags
        return lengths, places, second.astype(np.int64)

    def _sequences(self, rng: np.random.Generator, lengths: Whole, places: Whole) -> Batch:
        """One sequence for each length (B,) and pair of places after the begin symbol (2, B)."""
        T, B = self.length, lengths.size
        each, t, begin = np.arange(B), np.arange(T)[:, None], T - lengths
        letters = rng.integers(0, 2, (2, B))
        codes = rng.integers(FIRST_DISTRACTOR, FIRST_DISTRACTOR + DISTRACTORS, (T, B))
        codes[begin + places[0], each], codes[begin + places[1], each] = letters
        codes = np.where(t < begin, BLANK, codes)
        codes[begin, each], codes[-1] = BEGIN, END
        if self.shuffled:
            codes = shuffle(codes, rng, begin + 1, T - 1)
        y = np.zeros((T, B), np.int64)
        y[-1] = 2 * letters[0] + letters[1]
        return Batch(one_hot(codes, self.inputs), y, last_step(T, B))
