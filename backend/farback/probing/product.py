"""Product: d s_k / d s_t = J_k ... J_{t+1}, over hundreds of steps without under- or overflow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..arrays import Doubles
from .strand import Strand

EPSILON = float(np.finfo(np.float64).eps)
CLEAR = 100
"""How often a number must contain its rounding error to be shown: it is then right to 1 %, or 0.005 decades."""
OTHER = 0.7
"""No power of two, so that multiplying and dividing by it rounds everything anew."""


@dataclass(frozen=True)
class Product:
    """d s_k / d s_t, divided by a power of two that keeps its largest entry between 1/2 and 1."""

    t: int
    factor: Tensor | None  # (N, N) J_{t+1}, the last that was multiplied; None for t = k
    matrix: Tensor  # (N, N) as [new, old]
    again: Tensor  # (N, N) the same, rounded differently on the way
    exponent: int  # d s_k / d s_t = matrix * 2**exponent

    @property
    def noise(self) -> float:
        """Rounding error of the matrix (as a norm), told from two products of the same factors.

        A bound of the form eps |J_k| ... |J_{t+1}| would be useless: it grows where the product shrinks. The two differ
        by what their roundings really became on their way through the later factors.
        """
        return max(frobenius(self.matrix - self.again), rounding(self.matrix))

    def log10(self, values: Doubles) -> Doubles:
        """log10 of norms or singular values of `matrix`, as those of d s_k / d s_t; -inf for zero."""
        with np.errstate(divide="ignore"):
            logs: Doubles = np.log10(values) + self.exponent * math.log10(2)
        return logs


def products(strand: Strand, k: int, t: int = 0) -> Iterator[Product]:
    """d s_k / d s_k, d s_k / d s_{k-1}, ..., d s_k / d s_t, one by one.

    Args:
        strand: the layer and its sequence.
        k: the output time.
        t: the earliest time that is asked for.

    Raises:
        ValueError: not 0 <= t <= k < T.
    """
    if not 0 <= t <= k < strand.length:
        raise ValueError(f"t = {t}, k = {k}: both must lie within {strand.length} steps, and t not after k.")
    matrix = again = torch.eye(strand.width, dtype=torch.float64)
    exponent = 0
    yield Product(k, None, matrix, again, exponent)
    for back, factor in enumerate(strand.jacobians(range(k, t, -1)), 1):
        matrix, again = matrix @ factor, (again * OTHER) @ factor / OTHER
        power = _power(matrix)
        matrix, again, exponent = matrix * 2.0**-power, again * 2.0**-power, exponent + power
        yield Product(k - back, factor, matrix, again, exponent)


def rounding(matrix: Tensor) -> float:
    """What a decomposition of a matrix (N, N) may be wrong by: N eps times its norm."""
    return len(matrix) * EPSILON * frobenius(matrix)


def frobenius(matrix: Tensor) -> float:
    """The root of the sum of squares, none of which may leave float64's range; NaN for what is not finite."""
    largest = matrix.abs().max()
    return float(largest * torch.linalg.matrix_norm(matrix / largest)) if largest != 0 else 0.0


def spectral(matrix: Tensor) -> float:
    """The largest singular value alone: by the squares' eigenvalues, a third of the time that all values take."""
    largest = matrix.abs().max()
    if not math.isfinite(largest) or largest == 0:
        return float(largest - largest)  # NaN, or zero
    scaled = matrix / largest
    return float(largest * torch.linalg.eigvalsh(scaled.mT @ scaled)[-1].sqrt())


def _power(matrix: Tensor) -> int:
    """The power of two just above the largest entry; 0 where there is none."""
    largest = matrix.abs().max().item()
    if not math.isfinite(largest):
        return 0
    return max(-1000, min(1000, math.frexp(largest)[1]))  # beyond, 2**power itself would leave float64's range
