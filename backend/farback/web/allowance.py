"""Allowance: how often one client may do what leaves something behind for good."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from ..errors import Busy

HOUR_S = 3600.0

CLIENTS = 4096
"""Most clients that are remembered: some 100 kB. Whoever takes a new name for every act is bounded by the disk's share,
as all are together."""


class Allowance:
    """So many acts of each client within any hour. Only those that succeeded count.

    Args:
        most: acts an hour.
        clock: seconds.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._done: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, client: str, what: str) -> None:
        """Refuse a client that has done it as often as it may.

        Args:
            client: its name.
            what: what it did, in words that follow "You have".

        Raises:
            Busy: it has; says when it may again.
        """
        now, done = self._clock(), self._done.get(client, deque())
        while done and done[0] <= now - HOUR_S:
            done.popleft()
        if len(done) >= self._most:
            wait = done[0] + HOUR_S - now
            again = f"Try again in {_minutes(wait)}."
            raise Busy(f"You have {what} {self._most} times within an hour, which is the most allowed. {again}", wait)

    def count(self, client: str) -> None:
        """The client did it."""
        self._done.setdefault(client, deque()).append(self._clock())
        self._done.move_to_end(client)
        while len(self._done) > CLIENTS:
            self._done.popitem(last=False)


def _minutes(seconds: float) -> str:
    minutes = max(1, math.ceil(seconds / 60))
    return "a minute" if minutes == 1 else f"{minutes} minutes"
