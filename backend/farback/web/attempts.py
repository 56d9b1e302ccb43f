"""Attempts: how often an address has lately tried something. It is known only in memory, and as long as it matters."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Request

from .. import config
from ..errors import Busy
from .allowance import HOUR_S, Allowance

MINUTE_S = 60.0

MOST = 5000
"""Addresses that are known at a time; those that were seen longest ago are forgotten."""


@dataclass
class _Known:
    """What one address has tried since a moment."""

    since: float
    things: set[str] = field(default_factory=set)


class Attempts:
    """Different things that each address has tried within a span of time.

    Args:
        span: seconds.
        clock: seconds since any moment.
    """

    def __init__(self, span: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._span = span
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, address: str) -> int:
        """How many different things."""
        with self._lock:
            return len(self._of(address).things)

    def has(self, address: str, thing: str) -> bool:
        """Whether this is one of them."""
        with self._lock:
            return thing in self._of(address).things

    def note(self, address: str, thing: str) -> None:
        """One more, if it is another."""
        with self._lock:
            self._of(address).things.add(thing)

    def _of(self, address: str) -> _Known:
        now = self._clock()
        known = self._known.get(address)
        if known is None or now - known.since >= self._span:
            known = self._known[address] = _Known(now)
        self._known.move_to_end(address)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return known


class Door:
    """Lets nobody try class codes until one is met, nor make classes without end.

    An address that has lately used a class goes on using it whatever else is tried from there: a lecture hall shares
    one, and one person in it must not lock the others out.

    Args:
        clock: seconds since any moment.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._wrong = Attempts(MINUTE_S, clock)
        self._right = Attempts(HOUR_S, clock)
        self._made = Allowance(config.MAX_CLASSES_CLIENT, clock)

    def knock(self, address: str, code: str) -> None:
        """Somebody asks for a class.

        Raises:
            Busy: too many wrong codes came from there.
        """
        if self._wrong.count(address) >= config.MAX_WRONG_CODES and not self._right.has(address, code):
            raise Busy("Too many wrong class codes came from where you are: wait a minute, then try again.", MINUTE_S)

    def answered(self, address: str, code: str, there: bool) -> None:
        """Whether there was a class of that code."""
        (self._right if there else self._wrong).note(address, code)

    def make(self, address: str) -> None:
        """Somebody makes a class.

        Raises:
            Busy: too many were made from there.
        """
        self._made.check(address, "made a class")

    def made(self, address: str, code: str) -> None:
        """A class was made from there."""
        self._made.count(address)
        self._right.note(address, code)


def address_of(request: Request) -> str:
    """Where a request comes from. All addresses of one IPv6 network count as one: a machine has as many as it wants."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return str(address)
