"""Watchers: who looks at a run, so that one person's cancel never ends what another watches."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable

WATCH_S = 10.0
"""Seconds for which a call counts as watching: somebody who polls does so more often."""


class Watchers:
    """Viewers of each run: those with an open stream, and those who called within the last seconds.

    A viewer who withdrew does not count again, whatever stream it keeps open, until it asks for the run anew.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._streams: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._calls: defaultdict[str, dict[str, float]] = defaultdict(dict)
        self._withdrawn: defaultdict[str, set[str]] = defaultdict(set)

    def join(self, run: str, viewer: str) -> None:
        """The viewer asks for the run."""
        self._withdrawn[run].discard(viewer)
        self.touch(run, viewer)

    def touch(self, run: str, viewer: str) -> None:
        """The viewer looks at the run once."""
        self._calls[run][viewer] = self._clock()

    def open(self, run: str, viewer: str) -> None:
        """The viewer opens a stream; from now on the stream tells whether it watches, and no earlier call does."""
        self._streams[run][viewer] += 1
        self._calls[run].pop(viewer, None)

    def close(self, run: str, viewer: str) -> None:
        """One stream of the viewer ended."""
        self._streams[run] -= Counter([viewer])

    def withdraw(self, run: str, viewer: str) -> None:
        """The viewer no longer wants the run."""
        self._withdrawn[run].add(viewer)

    def count(self, run: str) -> int:
        """How many viewers the run has."""
        self._forget(run)
        return len((set(self._streams.get(run, ())) | set(self._calls.get(run, ()))) - self._withdrawn.get(run, set()))

    def tidy(self) -> None:
        """Forget whatever no longer counts, so that memory does not grow with the days."""
        for run in set(self._calls) | set(self._streams) | set(self._withdrawn):
            self._forget(run)

    def _forget(self, run: str) -> None:
        since = self._clock() - WATCH_S
        calls = {viewer: seen for viewer, seen in self._calls.pop(run, {}).items() if seen > since}
        if calls:
            self._calls[run] = calls
        if not self._streams.get(run):
            self._streams.pop(run, None)
        if run not in self._calls and run not in self._streams:
            self._withdrawn.pop(run, None)
