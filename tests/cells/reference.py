"""Cells written once more, step by step and with autograd, as an oracle for the closed forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import torch
from torch import Tensor

from farback.cells import Cell, Held, Weights
from farback.cells.feedforward import FeedForward
from farback.cells.lstm import LSTM
from farback.cells.nested import NestedLSTM
from farback.cells.rnn import RNN

SQUASH = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}
NOTHING: Mapping[str, float] = MappingProxyType({})

Gate: TypeAlias = Callable[[str, Tensor], Tensor]
"""A gate's value by its name and its pre-activation: a constant where it is held."""


@dataclass
class Steps:
    """What happened at each step, as nodes of autograd's graph."""

    h: list[Tensor]
    c: list[Tensor]
    inner: list[Tensor]


def unroll(cell: Cell, w: Weights, x: Tensor, cut: int | None = None, held: Held | None = None) -> Steps:
    """Run one layer over x (T, B, I); `cut` detaches the state every so many steps counted from the end."""
    T, B, _ = x.shape
    if isinstance(cell, FeedForward):
        return Steps([_window(cell, w, x, t) for t in range(T)], [], [])
    h, c, inner = (x.new_zeros(B, cell.hidden) for _ in range(3))
    steps = Steps([], [], [])
    for t in range(T):
        if cut is not None and t > 0 and (T - t) % cut == 0:
            h, c, inner = h.detach(), c.detach(), inner.detach()
        h, c, inner = step_of(cell, w, x[t], h, c, inner, held_at(held, t))
        steps.h.append(h)
        steps.c += [c] if "c" in cell.states else []
        steps.inner += [inner] if "inner" in cell.states else []
    return steps


def held_at(held: Held | None, t: int) -> dict[str, float]:
    """The gates that are held at one step."""
    return {name: value for (step, name), value in (held or {}).items() if step == t}


def step_of(
    cell: Cell, w: Weights, x: Tensor, h: Tensor, c: Tensor, inner: Tensor, held: Mapping[str, float] = NOTHING
) -> tuple[Tensor, Tensor, Tensor]:
    """One time step of a recurrent cell: the new h, c and inner memory (as they were, where the cell has none)."""

    def gate(name: str, a: Tensor) -> Tensor:
        return torch.tensor(held[name]).to(a).expand(a.shape) if name in held else torch.sigmoid(a)

    into = x @ w["weight_ih"].T + w["bias_ih"]
    back = h @ w["weight_hh"].T + w["bias_hh"]
    if isinstance(cell, RNN):
        return SQUASH[cell.activation](into + back), c, inner
    if cell.name == "gru":
        (xr, xz, xn), (hr, hz, hn) = into.chunk(3, 1), back.chunk(3, 1)
        r, z = gate("r", xr + hr), gate("z", xz + hz)
        return (1 - z) * torch.tanh(xn + r * hn) + z * h, c, inner
    if isinstance(cell, NestedLSTM):
        return _nested(w, into + back, c, inner, gate, held)
    assert isinstance(cell, LSTM)
    return *_lstm(cell, w, into + back, c, gate), inner


def _lstm(cell: LSTM, w: Weights, pre: Tensor, c: Tensor, gate: Gate) -> tuple[Tensor, Tensor]:
    if cell.variant == "no_forget":
        i, g, o = pre.chunk(3, 1)
        c = c + gate("i", i) * torch.tanh(g)
        return gate("o", o) * torch.tanh(c), c
    if cell.variant == "coupled":
        f, g, o = pre.chunk(3, 1)
        c = gate("f", f) * c + (1 - gate("f", f)) * torch.tanh(g)
        return gate("o", o) * torch.tanh(c), c
    i, f, g, o = pre.chunk(4, 1)
    if cell.variant == "standard":
        c = gate("f", f) * c + gate("i", i) * torch.tanh(g)
        return gate("o", o) * torch.tanh(c), c
    i, f = gate("i", i + w["peephole_i"] * c), gate("f", f + w["peephole_f"] * c)
    c = f * c + i * torch.tanh(g)
    return gate("o", o + w["peephole_o"] * c) * torch.tanh(c), c


def _nested(
    w: Weights, pre: Tensor, c: Tensor, inner: Tensor, gate: Gate, held: Mapping[str, float]
) -> tuple[Tensor, Tensor, Tensor]:
    """The inner LSTM reads i g, its hidden state is f c, its cell state the inner memory: torch's own cell, if free."""
    i, f, g, o = pre.chunk(4, 1)
    new, kept = gate("i", i) * torch.tanh(g), gate("f", f) * c
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    w_ih, w_hh, b_ih, b_hh = (w[f"inner_{name}"] for name in names)
    if any(name.startswith("inner") for name in held):
        inner_i, inner_f, inner_g, inner_o = (new @ w_ih.T + b_ih + kept @ w_hh.T + b_hh).chunk(4, 1)
        inner = gate("inner_f", inner_f) * inner + gate("inner_i", inner_i) * torch.tanh(inner_g)
        c = gate("inner_o", inner_o) * torch.tanh(inner)
    else:
        c, inner = torch.lstm_cell(new, (kept, inner), w_ih, w_hh, b_ih, b_hh)
    return gate("o", o) * torch.tanh(c), c, inner


def _window(cell: FeedForward, w: Weights, x: Tensor, t: int) -> Tensor:
    seen = [x[s] if s >= 0 else torch.zeros_like(x[0]) for s in range(t - cell.window + 1, t + 1)]
    return SQUASH[cell.activation](torch.cat(seen, 1) @ w["weight"].T + w["bias"])
