"""Writer: the one thread that changes the tables. All changes that wait are one transaction, written at once."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from ..errors import FarbackError
from ..store import StorageFailed

LOG = logging.getLogger(__name__)

MOST = 500
"""Most changes of one transaction: some 0.2 s, so that nobody waits much longer than that."""

T = TypeVar("T")
Change = Callable[[Connection], Any]


class Writer:
    """Carries out changes in the order in which they are asked for.

    Args:
        engine: the tables.
        committed: called on the writer's thread when a transaction is on the disk, before anybody is told of it.
        chore: a change that is due now and then.
        every: seconds between two chores.
    """

    def __init__(self, engine: Engine, committed: Callable[[], None], chore: Change, every: float) -> None:
        self._engine = engine
        self._committed = committed
        self._chore = chore
        self._every = every
        self._waiting: queue.SimpleQueue[tuple[Change, Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="classes", daemon=True)
        self._thread.start()

    def ask(self, change: Callable[[Connection], T]) -> Future[T]:
        """Have something changed.

        Args:
            change: carried out on the writer's thread. It raises a FarbackError only before it has changed anything.

        Returns:
            What the change returns, once it is on the disk.
        """
        future: Future[T] = Future()
        self._waiting.put((change, future))
        return future

    def close(self) -> None:
        """Carry out what waits, and end."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        due, going = time.monotonic(), True
        while going:
            taken = self._taken(max(0.0, due - time.monotonic()))
            going = None not in taken
            batch = [asked for asked in taken if asked is not None]
            if time.monotonic() >= due:
                due = time.monotonic() + self._every
                batch.append((self._chore, Future()))
            self._carry_out([asked for asked in batch if asked[1].set_running_or_notify_cancel()])

    def _taken(self, wait: float) -> list[tuple[Change, Future[Any]] | None]:
        """All that waits, or what comes first; nothing where nothing comes. None stands for the end."""
        taken = []
        with contextlib.suppress(queue.Empty):
            taken.append(self._waiting.get(timeout=wait))
            while len(taken) < MOST:
                taken.append(self._waiting.get_nowait())
        return taken

    def _carry_out(self, batch: list[tuple[Change, Future[Any]]]) -> None:
        done: list[Callable[[], None]] = []
        try:
            with self._engine.begin() as connection:
                for change, future in batch:
                    try:
                        done.append(partial(future.set_result, change(connection)))
                    except FarbackError as error:
                        done.append(partial(future.set_exception, error))
            self._committed()
        except Exception as error:
            LOG.error("Nothing could be changed: %s", error)
            failed = StorageFailed("The server cannot keep this at the moment; try again.")
            done = [partial(future.set_exception, failed) for _, future in batch]
        for tell in done:
            tell()
