"""Classes: all classes of one server, and what was answered in them, until the time at which they are deleted."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from .. import config
from ..config import Settings
from ..errors import Busy, Conflict, Forbidden, NotFound
from ..lessons import Prediction
from ..snapshots.owner import fits, hashed, new_secret
from ..store import StorageFailed
from .answer import Act, Curve, Value
from .code import new_code
from .counted import Counted, Question
from .standing import Standing, standing_of
from .tables import ANSWERS, CLASSES, QUESTIONS, opened
from .writer import Writer

LOG = logging.getLogger(__name__)

HOUR_S = 3600.0

SWEEP_S = 60.0
"""How long a class may lie on the disk after its time, when it is already no class any more."""

USED_PRECISION_S = 60.0
"""How exactly the time of last use is kept: 300 answers must not write it 300 times."""


def _of_question(table: Table) -> Any:
    return and_(*(table.c[name] == bindparam(name) for name in ("code", "lesson", "prediction")))


# What every answer asks for is made once: making it takes several times as long as carrying it out.
ROW = select(CLASSES).where(CLASSES.c.code == bindparam("code"))
STATE = select(QUESTIONS.c.open, QUESTIONS.c.revealed).where(_of_question(QUESTIONS))
KNOWN = select(ANSWERS.c.client).where(_of_question(ANSWERS), ANSWERS.c.client == bindparam("client"))
SIZE = select(func.count()).select_from(ANSWERS).where(_of_question(ANSWERS))
SAID = select(ANSWERS.c.choice, ANSWERS.c.curve).where(_of_question(ANSWERS))
NEW = insert(ANSWERS)
PUT = NEW.on_conflict_do_update(
    index_elements=["code", "lesson", "prediction", "client"],
    set_={"choice": NEW.excluded.choice, "curve": NEW.excluded.curve},
)
"""A prediction that was written anew may be answered in another way than before, so both are set."""


class NoSuchClass(NotFound):
    """No class goes by that code (any more)."""

    def __init__(self, code: str) -> None:
        said = (
            f"There is no class {code}. Classes are deleted after a while, and at once where their teacher ends them."
        )
        super().__init__(said, "code")


@dataclass(frozen=True)
class Class:
    """What everybody may know of a class who has its code."""

    code: str
    title: str
    until: float
    """When it is deleted, in seconds since 1970, if it is not used any more."""
    asked: tuple[str, str] | None
    """Lesson and prediction that the projector shows."""


@dataclass(frozen=True)
class Made:
    """A class that was just made."""

    code: str
    secret: str
    """Told this once; who has it leads the class."""
    until: float


class Classes:
    """All classes. Whatever changes them is carried out by one writer; anything else may be asked on any thread.

    Args:
        settings: where they are kept, for how long, and how many.
        clock: seconds since 1970.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._running = False
        self._tables: tuple[Engine, Writer] | None = None
        self._opening = threading.Lock()
        self._counted = Counted()
        self._erased = False  # by the transaction that is being written
        self._answers = 0  # in all classes

    def start(self) -> None:
        """Open the tables. Where that fails, on a disk that is full, the server is there for everything else, and it is
        tried again when a class is asked for."""
        self._running = True
        with contextlib.suppress(StorageFailed):
            self._open()

    def close(self) -> None:
        """End once all that waits is written."""
        self._running = False
        if self._tables is not None:
            engine, writer = self._tables
            writer.close()
            engine.dispose()
            self._tables = None

    def make(self, title: str) -> Future[Made]:
        """Make a class.

        Raises (in the future):
            Busy: there are as many as there may be.
            StorageFailed: it cannot be written.
        """
        return self._writer.ask(lambda connection: self._make(connection, title))

    def find(self, code: str) -> Class:
        """A class.

        Raises:
            NoSuchClass: there is none.
        """
        with self._engine.connect() as connection:
            row = self._row(connection, code)
        asked = None if row.lesson is None else (row.lesson, row.prediction)
        return Class(code, row.title, self._until(row), asked)

    def answer(self, code: str, lesson: str, prediction: str, client: str, value: Value) -> Future[None]:
        """Take an answer, in the place of what the same client answered before. Once it is done it is on the disk.

        Raises (in the future):
            NoSuchClass: there is none.
            Conflict: no answers are taken at the moment.
            Busy: there are as many as there may be.
            StorageFailed: it cannot be written.
        """
        return self._writer.ask(lambda connection: self._answer(connection, (code, lesson, prediction), client, value))

    def has_answered(self, code: str, lesson: str, prediction: str, client: str) -> bool:
        """Whether a client's answer is among those that are kept."""
        with self._engine.connect() as connection:
            row = self._row(connection, code)
            keys = _keys((code, lesson, prediction)) | {"client": _disguised(client, row.salt)}
            return connection.execute(KNOWN, keys).first() is not None

    def standing(self, code: str, lesson: str, prediction: str, asked: Prediction) -> Standing:
        """How a prediction stands in a class that is there. It is counted once for all who ask."""
        question = (code, lesson, prediction)
        return self._counted.of(question, lambda: self._count(question, asked))

    def act(self, code: str, secret: str, lesson: str, prediction: str, act: Act) -> Future[None]:
        """Do what the teacher wants with a prediction.

        Raises (in the future):
            NoSuchClass: there is none.
            Forbidden: the secret is another.
            StorageFailed: it cannot be written.
        """
        return self._writer.ask(lambda connection: self._act(connection, secret, (code, lesson, prediction), act.act))

    def end(self, code: str, secret: str) -> Future[None]:
        """Delete a class and all that was answered in it.

        Raises (in the future):
            NoSuchClass: there is none.
            Forbidden: the secret is another.
            StorageFailed: it cannot be written.
        """
        return self._writer.ask(lambda connection: self._end(connection, code, secret))

    def sweep(self) -> Future[None]:
        """Delete what is over its time; done by itself now and then."""
        return self._writer.ask(self._sweep)

    def _open(self) -> tuple[Engine, Writer]:
        with self._opening:
            if self._tables is None:
                try:
                    if not self._running:
                        raise ValueError("the server ends")
                    engine = opened(self._settings.data_dir / "classes.sqlite")
                except (OSError, ValueError, SQLAlchemyError) as error:
                    LOG.error("No classes can be kept: %s", error)
                    raise StorageFailed("This server cannot keep classes at the moment; try again later.") from None
                self._tables = engine, Writer(engine, self._committed, self._sweep, SWEEP_S)
            return self._tables

    @property
    def _engine(self) -> Engine:
        return self._open()[0]

    @property
    def _writer(self) -> Writer:
        return self._open()[1]

    def _until(self, row: Any) -> float:
        hours, days = self._settings.class_hours, config.MAX_CLASS_DAYS
        return float(min(row.used + hours * HOUR_S, row.made + days * 24 * HOUR_S))

    def _row(self, connection: Connection, code: str) -> Any:
        row = connection.execute(ROW, {"code": code}).one_or_none()
        if row is None or self._until(row) <= self._clock():
            raise NoSuchClass(code)
        return row

    def _led(self, connection: Connection, code: str, secret: str) -> Any:
        """As `_row`, for whoever leads the class."""
        row = self._row(connection, code)
        if not fits(secret, row.secret):
            raise Forbidden("Only who made this class may do this: the secret is another.", "secret")
        return row

    def _use(self, connection: Connection, row: Any) -> None:
        now = self._clock()
        if now - row.used >= USED_PRECISION_S:
            connection.execute(update(CLASSES).where(CLASSES.c.code == row.code).values(used=now))

    def _make(self, connection: Connection, title: str) -> Made:
        there = connection.execute(select(func.count()).select_from(CLASSES)).scalar_one()
        if there >= self._settings.max_classes:
            raise Busy(f"This server has {there} classes, which is as many as it may: try again later.")
        known = set(connection.execute(select(CLASSES.c.code)).scalars())
        code = next(code for code in iter(new_code, None) if code not in known)
        secret, now = new_secret(), self._clock()
        values = {"code": code, "title": title, "secret": hashed(secret), "salt": secrets.token_hex(16)}
        connection.execute(insert(CLASSES).values(**values, made=now, used=now))
        return Made(code, secret, now + min(self._settings.class_hours, 24 * config.MAX_CLASS_DAYS) * HOUR_S)

    def _answer(self, connection: Connection, question: Question, client: str, value: Value) -> None:
        row = self._row(connection, question[0])
        if not _state(connection, question)[0]:
            raise Conflict("No answers to this are taken at the moment: the teacher has closed it.")
        keys = _keys(question) | {"client": _disguised(client, row.salt)}
        if connection.execute(KNOWN, keys).first() is None:
            if connection.execute(SIZE, _keys(question)).scalar_one() >= config.MAX_ANSWERS:
                raise Busy(f"{config.MAX_ANSWERS} answers to this were given, which is as many as are taken.")
            if self._answers >= config.MAX_ALL_ANSWERS:
                raise Busy("This server keeps as many answers as it may: try again later.")
            self._answers += 1
        curve = value.points.tobytes() if isinstance(value, Curve) else None
        connection.execute(PUT, keys | {"choice": None if curve is not None else value, "curve": curve})
        self._use(connection, row)
        self._counted.touch(question)

    def _act(self, connection: Connection, secret: str, question: Question, act: str) -> None:
        code, lesson, prediction = question
        row = self._led(connection, code, secret)
        is_open, revealed = _state(connection, question)
        if act == "ask":
            asked = {"lesson": lesson, "prediction": prediction}
            connection.execute(update(CLASSES).where(CLASSES.c.code == code).values(asked))
        elif act == "clear":
            for table in (ANSWERS, QUESTIONS):
                connection.execute(delete(table).where(_of_question(table)), _keys(question))
            self._erased = True
        else:
            # Who sees what the others answered answers differently, so what is revealed is closed first.
            is_open = {"open": True, "close": False, "reveal": False}.get(act, is_open)
            revealed = {"reveal": True, "hide": False}.get(act, revealed)
            state = {"open": is_open, "revealed": revealed}
            put = insert(QUESTIONS).values(code=code, lesson=lesson, prediction=prediction, **state)
            keys = ["code", "lesson", "prediction"]
            connection.execute(put.on_conflict_do_update(index_elements=keys, set_=state))
        self._use(connection, row)
        self._counted.touch(question)

    def _end(self, connection: Connection, code: str, secret: str) -> None:
        self._led(connection, code, secret)
        self._forget(connection, code)

    def _forget(self, connection: Connection, code: str) -> None:
        for table in (ANSWERS, QUESTIONS, CLASSES):
            connection.execute(delete(table).where(table.c.code == code))
        self._erased = True
        self._counted.touch_all(code)

    def _sweep(self, connection: Connection) -> None:
        now = self._clock()
        for row in connection.execute(select(CLASSES.c.code, CLASSES.c.made, CLASSES.c.used)).all():
            if self._until(row) <= now:
                self._forget(connection, row.code)
        self._answers = connection.execute(select(func.count()).select_from(ANSWERS)).scalar_one()

    def _count(self, question: Question, asked: Prediction) -> Standing:
        with self._engine.connect() as connection:
            is_open, revealed = _state(connection, question)
            answers = [(choice, curve) for choice, curve in connection.execute(SAID, _keys(question))]
        return standing_of(asked, is_open, revealed, answers)

    def _committed(self) -> None:
        """A transaction is on the disk: what was counted before it is forgotten before anybody is told."""
        self._counted.committed()
        if self._erased:  # what was deleted is overwritten in the log of changes too
            self._erased = False
            with self._engine.connect() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def _keys(question: Question) -> dict[str, str]:
    return dict(zip(("code", "lesson", "prediction"), question, strict=True))


def _state(connection: Connection, question: Question) -> tuple[bool, bool]:
    """Whether a prediction is open, and whether it is revealed. One that nobody has touched takes answers."""
    found = connection.execute(STATE, _keys(question)).one_or_none()
    return (True, False) if found is None else (found.open, found.revealed)


def _disguised(client: str, salt: str) -> str:
    """What is kept of what a reader's browser calls itself."""
    return hashlib.sha256(f"{salt}{client}".encode()).hexdigest()[:32]
