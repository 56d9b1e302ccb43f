"""A worker process: trains one run at a time and is the only one that writes the run's folder.

It ends as soon as its pipe closes, so that nothing goes on training when the web process is killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from importlib import import_module
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Protocol

from ..arrays import Floats
from ..errors import Exploded, FarbackError
from ..store import Entry, RunFolder, Writer
from .messages import Answer, Done, Failed, Kept, Order, Ready, Stepped, Stop, Stopped

PROGRESS_S = 0.25
"""Seconds between two words on progress: as often as the page shows them."""

AfterStep = Callable[[int], None]


class Recorder(Protocol):
    """The module that trains: `farback.engine.recorder`, or one like it."""

    def prepare(self) -> None:
        """Load and warm everything, once in a worker's life."""

    def record(
        self,
        spec: str,
        run: str,
        resume: dict[str, Floats] | None,
        after_step: AfterStep,
        start: bytes | None,
    ) -> Iterator[Entry]:
        """Train the spec (JSON) from the checkpoint on; `after_step` is called after every update and may raise.
        `start`: the weights (safetensors) that the run goes on from, where it draws none."""


class _LetGo(Exception):
    """Raised in the middle of a run that is no longer wanted."""


class Inbox:
    """What the web process says, received on a thread, so that a stop is seen at once and costs a step nothing."""

    def __init__(self, pipe: Connection) -> None:
        self.stopped = 0  # newest ticket that is no longer wanted; tickets rise
        self._orders: SimpleQueue[Order] = SimpleQueue()
        threading.Thread(target=self._listen, args=(pipe,), daemon=True).start()

    def next(self) -> Order:
        """Wait for the next order."""
        return self._orders.get()

    def _listen(self, pipe: Connection) -> None:
        try:
            while True:
                message = pipe.recv()
                if isinstance(message, Stop):
                    self.stopped = message.ticket
                else:
                    self._orders.put(message)
        except (EOFError, OSError):
            os._exit(0)  # the web process is gone: nobody would hear the rest; all that was kept is complete


def main(pipe: Connection, recorder: str, niceness: int) -> None:
    """The life of a worker: get ready, then one order after another."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the web process, which closes the pipe
    if hasattr(os, "nice"):
        os.nice(niceness)  # answering people goes before training
    inbox = Inbox(pipe)
    module: Recorder = import_module(recorder)
    module.prepare()

    def tell(message: Ready | Answer) -> None:
        try:
            pipe.send(message)
        except OSError:
            os._exit(0)  # as when the inbox hears that nobody is there any more

    tell(Ready())
    while True:
        tell(perform(inbox.next(), module, inbox, tell))


def perform(order: Order, recorder: Recorder, inbox: Inbox, tell: Callable[[Answer], None]) -> Answer:
    """Train one run to its end and say how it ended."""
    folder = RunFolder(order.folder)
    writer = Writer(folder, order.run)
    told = time.monotonic()

    def after_step(step: int) -> None:
        nonlocal told
        if inbox.stopped >= order.ticket:
            raise _LetGo
        now = time.monotonic()
        if now - told > PROGRESS_S:
            told = now
            tell(Stepped(order.ticket, step))

    result = None
    try:
        spec = folder.spec.read_text(encoding="utf-8")
        for entry in recorder.record(spec, order.run, folder.read_checkpoint(), after_step, folder.read_start()):
            size = writer.write(entry)
            tell(Kept(order.ticket, entry.seq, entry.step, size))
            result = entry.result
            after_step(entry.step)
        if result is None:
            raise RuntimeError("it ended without a result")
        done = Done(order.ticket, json.dumps(result, allow_nan=False))
        writer.close()
    except _LetGo:
        return Stopped(order.ticket)
    except Exploded as error:
        writer.close()
        return Failed(order.ticket, error.code, error.message)
    except FarbackError as error:
        return Failed(order.ticket, error.code, error.message)
    except OSError as error:
        return Failed(order.ticket, "storage", f"The run could not be stored: {error.strerror or error}.")
    except MemoryError:
        return Failed(order.ticket, "memory", "The machine has not enough memory for this run.")
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        writer.close()  # it may be the checkpoint's fault; without it the next attempt starts from nothing
        return Failed(order.ticket, "internal", f"The training broke: {type(error).__name__}: {error}"[:500])
    return done
