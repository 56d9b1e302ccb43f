"""Recall: hold one symbol among distractors until it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from .. import config
from ..arrays import Floats
from ..cite import Cite
from .base import Batch, ByLag, Chance, Predict, Task, Whole, last_step, one_hot, rightness, symbol_names


class Recall(Task):
    """One symbol stands d ~ Uniform{1..lag} steps before the cue, every other step holds a distractor.

    Inputs are one-hot: the symbols, then the distractors, then the cue.
    """

    title = "Recall a symbol"
    summary = "Hold one symbol in mind, through distractors, until a cue asks for it."
    kind = "classification"
    cite = Cite(
        "After the long time lag problems of Hochreiter & Schmidhuber 1997, Long Short-Term Memory, Neural "
        "Computation 9(8)",
        "https://doi.org/10.1162/neco.1997.9.8.1735",
    )
    chance_text = "Guessing one of the K symbols: accuracy 1/K, loss ln K."
    success_text = "At least 99 % of the held-out symbols are recalled."
    stretches = "lag"
    relevant_text = "The lag is counted from the symbol to the cue that asks for it."

    SOLVED_ACCURACY: ClassVar[float] = 0.99

    name: Literal["recall"] = "recall"
    lag: int = Field(
        40,
        title="Lag",
        description="The longest time for which the symbol must be held, in steps.",
        ge=1,
        le=config.MAX_STEPS_OF_TIME - 1,
    )
    symbols: int = Field(
        8,
        title="Symbols",
        description="How many different symbols there are to tell apart. More are harder to hold and to guess.",
        ge=2,
        le=config.MAX_SYMBOLS,
    )
    distractors: int = Field(
        4,
        title="Distractors",
        description="How many different meaningless inputs fill the other steps and must be ignored.",
        ge=1,
        le=config.MAX_SYMBOLS,
    )
    fixed: bool = Field(
        False,
        title="Fixed lag",
        description="The symbol always stands exactly the lag before the cue. Easier, because a model can count steps "
        "instead of remembering, and its reach is then only yes or no at that lag.",
    )

    @property
    def length(self) -> int:
        return self.lag + 1

    @property
    def inputs(self) -> int:
        return self.symbols + self.distractors + 1

    @property
    def outputs(self) -> int:
        return self.symbols

    @property
    def lags(self) -> tuple[int, ...]:
        return (self.lag,) if self.fixed else tuple(range(1, self.lag + 1))

    def batch(self, rng: np.random.Generator, size: int, held_out: bool = False) -> Batch:
        return self._sequences(rng, rng.integers(self.lags[0], self.lag + 1, size))

    def probe(self, rng: np.random.Generator, size: int) -> Batch:
        """Lags evenly spread from the longest, which is displayed, down to the shortest."""
        return self._sequences(rng, np.linspace(self.lag, self.lags[0], size).round().astype(np.int64))

    def chance(self) -> Chance:
        return Chance(log(self.symbols), 1 / self.symbols)

    def memoryless_loss(self) -> float:
        """The cue alone tells nothing, so guessing is the best."""
        return log(self.symbols)

    def solved(self, loss: float, accuracy: float | None) -> bool:
        return accuracy is not None and accuracy >= self.SOLVED_ACCURACY

    def by_lag(self, predict: Predict, rng: np.random.Generator, lags: Sequence[int], trials: int) -> ByLag:
        """Accuracy on sequences whose symbol stands d before the cue."""

        def score(tested: Whole) -> Floats:
            batch = self._sequences(rng, tested)
            return rightness(predict(batch.x)[0], batch.y[-1])

        return self.skill_by_lag(lags, trials, score)

    def read(self, sequence: object) -> Batch:
        """A list of labels. The right answer is known where there is one symbol among them."""
        batch = super().read(sequence)
        times, _, codes = np.nonzero(batch.x[..., : self.symbols])
        if len(times) == 1:
            batch.y[-1], batch.mask[-1] = codes[0], True
        return batch

    def labels(self) -> dict[str, list[str]]:
        symbols = symbol_names(self.symbols)
        return {"x": [*symbols, *(f"·{i + 1}" for i in range(self.distractors)), "?"], "y": symbols}

    def _sequences(self, rng: np.random.Generator, lags: Whole) -> Batch:
        """One sequence for each of the lags (B,)."""
        T, B = self.length, lags.size
        asked = rng.integers(0, self.symbols, B)
        codes = rng.integers(self.symbols, self.symbols + self.distractors, (T, B))
        codes[T - 1 - lags, np.arange(B)] = asked
        codes[-1] = self.symbols + self.distractors
        y = np.zeros((T, B), np.int64)
        y[-1] = asked
        return Batch(one_hot(codes, self.inputs), y, last_step(T, B))
