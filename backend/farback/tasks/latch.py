"""Two sequences, the latch: the first elements of a noisy series say which of two classes it is."""

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
from .base import Batch, ByLag, Chance, Flags, Predict, Task, last_step, sequence_of

VARIANCE = 0.2
"""Of the noise that fills the time, mean 0."""


class Latch(Task):
    """The first `informative` elements are +1 in one class and -1 in the other, all later ones are Gaussian noise.

    The answer, at the last step, is 1 or 0. The paper draws lengths a little above its minimum; here all are as long
    as that. T steps, one input.
    """

    title = "Latch a sign (two sequences)"
    summary = (
        "Notice whether a noisy series began up or down, and still know at its end; a famous test that is known to be "
        "solvable by luck: some hundred sets of weights drawn at random do."
    )
    kind = "regression"
    cite = Cite(
        "Bengio, Simard & Frasconi 1994, Learning long-term dependencies with gradient descent is difficult; as "
        "Hochreiter & Schmidhuber 1997 have it (task 3a), who also solve it by guessing weights at random",
        "https://doi.org/10.1109/72.279181",
    )
    chance_text = "Always answering 1/2, the mean of the answers 0 and 1: squared error 1/4."
    success_text = (
        "Mean squared error under 0.0001 on held-out sequences. The mean absolute error is then under 0.01 and none of "
        "128 answers is off by 0.12, which the paper's stricter rule asks for."
    )
    form = "numbers"
    stretches = "length"
    symbolic = False
    relevant_text = "The lag is counted from the last element that tells the class to the last step, always T - N."

    SOLVED_ERROR: ClassVar[float] = 1e-4

    name: Literal["latch"] = "latch"
    length: int = Field(
        100,
        title="Length",
        description="Steps of a sequence; the sign must be kept over nearly all of them.",
        ge=11,
        le=config.MAX_STEPS_OF_TIME,
    )
    informative: int = Field(
        3,
        title="Informative elements",
        description="How many elements at the beginning tell the class. One is Bengio's own problem.",
        ge=1,
        le=10,
    )

    @property
    def inputs(self) -> int:
        return 1

    @property
    def outputs(self) -> int:
        return 1

    @property
    def lags(self) -> tuple[int, ...]:
        return (self.length - self.informative,)

    def batch(self, rng: np.random.Generator, size: int, held_out: bool = False) -> Batch:
        return self._sequences(rng, rng.random(size) < 0.5)

    def probe(self, rng: np.random.Generator, size: int) -> Batch:
        """Both classes in turn."""
        return self._sequences(rng, np.arange(size) % 2 == 0)

    def chance(self) -> Chance:
        return Chance(0.25, None)

    def memoryless_loss(self) -> float:
        """The last element is noise and tells nothing."""
        return 0.25

    def solved(self, loss: float, accuracy: float | None) -> bool:
        return loss < self.SOLVED_ERROR

    def by_lag(self, predict: Predict, rng: np.random.Generator, lags: Sequence[int], trials: int) -> ByLag:
        """Minus the squared error at the one lag there is; guessing is always answering 1/2."""
        self.check_lags(lags)
        scores = []
        for group in self.groups(range(trials), 1):
            batch = self.batch(rng, len(group))
            scores.append(-((predict(batch.x)[0] - batch.y[-1])[:, 0] ** 2))
        guess = np.full(1, -0.25, np.float32)
        return ByLag("skill", tuple(lags), np.concatenate(scores)[None], guess, perfect=0.0)

    def labels(self) -> dict[str, list[str]]:
        return {"x": ["value"], "y": ["class"]}

    def read(self, sequence: object) -> Batch:
        """A list of numbers. The right answer is known where the first ones are all +1 or all -1."""
        steps = sequence_of(sequence, "a list of numbers")
        for step in steps:
            if type(step) not in (int, float) or not abs(step) <= 100:
                raise InvalidInput(f"A step is a number from -100 to 100; {shown(step)} is none.", "sequence")
        x: Floats = np.array(steps, np.float32)[:, None, None]
        y, mask = np.zeros_like(x), np.zeros((len(x), 1), np.bool_)
        first = x[: self.informative, 0, 0]
        if len(first) == self.informative and np.all(first == first[0]) and abs(first[0]) == 1:
            y[-1], mask[-1] = first[0] > 0, True
        return Batch(x, y, mask)

    def _sequences(self, rng: np.random.Generator, up: Flags) -> Batch:
        """One sequence for each class (B,)."""
        T, B = self.length, up.size
        x = rng.normal(0, VARIANCE**0.5, (T, B, 1)).astype(np.float32)
        x[: self.informative, :, 0] = np.where(up, 1, -1)
        y = np.zeros((T, B, 1), np.float32)
        y[-1, :, 0] = up
        return Batch(x, y, last_step(T, B))
