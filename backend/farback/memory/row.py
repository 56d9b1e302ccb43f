"""Rows: one trained model each, a line of JSON in a file that grows while the table is made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..cells import CELLS
from ..spec import RunSpec, parse_spec
from ..tasks import TASKS

MEASURED = Path(__file__).parent / "measured.jsonl"
"""The rows that Farback brings along."""
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Row:
    """What one run came to."""

    key: str
    """What the run was made of, see `key_of`."""
    task: str
    cell: str
    seed: int
    solved_at: int | None  # training step; None: not solved
    exploded_at: int | None  # training step at which the loss stopped being finite; None: it did not
    steps: int  # updates in all
    seconds: float  # processor time of the whole run on one thread, frames and result included
    loss: float | None
    accuracy: float | None
    reach: dict[str, Any]  # as in a run's result: "value", "at_least", "spread"
    horizon: dict[str, Any]  # "value", "threshold", "at_start", "spread"
    parameters: int
    machine: str  # processor that `seconds` were taken on
    torch: str
    day: str  # as 2026-01-31, in universal time


def pairs() -> Iterator[tuple[str, str]]:
    """Every task with every cell, in the order in which the page shows them."""
    return ((task, cell) for task in TASKS for cell in CELLS)


def spec_of(task: str, cell: str, seed: int) -> RunSpec:
    """The run as its two names and the presets resolve it."""
    return parse_spec({"task": {"name": task}, "cell": {"name": cell}, "seed": seed})


def key_of(spec: RunSpec) -> str:
    """16 characters: a hash over the resolved spec and torch's version.

    Other than a run's id it leaves out code and processor: a table is made again when somebody decides to, not
    whenever a line was changed.
    """
    whole = [spec.as_json(), version("torch")]
    return sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:16]


def read(path: Path) -> list[Row]:
    """The rows of a file; none where there is no file yet.

    Raises:
        ValueError: a line is no row; names it. A last line without its end was cut off while it was written, and is
            left out.
    """
    if not path.exists():
        return []
    *lines, _ = path.read_text(encoding="utf-8").split("\n")
    return [_row(line, number) for number, line in enumerate(lines, 1)]


def line(row: Row) -> str:
    """The row as it stands in the file."""
    return json.dumps(asdict(row), allow_nan=False) + "\n"


def _row(text: str, number: int) -> Row:
    try:
        return Row(**json.loads(text))
    except (ValueError, TypeError):
        raise ValueError(f"Line {number} is no row of a memory table: {text[:60]}") from None
