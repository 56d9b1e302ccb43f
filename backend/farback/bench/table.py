"""The table that `farback bench` prints: each row a ratio, both sides measured in turns in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

REPEATS = 7
"""Measurements of each side; the median of their ratios is told, and the spread."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    ratio: str
    detail: str
    claim: str

    def __str__(self) -> str:
        return f"| {self.what} | {self.ratio} | {self.detail} | {self.claim} |"


HEAD = "| what | ratio | measured | claim |\n|---|---|---|---|"


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median, and smallest and largest."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def seconds(call: Callable[[], object], times: int = 1) -> float:
    """Processor seconds of this thread for one call: what else the machine does meanwhile is not counted."""
    start = time.thread_time()
    for _ in range(times):
        call()
    return (time.thread_time() - start) / times


def side_by_side(
    theirs: Callable[[], object], ours: Callable[[], object], times: tuple[int, int] = (5, 5), repeats: int = REPEATS
) -> tuple[list[float], float, float]:
    """Measure two calls in turns; each is called once beforehand.

    Args:
        theirs: one side.
        ours: the other.
        times: how often each is called for one measurement; the quicker one more often, so that either is measured as
            it runs and not as it starts.
        repeats: measurements.

    Returns:
        The ratios theirs / ours, and the median seconds of either side.
    """
    theirs()
    ours()
    pairs = [(seconds(theirs, times[0]), seconds(ours, times[1])) for _ in range(repeats)]
    ratios = [a / b for a, b in pairs]
    return ratios, statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def milliseconds(value: float) -> str:
    """Seconds as ms, in three digits."""
    return f"{1000 * value:.3g} ms"
