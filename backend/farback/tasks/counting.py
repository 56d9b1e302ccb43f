"""Counting, a^n b^n: read some a and then as many b, and know which b is the last."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Literal

import numpy as np
from pydantic import Field

from .. import config
from ..arrays import Floats
from ..cite import Cite
from .base import Batch, ByLag, Chance, Flags, Predict, Task, Whole, one_hot, rightness

START, A, B_, BLANK = range(4)
MORE, END = range(2)


class Counting(Task):
    """S, then n times a, then n times b, n ~ Uniform{1..N}; after each b: does another b come, or T, the end?

    After an a both a and b are legal, so nothing is asked there: what is asked is every symbol that can be known.
    Blanks fill the time before a string and after it. In training a string begins anywhere and is cut off where the
    sequence ends, since a clock would do in place of a count if all ended together; held-out strings do end together,
    so that the last answer is at the last step of all. Inputs are one-hot: S, a, b, the blank. T = 2 N + 1.
    """

    title = "Count (aⁿbⁿ)"
    summary = "Read some a's and then as many b's, and say after each b whether it was the last."
    kind = "classification"
    cite = Cite(
        "Gers & Schmidhuber 2001, LSTM recurrent networks learn simple context-free and context-sensitive languages, "
        "IEEE Transactions on Neural Networks 12(6)",
        "https://doi.org/10.1109/72.963769",
    )
    chance_text = (
        "Knowing only that every mean-length-th b is the last one: always saying b, accuracy 1 - 1/m with m the mean "
        "of n; loss the entropy of a coin with 1/m."
    )
    success_text = (
        "All held-out strings are accepted: every symbol that can be known is predicted right in all of them."
    )
    stretches = "length"
    relevant_text = (
        "The lag is counted from the first a to the last b; there the string with as many b's must be told from one of "
        "the same length with two more a's than b's."
    )

    name: Literal["counting"] = "counting"
    length: int = Field(
        21,
        title="Length",
        description="Steps of a sequence. The longest strings fill it, so up to (length - 1) / 2 must be counted.",
        ge=9,
        le=config.MAX_STEPS_OF_TIME,
    )

    @property
    def most(self) -> int:
        """N, the largest n."""
        return (self.length - 1) // 2

    @property
    def inputs(self) -> int:
        return 4

    @property
    def outputs(self) -> int:
        return 2

    @property
    def lags(self) -> tuple[int, ...]:
        """Of n = 2..N - 1: the string that it is told from has n + 1 times a."""
        return tuple(range(3, 2 * self.most - 2, 2))

    @property
    def guess(self) -> float:
        """The strings of the test by lag end in half of the trials."""
        return 0.5

    def batch(self, rng: np.random.Generator, size: int, held_out: bool = False) -> Batch:
        """Where all of a few strings are cut off before their first b, nothing is asked and there is no loss: others
        are drawn."""
        n = rng.integers(1, self.most + 1, size)
        latest = self.length - 3  # where the shortest string still fits
        batch = self._strings(n, n, None if held_out else rng.integers(0, latest + 1, size))
        return batch if batch.mask.any() else self.batch(rng, size, held_out)

    def probe(self, rng: np.random.Generator, size: int) -> Batch:
        """Random strings, but the displayed one is the longest."""
        n = rng.integers(1, self.most + 1, size)
        n[0] = self.most
        return self._strings(n, n)

    def chance(self) -> Chance:
        p = 2 / (self.most + 1)  # a b is the last with
        return Chance(-p * log(p) - (1 - p) * log(1 - p), 1 - p)

    def memoryless_loss(self) -> float:
        """Every b looks the same."""
        return self.chance().loss

    def solved(self, loss: float, accuracy: float | None) -> bool:
        return accuracy == 1

    def by_lag(self, predict: Predict, rng: np.random.Generator, lags: Sequence[int], trials: int) -> ByLag:
        """Share of right answers after n times a and n times b, 2 n = d + 1, or, as often, after one a more and one b
        less, where another b is to come."""

        def score(tested: Whole) -> Floats:
            n = (tested + 1) // 2
            more = rng.integers(0, 2, n.size)
            batch = self._strings(n + more, n - more)
            return rightness(predict(batch.x)[0], batch.y[-1])

        return self.skill_by_lag(lags, trials, score)

    def labels(self) -> dict[str, list[str]]:
        return {"x": ["S", "a", "b", "·"], "y": ["b", "T"]}

    def read(self, sequence: object) -> Batch:
        """A list of labels. The answer is known at every b that no a follows and that has an a of its own."""
        batch = super().read(sequence)
        a = b = 0
        for t, code in enumerate(batch.x[:, 0].argmax(axis=-1)):
            if code == A and b:
                break
            a, b = a + (code == A), b + (code == B_)
            if code == B_ and b <= a:
                batch.y[t], batch.mask[t] = END if a == b else MORE, True
        return batch

    def _strings(self, a: Whole, b: Whole, begin: Whole | None = None) -> Batch:
        """S, `a` times a, `b` times b (B,), with `b` of at most `a`, from step `begin` (B,) on; None: all end together.

        What is right after each b is what the number of a's asks for.
        """
        T = self.length
        begin = T - 1 - a - b if begin is None else begin
        since = np.arange(T)[:, None] - begin  # (T, B) steps since S
        codes = np.select([since < 0, since == 0, since <= a, since <= a + b], [BLANK, START, A, B_], BLANK)
        asked: Flags = codes == B_
        y = np.where(asked & (since == 2 * a), END, MORE)
        return Batch(one_hot(codes, self.inputs), y, asked)
