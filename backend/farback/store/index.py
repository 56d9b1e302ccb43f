"""Index: which runs there are and how they ended, in SQLite. One process writes it, the web process.

It is a cache that answers questions about all runs at once: what it holds is noted in the runs' folders too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    func,
    select,
    text,
)

from .database import opened
from .row import UNFINISHED, Row

SCHEMA = 1
"""Raised whenever an older program would misread the tables."""

METADATA = MetaData()
RUNS = Table(
    "runs",
    METADATA,
    Column("id", String, primary_key=True),
    Column("status", String, nullable=False, index=True),
    Column("public", String, nullable=False),
    Column("facts", String, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("saved", Boolean, nullable=False),
    Column("client", String, nullable=False),
    Column("step", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("code", String),
    Column("reason", String),
    Column("result", String),
    Column("deaths", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("created", Float, nullable=False),
    Column("used", Float, nullable=False),
)


class Index:
    """The table of runs. Safe to be called from several threads.

    Args:
        path: the database file; made where there is none.

    Raises:
        Damaged: what is in the file cannot be read, or contradicts itself.
        ValueError: the file was written by a newer version of the program.
    """

    def __init__(self, path: Path) -> None:
        self._engine = opened(path, METADATA, SCHEMA, "NORMAL")

    def put(self, row: Row) -> None:
        """Take a run in, in the place of what was known of it."""
        with self._engine.begin() as connection:
            connection.execute(RUNS.insert().prefix_with("OR REPLACE").values(asdict(row)))

    def get(self, run: str) -> Row | None:
        """A run, or None."""
        with self._engine.connect() as connection:
            found = connection.execute(select(RUNS).where(RUNS.c.id == run)).one_or_none()
        return None if found is None else Row(**found._mapping)

    def update(self, run: str, **values: Any) -> None:
        """Change some fields of a run."""
        with self._engine.begin() as connection:
            connection.execute(RUNS.update().where(RUNS.c.id == run).values(values))

    def delete(self, run: str) -> None:
        """Forget a run; what it said is overwritten on disk, in the log of changes too."""
        with self._engine.begin() as connection:
            connection.execute(RUNS.delete().where(RUNS.c.id == run))
        with self._engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def unfinished(self) -> list[Row]:
        """Runs that wait or train, those that trained first and the oldest first."""
        query = select(RUNS).where(RUNS.c.status.in_(UNFINISHED))
        with self._engine.connect() as connection:
            found = connection.execute(query.order_by(RUNS.c.status.desc(), RUNS.c.created)).all()
        return [Row(**row._mapping) for row in found]

    def droppable(self) -> Iterable[tuple[str, int]]:
        """Id and bytes of the finished runs that nobody saved, the least recently used first."""
        query = select(RUNS.c.id, RUNS.c.bytes).where(RUNS.c.status.not_in(UNFINISHED))
        with self._engine.connect() as connection:
            found = connection.execute(query.where(RUNS.c.saved.is_(False)).order_by(RUNS.c.used)).all()
        return [(row.id, row.bytes) for row in found]

    def bytes(self) -> int:
        """Disk that the finished runs take."""
        query = select(func.coalesce(func.sum(RUNS.c.bytes), 0))
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def ids(self) -> set[str]:
        """All runs."""
        return set(self.statuses())

    def statuses(self) -> dict[str, str]:
        """The status of every run."""
        with self._engine.connect() as connection:
            return {row.id: row.status for row in connection.execute(select(RUNS.c.id, RUNS.c.status))}

    def counts(self) -> dict[str, int]:
        """Runs by status."""
        query = select(RUNS.c.status, func.count()).group_by(RUNS.c.status)
        with self._engine.connect() as connection:
            return dict(connection.execute(query).all())

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()
