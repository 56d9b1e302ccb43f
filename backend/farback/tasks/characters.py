"""Characters: read a text and predict each next character."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from .. import config
from ..cite import Cite
from ..errors import InvalidInput
from ..strict import shown
from .base import Batch, ByLag, Chance, Predict, Task, Whole, one_hot, sequence_of
from .corpus import HELD_OUT, Codes, Corpus, composed, own_text, python_topics
from .older import added_loss

VISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥", None: "other"}
"""How characters are labelled that would not be seen."""


class Characters(Task):
    """Windows of a text as one-hot characters; the target at each step is the next character."""

    title = "Predict the next character"
    summary = "Read real text one character at a time and say which character comes next."
    kind = "classification"
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
    stretches = "length"
    relevant_text = (
        "The lag is counted from the last character read; everything older is replaced by other text, and the lag is "
        "used as far back as that changes the loss."
    )

    SOLVED_NATS: ClassVar[float] = 0.1

    # A single change of the loss scatters by 0.1 to 0.25 nat at the lag where the mean crosses 0.01 nat (measured on
    # LSTMs of 64 units at 200 to 800 updates), so 2000 trials know that mean to some 0.003 nat, and three standard
    # errors are the 0.01 nat that is asked for; a live frame's 32 know it to some 0.03.
    result_trials = 2000
    FRAME_TRIALS: ClassVar[int] = 32

    name: Literal["characters"] = "characters"
    length: int = Field(
        64,
        title="Length",
        description="Characters that are read in one piece; nothing older can be used.",
        ge=8,
        le=config.MAX_STEPS_OF_TIME,
    )
    text: str | None = Field(
        None,
        title="Text",
        description="A plain text of your own to train on. Empty: the topics of Python's own documentation. The last "
        f"tenth is held out; beyond {config.MAX_ALPHABET} different characters the rarest share one symbol.",
        min_length=config.MIN_TEXT,
        max_length=config.MAX_TEXT,
    )

    @field_validator("text", mode="before")
    @classmethod
    def _plain(cls, text: Any) -> Any:
        return own_text(text) if isinstance(text, str) else text

    @field_validator("text")
    @classmethod
    def _long_enough(cls, text: str | None, given: ValidationInfo) -> str | None:
        length = given.data.get("length")  # missing where it is itself wrong
        needed = 0 if length is None else HELD_OUT * (length + 2)
        if text is not None and len(text) < needed:
            raise ValueError(
                f"The text has {len(text):,} characters; its last tenth must hold sequences of length "
                f"{length}, so it needs at least {needed:,}, or a shorter length."
            )
        return text

    @cached_property
    def corpus(self) -> Corpus:
        """Kept with the task and not beyond, so that a person's text goes when its spec goes."""
        return python_topics() if self.text is None else Corpus(self.text)

    @property
    def frame_trials(self) -> int:
        return self.FRAME_TRIALS

    @property
    def inputs(self) -> int:
        return len(self.corpus.alphabet)

    @property
    def outputs(self) -> int:
        return self.inputs

    @property
    def lags(self) -> tuple[int, ...]:
        """Each to 8, then growing by the square root of 2, to the longest that leaves one older character: what a
        text gives away falls off with distance, and every lag costs its trials."""
        longest = self.length - 2
        grown = (round(8 * 2 ** (step / 2)) for step in range(1, 20))
        return tuple(sorted({*range(min(9, longest)), *(d for d in grown if d < longest), longest}))

    def batch(self, rng: np.random.Generator, size: int, held_out: bool = False) -> Batch:
        codes = self.corpus.held_out if held_out else self.corpus.training
        return self._windows(codes, rng.integers(0, self._starts(codes), size))

    def probe(self, rng: np.random.Generator, size: int) -> Batch:
        """Random held-out windows; the one displayed is the first after a line end, where there is one."""
        codes = self.corpus.held_out
        starts = rng.integers(0, self._starts(codes), size)
        starts[0] = self._line(codes)
        return self._windows(codes, starts)

    def chance(self) -> Chance:
        return Chance(self.corpus.single_loss, self.corpus.single_accuracy)

    def memoryless_loss(self) -> float:
        """Of the table of pairs: the best that the current character alone allows, as far as the text can tell."""
        return self.corpus.pair_loss

    def solved(self, loss: float, accuracy: float | None) -> bool:
        return loss <= self.memoryless_loss() - self.SOLVED_NATS

    def by_lag(self, predict: Predict, rng: np.random.Generator, lags: Sequence[int], trials: int) -> ByLag:
        """Keep the last d + 1 characters, replace the older ones by other held-out text; the score is the change of
        the loss at the last step, in nats. The same windows serve every lag."""
        self.check_lags(lags)
        codes = self.corpus.held_out
        places = self._starts(codes)
        start = rng.integers(0, places, trials)
        other = (start + rng.integers(1, places, trials)) % places
        text, elsewhere = (self._cut(codes, at) for at in (start, other))
        return added_loss(self, predict, text[:-1], elsewhere[:-1], text[-1], lags)

    def labels(self) -> dict[str, list[str]]:
        names = [VISIBLE.get(character) or str(character) for character in self.corpus.alphabet]
        return {"x": names, "y": names}

    def read(self, sequence: object) -> Batch:
        """A text; what comes next is known but at its end.

        Characters that the corpus lacks share the code of the rare ones, where there is one.
        """
        if not isinstance(sequence, str):
            raise InvalidInput(f"The sequence must be a text, not {shown(sequence)}.", "sequence")
        alphabet = self.corpus.alphabet
        try:
            letters = sequence_of(list(composed(sequence)), "a text")
        except ValueError as error:
            raise InvalidInput(str(error), "sequence") from None
        unknown = [letter for letter in letters if letter not in alphabet]
        if unknown and None not in alphabet:
            raise InvalidInput(f"This model has never seen {shown(unknown[0])}: leave it out.", "sequence")
        codes = np.array([[alphabet.index(letter if letter in alphabet else None)] for letter in letters])
        known = np.arange(len(codes))[:, None] < len(codes) - 1
        return Batch(one_hot(codes, self.inputs), np.roll(codes, -1, axis=0), known)

    def corpus_sha256(self) -> str:
        return self.corpus.sha256

    def _starts(self, codes: Codes) -> int:
        """Places where a window and its last target fit."""
        return codes.size - self.length

    def _line(self, codes: Codes) -> int:
        """Start of the first whole line of which a window fits, else 0."""
        alphabet = self.corpus.alphabet
        ends = np.flatnonzero(codes == alphabet.index("\n")) if "\n" in alphabet else np.array([])
        return int(ends[0]) + 1 if ends.size and ends[0] + 1 < self._starts(codes) else 0

    def _cut(self, codes: Codes, starts: Whole) -> Whole:
        """(T + 1, B) codes from each start: the inputs and the last target."""
        cut: Whole = codes[starts + np.arange(self.length + 1)[:, None]].astype(np.int64)
        return cut

    def _windows(self, codes: Codes, starts: Whole) -> Batch:
        text = self._cut(codes, starts)
        return Batch(one_hot(text[:-1], self.inputs), text[1:], np.ones((self.length, starts.size), np.bool_))
