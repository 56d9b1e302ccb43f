"""A text as a model reads it, and what can be predicted of it without memory."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .. import config

Codes: TypeAlias = NDArray[np.uint8]
Table: TypeAlias = NDArray[np.float64]

HELD_OUT = 10
"""One character in so many is held out: the last tenth, in one piece, so that long contexts stay whole."""

BINARY = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters other than tab and line ends, and lone surrogates: no plain text has them."""

MAX_MARKS = 30
"""Most combining marks in a row, as Unicode's Stream-Safe Text Format has it (UAX #15): no language comes near, and the
time that composing them takes grows with their number's square."""


class Corpus:
    """A text in whole numbers, and its tables of single characters and of pairs.

    Args:
        text: the text; its last tenth is held out.

    Attributes:
        alphabet: its distinct characters by code point. Beyond `config.MAX_ALPHABET` the rarest share the last
            code, which is None here.
        training: codes of the part that is trained on.
        held_out: codes of the part that is measured on.
    """

    def __init__(self, text: str) -> None:
        points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        distinct, codes, counts = np.unique(points, return_inverse=True, return_counts=True)
        self.alphabet: list[str | None] = [chr(point) for point in distinct]
        if distinct.size > config.MAX_ALPHABET:
            kept = np.sort(np.argsort(-counts, kind="stable")[: config.MAX_ALPHABET - 1])
            shared = np.full(distinct.size, kept.size)
            shared[kept] = np.arange(kept.size)
            codes = shared[codes]
            self.alphabet = [*(chr(point) for point in distinct[kept]), None]
        split = len(text) - len(text) // HELD_OUT
        small: Codes = codes.astype(np.uint8)
        self.training, self.held_out = small[:split], small[split:]
        self.sha256 = sha256(text.encode()).hexdigest()

    @cached_property
    def single(self) -> Table:
        """(I,) share of each character in the training part, each counted once more so that none is impossible."""
        counts = np.bincount(self.training, minlength=len(self.alphabet)) + 1.0
        shares: Table = counts / counts.sum()
        return shares

    @cached_property
    def pair(self) -> Table:
        """(I, I) probability of the next character (column) after the current one (row), from the training part.

        Smoothed as Witten & Bell 1991 do: (n(a, b) + t(a) p(b)) / (n(a) + t(a)), with t(a) the number of distinct
        characters seen after a, and p the table of single characters.
        """
        size = len(self.alphabet)
        pairs = self.training[:-1].astype(np.int64) * size + self.training[1:]
        counts = np.bincount(pairs, minlength=size * size).reshape(size, size)
        followers = np.maximum((counts > 0).sum(axis=1, keepdims=True), 1)  # 1: a row never seen falls back on p
        table: Table = (counts + followers * self.single) / (counts.sum(axis=1, keepdims=True) + followers)
        return table

    @cached_property
    def single_loss(self) -> float:
        """Cross-entropy, in nats a character, of the table of single characters on the held-out part."""
        return float(-np.log(self.single[self.held_out[1:]]).mean())

    @cached_property
    def single_accuracy(self) -> float:
        """Share of the held-out part that is the training part's most frequent character."""
        return float((self.held_out[1:] == self.single.argmax()).mean())

    @cached_property
    def pair_loss(self) -> float:
        """Cross-entropy, in nats a character, of the table of pairs on the held-out part."""
        return float(-np.log(self.pair[self.held_out[:-1], self.held_out[1:]]).mean())


def topics_text() -> str:
    """The topics of Python's own documentation, some 465,000 characters that every Python brings along."""
    from pydoc_data.topics import topics  # half a megabyte of text, read only where it is used

    return "".join(topics[name] for name in sorted(topics))


@lru_cache(maxsize=1)
def python_topics() -> Corpus:
    """Those topics as they are read."""
    return Corpus(topics_text())


def own_text(text: str) -> str:
    """A person's text as it is trained on: line ends as \\n, and accented letters as one character each (NFC), so
    that the same text is the same on every system.

    Raises:
        ValueError: it is empty, too short, too long, all one character, or no plain text; says which.
    """
    if not text.strip():
        raise ValueError(f"The text is empty; it needs at least {config.MIN_TEXT:,} characters.")
    if len(text) > config.MAX_TEXT:
        raise ValueError(f"The text has {len(text):,} characters; at most {config.MAX_TEXT:,} are allowed.")
    if found := BINARY.search(text):
        raise ValueError(
            f"This is no plain text: there is a character that text does not have (U+{ord(found[0]):04X}) at position "
            f"{found.start() + 1:,}."
        )
    text = composed(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not config.MIN_TEXT <= len(text) <= config.MAX_TEXT:
        raise ValueError(f"The text has {len(text):,} characters; it needs {config.MIN_TEXT:,} to {config.MAX_TEXT:,}.")
    if len(set(text)) < 2:
        raise ValueError("The text is one character over and over; there is nothing to predict.")
    return text


def composed(text: str) -> str:
    """The same text with accented letters as one character each (NFC).

    Raises:
        ValueError: more marks stand in a row than composing them may take.
    """
    kinds = (c for c in set(text) if all(map(unicodedata.combining, unicodedata.normalize("NFD", c))))
    marks = "".join(kinds)
    if marks and (found := re.search(f"[{marks}]{{{MAX_MARKS + 1}}}", text)):
        raise ValueError(
            f"This is no plain text: more than {MAX_MARKS} accents stand on one letter at position {found.start():,}."
        )
    return unicodedata.normalize("NFC", text)
