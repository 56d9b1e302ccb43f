"""Shuffled time: the control that takes the order away and leaves everything else."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from .base import Whole


def shuffled_time(what: str) -> Any:
    """The option of a task.

    Args:
        what: a sentence that says what is put into random order.
    """
    return Field(
        False,
        title="Shuffled time (a control)",
        description=f"{what} What needs the order is lost then, and a model that still answers better than chance "
        "uses something else.",
    )


def shuffle(codes: Whole, rng: np.random.Generator, start: int | Whole = 0, stop: int | None = None) -> Whole:
    """(T, B) codes with the steps start..stop-1 of each sequence in a random order of its own, the others in place.

    Args:
        codes: (T, B).
        rng: draws the orders.
        start: the first step that moves, for all or for each sequence (B,).
        stop: the first step after them that stays; None: all up to the end move.
    """
    T = len(codes)
    t = np.arange(T)[:, None]
    key: NDArray[np.float64] = rng.random(codes.shape)
    key = np.where(t < start, t - T, np.where(t >= (T if stop is None else stop), t + 1, key))
    return np.take_along_axis(codes, key.argsort(axis=0), axis=0)
