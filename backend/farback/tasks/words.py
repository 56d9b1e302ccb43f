"""The words of a text: which of them are classes, and which one each character belongs to."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .. import config
from .base import Flags, Whole
from .corpus import Corpus, Table, topics_text

Small: TypeAlias = NDArray[np.int16]

NONE = -1
"""In place of a class where no word of the vocabulary is asked for."""


@dataclass(frozen=True)
class Part:
    """One part of a text, character by character; N characters."""

    word: Small  # (N,) class of the word that a character belongs to or stands directly before, else NONE
    known: Small  # (N,) how many letters of that word have been read with it; 0 directly before it
    words: int  # that lie in it as a whole
    unknown: int  # of them, those that the vocabulary lacks
    _ends: dict[int, Whole] = field(default_factory=dict)

    def ends(self, length: int) -> Whole:
        """Where windows of so many characters end that ask for a word at their last step, ascending.

        The character before the word lies in the window, or nobody could know that the word begins there.
        """
        if length not in self._ends:
            ends = np.flatnonzero((self.word != NONE) & (self.known < length))
            self._ends[length] = ends[ends >= length - 1]
        return self._ends[length]


@dataclass(frozen=True)
class Sample:
    """Held-out windows that models are scored on, and what scores on them without a model; N steps are asked."""

    starts: Whole  # (B,)
    known: Whole  # (N,) letters read of the word that is asked for
    frequent: Whole  # (N,) rank of the right word among the most frequent words; `SUGGESTIONS` where it is not there
    beginning: Whole  # (N,) the same among the most frequent words that begin with the letters read


class Words:
    """A text in lower case, its words, and what can be said of them without memory.

    A word is a letter and all letters and combining marks that follow it: digits, underscores and apostrophes end it,
    as in the article's corpus, text8, which has spaces in their place. The vocabulary are the most frequent words of
    the training part.

    Args:
        text: the text; its last tenth is held out.
        most: how many words the vocabulary has at most.

    Attributes:
        corpus: the text as it is read.
        vocabulary: words by frequency, equally frequent ones by code point.
        training: the part that is trained on.
        held_out: the part that is measured on. A word on the border belongs to neither.
    """

    def __init__(self, text: str, most: int) -> None:
        text = lowered(text)
        self.corpus = Corpus(text)
        split = self.corpus.training.size
        start, stop = spans(text)
        words = [text[a:b] for a, b in zip(start.tolist(), stop.tolist(), strict=True)]
        trained = int(np.searchsorted(stop, split, side="right"))
        first = int(np.searchsorted(start, split))
        counts = Counter(word for word in words[:trained] if len(word) <= config.MAX_WORD)
        self.vocabulary = sorted(counts, key=lambda word: (-counts[word], word))[:most]
        self._code = {word: number for number, word in enumerate(self.vocabulary)}
        classes = self._classes(words)
        self.training = _part(start[:trained], stop[:trained], classes[:trained], split)
        self.held_out = _part(start[first:] - split, stop[first:] - split, classes[first:], len(text) - split)
        self._samples: dict[int, Sample] = {}

    @cached_property
    def single(self) -> Table:
        """(V,) share of each word among the training part's steps."""
        counts = np.bincount(self.training.word[self.training.word != NONE])
        shares: Table = counts / counts.sum()
        return shares

    @cached_property
    def single_loss(self) -> float:
        """Cross-entropy, in nats a step, of the table of single words on the held-out part."""
        return float(-np.log(self.single[self._asked]).mean())

    @cached_property
    def single_accuracy(self) -> float:
        """Share of the held-out steps that ask for the training part's most frequent word."""
        return float((self._asked == self.single.argmax()).mean())

    @cached_property
    def memoryless_loss(self) -> float:
        """Cross-entropy, in nats a step, on the held-out part of the table of words by the current character.

        It is made from the training part, and smoothed as `Corpus.pair` is.
        """
        shape = len(self.corpus.alphabet), len(self.vocabulary)
        asked = self.training.word != NONE
        pairs = self.corpus.training[asked].astype(np.int64) * shape[1] + self.training.word[asked]
        counts = np.bincount(pairs, minlength=shape[0] * shape[1]).reshape(shape)
        kinds = np.maximum((counts > 0).sum(axis=1), 1)
        read = self.corpus.held_out[self.held_out.word != NONE]
        said = counts[read, self._asked] + kinds[read] * self.single[self._asked]
        return float(-np.log(said / (counts.sum(axis=1) + kinds)[read]).mean())

    @cached_property
    def beginnings(self) -> dict[str, list[int]]:
        """For each beginning of a word of the vocabulary, the empty one too, the three most frequent words with it."""
        found: dict[str, list[int]] = {}
        for number, word in enumerate(self.vocabulary):
            for letters in range(len(word) + 1):
                likely = found.setdefault(word[:letters], [])
                if len(likely) < config.SUGGESTIONS:
                    likely.append(number)
        return found

    def read(self, text: str) -> tuple[Whole, Whole]:
        """(N,) classes and letters known, as in `Part`, of a text in lower case; its last word may not be finished."""
        start, stop = spans(text)
        if stop.size and stop[-1] == len(text):
            start, stop = start[:-1], stop[:-1]
        words = [text[a:b] for a, b in zip(start.tolist(), stop.tolist(), strict=True)]
        part = _part(start, stop, self._classes(words), len(text))
        return part.word.astype(np.int64), part.known.astype(np.int64)

    def _classes(self, words: list[str]) -> Whole:
        return np.fromiter((self._code.get(word, NONE) for word in words), np.int64, len(words))

    def asked(self, part: Part, starts: Whole, length: int) -> tuple[Whole, Whole, Flags]:
        """The windows of a part that start there, step by step.

        Returns:
            (T, B) classes, 0 where nothing is asked; letters known of each word; and whether it is asked for, which it
            is not where the window's start has cut it.
        """
        t = np.arange(length)[:, None]
        word, known = part.word[starts + t].astype(np.int64), part.known[starts + t].astype(np.int64)
        asked = (word != NONE) & (known <= t)
        return np.where(asked, word, 0), known, asked

    def sample(self, length: int) -> Sample:
        """At most `HELD_OUT_SEQUENCES` windows, drawn without overlap, so that each step counts once.

        They are the same for every seed, so what scores without a model can be told beforehand.
        """
        if length not in self._samples:
            starts = _apart(self.held_out.ends(length) - (length - 1), length, config.HELD_OUT_SEQUENCES)
            word, known, asked = self.asked(self.held_out, starts, length)
            word, known = word[asked], known[asked]
            frequent = np.minimum(word, config.SUGGESTIONS)  # the vocabulary is sorted by frequency
            likely = [
                self.beginnings[self.vocabulary[w][:k]] for w, k in zip(word.tolist(), known.tolist(), strict=True)
            ]
            ranks = [few.index(w) if w in few else config.SUGGESTIONS for w, few in zip(word, likely, strict=True)]
            self._samples[length] = Sample(starts, known, frequent, np.array(ranks))
        return self._samples[length]

    @property
    def _asked(self) -> Whole:
        asked: Whole = self.held_out.word[self.held_out.word != NONE].astype(np.int64)
        return asked


