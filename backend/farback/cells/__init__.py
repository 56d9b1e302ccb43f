"""The cells: one file each, and here their registration."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from .base import Cell, Gate, Gradient, Held, Pullback, Sweep, Trace, Weights
from .feedforward import FeedForward
from .gru import GRU
from .jacobian import StepJacobians
from .lstm import LSTM
from .nested import NestedLSTM
from .recurrent import Recurrent
from .rnn import RNN

CELLS: dict[str, type[Cell]] = {
    "feedforward": FeedForward,
    "rnn": RNN,
    "gru": GRU,
    "lstm": LSTM,
    "nested_lstm": NestedLSTM,
}
"""By name, in the order in which the page shows them."""

AnyCell: TypeAlias = Annotated[FeedForward | RNN | GRU | LSTM | NestedLSTM, Field(discriminator="name")]

__all__ = [
    "CELLS", "AnyCell", "Cell", "FeedForward", "Gate", "Gradient", "Held", "NestedLSTM", "Pullback", "Recurrent",
    "StepJacobians", "Sweep", "Trace", "Weights",
]  # fmt: skip
