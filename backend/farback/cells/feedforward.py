"""The net without memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from .. import config
from ..arrays import Floats
from ..cite import Cite
from .activation import Activation, slope, squash
from .base import Cell, Held, Sweep, Trace, Weights, uniform

if TYPE_CHECKING:
    from torch import Tensor

BLOCK = 2**18
"""Inputs (1 MB) that are laid out as windows at a time: all of them would take w times x."""


class FeedForward(Cell):
    """An MLP over the last `window` inputs: h_t = φ(W [x_{t-w+1}; ...; x_t] + b), inputs before the first are zero.

    It carries nothing from one step to the next, so it connects exactly window - 1 steps back.
    """

    title: ClassVar[str] = "Feed-forward"
    summary: ClassVar[str] = "No memory: it sees the last few inputs at once, each through weights of its own."
    cite: ClassVar[Cite] = Cite(
        "Rumelhart, Hinton & Williams 1986, Learning representations by back-propagating errors",
        "https://doi.org/10.1038/323533a0",
    )
    equations: ClassVar[tuple[str, ...]] = ("h_t = φ(W [x_{t-w+1}; …; x_t] + b)",)

    name: Literal["feedforward"] = "feedforward"
    window: int = Field(
        8,
        title="Window w",
        description="How many inputs it sees at once. It can connect exactly w - 1 steps back, and not one more.",
        ge=1,
        le=config.MAX_STEPS_OF_TIME,
    )
    activation: Activation = Field(
        "tanh",
        title="Activation φ",
        description="The squashing function: tanh keeps each unit between -1 and 1, sigmoid between 0 and 1, and relu "
        "cuts off what is below 0.",
    )

    def shapes(self, inputs: int, layer: int) -> dict[str, tuple[int, ...]]:
        return {"weight": (self.hidden, self._window(layer) * inputs), "bias": (self.hidden,)}

    def initial(self, rng: np.random.Generator, inputs: int, layer: int, span: int) -> dict[str, Floats]:
        """PyTorch's initialisation of a linear layer: U(-1/sqrt(fan-in), 1/sqrt(fan-in))."""
        bound = (self._window(layer) * inputs) ** -0.5
        return {name: uniform(rng, bound, *shape) for name, shape in self.shapes(inputs, layer).items()}

    def scan(self, w: Weights, x: Tensor, layer: int = 0, held: Held | None = None) -> Trace:
        import torch

        T, B, _ = x.shape
        h = x.new_empty(T, B, self.hidden)
        for steps, seen in _windows(x, w["weight"].shape[1] // x.shape[2]):
            torch.addmm(w["bias"], seen, w["weight"].mT, out=h[steps.start : steps.stop].flatten(0, 1))
        squash(self.activation)(h)
        return Trace(x=x, h=h, c=None, gates={}, saved={}, layer=layer)

    def sweep(self, w: Weights, trace: Trace, grad_h: Tensor, cut: int | None = None, layer: int = 0) -> Sweep:
        grad_pre = grad_h * slope(self.activation, trace.h)[:, None]
        return Sweep(grad_h, None, grad_pre, grad_pre)

    def grad_x(self, w: Weights, trace: Trace, sweep: Sweep) -> Tensor:
        T, K, B, _ = sweep.grad_h.shape
        grad_x = sweep.grad_input.new_zeros(T, K, B, trace.x.shape[2])
        for back, w_back in self.by_distance(w, trace.x):
            grad_x[: T - back] += sweep.grad_input[back:] @ w_back
        return grad_x

    def gradient(self, trace: Trace, sweep: Sweep) -> dict[str, Tensor]:
        grad_pre = sweep.grad_input[:, 0]  # (T, B, H)
        weight = grad_pre.new_zeros(self.shapes(trace.x.shape[2], trace.layer)["weight"])
        for steps, seen in _windows(trace.x, self._window(trace.layer)):
            weight.addmm_(grad_pre[steps.start : steps.stop].flatten(0, 1).mT, seen)
        return {"weight": weight, "bias": grad_pre.sum((0, 1))}

    def unshared(self, inputs: int, length: int) -> int:
        return self.model_copy(update={"window": length}).parameters(inputs)

    def _window(self, layer: int) -> int:
        return self.window if layer == 0 else 1  # only the bottom layer looks back

    @staticmethod
    def by_distance(w: Weights, x: Tensor) -> Iterator[tuple[int, Tensor]]:
        """The weights (H, I) that look so many steps back, from 0 on."""
        width = w["weight"].shape[1] // x.shape[2]
        for back in range(min(width, x.shape[0])):
            first = (width - 1 - back) * x.shape[2]
            yield back, w["weight"][:, first : first + x.shape[2]]


def _windows(x: Tensor, width: int) -> Iterator[tuple[range, Tensor]]:
    """What the net sees at each step, a block of steps at a time: (S B, w I), the oldest input first."""
    import torch

    T, B, inputs = x.shape
    padded = torch.cat([x.new_zeros(width - 1, B, inputs), x])
    windows = padded.unfold(0, width, 1).transpose(2, 3)  # (T, B, w, I), nothing laid out yet
    size = max(1, BLOCK // (B * width * inputs))
    for start in range(0, T, size):
        steps = range(start, min(start + size, T))
        yield steps, windows[start : steps.stop].reshape(-1, width * inputs)
