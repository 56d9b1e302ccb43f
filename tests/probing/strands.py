"""Strands that the tests of Jacobians share: drawn ones, and a linear net whose Jacobians are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st
from torch import Tensor

from farback.arrays import Doubles
from farback.cells import Cell, Held, Recurrent
from farback.cells.gru import GRU
from farback.cells.lstm import LSTM
from farback.cells.nested import NestedLSTM
from farback.cells.rnn import RNN
from farback.model import Model
from farback.probing.strand import Strand

RECURRENT: list[Recurrent] = [
    RNN(hidden=5),
    RNN(hidden=5, activation="relu"),
    RNN(hidden=5, activation="sigmoid"),
    GRU(hidden=5),
    LSTM(hidden=5),
    LSTM(hidden=5, variant="no_forget"),
    LSTM(hidden=5, variant="coupled"),
    LSTM(hidden=5, variant="peepholes"),
    NestedLSTM(hidden=5),
]

GATED = [cell for cell in RECURRENT if cell.gates]


def title(cell: Any) -> str:
    return f"{cell.name}-{getattr(cell, 'activation', '')}{getattr(cell, 'variant', '')}"


def holds(cell: Cell, T: int, layers: int = 1) -> st.SearchStrategy[dict[int, dict[tuple[int, str], float]]]:
    """Up to eight gates held at steps of their own, by layer."""
    valves = [gate.name for gate in cell.shown_gates() if gate.low == 0]
    layer, t, value = st.integers(0, layers - 1), st.integers(0, T - 1), st.sampled_from([0.0, 1.0])
    held = st.dictionaries(st.tuples(layer, t, st.sampled_from(valves)), value, min_size=1, max_size=8)
    return held.map(
        lambda found: {
            at: {(t, name): value for (layer, t, name), value in found.items() if layer == at} for at in range(layers)
        }
    )


def drawn(cell: Cell, inputs: int = 3, seed: int = 0, dtype: torch.dtype = torch.float32) -> Model:
    weights = Model.drawn(cell, inputs, 4, 9, np.random.default_rng(seed)).state_dict()
    return Model(cell, inputs, 4, weights, dtype)


def strand_of(cell: Cell, T: int, layer: int = 0, seed: int = 0, held: Mapping[int, Held] | None = None) -> Strand:
    """One layer of a drawn model, over the second of two drawn sequences."""
    model = drawn(cell, seed=seed).holding(held or {})
    x = np.random.default_rng(seed + 1).standard_normal((T, 2, 3)).astype(np.float32)
    with torch.no_grad():
        return Strand.of(model, model.scan(torch.from_numpy(x)), layer, 1)


def linear(W: Tensor, T: int) -> Strand:
    """h = W h + x, far from relu's bend, so that every J_t is W."""
    H = len(W)
    model = drawn(RNN(hidden=H, activation="relu"), inputs=H, dtype=torch.float64)
    w = model.layers[0]
    w["weight_hh"].copy_(W)
    w["weight_ih"].copy_(torch.eye(H))
    w["bias_hh"].zero_()
    w["bias_ih"].zero_()
    x, h = torch.zeros(T, 1, H, dtype=torch.float64), torch.zeros(H, dtype=torch.float64)
    for t in range(T):  # the input holds the state at a fixed point
        x[t, 0] = 100 - W @ h
        h = W @ h + x[t, 0]
    with torch.no_grad():
        strand = Strand.of(model, model.scan(x), 0, 0)
    assert (strand.trace.h > 0).all()
    return strand


def turn(H: int, seed: int = 0) -> Tensor:
    """A rotation."""
    rotation: Tensor = torch.linalg.qr(torch.from_numpy(np.random.default_rng(seed).standard_normal((H, H))))[0]
    return rotation


def dense(strand: Strand) -> Doubles:
    """(T, N, N) all step Jacobians."""
    jacobians: Doubles = torch.stack(list(strand.jacobians(range(strand.length)))).numpy()
    return jacobians


def multiplied(J: Doubles, t: int, k: int) -> Doubles:
    """(N, N) J_k ... J_{t+1} by numpy."""
    factors = list(J[k:t:-1])
    product: Doubles = np.linalg.multi_dot(factors) if len(factors) > 1 else factors[0]
    return product
