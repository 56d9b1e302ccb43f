"""Characters: read a text and predict each next character."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Literal

import numpy as np

from ..cite import Cite
from .base import Batch, Chance, Whole, one_hot
from .corpus import Corpus, python_topics
from .text import Text


class Characters(Text):
    """Windows of a text as one-hot characters; the target at each step is the next character."""

    title = "Predict the next character"
    summary = "Read real text one character at a time and say which character comes next."
    cite = Cite(
        "Karpathy, Johnson & Fei-Fei 2015, Visualizing and understanding recurrent networks",
        "https://arxiv.org/abs/1506.02078",
    )
    chance_text = (
        "Knowing only how frequent each character is (unigram entropy): the frequencies of the training part, as "
        "cross-entropy on the held-out last tenth of the text."
    )
    success_text = (
        "Held-out loss at least 0.1 nat under that of a table of character pairs: more than the current character is "
        "used."
    )

    SOLVED_NATS: ClassVar[float] = 0.1

    name: Literal["characters"] = "characters"

    @cached_property
    def corpus(self) -> Corpus:
        """Kept with the task and not beyond, so that a person's text goes when its spec goes."""
        return python_topics() if self.text is None else Corpus(self.text)

    @property
    def outputs(self) -> int:
        return self.inputs

    def chance(self) -> Chance:
        return Chance(self.corpus.single_loss, self.corpus.single_accuracy)

    def memoryless_loss(self) -> float:
        """Of the table of pairs: the best that the current character alone allows, as far as the text can tell."""
        return self.corpus.pair_loss

    def solved(self, loss: float, accuracy: float | None) -> bool:
        return loss <= self.memoryless_loss() - self.SOLVED_NATS

    def labels(self) -> dict[str, list[str]]:
        names = self._character_names()
        return {"x": names, "y": names}

    def read(self, sequence: object) -> Batch:
        """A text; what comes next is known but at its end."""
        codes = self._codes_of(self._letters(sequence))
        known = np.arange(len(codes))[:, None] < len(codes) - 1
        return Batch(one_hot(codes, self.inputs), np.roll(codes, -1, axis=0), known)

    def _places(self, held_out: bool) -> int:
        """Where a window and its last target fit."""
        return (self.corpus.held_out if held_out else self.corpus.training).size - self.length

    def _starts(self, held_out: bool, which: Whole) -> Whole:
        return which

    def _windows(self, held_out: bool, starts: Whole) -> Batch:
        x, y = self._cut(held_out, starts), self._cut(held_out, starts + 1)
        return Batch(one_hot(x, self.inputs), y, np.ones(y.shape, np.bool_))

    def _last(self, starts: Whole) -> Whole:
        return self.corpus.held_out[starts + self.length].astype(np.int64)
