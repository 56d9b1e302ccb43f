"""Squashing functions, and their slopes told from their values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from torch import Tensor

Activation: TypeAlias = Literal["tanh", "relu", "sigmoid"]


def squash(name: Activation) -> Callable[[Tensor], Tensor]:
    """The function itself, applied in place."""
    return {
        "tanh": lambda a: a.tanh_(),
        "relu": lambda a: a.relu_(),
        "sigmoid": lambda a: a.sigmoid_(),
    }[name]


def slope(name: Activation, value: Tensor) -> Tensor:
    """φ'(a) where `value` is φ(a); relu's slope at 0 is 0, as in torch."""
    if name == "tanh":
        return 1 - value * value
    if name == "relu":
        return (value > 0) + 0 * value  # what is not a number stays none
    return value * (1 - value)