def lowered(text: str) -> str:
    """In lower case, as the article's corpus is: Read and read are one word to suggest. Its letters stay composed."""
    return unicodedata.normalize("NFC", text.lower())


def spans(text: str) -> tuple[Whole, Whole]:
    """Where the words start, and where they stop: the place after their last character. Both ascending."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)  # a person may send anything
    distinct, codes = np.unique(points, return_inverse=True)
    kinds = [unicodedata.category(chr(point))[0] for point in distinct]
    letter, mark = (np.array([kind == wanted for kind in kinds], np.bool_)[codes] for wanted in "LM")
    place = np.arange(points.size)
    last_letter = np.maximum.accumulate(np.where(letter, place, NONE))
    last_end = np.maximum.accumulate(np.where(letter | mark, NONE, place))
    inside: Flags = last_letter > last_end  # a mark belongs to the letter before it, and is no word without one
    edges = np.diff(inside.astype(np.int8), prepend=0, append=0)
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def _apart(starts: Whole, length: int, most: int) -> Whole:
    """At most so many of the windows that start there, none overlapping another, in order.

    They are taken as they are drawn: whoever takes the first that fits after another lands before a word more often
    than within one.
    """
    taken = np.zeros(starts.max() + length, np.bool_)
    chosen: list[int] = []
    for start in np.random.default_rng(0).permutation(starts).tolist():
        if not taken[start : start + length].any():
            taken[start : start + length] = True
            chosen.append(start)
            if len(chosen) == most:
                break
    return np.sort(np.array(chosen))


def _part(start: Whole, stop: Whole, classes: Whole, size: int) -> Part:
    """A part of so many characters, by its words' spans and classes."""
    word, known = np.full(size, NONE, np.int16), np.zeros(size, np.int16)
    steps = stop - start + 1  # the character before it, then its own
    letters = np.arange(steps.sum()) - np.repeat(steps.cumsum() - steps, steps)
    place = np.repeat(start - 1, steps) + letters
    inside = place >= 0  # what stands before the part's first word may lie before the part
    word[place[inside]], known[place[inside]] = (
        np.repeat(classes, steps)[inside],
        np.minimum(letters, 2**15 - 1)[inside],
    )
    return Part(word, known, classes.size, int((classes == NONE).sum()))


@lru_cache(maxsize=2)
def topics_words(most: int) -> Words:
    """The words of Python's own documentation."""
    return Words(topics_text(), most)
