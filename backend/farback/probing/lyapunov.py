"""Lyapunov exponents: the rates at which a layer stretches or shrinks small changes of its state."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from ..arrays import Doubles
from .product import CLEAR, EPSILON
from .strand import Strand


def exponents(strand: Strand) -> Doubles:
    """Lyapunov exponents over one sequence by QR, in nats a step.

    J_t Q_{t-1} = Q_t R_t, and the exponents are the means of log |R_t[i, i]| over t = 1..T-1 (step 0 starts from a
    state that is always zero). Their sum is the mean of log |det J_t|. Above 0, small changes grow: gradients explode
    along that direction; below 0 they vanish.

    A sequence is short, so Q_0 matters: from the identity, the exponents would depend on the order of the units. It is
    taken from a sweep of QR back over the same steps with transposed Jacobians, which ends close to the right
    singular vectors of the whole product; the exponents are then close to the logarithms of its singular values,
    divided by T - 1.

    Source: Vogt et al. 2020, arXiv 2006.14123; Engelken 2023, arXiv 2312.17306. Q_0 is Farback's.

    Returns:
        (N,) descending, NaN last: what float64 cannot tell (a unit whose slope is zero makes a direction that is lost
        within one step), or what is not finite. -inf where a Jacobian is zero. T = 1: all NaN.
    """
    if strand.length < 2:
        return np.full(strand.width, np.nan)
    start, _ = _sweep(
        (J.mT for J in strand.jacobians(range(strand.length - 1, 0, -1))), torch.eye(strand.width).double()
    )
    _, growth = _sweep(strand.jacobians(range(1, strand.length)), start)
    found: Doubles = -np.sort(-growth.numpy() / (strand.length - 1))
    return found


def _sweep(factors: Iterable[Tensor], q: Tensor) -> tuple[Tensor, Tensor]:
    """Multiply q (N, N) by each factor and make it orthonormal again.

    Returns:
        (N, N) the last q, and (N,) sums of log |R[i, i]|; NaN where one of them was below the rounding error, and in
        all later directions, which are then arbitrary.
    """
    total, lost = q.new_zeros(len(q)), torch.zeros(len(q), dtype=torch.bool)
    for factor in factors:
        q, r = torch.linalg.qr(factor @ q)
        size = r.diagonal().abs()
        lost |= size < CLEAR * EPSILON * len(q) * r.abs().max()
        total += size.log()
    return q, total.masked_fill(lost.cumsum(0) > 0, torch.nan)
