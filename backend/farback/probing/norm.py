"""The Euclidean norm, right wherever float32 reaches."""

from __future__ import annotations

import torch
from torch import Tensor

LEAST, MOST = 1e-15, 1e15
"""Norms between which no square that matters leaves float32's range (1e-38 to 3e38)."""
SCALE = 2.0**100
"""Vectors that are shorter or longer are scaled by it first: a power of two, so that no digit is lost."""


def norm(x: Tensor) -> Tensor:
    """(..., N) -> (...): the norm over the last axis.

    A square of a number below 1e-19 vanishes in float32 and one above 1e19 overflows. A product and a sum are three
    times as fast as torch's own norm, which does not mind either.
    """
    found = _root(x)
    if bool((found < LEAST).any()):
        found = torch.where(found < LEAST, _root(x * SCALE) / SCALE, found)
    if bool((found > MOST).any()):
        found = torch.where(found > MOST, _root(x / SCALE) * SCALE, found)
    return found


def _root(x: Tensor) -> Tensor:
    return (x * x).sum(-1).sqrt_()
