"""Pool: the worker processes, started, listened to and replaced.

Workers are forked from a *fork server*, a process that has loaded torch and nothing else, where the platform has one.
Torch is then loaded once (seconds) instead of once a worker; a worker starts within milliseconds, also in the place of
one that was killed; and the memory of the libraries is shared. Forking is safe here because the server has a single
thread: numeric libraries are told to use one (`OMP_NUM_THREADS`), and no tensor is computed in it. Elsewhere workers
are spawned.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any

from .messages import Answer, Order, Ready, Stop
from .worker import main

LOG = logging.getLogger(__name__)

RECORDER = "farback.engine.recorder"

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
"""One thread a run: several on busy cores wait for each other, and a process that is forked must have only one."""

KEPT_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**26), "MALLOC_TRIM_THRESHOLD_": str(2**27)}
"""Blocks up to 64 MB are taken from memory of one's own, of which 128 MB are kept. The allocator would else give them
back after every update and have them anew, page by page, which took a third of the time of an LSTM with 128 units."""

NICENESS = 10
"""How far workers stand back behind the web process for the processor."""

LONGEST_PAUSE_S = 10.0
"""Workers that cannot even start are tried again after a pause that doubles up to this."""


@dataclass(eq=False)
class Worker:
    """One worker process."""

    process: BaseProcess
    pipe: Connection
    ready: bool = False
    ticket: int = 0  # of the order it works on; 0: none

    @property
    def idle(self) -> bool:
        """Whether it can take an order."""
        return self.ready and self.ticket == 0

    def order(self, order: Order) -> None:
        """Give it a run to train."""
        self.ticket = order.ticket
        self._send(order)

    def stop(self) -> None:
        """Ask it to let go of its run."""
        self._send(Stop(self.ticket))

    def kill(self) -> None:
        """End it at once; what it has kept is complete."""
        self.process.kill()

    def _send(self, message: Order | Stop) -> None:
        with contextlib.suppress(OSError):  # it is dead; the pool will say so
            self.pipe.send(message)


class Pool:
    """A number of workers. One thread calls `fill` and `listen`; `wake` is for any.

    Args:
        size: workers to keep alive.
        recorder: the module that trains.
    """

    def __init__(self, size: int, recorder: str = RECORDER) -> None:
        self.size = size
        self.workers: list[Worker] = []
        self.losses = 0  # workers that died, ever
        self._recorder = recorder
        self._context = context_of(recorder)
        self._bell, self._ringer = multiprocessing.Pipe(duplex=False)
        self._rung = False
        self._failures = 0  # in a row, before a worker was ready
        self._retry_at = 0.0

    def fill(self) -> None:
        """Start the workers that are missing. The first call lasts until the libraries are loaded."""
        while len(self.workers) < self.size and time.monotonic() >= self._retry_at:
            try:
                self.workers.append(self._start())
            except (OSError, EOFError):
                LOG.exception("A worker could not be started.")
                self._failed()

    def listen(self, timeout: float) -> Iterator[tuple[Worker, Ready | Answer | None]]:
        """Messages of the workers, waited for; None from a worker that died, after all that it had said."""
        pipes: dict[Any, Worker] = {worker.pipe: worker for worker in self.workers}
        for pipe in connection.wait([*pipes, self._bell], timeout):
            if pipe is self._bell:
                self._rung = False
                self._bell.recv_bytes()
            else:
                yield pipes[pipe], self._receive(pipes[pipe])

    def wake(self) -> None:
        """Make `listen` return."""
        if not self._rung:  # once is enough, and a full pipe would hold up the caller
            self._rung = True
            with contextlib.suppress(OSError):
                self._ringer.send_bytes(b"!")

    def close(self) -> None:
        """End all workers: each ends when its pipe closes."""
        for worker in self.workers:
            worker.pipe.close()
        for worker in self.workers:
            worker.process.join(0.5)
            if worker.process.is_alive():
                worker.kill()
        self.workers.clear()
        self._bell.close()
        self._ringer.close()

    def _start(self) -> Worker:
        ours, theirs = multiprocessing.Pipe()
        with theirs:  # once ours is closed here, the worker alone holds its end, and the pipe breaks when it dies
            make: Any = self._context.Process  # type: ignore[attr-defined]
            process = make(target=main, args=(theirs, self._recorder, NICENESS), daemon=True)
            process.start()
        return Worker(process, ours)

    def _receive(self, worker: Worker) -> Ready | Answer | None:
        try:
            message: Ready | Answer = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return None
        if isinstance(message, Ready):
            worker.ready = True
            self._failures = 0
        return message

    def _bury(self, worker: Worker) -> None:
        self.workers.remove(worker)
        worker.pipe.close()
        worker.process.join(1.0)
        self.losses += 1
        LOG.warning("Worker %s ended with status %s.", worker.process.pid, worker.process.exitcode)
        if not worker.ready:
            self._failed()

    def _failed(self) -> None:
        self._failures += 1
        self._retry_at = time.monotonic() + min(0.1 * 2**self._failures, LONGEST_PAUSE_S)


def context_of(recorder: str) -> BaseContext:
    """How processes are made on this platform. The environment comes first: libraries read it when they are loaded."""
    os.environ.update(ONE_THREAD | KEPT_MEMORY)
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([recorder])
    return context
