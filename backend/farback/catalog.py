"""The catalog: tasks, cells, options, limits, presets; all that the page needs to build its controls."""

from __future__ import annotations

from functools import cache
from typing import Any

from . import __version__, config
from .cells import CELLS, Cell
from .measures import MEASURES
from .presets import PRESETS
from .spec import LIMITS, RunSpec, Training
from .strict import Strict
from .tasks import TASKS, Task

OPENING = {
    "task": {"name": "recall", "lag": 40},
    "cells": ["feedforward", "rnn", "gru", "lstm"],
    "seed": 0,
}
"""The comparison that starts by itself on a first visit."""


@cache
def catalog() -> dict[str, Any]:
    """JSON values, described in docs/api.md. Told from the very classes that check a spec, so the two cannot differ."""
    return {
        "version": __version__,
        "tasks": [_task(task) for task in TASKS.values()],
        "cells": [_cell(cell) for cell in CELLS.values()],
        "training": {"options": _options(Training)},
        "seed": _option("seed", RunSpec.model_json_schema()["properties"]["seed"]),
        "limits": {
            "text": config.MAX_TEXT,
            "text_min": config.MIN_TEXT,
            **{name: limit.most for name, limit in LIMITS.items()},
        },
        "presets": PRESETS,
        "opening": OPENING,
        "measures": {name: measure._asdict() for name, measure in MEASURES.items()},
    }


def _task(task: type[Task]) -> dict[str, Any]:
    return {
        "name": task.model_fields["name"].default,
        "title": task.title,
        "summary": task.summary,
        "kind": task.kind,
        "cite": task.cite._asdict(),
        "chance": task.chance_text,
        "success": task.success_text,
        "relevant": task.relevant_text,
        "stretches": task.stretches,
        "form": task.form,
        "options": _options(task),
    }


def _cell(cell: type[Cell]) -> dict[str, Any]:
    return {
        "name": cell.model_fields["name"].default,
        "title": cell.title,
        "summary": cell.summary,
        "cite": cell.cite._asdict(),
        "states": list(cell.states),
        "gates": [{"name": g.name, "plain": g.plain, "range": [g.low, 1]} for g in cell.gates],
        "equations": list(cell.equations),
        "options": _options(cell),
    }


def _options(model: type[Strict]) -> list[dict[str, Any]]:
    properties = model.model_json_schema()["properties"]
    return [_option(name, schema) for name, schema in properties.items() if name != "name"]


def _option(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """One option as the page's control: a number with bounds, a choice, a switch, or a text.

    A choice or a number (`"chrono"` or a bias) is a number with choices beside it.
    """
    branches = schema.get("anyOf", [schema])
    types = {branch.get("type") for branch in branches}
    number: dict[str, Any] = next((branch for branch in branches if branch.get("type") in ("integer", "number")), {})
    choices = [c for branch in branches for c in branch.get("enum", [branch["const"]] if "const" in branch else [])]
    return {
        "name": name,
        "title": schema["title"],
        "type": _control(types, bool(choices)),
        "default": schema.get("default"),
        "min": number.get("minimum", number.get("exclusiveMinimum")),
        "max": number.get("maximum", number.get("exclusiveMaximum")),
        "open": "exclusiveMinimum" in number,  # whether the smallest value itself is refused
        "choices": choices or None,
        "nullable": "null" in types,
        "help": schema.get("description", ""),
    }


def _control(types: set[str | None], has_choices: bool) -> str:
    for schema_type, control in (("integer", "int"), ("number", "float"), ("boolean", "bool")):
        if schema_type in types:
            return control
    return "choice" if has_choices else "text"
