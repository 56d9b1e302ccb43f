"""Step: one time step of a layer as autograd goes through it, by torch.nn's own cell or written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.nn.functional import linear

from ..cells import Recurrent, Weights
from ..cells.gru import GRU
from ..cells.lstm import LSTM
from ..cells.nested import NestedLSTM
from ..cells.rnn import RNN

Stills: TypeAlias = Mapping[str, float]
"""Gates that are held at one step: their values, by name."""
Step: TypeAlias = Callable[[Tensor, Tensor, Stills], Tensor]
"""One time step: x (B, I) and s (B, N), the state before it, to s (B, N)."""


def torch_step(cell: Recurrent, w: Weights) -> Step:
    """One time step of a layer, for autograd.

    It is torch.nn's own cell wherever that does, since it shares nothing with ours; what torch.nn does not have is
    written out: variants, and gates that are held.
    """
    written, own = _written(cell, w), _own(cell, w)
    if own is None:
        return written
    return lambda x, s, held: written(x, s, held) if held else own(x, s)


def _own(cell: Recurrent, w: Weights) -> Callable[[Tensor, Tensor], Tensor] | None:
    """torch.nn's cell, where it has that one."""
    H, inputs = cell.hidden, w["weight_ih"].shape[1]

    def loaded(module: torch.nn.Module) -> torch.nn.Module:
        module.load_state_dict(w, assign=True)  # made on "meta", so that no random numbers are drawn
        return module

    if isinstance(cell, RNN) and cell.activation != "sigmoid":
        return loaded(torch.nn.RNNCell(inputs, H, nonlinearity=cell.activation, device="meta"))
    if isinstance(cell, GRU):
        return loaded(torch.nn.GRUCell(inputs, H, device="meta"))
    if isinstance(cell, LSTM) and cell.variant == "standard":
        lstm = loaded(torch.nn.LSTMCell(inputs, H, device="meta"))
        return lambda x, s: torch.cat(lstm(x, s.tensor_split(2, 1)), 1)
    return None


def _written(cell: Recurrent, w: Weights) -> Step:
    """The cell's equations."""
    if isinstance(cell, RNN):
        return partial(_rnn, cell, w)
    if isinstance(cell, GRU):
        return partial(_gru, w)
    if isinstance(cell, NestedLSTM):
        return partial(_nested, w)
    assert isinstance(cell, LSTM)  # there are no other cells with a state
    return partial(_lstm, cell, w)


def _gate(name: str, a: Tensor, held: Stills) -> Tensor:
    """σ(a); where the gate is held a constant, which nothing can be derived through."""
    return torch.full_like(a, held[name]) if name in held else torch.sigmoid(a)


def _rnn(cell: RNN, w: Weights, x: Tensor, h: Tensor, _: Stills) -> Tensor:
    """It has no gate that could be held."""
    squash: Any = getattr(torch, cell.activation)
    squashed: Tensor = squash(_of_input(w, x) + _of_state(w, h))
    return squashed


def _gru(w: Weights, x: Tensor, h: Tensor, held: Stills) -> Tensor:
    (xr, xz, xn), (hr, hz, hn) = _of_input(w, x).chunk(3, 1), _of_state(w, h).chunk(3, 1)
    r, z = _gate("r", xr + hr, held), _gate("z", xz + hz, held)
    return (1 - z) * torch.tanh(xn + r * hn) + z * h


def _lstm(cell: LSTM, w: Weights, x: Tensor, s: Tensor, held: Stills) -> Tensor:
    """In all its forms."""
    h, c = s.tensor_split(2, 1)
    blocks = dict(zip(cell.names, (_of_input(w, x) + _of_state(w, h)).chunk(cell.blocks, 1), strict=True))

    def gate(name: str, memory: Tensor) -> Tensor:
        a = blocks[name] + w[f"peephole_{name}"] * memory if cell.peepholes else blocks[name]
        return _gate(name, a, held)

    keep = gate("f", c) if "f" in blocks else torch.ones_like(c)
    write = gate("i", c) if "i" in blocks else 1 - keep
    c = keep * c + write * torch.tanh(blocks["g"])
    return torch.cat([gate("o", c) * torch.tanh(c), c], 1)


def _nested(w: Weights, x: Tensor, s: Tensor, held: Stills) -> Tensor:
    h, c, inner = s.tensor_split(3, 1)
    i, f, g, o = (_of_input(w, x) + _of_state(w, h)).chunk(4, 1)
    new, kept = _gate("i", i, held) * torch.tanh(g), _gate("f", f, held) * c
    a = _of_input(w, new, "inner_") + _of_state(w, kept, "inner_")
    inner_i, inner_f, inner_g, inner_o = a.chunk(4, 1)
    inner = _gate("inner_f", inner_f, held) * inner + _gate("inner_i", inner_i, held) * torch.tanh(inner_g)
    c = _gate("inner_o", inner_o, held) * torch.tanh(inner)
    return torch.cat([_gate("o", o, held) * torch.tanh(c), c, inner], 1)


def _of_input(w: Weights, x: Tensor, which: str = "") -> Tensor:
    """The pre-activations' input side."""
    return linear(x, w[f"{which}weight_ih"], w[f"{which}bias_ih"])


def _of_state(w: Weights, h: Tensor, which: str = "") -> Tensor:
    """The pre-activations' recurrent side."""
    return linear(h, w[f"{which}weight_hh"], w[f"{which}bias_hh"])
