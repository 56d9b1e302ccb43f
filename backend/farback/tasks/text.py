"""Text: what the tasks share that read one, character by character."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from .. import config
from ..arrays import Floats
from ..errors import InvalidInput
from ..strict import shown
from .base import Batch, ByLag, Predict, Task, Whole, sequence_of
from .corpus import HELD_OUT, Corpus, composed, own_text
from .older import added_loss

VISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥", None: "other"}
"""How characters are labelled that would not be seen."""

RARE = "�"
"""What stands for a character that is only known to be rare."""


class Text(Task):
    """Windows of a text as one-hot characters, whose last step is always asked for."""

    kind = "classification"
    form = "text"
    stretches = "length"
    relevant_text = (
        "The lag is counted from the last character read; everything older is replaced by other text, and the lag is "
        "used as far back as that changes the loss."
    )

    # A single change of the loss scatters by 0.1 to 0.25 nat at the lag where the mean crosses 0.01 nat (measured on
    # LSTMs of 64 units at 200 to 800 updates), so 2000 trials know that mean to some 0.003 nat, and three standard
    # errors are the 0.01 nat that is asked for; a live frame's 32 know it to some 0.03.
    result_trials = 2000
    FRAME_TRIALS: ClassVar[int] = 32

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

    @property
    @abstractmethod
    def corpus(self) -> Corpus:
        """The text as it is read."""

    @abstractmethod
    def _places(self, held_out: bool) -> int:
        """How many windows there are."""

    @abstractmethod
    def _starts(self, held_out: bool, which: Whole) -> Whole:
        """(B,) where these of the windows start, in order."""

    @abstractmethod
    def _windows(self, held_out: bool, starts: Whole) -> Batch:
        """The windows that start there. Their last step is asked for."""

    @abstractmethod
    def _last(self, starts: Whole) -> Whole:
        """(B,) what is right at the last step of the held-out windows that start there."""

    @property
    def frame_trials(self) -> int:
        return self.FRAME_TRIALS

    @property
    def inputs(self) -> int:
        return len(self.corpus.alphabet)

    @property
    def lags(self) -> tuple[int, ...]:
        """Each to 8, then growing by the square root of 2, to the longest that leaves one older character: what a
        text gives away falls off with distance, and every lag costs its trials."""
        longest = self.length - 2
        grown = (round(8 * 2 ** (step / 2)) for step in range(1, 20))
        return tuple(sorted({*range(min(9, longest)), *(d for d in grown if d < longest), longest}))

    def batch(self, rng: np.random.Generator, size: int, held_out: bool = False) -> Batch:
        which = rng.integers(0, self._places(held_out), size)
        return self._windows(held_out, self._starts(held_out, which))

    def probe(self, rng: np.random.Generator, size: int) -> Batch:
        """Random held-out windows; the one displayed begins a line, where there is one."""
        which = rng.integers(0, self._places(held_out=True), size)
        which[0] = self._displayed()
        return self._windows(True, self._starts(True, which))

    def by_lag(self, predict: Predict, rng: np.random.Generator, lags: Sequence[int], trials: int) -> ByLag:
        """Keep the last d + 1 characters, replace the older ones by other held-out text; the score is the change of
        the loss at the last step, in nats. The same windows serve every lag.

        A stretch is as long as a window: windows that start in different ones share less than they read, and next but
        one they share nothing.
        """
        self.check_lags(lags)
        places = self._places(held_out=True)
        which = rng.integers(0, places, trials)
        other = (which + rng.integers(1, places, trials)) % places
        start, elsewhere = (self._starts(True, drawn) for drawn in (which, other))
        text, other_text = self._cut(True, start), self._cut(True, elsewhere)
        return added_loss(self, predict, text, other_text, self._last(start), lags, start // self.length)

    def stretched(self, factor: float) -> Self | None:
        """None also where the held-out text has no two such windows."""
        longer = super().stretched(factor)
        return longer if longer is not None and longer._places(held_out=True) > 1 else None

    def corpus_sha256(self) -> str:
        return self.corpus.sha256

    def written(self, x: Floats) -> str:
        """One-hot characters (T, I) as a text that `read` takes; the rare ones, which share a symbol, as �."""
        return "".join(self.corpus.alphabet[code] or RARE for code in x.argmax(axis=1))

    def _character_names(self) -> list[str]:
        return [VISIBLE.get(character) or str(character) for character in self.corpus.alphabet]

    def _normal(self, text: str) -> str:
        """A person's text in the form that this task reads.

        Raises:
            ValueError: it has none; says why.
        """
        return composed(text)

    def _letters(self, sequence: object) -> list[str]:
        """A person's text as characters, as this task reads them.

        Raises:
            InvalidInput: it is no text, too short or too long.
        """
        if not isinstance(sequence, str):
            raise InvalidInput(f"The sequence must be a text, not {shown(sequence)}.", "sequence")
        try:
            return sequence_of(list(self._normal(sequence)), "a text")
        except ValueError as error:
            raise InvalidInput(str(error), "sequence") from None

    def _codes_of(self, letters: list[str]) -> Whole:
        """(T, 1) codes; characters that the corpus lacks share that of the rare ones, where there is one.

        Raises:
            InvalidInput: there is none.
        """
        alphabet = self.corpus.alphabet
        unknown = [letter for letter in letters if letter not in alphabet]
        if unknown and None not in alphabet:
            raise InvalidInput(f"This model has never seen {shown(unknown[0])}: leave it out.", "sequence")
        return np.array([[alphabet.index(letter if letter in alphabet else None)] for letter in letters])

    def _lines(self) -> Whole:
        """The held-out windows that come directly after a line end; the first one where none does."""
        alphabet, codes = self.corpus.alphabet, self.corpus.held_out
        starts = self._starts(True, np.arange(self._places(held_out=True)))
        ends = (starts > 0) & (codes[starts - 1] == alphabet.index("\n")) if "\n" in alphabet else starts < 0
        return np.flatnonzero(ends) if ends.any() else np.array([0])

    def _displayed(self) -> int:
        """Which held-out window the page displays: of those that begin a line the one with most letters."""
        lines = self._lines()
        letter = np.array([(character or "").isalpha() for character in self.corpus.alphabet])
        letters = letter[self._cut(True, self._starts(True, lines))].sum(axis=0)
        return int(lines[letters.argmax()])

    def _cut(self, held_out: bool, starts: Whole) -> Whole:
        """(T, B) codes from each start."""
        codes = self.corpus.held_out if held_out else self.corpus.training
        cut: Whole = codes[starts + np.arange(self.length)[:, None]].astype(np.int64)
        return cut
