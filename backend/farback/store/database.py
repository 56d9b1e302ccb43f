"""Database: an SQLite file opened with care. Which tables it has is its owner's matter."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Engine, MetaData, create_engine, event, text
from sqlalchemy.pool import ConnectionPoolEntry

SPOILT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""What SQLite says of a file that holds something else than it wrote."""


class Damaged(Exception):
    """What is in the file cannot be read, or contradicts itself: a disk or a power cut spoilt it."""


def opened(path: Path, tables: MetaData, schema: int, synchronous: Literal["NORMAL", "FULL"]) -> Engine:
    """The database in a file, with its tables; nothing is written to one that is whole.

    Readers never wait for the writer (WAL), and a deleted row is overwritten, because it may tell of a person.

    Args:
        path: of the file; made where there is none.
        tables: what is in it.
        schema: raised by its owner whenever an older program would misread the tables.
        synchronous: whether what was acknowledged outlives a power cut (FULL), or only a crash of the program.

    Raises:
        Damaged: it is no database any more.
        ValueError: it was written by a newer version of the program.
        SQLAlchemyError: it cannot be read or written.
    """
    engine = create_engine(f"sqlite:///{path}")

    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "secure_delete=ON", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", prepare)
    try:
        _check(engine, path, tables, schema)
    except Exception as error:
        engine.dispose()
        if _code(error) in SPOILT:
            raise Damaged(str(getattr(error, "orig", error))) from None
        raise
    return engine


def _check(engine: Engine, path: Path, tables: MetaData, schema: int) -> None:
    with engine.begin() as connection:
        found = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
        if found != "ok":
            raise Damaged(found)
        version = connection.execute(text("PRAGMA user_version")).scalar_one()
        if version > schema:
            raise ValueError(f"{path} was written by a newer version of Farback.")
        tables.create_all(connection)
        if version != schema:
            connection.execute(text(f"PRAGMA user_version = {schema}"))


def _code(error: Exception) -> int:
    """SQLite's word for an error, without the details; -1 where it is none of its."""
    code: int = getattr(getattr(error, "orig", error), "sqlite_errorcode", -1)
    return code & 0xFF if code >= 0 else code
