"""Board: every run the engine has to do with, those in work in memory and all others in the index."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import NotFound
from ..store import Row, StorageFailed, Store
from .base import State, Status
from .pool import Worker
from .queue import FairQueue, in_background
from .watchers import Watchers

LOG = logging.getLogger(__name__)

LET_GO_S = 0.6
"""Seconds a worker has to let go of a run before it is killed: a single step of the largest models takes longer, and a
cancel must work within a second."""


@dataclass(frozen=True)
class Ending:
    """How a run ended, or is about to."""

    status: Status
    code: str | None = None
    reason: str | None = None
    result: str | None = None  # JSON


CANCELLED = Ending("cancelled")
AGAIN = Ending("queued")
"""Somebody wants a run whose worker was just told to let go: it waits once more as soon as the worker has."""
SPOILT = Ending("failed", "storage", "Frames of this run were lost on the disk: train it again.")
CHANGED = Ending(
    "failed", "changed", "The program or the machine was changed while this run was unfinished: train it again."
)


@dataclass(eq=False)
class Active:
    """A run that waits or trains, or whose end the index has not taken down yet."""

    id: str
    client: str
    steps: int
    step: int
    seq: int
    bytes: int
    deaths: int
    worker: Worker | None = None
    ticket: int = 0
    stopping: Ending | None = None  # how it ends once its worker lets go of it
    stop_by: float = 0.0  # when the worker is killed if it has not
    ended: Ending | None = None

    @property
    def status(self) -> Status:
        """As the outside sees it."""
        if self.ended is not None:
            return self.ended.status
        return "queued" if self.worker is None else "running"


class Board:
    """All methods are called with `changed` held, which also tells of every change.

    Args:
        store: where runs are kept.
        abreast: runs that train at the same time without slowing each other down.
    """

    def __init__(self, store: Store, abreast: int) -> None:
        self.store = store
        self._abreast = abreast
        self.queue = FairQueue()
        self.watchers = Watchers()
        self.active: dict[str, Active] = {}
        self.changed = threading.Condition(threading.RLock())
        self.listeners: list[Callable[[str], None]] = []
        self._stored = store.index.bytes()  # by finished runs
        self._failing = False  # whether the ends of runs cannot be taken down

    @property
    def stored(self) -> int:
        """Bytes that all runs take on disk."""
        return self._stored + sum(active.bytes for active in self.active.values())

    def row(self, run: str) -> Row:
        """What the index knows.

        Raises:
            NotFound: there is no such run.
        """
        row = self.store.get(run)
        if row is None:
            raise NotFound(f"There is no run {run[:40]}. It may have been dropped to make room: train it again.", "id")
        return row

    def state(self, run: str) -> State:
        """How a run stands.

        Raises:
            NotFound: there is no such run.
        """
        active = self.active.get(run)
        watchers = self.watchers.count(run)
        if active is None:
            row = self.row(run)
            end = Ending(row.status, row.code, row.reason, row.result)  # type: ignore[arg-type]
            step, steps, seq, position = row.step, row.steps, row.seq, None
        else:
            end = active.ended or Ending(active.status)
            step, steps, seq = active.step, active.steps, active.seq
            position = self.queue.order().index(run) + 1 if active.status == "queued" else None
        result = None if end.result is None else json.loads(end.result)
        return State(run, end.status, step, steps, seq, position, watchers, end.code, end.reason, result)

    def enqueue(self, row: Row) -> None:
        """Let a run wait, from what is on disk of it: the index may have missed its last frames.

        Raises:
            StorageFailed: its folder cannot be written.
        """
        self.store.mend(row.id)
        folder = self.store.folder(row.id)
        seq, step = folder.newest()
        self.active[row.id] = Active(row.id, row.client, row.steps, step, seq, folder.size(), row.deaths)
        self.queue.push(row.client, row.id)
        self.notify_queue()

    def spoilt(self, run: str, seq: int) -> None:
        """A frame that is told to be there is not, or not whole: the run ends, and whoever asks for it trains it again.

        Raises:
            NotFound: there is no such run.
            StorageFailed: this cannot be noted.
        """
        active = self.active.get(run)
        if seq > self.state(run).seq:
            return
        if active is not None:
            self.stop(active, SPOILT)
            return
        newest, step = self.store.folder(run).newest()
        self.store.change(run, **vars(SPOILT), seq=newest, step=step)
        self.notify(run)

    def forget(self, run: str) -> None:
        """Drop a run that was removed."""
        active = self.active.pop(run, None)
        if active is not None and active.worker is not None:
            active.worker.kill()  # it did not let go in time, and must not write where nothing is to be left
        self.recount()
        self.notify(run)

    def claim(self, run: str, client: str) -> None:
        """Somebody looks at a run: it is in the background no longer."""
        active = self.active.get(run)
        if active is None or not in_background(active.client) or in_background(client):
            return
        active.client = client
        if active.status == "queued":
            self.queue.remove(run)
            self.queue.push(client, run)
            self.notify_queue()

    def make_way(self) -> int:
        """Have runs in the background let go where they take a worker from those that somebody waits for, or slow them
        down; they go on later. Returns how many more of them may train."""
        left = [active for active in self.active.values() if active.ended is None and active.stopping is None]
        awaited = sum(not in_background(active.client) for active in left)
        behind = [active for active in left if in_background(active.client) and active.worker]
        room = max(self._abreast - awaited, 0)
        for active in behind[room:]:
            self.stop(active, AGAIN)
        return max(room - len(behind), 0)

    def requeue(self, active: Active) -> None:
        """Let a run that lost its worker go on next."""
        active.worker, active.stopping = None, None
        self.queue.put_back(active.client, active.id)
        self.notify_queue()

    def stop(self, active: Active, ending: Ending) -> None:
        """End a run: at once where it waits, else as soon as its worker lets go of it."""
        if active.ended is not None:
            return
        if active.worker is None:
            self.queue.remove(active.id)
            self.end(active, ending)
            self.notify_queue()
            return
        if active.stopping is None:
            active.stop_by = time.monotonic() + LET_GO_S
            active.worker.stop()
        active.stopping = ending

    def end(self, active: Active, ending: Ending) -> None:
        """A run is over."""
        active.ended, active.worker = ending, None
        self.notify(active.id)

    def settle(self) -> None:
        """Take the ends of runs down. While they cannot be written they stay in memory."""
        for active in [active for active in self.active.values() if active.ended is not None]:
            size = self.store.folder(active.id).size()
            values = {**vars(active.ended), "step": active.step, "seq": active.seq, "bytes": size, "used": time.time()}
            try:
                self.store.change(active.id, **values)
            except StorageFailed as error:
                if not self._failing:  # once is enough: it is tried again all the time
                    LOG.error("The end of a run could not be written: %s", error)
                self._failing = True
                return
            self._failing = False
            del self.active[active.id]
            self.recount()

    def recount(self) -> None:
        """Ask the index again how much is stored."""
        self._stored = self.store.index.bytes()

    def notify(self, run: str) -> None:
        """Tell everybody that a run changed."""
        self.changed.notify_all()
        for listener in self.listeners:
            listener(run)

    def notify_queue(self) -> None:
        """Tell everybody that positions changed."""
        for run in self.queue.order():
            self.notify(run)
