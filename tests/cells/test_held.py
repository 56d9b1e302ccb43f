"""Gates that are held: the layer does what its equations say with that gate at 0 or 1, and so do its derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from farback.cells.gru import GRU
from farback.cells.lstm import LSTM
from farback.model import Model
from farback.probing.connectivity import connectivity

HELD = {"lstm": {(2, "f"): 0.0, (4, "i"): 1.0, (5, "o"): 0.0}, "gru": {(2, "z"): 1.0, (4, "r"): 0.0, (5, "z"): 0.0}}


def by_hand(cell: Any, w: Any, x: Tensor, held: Any) -> Tensor:
    """The layer written out once more, with autograd, each held gate a constant."""

    def gate(t: int, name: str, value: Tensor) -> Tensor:
        return torch.full_like(value, held[t, name]) if (t, name) in held else value

    h = c = x.new_zeros(x.shape[1], cell.hidden)
    states = []
    for t in range(len(x)):
        into, back = x[t] @ w["weight_ih"].T + w["bias_ih"], h @ w["weight_hh"].T + w["bias_hh"]
        if cell.name == "gru":
            (xr, xz, xn), (hr, hz, hn) = into.chunk(3, 1), back.chunk(3, 1)
            r, z = gate(t, "r", torch.sigmoid(xr + hr)), gate(t, "z", torch.sigmoid(xz + hz))
            h = (1 - z) * torch.tanh(xn + r * hn) + z * h
        else:
            i, f, g, o = (into + back).chunk(4, 1)
            see_i, see_f, see_o = (w.get(f"peephole_{name}", torch.zeros(())) for name in "ifo")
            f, i = gate(t, "f", torch.sigmoid(f + see_f * c)), gate(t, "i", torch.sigmoid(i + see_i * c))
            c = f * c + i * torch.tanh(g)
            h = gate(t, "o", torch.sigmoid(o + see_o * c)) * torch.tanh(c)
        states.append(h)
    return torch.stack(states)


@pytest.mark.parametrize(
    "cell", [LSTM(hidden=4), LSTM(hidden=4, variant="peepholes"), GRU(hidden=4)], ids=["lstm", "peepholes", "gru"]
)
def test_held_gates_and_their_derivatives_equal_autograds(cell: LSTM | GRU) -> None:
    weights = Model.drawn(cell, 3, 2, 9, np.random.default_rng(0)).state_dict()
    free = Model(cell, 3, 2, weights, torch.float64)
    model = free.holding({0: HELD[cell.name]})
    x = torch.randn(8, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    target = torch.tensor([[0, 1]] * 8)
    leaf = x.clone().requires_grad_()
    h = by_hand(cell, model.layers[0], leaf, HELD[cell.name])
    score = model.readout(h).gather(2, target[..., None])[..., 0]
    expected = torch.stack(
        [torch.autograd.grad(score[k].sum(), leaf, retain_graph=True)[0].norm(dim=-1).mT for k in range(8)], 1
    )
    with torch.no_grad():
        traces = model.scan(x)
        assert torch.allclose(traces[0].h, h)
        assert torch.equal(model.hidden_states(x), traces[0].h)
        for (t, name), value in HELD[cell.name].items():
            assert (traces[0].gates[name][t] == value).all()
        found = connectivity(model, traces, model.weights["readout.weight"][target])
        assert torch.allclose(found, expected, atol=1e-12)
        assert not torch.allclose(free.scan(x)[0].h, h)  # the model itself is as it was


def test_shutting_the_forget_gate_once_wipes_what_came_before() -> None:
    cell = LSTM(hidden=4)
    model = Model(cell, 3, 2, Model.drawn(cell, 3, 2, 9, np.random.default_rng(0)).state_dict(), torch.float64)
    w = model.layers[0]
    w["weight_hh"].zero_()  # the cell state is then the only road
    held = model.holding({0: {(5, "f"): 0.0}})
    x = torch.randn(9, 1, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        found = connectivity(held, held.scan(x), torch.ones(9, 1, 4, dtype=torch.float64))[0]
    assert (found[8, :5] == 0).all()
    assert (found[8, 5:] > 0).all()
