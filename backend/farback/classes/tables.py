"""Tables: where classes and answers are kept until they are deleted, in SQLite."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    text,
)
from sqlalchemy.pool import ConnectionPoolEntry

LOG = logging.getLogger(__name__)

SCHEMA = 1
"""Raised whenever an older program would misread the tables."""

METADATA = MetaData()
CLASSES = Table(
    "classes",
    METADATA,
    Column("code", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("secret", String, nullable=False),  # its hash
    Column("salt", String, nullable=False),  # so that readers are not known again in another class
    Column("made", Float, nullable=False),
    Column("used", Float, nullable=False),
    Column("lesson", String),  # what is asked on the projector
    Column("prediction", String),
)
QUESTIONS = Table(
    "questions",
    METADATA,
    Column("code", String, primary_key=True),
    Column("lesson", String, primary_key=True),
    Column("prediction", String, primary_key=True),
    Column("open", Boolean, nullable=False),
    Column("revealed", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
ANSWERS = Table(
    "answers",
    METADATA,
    Column("code", String, primary_key=True),
    Column("lesson", String, primary_key=True),
    Column("prediction", String, primary_key=True),
    Column("client", String, primary_key=True),  # a salted hash of what the reader's browser calls itself
    Column("choice", Integer),
    Column("curve", LargeBinary),
    sqlite_with_rowid=False,
)

SPOILT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""What SQLite says of a file that holds something else than it wrote."""


class Spoilt(Exception):
    """What is in the file contradicts itself."""


def opened(path: Path) -> Engine:
    """The tables in a file, made where there is none. A file that cannot be read is deleted: what is in it was promised
    to be gone within a day or so, and nothing could see to that any more.

    Raises:
        SQLAlchemyError: the file cannot be written.
        ValueError: it was written by a newer version of the program.
    """
    for spoilt in (False, True):
        engine = create_engine(f"sqlite:///{path}")
        event.listen(engine, "connect", _prepare)
        try:
            _check(engine, path)
        except Exception as error:
            engine.dispose()
            if spoilt or not _is_spoilt(error):
                raise
            LOG.warning("%s is spoilt and was deleted, with all classes and answers in it.", path)
            for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
                with contextlib.suppress(FileNotFoundError):
                    path.with_name(name).unlink()
        else:
            return engine
    raise AssertionError("a new file is not spoilt")


def _check(engine: Engine, path: Path) -> None:
    with engine.begin() as connection:
        found = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
        if found != "ok":
            raise Spoilt(found)
        version = connection.execute(text("PRAGMA user_version")).scalar_one()
        if version > SCHEMA:
            raise ValueError(f"{path} was written by a newer version of Farback.")
        METADATA.create_all(connection)
        if version != SCHEMA:
            connection.execute(text(f"PRAGMA user_version = {SCHEMA}"))


def _is_spoilt(error: Exception) -> bool:
    code: int = getattr(getattr(error, "orig", error), "sqlite_errorcode", -1)
    return isinstance(error, Spoilt) or (code >= 0 and code & 0xFF in SPOILT)  # the rest of it are details


def _prepare(connection: Any, _: ConnectionPoolEntry) -> None:
    """Readers never wait for the writer (WAL). What was acknowledged is on the disk, also when the power fails (FULL):
    one write for all that wait makes that cheap. What is deleted is overwritten."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")
