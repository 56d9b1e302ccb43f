"""The tasks: one file each, and here their registration."""

from __future__ import annotations

from typing import TypeAlias

from .base import Batch, ByLag, Chance, Cite, Predict, Task
from .recall import Recall

TASKS: dict[str, type[Task]] = {"recall": Recall}
"""By name, in the order in which the page shows them."""

AnyTask: TypeAlias = Recall

__all__ = ["TASKS", "AnyTask", "Batch", "ByLag", "Chance", "Cite", "Predict", "Task"]
