"""What the recurrent cells share: torch.nn's parameters, and the sums behind their gradients."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..arrays import Floats
from .base import Cell, Gradient, Held, Pullback, Sweep, Trace, Weights, uniform
from .jacobian import JacobiansOf

if TYPE_CHECKING:
    from torch import Tensor

BLOCK = 2**18
"""Pre-activations (1 MB) that a block of steps may hold: half or twice as many were no faster, measured."""


COLUMNS = 16
"""Columns that a product works off at a time: with 13 it takes twice as long as with 16, with 77 a quarter longer than
with 80."""


class Recurrent(Cell):
    """A layer with weights W_ih (G x I), W_hh (G x H) and biases b_ih, b_hh (G), shared by all time steps.

    G is H times the number of pre-activations, stacked as in torch.nn.
    """

    @property
    @abstractmethod
    def blocks(self) -> int:
        """Pre-activations of H units each: 1 for RNN, 3 for GRU, 4 for LSTM."""

    def shapes(self, inputs: int, layer: int) -> dict[str, tuple[int, ...]]:
        rows = self.blocks * self.hidden
        return {"weight_ih": (rows, inputs), "weight_hh": (rows, self.hidden), "bias_ih": (rows,), "bias_hh": (rows,)}

    def initial(self, rng: np.random.Generator, inputs: int, layer: int, span: int) -> dict[str, Floats]:
        """PyTorch's initialisation, U(-1/sqrt(H), 1/sqrt(H)) for everything; cells refine it."""
        bound = 1 / math.sqrt(self.hidden)
        return {name: uniform(rng, bound, *shape) for name, shape in self.shapes(inputs, layer).items()}

    def grad_x(self, w: Weights, trace: Trace, sweep: Sweep) -> Tensor:
        return (sweep.grad_input @ aligned(w["weight_ih"]))[..., : trace.x.shape[2]].contiguous()

    def gradient(self, trace: Trace, sweep: Sweep) -> dict[str, Tensor]:
        sums = Sums.zeros(trace, self.blocks)
        sums.add(trace, sweep)
        return self.from_sums(sums)

    def from_sums(self, sums: Sums) -> dict[str, Tensor]:
        """The weights' derivatives; a cell whose sweep has the blocks in an order of its own puts them right."""
        return {
            "weight_ih": sums.weight_ih.mT,
            "weight_hh": sums.weight_hh.mT,
            "bias_ih": sums.bias_ih,
            "bias_hh": sums.bias_ih,  # a cell whose two sides differ says what is different
        }

    def unshared(self, inputs: int, length: int) -> int:
        return length * self.parameters(inputs)

    @abstractmethod
    def jacobians(self, w: Weights, trace: Trace) -> JacobiansOf:
        """How the layer's state at each step moves with what the step reads.

        Factors are worked out for all steps at once, matrices laid out for those that the returned function is asked
        for: all at once they would not fit into the processor's cache.
        """

    def readers(self, w: Weights) -> tuple[Tensor, ...]:
        """Each (H, U): the weights [W_hh, W_ih] by which a block of pre-activations reads u_t = [h_{t-1}; x_t].

        They are `aligned`.
        """
        import torch

        return aligned(torch.cat([w["weight_hh"], w["weight_ih"]], 1)).chunk(self.blocks)


class HiddenOnly(Recurrent):
    """A recurrent layer that carries nothing but h, so `grad_h` is all that a sweep needs to go on after a pause."""

    @property
    @abstractmethod
    def factors(self) -> int:
        """Factors d h / d (pre-activation) that a sweep works out for each unit of a step."""

    @abstractmethod
    def sweep_steps(
        self, w: Weights, trace: Trace, grad_h: Tensor, steps: range, cut: int | None, room: Tensor
    ) -> Sweep:
        """The part of `sweep` within these steps, when those after them are done.

        `grad_h` is that of all steps. In it these steps' derivatives become total, and the step before them gets
        what the first of them hands back. `room` (steps, B, factors, H) is written over with the factors; where K is
        1 the returned sweep lies in it.
        """

    def sweep(self, w: Weights, trace: Trace, grad_h: Tensor, cut: int | None = None, layer: int = 0) -> Sweep:
        room = self._room(grad_h, len(grad_h))
        return self.sweep_steps(w, trace, grad_h, range(len(grad_h)), cut, room)

    def _room(self, grad_h: Tensor, steps: int) -> Tensor:
        return grad_h.new_empty(steps, grad_h.shape[2], self.factors, self.hidden)

    def vjp(self, w: Weights, x: Tensor, cut: int | None = None, layer: int = 0) -> tuple[Tensor, Pullback]:
        """See `Cell.vjp`; steps are swept and summed up in blocks that stay in the processor's cache."""
        import torch

        trace = self.scan(w, x, layer)
        T, B, _ = x.shape

        def pullback(grad_h: Tensor) -> Gradient:
            sums = Sums.zeros(trace, self.blocks)
            grad_x: list[Tensor] = []
            parts = blocks(T, B * self.blocks * self.hidden)
            room = self._room(grad_h[:, None], len(parts[0]))  # the same for all blocks, as it is in the cache then
            for steps in reversed(parts):
                sweep = self.sweep_steps(w, trace, grad_h[:, None], steps, cut, room[: len(steps)])
                sums.add(trace, sweep)
                if layer:
                    grad_x.append(self.grad_x(w, trace, sweep)[:, 0])
            return Gradient(self.from_sums(sums), torch.cat(grad_x[::-1]) if layer else None)

        return trace.h, pullback


