"""Copying: repeat a list of symbols after a delay."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from .. import config
from ..cite import Cite
from .base import Batch, ByLag, Chance, Flags, Predict, Task, one_hot, rightness, symbol_names

MAX_ITEMS = 50
"""Most symbols to repeat: listing and repeating them is then a quarter of the longest sequence, the rest is delay."""


class Copying(Task):
    """`items` symbols, then `delay` steps of which the last is the cue, then `items` steps to repeat them in order.

    Inputs are one-hot: the symbols, the blank, the cue. Outputs: the symbols and the blank, which is right at every
    step before the answer. T = delay + 2 items.
    """

    title = "Copy a list"
    summary = "Read a list of symbols, wait, and then repeat it in order."
    kind = "classification"
    cite = Cite(
        "Hochreiter & Schmidhuber 1997; in the form of Arjovsky, Shah & Bengio 2016, Unitary evolution recurrent "
        "neural networks",
        "https://arxiv.org/abs/1511.06464",
    )
    chance_text = (
        "Blanks until the cue, then guessing among the K symbols: loss items · ln K / (delay + 2 · items), accuracy "
        "1/K of the repeated symbols."
    )
    success_text = "At least 99 % of the held-out symbols are repeated right."
    stretches = "delay"
    relevant_text = "The lag is counted from a symbol to the step at which it is to be repeated: always delay + items."

    SOLVED_ACCURACY: ClassVar[float] = 0.99

    name: Literal["copying"] = "copying"
    symbols: int = Field(
        8,
        title="Symbols",
        description="How many different symbols there are to tell apart.",
        ge=2,
        le=config.MAX_SYMBOLS,
    )
    items: int = Field(
        10,
        title="Items",
        description="How many symbols are listed and repeated. All of them must be held at once, in order.",
        ge=1,
        le=MAX_ITEMS,
    )
    delay: int = Field(
        10,
        title="Delay",
        description="Steps between the list and its repetition; the cue to start is the last of them.",
        ge=1,
        le=config.MAX_STEPS_OF_TIME - 2 * MAX_ITEMS,
    )

    @property
    def length(self) -> int:
        return self.delay + 2 * self.items

    @property
    def inputs(self) -> int:
        return self.symbols + 2

    @property
    def outputs(self) -> int:
        return self.symbols + 1

    @property
    def answers(self) -> tuple[int, ...]:
        """The steps at which the symbols are repeated."""
        return tuple(range(self.length - self.items, self.length))

    @property
    def lags(self) -> tuple[int, ...]:
        return (self.delay + self.items,)

    @property
    def scored(self) -> Flags:
        """Only the repeated symbols: the blanks before them are right without any memory."""
        return np.arange(self.length) >= self.length - self.items

    def batch(self, rng: np.random.Generator, size: int, held_out: bool = False) -> Batch:
        T, n, blank = self.length, self.items, self.symbols
        listed = rng.integers(0, self.symbols, (n, size))
        codes = np.full((T, size), blank)
        codes[:n] = listed
        codes[T - n - 1] = self.symbols + 1
        y = np.full((T, size), blank)
        y[-n:] = listed
        return Batch(one_hot(codes, self.inputs), y, np.ones((T, size), np.bool_))

    def probe(self, rng: np.random.Generator, size: int) -> Batch:
        """Like any batch: every sequence asks for the same lag."""
        return self.batch(rng, size)

    def chance(self) -> Chance:
        return Chance(self.items * log(self.symbols) / self.length, 1 / self.symbols)

    def memoryless_loss(self) -> float:
        """The input is blank while waiting and while answering, so one distribution must serve both: the blank as
        often as it is right there, the rest shared by the symbols. Worse than chance, which knows when to answer."""
        waiting, answering = self.delay - 1, self.items
        blanks = waiting + answering
        nats = answering * log(blanks / answering * self.symbols)
        nats += waiting * log(blanks / waiting) if waiting else 0
        return nats / self.length

    def solved(self, loss: float, accuracy: float | None) -> bool:
        return accuracy is not None and accuracy >= self.SOLVED_ACCURACY

    def by_lag(self, predict: Predict, rng: np.random.Generator, lags: Sequence[int], trials: int) -> ByLag:
        """Share of a sequence's symbols that is repeated right, at the one lag there is."""
        self.check_lags(lags)
        scores = []
        for group in self.groups(range(trials), 1):
            batch = self.batch(rng, len(group), held_out=True)
            scores.append(rightness(predict(batch.x), batch.y[-self.items :].astype(np.int64)).mean(axis=0))
        chance = np.full(1, 1 / self.symbols, np.float32)
        return ByLag("skill", tuple(lags), np.concatenate(scores)[None], chance, perfect=1.0)

    def labels(self) -> dict[str, list[str]]:
        symbols = [*symbol_names(self.symbols), "·"]
        return {"x": [*symbols, "?"], "y": symbols}
