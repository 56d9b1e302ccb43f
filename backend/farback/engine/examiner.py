"""Examiner: a process that answers questions about trained models, so that no question waits for a training."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ..errors import Busy, FarbackError, InvalidInput, NotFound, TooLarge
from .pool import NICENESS, context_of

PATIENCE_S = 20.0
"""Seconds for one answer, and for its turn to come: the largest models take some, and whoever asks is waiting."""
MAX_WAITING = 24
"""Most questions that wait: an answer that comes a minute late is of no use to a page."""
REFUSED_S = 600.0
"""Seconds for which a question that took too long is not tried again: nobody can keep all others waiting by asking the
same once more, and what a busy moment refused is answered later."""
MAX_REFUSED = 1000
"""Most such questions that are remembered."""
CACHE_BYTES = 16 * 2**20
"""Answers kept in memory: a class asks the same of the same model."""


class AnswerFailed(FarbackError):
    """The server could not answer, for no fault of whoever asked."""

    code = "answer"
    status = 500


class Question(NamedTuple):
    """What is asked of which model."""

    spec: Path  # JSON
    weights: Path  # safetensors
    step: int
    inquiry: str  # JSON, checked


class Failure(NamedTuple):
    """In an answer's place: why there is none. Kind and field are those of a `FarbackError`."""

    kind: str
    reason: str
    field: str | None = None


KINDS: dict[str, type[FarbackError]] = {
    kind.code: kind for kind in (InvalidInput, TooLarge, NotFound, Busy, AnswerFailed)
}
"""By code."""


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
        self._turn = threading.Lock()  # whoever speaks with the process
        self._lock = threading.Lock()  # for the three below
        self._asked: dict[Question, Future[bytes]] = {}  # that wait or are being answered
        self._kept = Kept()
        self._refused: OrderedDict[Question, float] = OrderedDict()  # until when, for those that took too long
        self._closed = False
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def ask(self, question: Question) -> bytes:
        """The answer as JSON. Whoever asks what somebody waits for already gets the same answer.

        Raises:
            Busy: too many questions wait, or this one had no turn in time.
            TooLarge: no answer came in time, or none came when it was asked a short while ago.
            InvalidInput: there can be none; says why.
            NotFound: the model is no longer kept.
            AnswerFailed: the process broke over it.
        """
        with self._lock:
            known = self._kept.get(question)
            if known is not None:
                return known
            if self._refused.get(question, 0.0) > time.monotonic():
                raise _too_long()
            future = self._asked.get(question)
            mine = future is None
            if future is None:
                if len(self._asked) >= MAX_WAITING:
                    raise Busy("The server has as many questions waiting as it may: try again in a moment.")
                future = self._asked[question] = Future()
        if mine:
            self._settle(question, future)
        return future.result()

    def forget(self, folder: Path) -> None:
        """Drop all answers about a run whose files are in this folder."""
        with self._lock:
            self._kept.drop(lambda question: question.spec.is_relative_to(folder))
            for question in [question for question in self._refused if question.spec.is_relative_to(folder)]:
                del self._refused[question]

    def close(self) -> None:
        """End the process; questions that wait are told so."""
        self._closed = True
        process = self._process
        if process is not None and process.is_alive():
            process.kill()  # whoever waits for its answer learns it by the broken pipe
        with self._turn:
            self._end()

    def _settle(self, question: Question, future: Future[bytes]) -> None:
        """Answer the question for all who wait for it."""
        try:
            answer = self._in_turn(question)
        except BaseException as error:
            with self._lock:
                del self._asked[question]
            future.set_exception(error)
            return
        with self._lock:
            self._kept.put(question, answer)
            del self._asked[question]
        future.set_result(answer)

    def _in_turn(self, question: Question) -> bytes:
        if not self._turn.acquire(timeout=PATIENCE_S):
            raise Busy("Other questions take long at the moment: try again in a moment.")
        try:
            try:
                return self._answer(question)
            except (OSError, EOFError):  # it may have died before it was asked: once more, by a new one
                self._end()
            try:
                return self._answer(question)
            except (OSError, EOFError):
                self._end()
                raise AnswerFailed(
                    "The process that answers broke over this, most likely for want of memory."
                ) from None
        finally:
            self._turn.release()

    def _answer(self, question: Question) -> bytes:
        pipe = self._started()
        pipe.send(question)
        if not pipe.poll(PATIENCE_S):
            self._end()
            self._refuse(question)
            raise _too_long()
        answer: bytes | Failure = pipe.recv()
        if isinstance(answer, Failure):
            raise KINDS.get(answer.kind, AnswerFailed)(answer.reason, answer.field)
        return answer

    def _refuse(self, question: Question) -> None:
        """Remember for a while that this took too long."""
        with self._lock:
            self._refused[question] = time.monotonic() + REFUSED_S
            self._refused.move_to_end(question)
            if len(self._refused) > MAX_REFUSED:
                self._refused.popitem(last=False)

    def _started(self) -> Connection:
        if self._closed:
            raise Busy("The server is ending: ask again when it is back.")
        if self._pipe is None or self._process is None or not self._process.is_alive():
            self._end()
            ours, theirs = multiprocessing.Pipe()
            with theirs:
                make: Any = self._context.Process  # type: ignore[attr-defined]
                process = make(target=main, args=(theirs, self._module, NICENESS), daemon=True)
                process.start()
            self._process, self._pipe = process, ours
        return self._pipe

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._pipe = self._process = None


class Kept:
    """The newest answers, as many as fit into memory's share."""

    def __init__(self) -> None:
        self.bytes = 0
        self.answers: OrderedDict[Question, bytes] = OrderedDict()

    def get(self, question: Question) -> bytes | None:
        """The answer, if it is kept."""
        if question in self.answers:
            self.answers.move_to_end(question)
        return self.answers.get(question)

    def put(self, question: Question, answer: bytes) -> None:
        """Keep an answer, and let the oldest go."""
        self.bytes += len(answer) - len(self.answers.get(question, b""))
        self.answers[question] = answer
        while self.bytes > CACHE_BYTES:
            self.bytes -= len(self.answers.popitem(last=False)[1])

    def drop(self, which: Callable[[Question], bool]) -> None:
        """Let some answers go."""
        for question in [question for question in self.answers if which(question)]:
            self.bytes -= len(self.answers.pop(question))


def _too_long() -> TooLarge:
    return TooLarge(f"This takes longer than {PATIENCE_S:.0f} s for a model of this size.")


def main(pipe: Connection, module: str, niceness: int) -> None:
    """The life of the process: get ready, then one question after another until the pipe closes."""
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
        return Failure(error.code, error.message, error.field)
    except OSError:
        return Failure(NotFound.code, "The model's weights at this step are no longer kept.", "step")
    except MemoryError:
        return Failure(TooLarge.code, "The machine has not enough memory to answer this.")
    except Exception as error:
        traceback.print_exc()
        return Failure(AnswerFailed.code, f"The answer broke: {type(error).__name__}.")
