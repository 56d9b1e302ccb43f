"""Measuring: the runs of the memory table, one after another, each written down as soon as it is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import torch

from ..errors import Exploded
from ..facts import facts
from ..machine import capability
from ..pipeline import run
from ..spec import RunSpec
from .row import SEEDS, Row, key_of, line, pairs, read, spec_of

Progress = Callable[[str], None]


def measure(path: Path, told: Progress, fresh: bool = False) -> list[Row]:
    """Train what the file does not have yet.

    Args:
        path: the file of rows. It is kept on the way, so that a table that was broken off goes on where it was; at the
            end it holds this table's rows and no others.
        told: called with a line of progress before each run and after it.
        fresh: train all of them again.

    Raises:
        ValueError: the file holds something else.
        OSError: it cannot be written.
    """
    known = {} if fresh else {row.key: row for row in read(path)}
    wanted = {key_of(spec): spec for spec in _specs()}
    _replace(path, list(known.values()))  # without a line that was cut off
    missing = [key for key in wanted if key not in known]
    told(f"{len(wanted)} runs, {len(missing)} to train")
    with path.open("a", encoding="utf-8") as file:
        for number, key in enumerate(missing, 1):
            spec = wanted[key]
            told(f"{number} of {len(missing)}: {spec.task.name}, {spec.cell.name}, seed {spec.seed}")
            known[key] = _trained(key, spec)
            file.write(line(known[key]))
            file.flush()
            told(f"  {_outcome(known[key])}")
    rows = [known[key] for key in wanted]
    _replace(path, rows)
    return rows


def _specs() -> Iterator[RunSpec]:
    return (spec_of(task, cell, seed) for task, cell in pairs() for seed in SEEDS)


def _trained(key: str, spec: RunSpec) -> Row:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    start, frame, exploded = time.thread_time(), None, None
    try:
        for each in run(spec):
            frame = each
    except Exploded as error:
        exploded = error.step
    finally:
        torch.set_num_threads(threads)
    assert frame is not None  # there is one at step 0
    result = frame.result()
    return Row(
        key=key,
        task=spec.task.name,
        cell=spec.cell.name,
        seed=spec.seed,
        exploded_at=exploded,
        seconds=round(time.thread_time() - start, 2),
        parameters=facts(spec)["parameters"],
        machine=capability(),
        torch=torch.__version__.partition("+")[0],
        day=datetime.now(UTC).date().isoformat(),
        **{name: result[name] for name in ("solved_at", "steps", "loss", "accuracy", "reach", "horizon")},
    )


def _outcome(row: Row) -> str:
    how = "exploded" if row.exploded_at is not None else "not solved" if row.solved_at is None else "solved"
    return f"{how} at step {row.solved_at or row.steps}, {row.seconds:.1f} s"


def _replace(path: Path, rows: list[Row]) -> None:
    """The file as a whole, at once: whoever reads it meanwhile sees the one or the other."""
    draft = path.with_name(f".{path.name}")
    draft.write_text("".join(map(line, rows)), encoding="utf-8")
    draft.replace(path)
