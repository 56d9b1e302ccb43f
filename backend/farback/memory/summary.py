"""Summaries: the seeds of one task and one cell put together, and the table as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..cells import CELLS
from ..tasks import TASKS
from .row import Row, spec_of


@dataclass(frozen=True)
class Spread:
    """Median, smallest and largest over seeds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float | None]) -> Spread | None:
        """Of the values that are there; None where none is."""
        there = [value for value in values if value is not None]
        return cls(statistics.median(there), min(there), max(there)) if there else None


@dataclass(frozen=True)
class Summary:
    """What one cell came to on one task."""

    task: str
    cell: str
    parameters: int
    seeds: int
    solved: int  # seeds that solved the task
    exploded: int  # seeds whose loss stopped being finite
    solved_at: Spread | None  # training step, over the seeds that solved it; None: no seed did
    steps: Spread | None  # updates in all
    seconds: Spread | None  # processor time of a run
    loss: Spread | None
    accuracy: Spread | None  # None in a regression
    reach: Spread | None  # steps
    at_least: int | None  # the longest lag that was tested, where a seed reached it: its reach is that or more
    horizon: Spread | None  # steps, trained
    horizon_at_start: Spread | None  # steps, untrained
    last_step: int  # the last answer step: a horizon as long is that or more


def summaries(rows: Iterable[Row]) -> list[Summary]:
    """One a task and cell, in the order of the rows."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.task in TASKS and row.cell in CELLS:
            groups.setdefault((row.task, row.cell), []).append(row)
    return [_summary(group) for group in groups.values()]


def _summary(rows: Sequence[Row]) -> Summary:
    first = rows[0]
    return Summary(
        task=first.task,
        cell=first.cell,
        parameters=first.parameters,
        seeds=len(rows),
        solved=sum(row.solved_at is not None for row in rows),
        exploded=sum(row.exploded_at is not None for row in rows),
        solved_at=Spread.of(row.solved_at for row in rows),
        steps=Spread.of(row.steps for row in rows),
        seconds=Spread.of(row.seconds for row in rows),
        loss=Spread.of(row.loss for row in rows),
        accuracy=Spread.of(row.accuracy for row in rows),
        reach=Spread.of(row.reach["value"] for row in rows),
        at_least=max((row.reach["value"] for row in rows if row.reach["at_least"]), default=None),
        horizon=Spread.of(row.horizon["value"] for row in rows),
        horizon_at_start=Spread.of(row.horizon["at_start"] for row in rows),
        last_step=spec_of(first.task, first.cell, first.seed).task.answers[-1],
    )


PAGE = """# What every model remembers

Every task with every model as `presets.py` trains it, {seeds} seeds each: the median, and the range where seeds differ.
Reach and gradient horizon in steps; accuracy or, where a task has no classes, loss on held-out sequences; seconds of
processor time for one run on one thread, frames and result included. {machine}, torch {torch}, {day}. The server shows
the same table at `/memory`; `make memory` makes both, goes on where it was broken off, and trains only what changed.
[presets.md](presets.md) says what was tried besides, [definitions.md](definitions.md) what the numbers are.

"""

HEAD = (
    "| task | model | solved | at step | loss | accuracy | reach | gradient horizon | before training | parameters "
    "| seconds |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


def measured(rows: Iterable[Row]) -> dict[str, list[Any]]:
    """Where, with what and when the rows were measured: usually one of each but the seeds."""
    each = list(rows)
    return {name: sorted({getattr(row, name) for row in each}) for name in ("machine", "torch", "day", "seed")}


def markdown(rows: Sequence[Row]) -> str:
    """The table as a page, a line a task and cell."""
    where = measured(rows)
    said = {name: ", ".join(map(str, values)) for name, values in where.items()}
    page = PAGE.format(seeds=len(where["seed"]), **said)
    return page + "\n".join([HEAD, *map(_line, summaries(rows))]) + "\n"


def _line(of: Summary) -> str:
    cells = (
        of.task,
        of.cell,
        f"{of.solved} of {of.seeds}" + (f", {of.exploded} exploded" if of.exploded else ""),
        _told(of.solved_at),
        _told(of.loss, _small),
        _told(of.accuracy, lambda share: f"{100 * share:.0f} %"),
        _told(of.reach, lambda steps: _or_more(steps, of.at_least)),
        _told(of.horizon, lambda steps: _or_more(steps, of.last_step)),
        _told(of.horizon_at_start, lambda steps: _or_more(steps, of.last_step)),
        f"{of.parameters:,}",
        _told(of.seconds, lambda seconds: f"{seconds:.1f}"),
    )
    return f"| {' | '.join(cells)} |"


def _told(spread: Spread | None, write: Callable[[float], str] = "{:g}".format) -> str:
    if spread is None:
        return "–"
    median, low, high = map(write, (spread.median, spread.low, spread.high))
    return median if low == high else f"{median} ({low} to {high})"


def _small(loss: float) -> str:
    return "< 0.0001" if loss < 1e-4 else f"{loss:.2g}" if loss < 1e-2 else f"{loss:.3f}"


def _or_more(steps: float, longest: int | None) -> str:
    return f"≥ {longest}" if longest is not None and steps >= longest else f"{steps:g}"
