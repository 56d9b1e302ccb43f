"""Supervisor: the thread that gives runs to workers, hears what they say, and cleans up after them."""

from __future__ import annotations

import itertools
import logging
import threading
import time

from ..config import Settings
from .board import AGAIN, Active, Board, Ending
from .messages import Answer, Done, Failed, Kept, Order, Ready, Stepped, Stopped
from .pool import Pool, Worker

LOG = logging.getLogger(__name__)

TICK_S = 0.2
"""Seconds after which the supervisor looks up even where nothing happens."""


class Supervisor:
    """Works on the board until it is closed; whatever goes wrong with one run, it goes on with the others."""

    def __init__(self, settings: Settings, board: Board, pool: Pool) -> None:
        self._settings = settings
        self._board = board
        self._pool = pool
        self._tickets = itertools.count(1)
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether it works."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End all workers and the thread."""
        self._closing = True
        self._pool.wake()
        self._thread.join(2.0)  # it may still be waiting for libraries to load; then it ends with the process

    def _work(self) -> None:
        while not self._closing:
            try:
                self._pool.fill()
                for worker, message in self._pool.listen(TICK_S):
                    with self._board.changed:
                        self._hear(worker, message)
                with self._board.changed:
                    self._board.settle()
                    self._keep_quota()
                    self._assign()
                    self._kill_overdue()
                    self._board.watchers.tidy()
                self._board.store.empty_trash()  # files are deleted without the lock: it takes long
            except Exception:
                LOG.exception("The engine met an error.")
                time.sleep(TICK_S)
        self._pool.close()

    def _assign(self) -> None:
        """Give waiting runs to idle workers."""
        queue, room = self._board.queue, self._board.make_way()
        idle = [worker for worker in self._pool.workers if worker.idle]
        for worker in idle[: queue.awaited + min(room, len(queue) - queue.awaited)]:
            active = self._board.active[queue.pop()]
            active.worker, active.ticket = worker, next(self._tickets)
            worker.order(Order(active.ticket, active.id, self._board.store.folder(active.id).path))
            self._board.notify(active.id)
            self._board.notify_queue()
            self._board.store.hint(active.id, status="running")

    def _hear(self, worker: Worker, message: Ready | Answer | None) -> None:
        if isinstance(message, Ready):
            return
        if isinstance(message, Done | Failed | Stopped) and message.ticket == worker.ticket:
            worker.ticket = 0
        active = next((active for active in self._board.active.values() if active.worker is worker), None)
        if active is None or (message is not None and message.ticket != active.ticket):
            return
        match message:
            case None:
                self._lost(active)
            case Stepped(_, step):
                active.step = step
                self._board.notify(active.id)
            case Kept(_, seq, step, size):
                active.step = step
                active.bytes += size
                active.seq = max(active.seq, seq)  # a resumed run may write again what is there
                self._board.notify(active.id)
            case Done() | Failed() | Stopped():
                self._ended(active, message)

    def _ended(self, active: Active, message: Done | Failed | Stopped) -> None:
        match message:
            case Done(_, result):
                self._board.end(active, Ending("done", result=result))
            case Failed(_, code, reason):
                if code == "storage":
                    self._board.store.reserve.release()  # for what is noted now; `_keep_quota` makes room for it again
                self._board.end(active, Ending("failed", code, reason))
            case Stopped():
                self._stopped(active)

    def _stopped(self, active: Active) -> None:
        ending = active.stopping or AGAIN
        if ending is AGAIN:
            self._board.requeue(active)
        else:
            self._board.end(active, ending)

    def _lost(self, active: Active) -> None:
        """A run's worker is gone: take the run up again from what is on disk, but not for ever."""
        active.seq, active.step = self._board.store.folder(active.id).newest()
        if active.stopping is not None:
            self._stopped(active)
            return
        active.deaths += 1
        self._board.store.hint(active.id, deaths=active.deaths)
        if active.deaths < self._settings.worker_deaths:
            self._board.requeue(active)
            return
        reason = (
            f"The machine broke this run, not the model: its worker was lost {active.deaths} times, most likely for "
            f"want of memory. Train it again to go on from step {active.step}."
        )
        self._board.end(active, Ending("failed", "machine", reason))

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        for active in self._board.active.values():
            if active.worker is not None and active.stopping is not None and now > active.stop_by:
                active.worker.kill()

    def _keep_quota(self) -> None:
        """Drop old runs where the quota or the disk is full; end a run that takes half of what there is for all, which
        leaves room for its own frames."""
        board, quota = self._board, self._settings.quota_bytes
        for active in list(board.active.values()):
            if active.bytes > quota / 2 and active.stopping is None:
                board.stop(active, Ending("failed", "storage", "The run took more disk than one run may."))
        excess = max(board.stored - quota, board.store.reserve.missing())
        if excess > 0:
            dropped = board.store.shrink(excess, spare=lambda run: board.watchers.count(run) > 0)
            board.recount()
            for run in dropped:
                board.notify(run)
