"""Delayed XOR: are two marked bits, far apart in a stream of bits, different?"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, log
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from .. import config
from ..arrays import Floats
from ..cite import Cite
from .base import Batch, ByLag, Chance, Predict, Task, Whole, last_step, one_hot, rightness
from .shuffled import shuffle, shuffled_time


class DelayedXor(Task):
    """Every step brings a random bit; two are marked, the last one and one d ~ Uniform{1..delay} before it.

    The answer, at the last step, is 1 where the two marked bits differ. Inputs are one-hot: the two bits unmarked, then
    the two bits marked.
    """

    title = "Compare two bits (delayed XOR)"
    summary = "Watch a stream of bits and say at its end whether the two marked ones are different."
    kind = "classification"
    cite = Cite(
        "XOR over time: Elman 1990, Finding structure in time; with marked bits in a long stream as in Martens & "
        "Sutskever 2011, Learning recurrent neural networks with Hessian-free optimization",
        "https://doi.org/10.1207/s15516709cog1402_1",
    )
    chance_text = (
        "Guessing: either bit alone tells nothing, so accuracy 1/2, loss ln 2. With shuffled time, knowing only how "
        "many of the T bits are 1: if n are, two of them differ with probability 2 n (T - n) / (T (T - 1))."
    )
    success_text = "At least 99 % of the held-out pairs are compared right."
    stretches = "delay"
    relevant_text = "The lag is counted from the first marked bit to the second one, at which the answer is asked for."

    SOLVED_ACCURACY: ClassVar[float] = 0.99

    name: Literal["delayed_xor"] = "delayed_xor"
    delay: int = Field(
        40,
        title="Delay",
        description="The longest time between the two marked bits, in steps.",
        ge=2,
        le=config.MAX_STEPS_OF_TIME - 1,
    )
    shuffled: bool = shuffled_time("The bits are put into random order, while the marks stay where they are.")

    @property
    def length(self) -> int:
        return self.delay + 1

    @property
    def inputs(self) -> int:
        return 4

    @property
    def outputs(self) -> int:
        return 2

    @property
    def lags(self) -> tuple[int, ...]:
        return tuple(range(1, self.delay + 1))

    def batch(self, rng: np.random.Generator, size: int, held_out: bool = False) -> Batch:
        return self._sequences(rng, rng.integers(1, self.delay + 1, size))

    def probe(self, rng: np.random.Generator, size: int) -> Batch:
        """Lags evenly spread from the longest, which is displayed, down to the shortest."""
        return self._sequences(rng, np.linspace(self.delay, 1, size).round().astype(np.int64))

    def chance(self) -> Chance:
        if not self.shuffled:
            return Chance(log(2), 0.5)
        T = self.length
        share = [comb(T, ones) / 2**T for ones in range(T + 1)]
        differ = [2 * ones * (T - ones) / (T * (T - 1)) for ones in range(T + 1)]
        nats = sum(s * _entropy(p) for s, p in zip(share, differ, strict=True))
        return Chance(nats, sum(s * max(p, 1 - p) for s, p in zip(share, differ, strict=True)))

    def memoryless_loss(self) -> float:
        """Either bit alone is as often followed by a different one as by the same."""
        return log(2)

    def solved(self, loss: float, accuracy: float | None) -> bool:
        return accuracy is not None and accuracy >= self.SOLVED_ACCURACY

    def by_lag(self, predict: Predict, rng: np.random.Generator, lags: Sequence[int], trials: int) -> ByLag:
        """Accuracy on sequences whose first marked bit stands d before the second."""

        def score(tested: Whole) -> Floats:
            batch = self._sequences(rng, tested)
            return rightness(predict(batch.x)[0], batch.y[-1])

        return self.skill_by_lag(lags, trials, score)

    def labels(self) -> dict[str, list[str]]:
        return {"x": ["·0", "·1", "0", "1"], "y": ["0", "1"]}

    def read(self, sequence: object) -> Batch:
        """A list of labels. The right answer is known where two bits are marked."""
        batch = super().read(sequence)
        _, _, bits = np.nonzero(batch.x[..., 2:])
        if len(bits) == 2:
            batch.y[-1], batch.mask[-1] = bits[0] ^ bits[1], True
        return batch

    def _sequences(self, rng: np.random.Generator, lags: Whole) -> Batch:
        """One sequence for each of the lags (B,)."""
        T, B = self.length, lags.size
        first = T - 1 - lags, np.arange(B)
        bits = rng.integers(0, 2, (T, B))
        y = np.zeros((T, B), np.int64)
        y[-1] = bits[first] ^ bits[-1]
        if self.shuffled:
            bits = shuffle(bits, rng)
        bits[first] += 2
        bits[-1] += 2
        return Batch(one_hot(bits, self.inputs), y, last_step(T, B))


def _entropy(p: float) -> float:
    """Nats of a coin that falls on one side with probability p."""
    return -sum(q * log(q) for q in (p, 1 - p) if q > 0)