class Sums(NamedTuple):
    """A sweep's derivatives (K = 1) for a layer's weights, summed up over sequences and steps, be it in parts.

    The G blocks are in the sweep's order. Weights are transposed, as a product with the narrow matrix first is up to
    twice as fast as the other way round.
    """

    weight_ih: Tensor  # (I, G)
    weight_hh: Tensor  # (H, G)
    bias_ih: Tensor  # (G,)
    last_hh: Tensor  # (H,) for b_hh's last block, the only one in which a sweep's two sides may differ

    @classmethod
    def zeros(cls, trace: Trace, blocks: int) -> Sums:
        """Before anything is added."""
        zeros, H = trace.h.new_zeros, trace.h.shape[2]
        G = blocks * H
        return cls(zeros(trace.x.shape[2], G), zeros(H, G), zeros(G), zeros(H))

    def add(self, trace: Trace, sweep: Sweep) -> None:
        """Add the steps of this sweep."""
        grad_input, grad_recurrent = sweep.grad_input[:, 0], sweep.grad_recurrent[:, 0]  # (T, B, G), T or a part of it
        first, last = sweep.start, sweep.start + len(grad_input)
        skip = int(first == 0)  # the state before the very first step is zero: nothing to add there
        x, h_before = trace.x[first:last].flatten(0, 1), trace.h[first + skip - 1 : last - 1].flatten(0, 1)
        self.weight_ih.addmm_(x.mT, grad_input.flatten(0, 1))
        self.weight_hh.addmm_(h_before.mT, grad_recurrent[skip:].flatten(0, 1))
        self.bias_ih.add_(grad_input.sum((0, 1)))
        if sweep.grad_recurrent is not sweep.grad_input:
            self.last_hh.add_(grad_recurrent[..., -len(self.last_hh) :].sum((0, 1)))


def by_step(*arrays: Tensor, start: int = 0) -> dict[int, tuple[Tensor, ...]]:
    """The views of each time step, one tuple a step, under the steps' numbers.

    Taken for all steps at once: indexing inside the loop would cost as much as the arithmetic of a small model.
    """
    return dict(enumerate(zip(*(array.unbind() for array in arrays), strict=True), start))


def hold(held: Held, t: int, **gates: Tensor) -> None:
    """Set the gates that are held at this step to their values."""
    for name, gate in gates.items():
        if (t, name) in held:
            gate.fill_(held[t, name])


def columns(width: int) -> int:
    """The next multiple of `COLUMNS`."""
    return width + -width % COLUMNS


def aligned(w: Tensor) -> Tensor:
    """(N, U) filled up with columns of zeros to a multiple of `COLUMNS`."""
    import torch

    return torch.nn.functional.pad(w, (0, columns(w.shape[1]) - w.shape[1]))


def blocks(length: int, values: int) -> list[range]:
    """The time steps in blocks, each with so many pre-activations a step that it stays in the processor's cache."""
    size = max(1, BLOCK // values)
    return [range(first, min(first + size, length)) for first in range(0, length, size)]


def linear(x: Tensor, weight: Tensor, bias: Tensor, out: Tensor | None = None) -> Tensor:
    """(T, B, G) the input's part W x + b of the pre-activations, of all steps at once."""
    import torch

    if out is None:
        return torch.nn.functional.linear(x, weight, bias)
    torch.addmm(bias, x.flatten(0, 1), weight.mT, out=out.flatten(0, 1))
    return out


def before(states: Tensor, steps: range) -> Tensor:
    """The state before each of these steps, zero before the first of all. states  # (T, B, H)"""
    import torch

    if steps.start > 0:
        return states[steps.start - 1 : steps.stop - 1]
    return torch.cat([torch.zeros_like(states[:1]), states[: steps.stop - 1]])


def repeat(factors: Tensor, K: int) -> Tensor:
    """(T, B, ...) -> (T, K, B, ...) the same factors for K scalars, to be overwritten; no copy where K is 1."""
    return factors[:, None].expand(-1, K, *factors.shape[1:]).contiguous()


def is_cut(t: int, length: int, cut: int | None) -> bool:
    """Whether truncation drops the state's derivative on its way from step t to t - 1."""
    return cut is not None and (length - t) % cut == 0


def chrono(rng: np.random.Generator, span: int, size: int) -> Floats:
    """log U(1, span - 1): biases under which a gate's memory decays over 1 to span steps.

    Source: Tallec & Ollivier 2018, arXiv 1804.11188.
    """
    return np.log(rng.uniform(1, max(span - 1, 2), size)).astype(np.float32)
