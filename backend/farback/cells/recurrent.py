"""What the recurrent cells share: torch.nn's parameters, and the sums behind their gradients."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ..arrays import Floats
from .base import Cell, Sweep, Trace, Weights, uniform

if TYPE_CHECKING:
    from torch import Tensor


class Recurrent(Cell):
    """A layer with weights W_ih (G x I), W_hh (G x H) and biases b_ih, b_hh (G), shared by all time steps.

    G is H times the number of pre-activations, stacked as in torch.nn.
    """

    blocks: ClassVar[int]
    """Pre-activations of H units each: 1 for RNN, 3 for GRU, 4 for LSTM."""

    def shapes(self, inputs: int, layer: int) -> dict[str, tuple[int, ...]]:
        rows = self.blocks * self.hidden
        return {"weight_ih": (rows, inputs), "weight_hh": (rows, self.hidden), "bias_ih": (rows,), "bias_hh": (rows,)}

    def initial(self, rng: np.random.Generator, inputs: int, layer: int, span: int) -> dict[str, Floats]:
        """PyTorch's initialisation, U(-1/sqrt(H), 1/sqrt(H)) for everything; cells refine it."""
        bound = 1 / math.sqrt(self.hidden)
        return {name: uniform(rng, bound, *shape) for name, shape in self.shapes(inputs, layer).items()}

    def grad_x(self, w: Weights, trace: Trace, sweep: Sweep) -> Tensor:
        return sweep.grad_input @ w["weight_ih"]

    def gradient(self, trace: Trace, sweep: Sweep) -> dict[str, Tensor]:
        grad_input, grad_recurrent = sweep.grad_input[:, 0], sweep.grad_recurrent[:, 0]  # (T, B, G)
        later = grad_recurrent[1:].flatten(0, 1)  # the state before the first step is zero: nothing to add there
        return {
            "weight_ih": grad_input.flatten(0, 1).mT @ trace.x.flatten(0, 1),
            "weight_hh": later.mT @ trace.h[:-1].flatten(0, 1),
            "bias_ih": grad_input.sum((0, 1)),
            "bias_hh": grad_recurrent.sum((0, 1)),
        }

    def unshared(self, inputs: int, length: int) -> int:
        return length * self.parameters(inputs)


def by_step(*arrays: Tensor) -> list[tuple[Tensor, ...]]:
    """The views of each time step, one tuple a step.

    Taken for all steps at once: indexing inside the loop would cost as much as the arithmetic of a small model.
    """
    return list(zip(*(array.unbind() for array in arrays), strict=True))


def is_cut(t: int, length: int, cut: int | None) -> bool:
    """Whether truncation drops the state's derivative on its way from step t to t - 1."""
    return cut is not None and (length - t) % cut == 0


def chrono(rng: np.random.Generator, span: int, size: int) -> Floats:
    """log U(1, span - 1): biases under which a gate's memory decays over 1 to span steps.

    Source: Tallec & Ollivier 2018, arXiv 1804.11188.
    """
    return np.log(rng.uniform(1, max(span - 1, 2), size)).astype(np.float32)
