"""The Euclidean norm, right wherever float32 reaches."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.linalg import vector_norm

LEAST, MOST = 1e-15, 1e15
"""Norms between which no square that matters leaves float32's range (1e-38 to 3e38)."""
SCALE = 2.0**100
"""Vectors that are shorter or longer are scaled by it first: a power of two, so that no digit is lost."""


def norm(x: Tensor) -> Tensor:
    """(..., N) -> (...): the norm over the last axis.

    A square of a number below 1e-19 vanishes in float32 and one above 1e19 overflows, in torch's own norm as well.
    """
    found: Tensor = vector_norm(x, dim=-1)
    shortest, longest = (float(extreme) for extreme in found.aminmax())
    if not shortest >= LEAST:  # or there is a NaN, which hides what is shorter
        found = torch.where(found < LEAST, vector_norm(x * SCALE, dim=-1) / SCALE, found)
    if not longest <= MOST:
        found = torch.where(found > MOST, vector_norm(x / SCALE, dim=-1) * SCALE, found)
    return found
