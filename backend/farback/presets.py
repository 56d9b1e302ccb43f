"""Defaults that work: what a task and a cell are trained with when a spec leaves it open.

Chosen by measuring (docs/presets.md has the table), always in favour of the cell: nothing is tuned to make a
model fail.
"""

from __future__ import annotations

from typing import Any

Preset = dict[str, dict[str, Any]]

PRESETS: dict[str, dict[str, Preset]] = {
    task: {cell: {"cell": {}, "training": {}} for cell in ("feedforward", "rnn", "gru", "lstm")}
    for task in ("recall", "adding", "copying", "characters")
}


def preset(task: str, cell: str) -> Preset:
    """What differs from the plain defaults for this task and cell: `{"cell": {...}, "training": {...}}`."""
    return PRESETS[task][cell]
