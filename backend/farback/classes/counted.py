"""Counted: how predictions stand, counted once for all who ask, until it changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeAlias

from .standing import Standing

Question: TypeAlias = tuple[str, str, str]
"""Code, lesson and prediction."""

REMEMBERED = 512
"""Standings that are kept counted: a class asks one question at a time."""


class Counted:
    """What is counted is forgotten once a transaction that touched it is on the disk. Only the writer touches, anybody
    may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._standings: OrderedDict[Question, Standing] = OrderedDict()
        self._changes = 0  # transactions so far
        self._touched: set[Question] = set()  # by the transaction that is being written

    def of(self, question: Question, count: Callable[[], Standing]) -> Standing:
        """How a prediction stands; counted where it is not known."""
        with self._lock:
            found = self._standings.get(question)
            if found is not None:
                self._standings.move_to_end(question)
                return found
            changes = self._changes
        # Counted outside the lock, which the writer takes: else it would wait for whoever reads.
        counted = count()
        with self._lock:
            if self._changes == changes:
                self._standings[question] = counted
                while len(self._standings) > REMEMBERED:
                    self._standings.popitem(last=False)
        return counted

    def touch(self, question: Question) -> None:
        """The transaction changes how this stands."""
        self._touched.add(question)

    def touch_all(self, code: str) -> None:
        """The transaction changes how everything stands in a class."""
        with self._lock:
            self._touched |= {question for question in self._standings if question[0] == code}

    def committed(self) -> None:
        """The transaction is on the disk."""
        with self._lock:
            self._changes += 1
            for question in self._touched:
                self._standings.pop(question, None)
        self._touched.clear()
