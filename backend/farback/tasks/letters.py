"""Accuracy by letters known: how often a word is among the first suggestions when so much of it has been read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import config
from ..arrays import Floats
from .base import Whole


@dataclass(frozen=True)
class ByLetters:
    """How often the right word is suggested, by how many of its letters have been read; L such numbers."""

    letters: list[int]  # 0 (only what stands before the word), 1, 2, ...; none where there are too few steps
    steps: list[int]  # (L,) held-out steps behind each; fewer for more letters, as few words are long
    top: list[list[float]]  # (3, L) share of them at which it is the first, among the first two, the first three
    error: list[list[float]]  # (3, L) standard error of that share


def by_letters(rank: Whole, known: Whole) -> ByLetters:
    """Count it.

    Args:
        rank: (N,) place of the right word among the suggestions, 0 the first.
        known: (N,) letters of that word that have been read.
    """
    steps = np.bincount(known, minlength=1)
    steps = steps[: int((np.cumprod(steps >= config.LETTER_STEPS)).sum())]
    right = [
        np.bincount(known[rank < few], minlength=steps.size)[: steps.size] for few in range(1, config.SUGGESTIONS + 1)
    ]
    top = np.array(right) / np.maximum(steps, 1)
    error = np.sqrt(top * (1 - top) / np.maximum(steps, 1))
    return ByLetters(list(range(steps.size)), steps.tolist(), top.tolist(), error.tolist())


def rank_of(output: Floats, target: NDArray[Any]) -> Whole:
    """(N,) how many of the outputs (N, O) come before the target's: those that are larger, and the first of equals.

    What is not a number comes first, so that a model that exploded is never right.
    """
    own = np.take_along_axis(output, target[:, None], axis=1)
    before = ~(output <= own) | ((output == own) & (np.arange(output.shape[1]) < target[:, None]))
    rank: Whole = before.sum(axis=1)
    return rank
