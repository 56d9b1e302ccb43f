"""Tables: where classes and answers are kept until they are deleted, in SQLite."""

from __future__ import annotations

import logging
from pathlib import Path

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
)

from ..store import database
from ..store.database import Damaged

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


def opened(path: Path) -> Engine:
    """The tables in a file, made where there is none. A file that cannot be read is deleted: what is in it was promised
    to be gone within a day or so, and nothing could see to that any more.

    Raises:
        SQLAlchemyError: the file cannot be written.
        ValueError: it was written by a newer version of the program.
    """
    try:
        return database.opened(path, METADATA, SCHEMA, "FULL")  # one write for all that wait makes it cheap
    except Damaged:
        LOG.warning("%s is spoilt and was deleted, with all classes and answers in it.", path)
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
    return database.opened(path, METADATA, SCHEMA, "FULL")
