"""The tasks: one file each, and here their registration."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from ..cite import Cite
from .adding import Adding
from .autocomplete import Autocomplete
from .base import Batch, ByLag, Chance, Predict, Task, spread, together
from .brackets import Brackets
from .characters import Characters
from .copying import Copying
from .counting import Counting
from .latch import Latch
from .letters import ByLetters, by_letters, rank_of
from .order import TemporalOrder
from .reber import EmbeddedReber
from .recall import Recall
from .stocks import Stocks
from .xor import DelayedXor

TASKS: dict[str, type[Task]] = {
    "recall": Recall,
    "adding": Adding,
    "copying": Copying,
    "characters": Characters,
    "autocomplete": Autocomplete,
    "temporal_order": TemporalOrder,
    "delayed_xor": DelayedXor,
    "reber": EmbeddedReber,
    "counting": Counting,
    "brackets": Brackets,
    "latch": Latch,
    "stocks": Stocks,
}
"""By name, in the order in which the page shows them."""

AnyTask: TypeAlias = Annotated[
    Recall
    | Adding
    | Copying
    | Characters
    | Autocomplete
    | TemporalOrder
    | DelayedXor
    | EmbeddedReber
    | Counting
    | Brackets
    | Latch
    | Stocks,
    Field(discriminator="name"),
]

__all__ = [
    "TASKS", "AnyTask", "Batch", "ByLag", "ByLetters", "Chance", "Cite", "Predict", "Task", "by_letters", "rank_of",
    "spread",
    "together",
]  # fmt: skip
