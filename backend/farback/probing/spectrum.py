"""Spectrum: how much one step, or many steps together, can stretch or shrink a change of a layer's state."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..arrays import Doubles
from ..cells.activation import Activation
from ..cells.base import Cell, Weights
from ..cells.rnn import RNN
from .product import CLEAR, Product, products, rounding, spectral
from .strand import Strand

KEEPERS = {"lstm": "f", "gru": "z", "nested_lstm": "inner_f"}
"""The gate that hands each unit of a cell's memory on to the next step: of c in the LSTM, of h in the GRU."""

STEEPEST: dict[Activation, float] = {"tanh": 1.0, "relu": 1.0, "sigmoid": 0.25}
"""gamma, the largest slope of each squashing function."""


@dataclass(frozen=True)
class ProductSpectrum:
    """Singular values of d s_k / d s_t for one output time k. L lags d = k - t, N numbers in a state."""

    k: int
    lags: tuple[int, ...]  # (L,) ascending
    singular: Doubles  # (L, N) log10, descending; NaN below what float64 can tell, -inf where the matrix is zero
    memory: Doubles | None
    """(L,) log10 of the largest singular value of d c_k / d c_t in the LSTM (the [c, c] block of d s_k / d s_t: h_t is
    held fixed, h after t is not) and of d h_k / d h_t in the GRU: what `DirectPath` is a part of. None: no gate keeps.
    """


@dataclass(frozen=True)
class DirectPath:
    """The memory's own way from k - d to k, unit by unit: the product of the gates that keep it, without any weights.

    All are log10 and taken over units; d = 0 is 0. -inf where a gate is shut altogether.
    """

    k: int
    gate: str  # f or z
    median: Doubles  # (k + 1,) by lag; of an even number of units, the geometric mean of the middle two
    smallest: Doubles  # (k + 1,)
    largest: Doubles  # (k + 1,)


@dataclass(frozen=True)
class RecurrentWeights:
    """W_hh of a plain RNN, and what Pascanu, Mikolov & Bengio 2013 (arXiv 1211.5063, section 2.1) conclude from it."""

    spectral_radius: float  # largest |eigenvalue|
    largest: float  # sigma_max, the largest singular value
    gamma: float  # the squashing function's largest slope

    @property
    def must_vanish(self) -> bool:
        """sigma_max < 1 / gamma, which is *sufficient* for long-term gradients to vanish, whatever the input."""
        return self.largest < 1 / self.gamma

    @property
    def may_explode(self) -> bool:
        """sigma_max > 1 / gamma, which is *necessary* for gradients to explode, and far from sufficient."""
        return self.largest > 1 / self.gamma


def of_steps(strand: Strand) -> Doubles:
    """Singular values of every step's Jacobian.

    Returns:
        (T, N) as [t, i]: log10 of those of J_t = d s_t / d s_{t-1}, descending. NaN below what float64 can tell beside
        the largest, and in a step that is not finite; -inf where a step's Jacobian is zero. Step 0 is that of the zero
        state which every sequence starts from.
    """
    rows = [clear(singular_values(J), rounding(J)) for J in strand.jacobians(range(strand.length))]
    with np.errstate(divide="ignore"):
        return np.log10(np.stack(rows))


def of_products(strand: Strand, k: int, lags: Collection[int] | None = None) -> ProductSpectrum:
    """Singular values of the products d s_k / d s_t = J_k ... J_{t+1}.

    A product's small singular values drown in the rounding errors of its large ones. What is less than 100 times the
    measured error (see `Product.noise`; some 12 decades below the largest) is marked, not shown. They could be had by
    graded QR sweeps and one-sided Jacobi rotations at every lag, but no gradient is ever seen to flow along them; the
    rates of all directions are `lyapunov.exponents`.

    Args:
        strand: the layer and its sequence.
        k: the output time.
        lags: those asked for, each 0..k; None: all of them. Each costs a decomposition.

    Raises:
        ValueError: k or a lag lies outside of the sequence.
    """
    wanted = tuple(sorted(set(range(k + 1) if lags is None else lags)))
    if not wanted or wanted[0] < 0:
        raise ValueError("There must be a lag, and none below 0.")
    rows: list[Doubles] = []
    memory: list[float] = []
    for product in products(strand, k, k - wanted[-1]):
        if k - product.t in wanted:
            rows.append(product.log10(clear(singular_values(product.matrix), product.noise)))
            memory.append(_memory(strand, product, rows[-1]))
    return ProductSpectrum(k, wanted, np.stack(rows), np.array(memory) if strand.cell.name in KEEPERS else None)


def direct_path(strand: Strand, k: int) -> DirectPath | None:
    """Products over steps t + 1..k of the gate that keeps the memory: f (LSTM) or z (GRU); None where there is none."""
    gate = KEEPERS.get(strand.cell.name)
    if gate is None or gate not in strand.trace.gates:
        return None
    with np.errstate(divide="ignore"):
        kept = np.log10(strand.trace.gates[gate][:, 0].numpy())  # (T, H)
    back = np.cumsum(kept[k:0:-1], axis=0)  # (k, H): the last step first
    by_lag = np.concatenate([np.zeros((1, kept.shape[1])), back])
    return DirectPath(k, gate, np.median(by_lag, 1), by_lag.min(1), by_lag.max(1))


def recurrent_weights(cell: Cell, w: Weights) -> RecurrentWeights | None:
    """Spectral radius and largest singular value of a plain RNN's W_hh.

    None for every other cell: its J_t is no slope times one W_hh. Gates multiply several recurrent matrices, and add
    a path that goes through none of them, so no condition on the matrices alone says that a gradient vanishes. None
    too where a weight is not finite.

    Args:
        cell: the layer's kind.
        w: the layer's weights.
    """
    if not isinstance(cell, RNN):
        return None
    w_hh = w["weight_hh"].detach().double()
    if not bool(w_hh.isfinite().all()):
        return None
    radius = torch.linalg.eigvals(w_hh).abs().max().item()
    return RecurrentWeights(radius, float(singular_values(w_hh)[0]), STEEPEST[cell.activation])


def singular_values(matrix: Tensor) -> Doubles:
    """(N, N) -> (N,) descending; NaN for a matrix that is not finite, which has none."""
    if not bool(matrix.isfinite().all()):
        return np.full(len(matrix), np.nan)
    values: Doubles = torch.linalg.svdvals(matrix).numpy()
    return values


def clear(values: Doubles, noise: float) -> Doubles:
    """NaN for values that are less than 100 times their rounding error."""
    return np.where(values >= CLEAR * noise, values, np.nan)


def _memory(strand: Strand, product: Product, singular: Doubles) -> float:
    """log10 of the largest singular value of the memory's own block. singular  # (N,) log10, of the whole"""
    H = strand.cell.hidden
    if strand.width == H:
        return float(singular[0])
    return float(product.log10(clear(np.array([spectral(product.matrix[-H:, -H:])]), product.noise))[0])
