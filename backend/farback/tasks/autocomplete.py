"""Autocomplete: read a text letter by letter and say at each which word it is going to be."""

from __future__ import annotations

from dataclasses import asdict
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from .. import config
from ..cite import Cite
from ..errors import InvalidInput
from .base import Batch, Chance, Whole, one_hot
from .corpus import Corpus
from .letters import by_letters
from .text import Text
from .words import Part, Sample, Words, lowered, topics_words


class Autocomplete(Text):
    """Windows of a text in lower case as one-hot characters; the target at each step is the whole word.

    Each character of a word asks for that word, and so does the character directly before it, where only the context
    can tell. Nothing is asked at other characters, at a word that the vocabulary lacks (nor does the article count its
    unknown words), and at the rest of a word that the window's start has cut.
    """

    title = "Complete the word"
    summary = "Read real text letter by letter and say, before the word is finished, which word it is going to be."
    cite = Cite(
        "Madsen 2019, Visualizing memorization in RNNs, Distill", "https://distill.pub/2019/memorization-in-rnns/"
    )
    chance_text = (
        "Knowing only how frequent each word is: its share of the steps that the training part asks, as cross-entropy "
        "on the steps of the held-out last tenth of the text."
    )
    success_text = (
        "Held-out accuracy at least 0.05 above that of the most frequent word that begins with the letters read: more "
        "than the word's own letters is used."
    )
    suggestions = config.SUGGESTIONS

    # In Python's documentation, whoever guesses by the letters read and nothing else gets 0.039 above the baseline by
    # a table that is fitted to the held-out text itself.
    SOLVED_MARGIN: ClassVar[float] = 0.05

    name: Literal["autocomplete"] = "autocomplete"
    vocabulary: int = Field(
        1000,
        title="Vocabulary",
        description="How many words there are to choose from: the most frequent ones of the text. Other words are read "
        "but not asked for. More words take longer.",
        ge=config.MIN_VOCABULARY,
        le=config.MAX_VOCABULARY,
    )

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        if self.text is None:
            return self
        if self.outputs < 2:
            raise InvalidInput(  # no ValueError, which pydantic would tell of the whole task
                "The text has no two different words; a word is made of letters, and has at most "
                f"{config.MAX_WORD} of them.",
                "task.text",
            )
        if not self._places(held_out=False) or self._places(held_out=True) < 2:
            raise InvalidInput(
                "The last tenth of the text, on which models are tested, has hardly a word of the vocabulary: take "
                "another text, a larger vocabulary or a shorter length.",
                "task.text",
            )
        return self

    @cached_property
    def words(self) -> Words:
        """Kept with the task and not beyond, so that a person's text goes when its spec goes."""
        return topics_words(self.vocabulary) if self.text is None else Words(self.text, self.vocabulary)

    @property
    def corpus(self) -> Corpus:
        return self.words.corpus

    @property
    def outputs(self) -> int:
        return len(self.words.vocabulary)

    def held_out(self, rng: np.random.Generator, size: int) -> Batch:
        """The windows that the baselines are told on too, the same for every generator."""
        return self._windows(True, self._sample.starts)

    def chance(self) -> Chance:
        return Chance(self.words.single_loss, self.words.single_accuracy)

    def memoryless_loss(self) -> float:
        """Of the table of words by the current character."""
        return self.words.memoryless_loss

    def solved(self, loss: float, accuracy: float | None) -> bool:
        baseline = float((self._sample.beginning == 0).mean())
        return accuracy is not None and accuracy >= baseline + self.SOLVED_MARGIN

    def facts(self) -> dict[str, Any]:
        sample, words = self._sample, self.words
        parts = {"training": words.training, "held_out": words.held_out}
        return {
            "baselines": {
                "frequent": asdict(by_letters(sample.frequent, sample.known)),
                "beginning": asdict(by_letters(sample.beginning, sample.known)),
            },
            "out_of_vocabulary": {name: part.unknown / max(1, part.words) for name, part in parts.items()},
        }

    def labels(self) -> dict[str, list[str]]:
        return {"x": self._character_names(), "y": self.words.vocabulary}

    def read(self, sequence: object) -> Batch:
        """A text, read in lower case. The right answer is known at words of the vocabulary, but for a last word that
        may go on."""
        letters = self._letters(sequence)
        codes = self._codes_of(letters)
        word, known = self.words.read("".join(letters))
        return Batch(one_hot(codes, self.inputs), np.maximum(word, 0)[:, None], (word >= 0)[:, None], known[:, None])

    def _displayed(self) -> int:
        """Of the windows that begin a line the one that asks at most steps: there is most to see, whatever is said."""
        lines = self._lines()
        _, _, asked = self.words.asked(self.words.held_out, self._starts(True, lines), self.length)
        return int(lines[asked.sum(axis=0).argmax()])

    def _normal(self, text: str) -> str:
        return lowered(super()._normal(text))

    @property
    def _sample(self) -> Sample:
        return self.words.sample(self.length)

    def _part(self, held_out: bool) -> Part:
        return self.words.held_out if held_out else self.words.training

    def _places(self, held_out: bool) -> int:
        return self._part(held_out).ends(self.length).size

    def _starts(self, held_out: bool, which: Whole) -> Whole:
        return self._part(held_out).ends(self.length)[which] - (self.length - 1)

    def _windows(self, held_out: bool, starts: Whole) -> Batch:
        word, known, asked = self.words.asked(self._part(held_out), starts, self.length)
        return Batch(one_hot(self._cut(held_out, starts), self.inputs), word, asked, known)

    def _last(self, starts: Whole) -> Whole:
        return self.words.held_out.word[starts + self.length - 1].astype(np.int64)
