"""Cells written once more, step by step and with autograd, as an oracle for the closed forms."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from farback.cells import Cell, Weights
from farback.cells.feedforward import FeedForward
from farback.cells.lstm import LSTM
from farback.cells.nested import NestedLSTM
from farback.cells.rnn import RNN

SQUASH = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}


@dataclass
class Steps:
    """What happened at each step, as nodes of autograd's graph."""

    h: list[Tensor]
    c: list[Tensor]
    inner: list[Tensor]


def unroll(cell: Cell, w: Weights, x: Tensor, cut: int | None = None) -> Steps:
    """Run one layer over x (T, B, I); `cut` detaches the state every so many steps counted from the end."""
    T, B, _ = x.shape
    if isinstance(cell, FeedForward):
        return Steps([_window(cell, w, x, t) for t in range(T)], [], [])
    h, c, inner = (x.new_zeros(B, cell.hidden) for _ in range(3))
    steps = Steps([], [], [])
    for t in range(T):
        if cut is not None and t > 0 and (T - t) % cut == 0:
            h, c, inner = h.detach(), c.detach(), inner.detach()
        h, c, inner = step_of(cell, w, x[t], h, c, inner)
        steps.h.append(h)
        steps.c += [c] if "c" in cell.states else []
        steps.inner += [inner] if "inner" in cell.states else []
    return steps


def step_of(cell: Cell, w: Weights, x: Tensor, h: Tensor, c: Tensor, inner: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """One time step of a recurrent cell: the new h, c and inner memory (as they were, where the cell has none)."""
    into = x @ w["weight_ih"].T + w["bias_ih"]
    back = h @ w["weight_hh"].T + w["bias_hh"]
    if isinstance(cell, RNN):
        return SQUASH[cell.activation](into + back), c, inner
    if cell.name == "gru":
        (xr, xz, xn), (hr, hz, hn) = into.chunk(3, 1), back.chunk(3, 1)
        r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
        return (1 - z) * torch.tanh(xn + r * hn) + z * h, c, inner
    if isinstance(cell, NestedLSTM):
        return _nested(w, into + back, c, inner)
    assert isinstance(cell, LSTM)
    return *_lstm(cell, w, into + back, c), inner


def _lstm(cell: LSTM, w: Weights, pre: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    if cell.variant == "no_forget":
        i, g, o = pre.chunk(3, 1)
        c = c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
    if cell.variant == "coupled":
        f, g, o = pre.chunk(3, 1)
        c = torch.sigmoid(f) * c + (1 - torch.sigmoid(f)) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
    i, f, g, o = pre.chunk(4, 1)
    if cell.variant == "standard":
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
    i, f = torch.sigmoid(i + w["peephole_i"] * c), torch.sigmoid(f + w["peephole_f"] * c)
    c = f * c + i * torch.tanh(g)
    return torch.sigmoid(o + w["peephole_o"] * c) * torch.tanh(c), c


def _nested(w: Weights, pre: Tensor, c: Tensor, inner: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The inner LSTM is torch's own cell: it reads i g, its hidden state is f c, its cell state the inner memory."""
    i, f, g, o = pre.chunk(4, 1)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    read = (torch.sigmoid(i) * torch.tanh(g), (torch.sigmoid(f) * c, inner))
    c, inner = torch.lstm_cell(*read, *(w[f"inner_{name}"] for name in names))
    return torch.sigmoid(o) * torch.tanh(c), c, inner


def _window(cell: FeedForward, w: Weights, x: Tensor, t: int) -> Tensor:
    seen = [x[s] if s >= 0 else torch.zeros_like(x[0]) for s in range(t - cell.window + 1, t + 1)]
    return SQUASH[cell.activation](torch.cat(seen, 1) @ w["weight"].T + w["bias"])
