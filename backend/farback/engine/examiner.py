"""Examiner: a process that answers questions about trained models, so that no question waits for a training."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ..errors import Busy, FarbackError, InvalidInput, TooLarge
from .pool import NICENESS, context_of

PATIENCE_S = 20.0
"""Seconds for one answer: the largest models take some, and whoever asks is waiting."""
MAX_WAITING = 24
"""Most questions that wait: an answer that comes a minute late is of no use to a page."""
CACHE_BYTES = 16 * 2**20
"""Answers kept in memory: a class asks the same of the same model."""


class Question(NamedTuple):
    """What is asked of which model."""

    spec: Path  # JSON
    weights: Path  # safetensors
    step: int
    inquiry: str  # JSON, checked


class Failure(NamedTuple):
    """In an answer's place: why there is none, for people."""

    reason: str


class Answerer(Protocol):
    """The module that answers: `farback.engine.recorder`, or one like it."""

    def prepare(self) -> None:
        """Load and warm everything, once in the process's life."""

    def answer(self, spec: str, weights: bytes, step: int, inquiry: str) -> bytes:
        """The answer as JSON."""


class Examiner:
    """Asks one process one question after another, and starts it again where it dies or takes too long.

    All methods are safe from any thread; `ask` blocks.

    Args:
        module: the module that answers.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._context = context_of(module)
        self._turn = threading.Lock()
        self._waiting = 0
        self._counting = threading.Lock()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._kept: OrderedDict[Question, bytes] = OrderedDict()
        self._kept_bytes = 0

    def ask(self, question: Question) -> bytes:
        """The answer as JSON.

        Raises:
            Busy: too many questions wait.
            TooLarge: no answer came in time.
            InvalidInput: there can be none; says why.
        """
        with self._counting:
            if question in self._kept:
                self._kept.move_to_end(question)
                return self._kept[question]
            if self._waiting >= MAX_WAITING:
                raise Busy("The server has as many questions waiting as it may: try again in a moment.")
            self._waiting += 1
        try:
            with self._turn:
                answer = self._answer(question)
        finally:
            with self._counting:
                self._waiting -= 1
        self._keep(question, answer)
        return answer

    def forget(self, folder: Path) -> None:
        """Drop all answers about a run whose files are in this folder."""
        with self._counting:
            for question in [question for question in self._kept if question.spec.is_relative_to(folder)]:
                self._kept_bytes -= len(self._kept.pop(question))

    def close(self) -> None:
        """End the process."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.join(0.5)
            self._process.kill()
            self._process.join()
        self._pipe = self._process = None

    def _answer(self, question: Question) -> bytes:
        try:
            pipe = self._started()
            pipe.send(question)
            if not pipe.poll(PATIENCE_S):
                self.close()
                raise TooLarge(f"This takes longer than {PATIENCE_S:.0f} s for a model of this size.")
            answer: bytes | Failure = pipe.recv()
        except (OSError, EOFError):
            self.close()
            raise Busy("The process that answers was lost, most likely for want of memory: try again.") from None
        if isinstance(answer, Failure):
            raise InvalidInput(answer.reason)
        return answer

    def _started(self) -> Connection:
        if self._pipe is None or self._process is None or not self._process.is_alive():
            self.close()
            ours, theirs = multiprocessing.Pipe()
            with theirs:
                make: Any = self._context.Process  # type: ignore[attr-defined]
                self._process = make(target=main, args=(theirs, self._module, NICENESS), daemon=True)
                self._process.start()
            self._pipe = ours
        return self._pipe

    def _keep(self, question: Question, answer: bytes) -> None:
        with self._counting:
            if question not in self._kept:
                self._kept_bytes += len(answer)
            self._kept[question] = answer
            while self._kept_bytes > CACHE_BYTES:
                self._kept_bytes -= len(self._kept.popitem(last=False)[1])


def main(pipe: Connection, module: str, niceness: int) -> None:
    """The life of the process: get ready, then one question after another until the pipe closes."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the web process, which closes the pipe
    if hasattr(os, "nice"):
        os.nice(niceness // 2)  # before training: somebody waits for the answer
    answerer: Answerer = import_module(module)
    answerer.prepare()
    try:
        while True:
            pipe.send(_attempt(pipe.recv(), answerer.answer))
    except (EOFError, OSError):
        return


def _attempt(question: Question, answer: Callable[[str, bytes, int, str], bytes]) -> bytes | Failure:
    try:
        spec, weights = question.spec.read_text(encoding="utf-8"), question.weights.read_bytes()
        return answer(spec, weights, question.step, question.inquiry)
    except FarbackError as error:
        return Failure(error.message)
    except OSError:
        return Failure("The model's weights at this step are no longer kept.")
    except MemoryError:
        return Failure("The machine has not enough memory to answer this.")
    except Exception as error:
        import traceback

        traceback.print_exc()
        return Failure(f"The answer broke: {type(error).__name__}.")
