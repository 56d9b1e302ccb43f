"""The cells that torch.nn lacks, written out in plain PyTorch: what a script or notebook copies that needs one.

Called as torch.nn's recurrent modules are: inputs (T, B, I), then the state to go on from; given back are all hidden
states (T, B, H) and the last state. Parameters are named and shaped as Farback keeps them.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import linear


class FeedForward(torch.nn.Module):
    """h_t = φ(W [x_{t-w+1}; ...; x_t] + b), inputs before the first are zero; only the bottom layer looks back."""

    def __init__(self, inputs: int, hidden: int, layers: int, window: int, activation: str) -> None:
        super().__init__()
        self.layers, self.window, self.squash = layers, window, getattr(torch, activation)
        for layer in range(layers):
            width = window * inputs if layer == 0 else hidden
            self.register_parameter(f"weight_l{layer}", torch.nn.Parameter(torch.empty(hidden, width)))
            self.register_parameter(f"bias_l{layer}", torch.nn.Parameter(torch.empty(hidden)))

    def forward(self, x: Tensor, state: None = None) -> tuple[Tensor, None]:
        padded = torch.cat([x.new_zeros(self.window - 1, *x.shape[1:]), x])
        h = padded.unfold(0, self.window, 1).transpose(2, 3).flatten(2)  # (T, B, w I), the oldest input first
        for layer in range(self.layers):
            h = self.squash(linear(h, getattr(self, f"weight_l{layer}"), getattr(self, f"bias_l{layer}")))
        return h, state


class Stepwise(torch.nn.Module):
    """Layers of a recurrent cell, step by step; what one step does is said by each cell."""

    blocks: ClassVar[int]  # pre-activations of H units each
    carried: ClassVar[int]  # parts of the state, h first
    names: ClassVar[tuple[str, ...]] = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")

    def __init__(self, inputs: int, hidden: int, layers: int) -> None:
        super().__init__()
        self.hidden, self.layers = hidden, layers
        for layer in range(layers):
            for name in self.names:
                width = hidden if layer or name.startswith("inner") else inputs
                shape = {"weight_ih": (self.blocks * hidden, width), "weight_hh": (self.blocks * hidden, hidden)}
                default = (hidden,) if name.startswith("peephole") else (self.blocks * hidden,)
                weight = torch.empty(shape.get(name.removeprefix("inner_"), default))
                self.register_parameter(f"{name}_l{layer}", torch.nn.Parameter(weight))

    def forward(
        self, x: Tensor, states: list[tuple[Tensor, ...]] | None = None
    ) -> tuple[Tensor, list[tuple[Tensor, ...]]]:
        last = []
        for layer in range(self.layers):
            w = {name: getattr(self, f"{name}_l{layer}") for name in self.names}
            zero = x.new_zeros(x.shape[1], self.hidden)
            state = states[layer] if states else (zero,) * self.carried
            into = linear(x, w["weight_ih"], w["bias_ih"] + w["bias_hh"])  # (T, B, blocks H)
            h = []
            for a in into:
                state = self.step(w, a + state[0] @ w["weight_hh"].T, state)
                h.append(state[0])
            x = torch.stack(h)
            last.append(state)
        return x, last

    def step(self, w: dict[str, Tensor], a: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The state after a step, from the pre-activations a (B, blocks H) and the state before."""
        raise NotImplementedError


class SigmoidRNN(Stepwise):
    """h = σ(W_ih x + b_ih + W_hh h + b_hh)."""

    blocks, carried = 1, 1

    def step(self, w: dict[str, Tensor], a: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return (a.sigmoid(),)


class NoForgetLSTM(Stepwise):
    """The LSTM of 1997, whose memory only ever adds: c = c + i g."""

    blocks, carried = 3, 2

    def step(self, w: dict[str, Tensor], a: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        i, g, o = a.chunk(3, 1)
        c = state[1] + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


class CoupledLSTM(Stepwise):
    """An LSTM with one gate for both: what it does not keep it writes, c = f c + (1 - f) g."""

    blocks, carried = 3, 2

    def step(self, w: dict[str, Tensor], a: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        f, g, o = a.chunk(3, 1)
        f = f.sigmoid()
        c = f * state[1] + (1 - f) * g.tanh()
        return o.sigmoid() * c.tanh(), c


class PeepholeLSTM(Stepwise):
    """An LSTM whose gates see the memory too: i and f the one before the step, o the one after it."""

    blocks, carried = 4, 2
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "peephole_i", "peephole_f", "peephole_o")

    def step(self, w: dict[str, Tensor], a: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        i, f, g, o = a.chunk(4, 1)
        c = state[1]
        i, f = (i + w["peephole_i"] * c).sigmoid(), (f + w["peephole_f"] * c).sigmoid()
        c = f * c + i * g.tanh()
        return (o + w["peephole_o"] * c).sigmoid() * c.tanh(), c


class NestedLSTM(Stepwise):
    """An LSTM whose memory c is what an inner LSTM makes of i g and f c, with a memory of its own."""

    blocks, carried = 4, 3
    names = (
        "weight_ih", "weight_hh", "bias_ih", "bias_hh",
        "inner_weight_ih", "inner_weight_hh", "inner_bias_ih", "inner_bias_hh",
    )  # fmt: skip

    def step(self, w: dict[str, Tensor], a: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        i, f, g, o = a.chunk(4, 1)
        new, kept = i.sigmoid() * g.tanh(), f.sigmoid() * state[1]
        inner = linear(new, w["inner_weight_ih"], w["inner_bias_ih"])
        inner = inner + linear(kept, w["inner_weight_hh"], w["inner_bias_hh"])
        i, f, g, inner_o = inner.chunk(4, 1)
        memory = f.sigmoid() * state[2] + i.sigmoid() * g.tanh()
        c = inner_o.sigmoid() * memory.tanh()
        return o.sigmoid() * c.tanh(), c, memory
