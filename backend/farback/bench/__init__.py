"""`farback bench`: performance as ratios, both sides measured next to each other in one run, one thread each."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import torch

from ..engine.recorder import prepare
from ..machine import capability
from . import classes, connectivity, recording, server, training
from .table import HEAD, Row


def main(more: Iterable[Row] = ()) -> None:
    """Measure everything and print one table.

    Args:
        more: rows to measure and print after those of the package.
    """
    prepare()
    versions = f"torch {torch.__version__}, python {platform.python_version()}"
    print(f"{capability()}; {versions}; one thread a side")
    print(f"load before: {', '.join(f'{n:.2f}' for n in _load())}\n")
    print(HEAD)
    for rows in (connectivity.rows(), training.rows(), recording.rows(), server.rows(), classes.rows(), more):
        for row in rows:
            print(row, flush=True)


def _load() -> tuple[float, ...]:
    lines = Path("/proc/loadavg")
    return tuple(float(n) for n in islice(lines.read_text().split(), 3)) if lines.exists() else ()
