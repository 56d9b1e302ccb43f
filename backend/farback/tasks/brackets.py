"""Brackets, bounded Dyck words: which bracket has to be closed next?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import log
from typing import ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from .. import config
from ..arrays import Floats
from ..cite import Cite
from .base import Batch, ByLag, Chance, Flags, Predict, Task, Whole, one_hot, rightness

OPENING, CLOSING = "([{<«‹⟨⟦", ")]}>»›⟩⟧"

Ways: TypeAlias = NDArray[np.float64]


class Brackets(Task):
    """Well-nested brackets of `kinds` kinds, at most `depth` open; after a closing one: which closes next?

    Each step opens or closes a bracket with probability 1/2; where none is open it opens, where `depth` are it closes.
    The kinds are uniform. Asked is after every closing bracket that leaves one open: after an opening one the answer is
    there to be seen. Held-out words end so that the last step is asked. Inputs are one-hot: opening brackets, then
    closing ones.
    """

    title = "Close the brackets (Dyck)"
    summary = "Read nested brackets of several kinds and say, after each that closes, which one must close next."
    kind = "classification"
    cite = Cite(
        "Dyck words of bounded depth: Hewitt, Hahn, Ganguli, Liang & Manning 2020, RNNs can generate bounded "
        "hierarchical languages with optimal memory; asked as in Skachkova, Trost & Klakow 2018, Closing brackets with "
        "recurrent neural networks",
        "https://arxiv.org/abs/2010.07515",
    )
    chance_text = "Guessing one of the K kinds: accuracy 1/K, loss ln K."
    success_text = "At least 99 % of the held-out brackets are told right."
    stretches = "length"
    relevant_text = (
        "The lag is counted from the opening bracket to the step at which it is the next to be closed; an even number, "
        "since all that was opened in between has been closed."
    )

    SOLVED_ACCURACY: ClassVar[float] = 0.99

    name: Literal["brackets"] = "brackets"
    length: int = Field(
        41,
        title="Length",
        description="Steps of a sequence; a bracket can stay open nearly as long.",
        ge=6,
        le=config.MAX_STEPS_OF_TIME,
    )
    kinds: int = Field(
        4,
        title="Kinds",
        description="How many kinds of brackets there are to tell apart.",
        ge=2,
        le=len(OPENING),
    )
    depth: int = Field(
        4,
        title="Depth",
        description="How many brackets may be open at a time. All of them must be held at once, in order.",
        ge=3,
        le=16,
    )

    @property
    def inputs(self) -> int:
        return 2 * self.kinds

    @property
    def outputs(self) -> int:
        return self.kinds

    @property
    def lags(self) -> tuple[int, ...]:
        return tuple(range(2, self.length, 2))

    def batch(self, rng: np.random.Generator, size: int, held_out: bool = False) -> Batch:
        return self._words(rng, self._walks(rng, size, ends_asked=held_out))

    def probe(self, rng: np.random.Generator, size: int) -> Batch:
        """Lags of the last answer evenly spread from the longest, which is displayed, down to the shortest."""
        places = np.linspace(len(self.lags) - 1, 0, size).round().astype(np.int64)
        return self._words(rng, self._lagged(rng, np.array(self.lags)[places]))

    def chance(self) -> Chance:
        return Chance(log(self.kinds), 1 / self.kinds)

    def memoryless_loss(self) -> float:
        """The kind of a closing bracket tells nothing of the one around it."""
        return log(self.kinds)

    def solved(self, loss: float, accuracy: float | None) -> bool:
        return accuracy is not None and accuracy >= self.SOLVED_ACCURACY

    def by_lag(self, predict: Predict, rng: np.random.Generator, lags: Sequence[int], trials: int) -> ByLag:
        """Accuracy on words at whose end a bracket that was opened d before is the next to be closed."""

        def score(tested: Whole) -> Floats:
            batch = self._words(rng, self._lagged(rng, tested))
            return rightness(predict(batch.x)[0], batch.y[-1])

        return self.skill_by_lag(lags, trials, score)

    def by_depth(self, output: Floats, batch: Batch) -> dict[int, float]:
        """Accuracy of what is asked, by how many brackets are open there.

        Args:
            output: (T, B, O) what a model says at every step of `batch`.
            batch: words.
        """
        opens = batch.x[..., : self.kinds].sum(axis=-1) > 0
        depth = np.where(opens, 1, -1).cumsum(axis=0)[batch.mask]
        right = (output.argmax(axis=-1) == batch.y)[batch.mask]
        return {int(d): float(right[depth == d].mean()) for d in np.unique(depth)}

    def labels(self) -> dict[str, list[str]]:
        opening, closing = list(OPENING[: self.kinds]), list(CLOSING[: self.kinds])
        return {"x": opening + closing, "y": closing}

    def read(self, sequence: object) -> Batch:
        """A list of labels. The answer is known after each closing bracket that leaves one open, while they match."""
        batch = super().read(sequence)
        stack: list[int] = []
        for t, code in enumerate(batch.x[:, 0].argmax(axis=-1).tolist()):
            if code < self.kinds:
                stack.append(code)
                continue
            if not stack or stack.pop() != code - self.kinds:
                break
            if stack:
                batch.y[t], batch.mask[t] = stack[-1], True
        return batch

    def _walks(self, rng: np.random.Generator, size: int, ends_asked: bool) -> Whole:
        """(T, B) how many brackets are open after each step, by the law of the task.

        With `ends_asked` only walks whose last step closes a bracket and leaves one open; others are drawn again.
        """
        walks = self._steps(rng, size)
        while ends_asked and (again := np.flatnonzero((walks[-1] > walks[-2]) | (walks[-1] == 0))).size:
            walks[:, again] = self._steps(rng, again.size)
        return walks

    def _steps(self, rng: np.random.Generator, size: int) -> Whole:
        walks = np.zeros((self.length, size), np.int64)
        opens = rng.random(walks.shape) < 0.5
        before = np.zeros(size, np.int64)
        for now, rises in zip(walks, opens, strict=True):
            up = (before == 0) | (rises & (before < self.depth))
            now[:] = before + np.where(up, 1, -1)
            before = now
        return walks

    def _lagged(self, rng: np.random.Generator, lags: Whole) -> Whole:
        """(T, B) walks at whose end the bracket d before (B,) is the next to be closed.

        All beginnings that leave room for it, and then all words that can stand within it, are equally likely.
        """
        T, m = self.length, self.depth
        at = T - 1 - lags  # the step that opens it
        before = _ways(m, m - 2, T)
        within = np.zeros((m, T, m + 1))
        for levels in range(m):
            within[levels, :, : levels + 1] = _ways(levels, 0, T)
        walks = np.zeros((T, lags.size), np.int64)
        depth, floor = np.zeros(lags.size, np.int64), np.zeros(lags.size, np.int64)
        for t in range(T):
            early = t < at
            left = np.where(early, at, T) - t - 1  # steps after this one, to the end of the beginning or of all
            level, top = depth - floor, m - floor
            room = np.minimum(top, m - 1)
            up, down = np.minimum(level + 1, m), np.maximum(level - 1, 0)
            rising = np.where(early, before[left, up], within[room, left, up]) * (level < top)
            falling = np.where(early, before[left, down], within[room, left, down]) * (level > 0)
            rises = (t == at) | (rng.random(lags.size) * (rising + falling) < rising)
            depth = depth + np.where(rises, 1, -1)
            floor = np.where(t == at, depth, floor)
            walks[t] = depth
        return walks

    def _words(self, rng: np.random.Generator, walks: Whole) -> Batch:
        """A word for each walk (T, B), its kinds drawn at random."""
        T, B = walks.shape
        t, each = np.arange(T)[:, None], np.arange(B)
        opens = np.diff(walks, axis=0, prepend=0) > 0
        kind = rng.integers(0, self.kinds, (T, B))
        codes, y = kind.copy(), np.zeros((T, B), np.int64)
        for level in range(1, self.depth + 1):
            opened = np.maximum.accumulate(np.where(opens & (walks == level), t, 0), axis=0)  # at this level, last
            inner = kind[opened, each]
            codes = np.where(~opens & (walks == level - 1), self.kinds + inner, codes)
            y = np.where(~opens & (walks == level), inner, y)
        asked: Flags = ~opens & (walks > 0)
        return Batch(one_hot(codes, self.inputs), y, asked)


@lru_cache(maxsize=64)
def _ways(top: int, last: int, steps: int) -> Ways:
    """(steps, top + 1) ways of so many steps up or down from each level that stay within 0..top and end at most at
    `last`, as a share of 2 to the number of steps."""
    ways = np.zeros((steps, top + 1))
    ways[0, : last + 1] = 1
    for step in range(1, steps):
        ways[step, 1:] += ways[step - 1, :-1] / 2
        ways[step, :-1] += ways[step - 1, 1:] / 2
    return ways
