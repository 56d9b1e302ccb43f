"""Stocks: weekly prices of six companies, and the direction of the next change. Memory helps little here."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from typing import ClassVar, Literal, NamedTuple, Self

import numpy as np
from pydantic import Field

from ..cite import Cite
from .base import Batch, ByLag, Chance, Predict, Task, Whole, last_step, one_hot
from .older import added_loss
from .shuffled import shuffle, shuffled_time

HELD_OUT = 34
"""Weeks that are held out, of 104: the last third, in one piece, so that nothing of the future is trained on."""
LONGEST = 24
"""Most changes that are read in one piece: it leaves 60 held-out windows, ten of each company."""
COMPANIES = 6
FELL, FELL_LITTLE, ROSE_LITTLE, ROSE = range(4)


class Stocks(Task):
    """The last T weekly changes of a price, as four symbols; asked is whether the next change is up or down.

    A change is large where it is more than the median size of that company's changes in the training weeks. Training
    windows, the change that is asked for with them, lie within the first 70 weeks; held-out windows lie wholly within
    the last 34, so that neither a change nor a median comes from what is tested.
    """

    title = "Predict a price's direction"
    summary = (
        "Read the weekly ups and downs of a real stock price and say whether it rises next; memory helps little, and "
        "an honest answer is hardly better than always saying up."
    )
    kind = "classification"
    cite = Cite(
        "Six prices of 2018 and 2019 as plotly.data.stocks has them; that past prices hardly tell the next: Fama 1970, "
        "Efficient capital markets, Journal of Finance 25(2)",
        "https://doi.org/10.2307/2325486",
    )
    chance_text = (
        "Always saying what was more frequent in the training weeks, up: its accuracy in the held-out weeks, and the "
        "cross-entropy of that frequency there. Saying the last direction again is the other baseline, seldom a better "
        "one."
    )
    success_text = (
        "Accuracy in the held-out weeks at least 0.1 above the better one of both baselines, some two standard errors. "
        "No model is expected to get there."
    )
    stretches = "length"
    relevant_text = (
        "The lag is counted from the last change read; everything older is replaced by other held-out changes, and the "
        "lag is used as far back as that changes the loss, for better or worse."
    )

    SOLVED_MARGIN: ClassVar[float] = 0.1
    FRAME_TRIALS: ClassVar[int] = 32
    result_trials = 2000  # as in characters: single changes of the loss scatter by some 0.1 nat

    name: Literal["stocks"] = "stocks"
    length: int = Field(
        10,
        title="Length",
        description="Weekly changes that are read in one piece; nothing older can be used.",
        ge=2,
        le=LONGEST,
    )
    shuffled: bool = shuffled_time("The changes of a window are put into random order.")

    @property
    def frame_trials(self) -> int:
        return self.FRAME_TRIALS

    @property
    def inputs(self) -> int:
        return 4

    @property
    def outputs(self) -> int:
        return 2

    @property
    def lags(self) -> tuple[int, ...]:
        """Each that leaves an older change; 0 where there is only one older."""
        return tuple(range(self.length - 1))

    @property
    def span(self) -> int:
        return self.length - 1

    def batch(self, rng: np.random.Generator, size: int, held_out: bool = False) -> Batch:
        windows = self._held_out if held_out else self._windows(changes().training)
        return self._batch(rng, windows[:, rng.integers(0, windows.shape[1], size)])

    def probe(self, rng: np.random.Generator, size: int) -> Batch:
        """Random held-out windows."""
        return self.batch(rng, size, held_out=True)

    def chance(self) -> Chance:
        rose = float((changes().training >= ROSE_LITTLE).mean())
        asked = self._held_out[-1] >= ROSE_LITTLE
        likely = np.where(asked, rose, 1 - rose)
        return Chance(float(-np.log(likely).mean()), float((asked == (rose > 0.5)).mean()))

    def last_direction(self) -> float:
        """Accuracy in the held-out weeks of saying that the last change's direction comes again."""
        windows = self._held_out
        return float(((windows[-2] >= ROSE_LITTLE) == (windows[-1] >= ROSE_LITTLE)).mean())

    def memoryless_loss(self) -> float | None:
        """Of the table of what followed each of the four symbols in the training weeks, each case counted once more;
        not known in shuffled time, where the last one read is any of the window."""
        if self.shuffled:
            return None
        codes = changes().training
        table = np.ones((4, 2))
        np.add.at(table, (codes[:-1], _direction(codes[1:])), 1)
        shares = table / table.sum(axis=1, keepdims=True)
        windows = self._held_out
        return float(-np.log(shares[windows[-2], _direction(windows[-1])]).mean())

    def solved(self, loss: float, accuracy: float | None) -> bool:
        better = max(self.chance().accuracy or 0, self.last_direction())
        return accuracy is not None and accuracy >= better + self.SOLVED_MARGIN

    def by_lag(self, predict: Predict, rng: np.random.Generator, lags: Sequence[int], trials: int) -> ByLag:
        """Keep the last d + 1 changes, replace the older ones by another held-out window's.

        Windows that ask for the same week count as one trial: the six prices move together. In an LSTM after 300
        updates the scores of two companies in one week correlated by 0.04 to 0.22, those of one company's windows that
        overlap by 0.1 at most in the mean, with either sign.
        """
        self.check_lags(lags)
        windows = self._held_out
        start = rng.integers(0, windows.shape[1], trials)
        other = (start + rng.integers(1, windows.shape[1], trials)) % windows.shape[1]
        read, elsewhere = windows[:-1, start], windows[:-1, other]
        if self.shuffled:
            read = shuffle(read, rng)
        week = start // COMPANIES
        return added_loss(self, predict, read, elsewhere, _direction(windows[-1, start]), lags, week)

    def labels(self) -> dict[str, list[str]]:
        return {"x": ["--", "-", "+", "++"], "y": ["-", "+"]}

    def read(self, sequence: object) -> Batch:
        """A list of labels. What came next is known but at the end."""
        batch = super().read(sequence)
        codes = batch.x.argmax(axis=-1)
        batch.y[:-1], batch.mask[:-1] = _direction(codes[1:]), True
        return batch

    def stretched(self, factor: float) -> Self | None:
        longer = super().stretched(factor)
        return longer if longer is not None and longer.length <= LONGEST else None

    def corpus_sha256(self) -> str:
        return changes().sha256

    @property
    def _held_out(self) -> Whole:
        return self._windows(changes().held_out)

    def _windows(self, codes: Whole) -> Whole:
        """(T + 1, N) all windows of the companies' changes (weeks, 6), each with the change that is asked for: those of
        one week side by side."""
        starts = np.arange(len(codes) - self.length)
        windows: Whole = codes[starts + np.arange(self.length + 1)[:, None]]  # (T + 1, starts, 6)
        return windows.reshape(self.length + 1, -1)

    def _batch(self, rng: np.random.Generator, windows: Whole) -> Batch:
        read = shuffle(windows[:-1], rng) if self.shuffled else windows[:-1]
        y = np.zeros(read.shape, np.int64)
        y[-1] = _direction(windows[-1])
        return Batch(one_hot(read, self.inputs), y, last_step(*read.shape))


class Changes(NamedTuple):
    """The weekly changes of all companies as symbols, in order of time."""

    training: Whole  # (70, 6)
    held_out: Whole  # (34, 6)
    sha256: str


@lru_cache(maxsize=1)
def changes() -> Changes:
    """The series that ships inside the installed plotly package, read without pandas."""
    packed = resources.files("plotly").joinpath("package_data/datasets/stocks.csv.gz").read_bytes()
    text = gzip.decompress(packed).decode()
    _, *rows = csv.reader(text.splitlines())
    prices = np.array([row[1:] for row in rows], np.float64)  # the first column is the date
    change = np.diff(np.log(prices), axis=0)
    median = np.median(abs(change[:-HELD_OUT]), axis=0)
    codes = np.where(change > 0, ROSE_LITTLE, FELL_LITTLE) + np.where(abs(change) > median, np.sign(change), 0)
    codes = codes.astype(np.int64)
    return Changes(codes[:-HELD_OUT], codes[-HELD_OUT:], sha256(text.encode()).hexdigest())


def _direction(codes: Whole) -> Whole:
    """1 where a change is up."""
    direction: Whole = (codes >= ROSE_LITTLE).astype(np.int64)
    return direction
