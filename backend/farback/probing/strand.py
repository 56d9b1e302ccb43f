"""Strand: one layer's course over one sequence, in float64. It is what all measures of Jacobians look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..cells import Held, Recurrent, Trace
from ..model import Model

BLOCK = 2**22
"""Floats (32 MB) of step Jacobians that are laid out at a time: 400 steps of the widest LSTM would take 840 MB."""


@dataclass(frozen=True)
class Strand:
    """One layer, and what it did over one sequence of T steps."""

    cell: Recurrent
    w: dict[str, Tensor]
    trace: Trace  # B = 1
    held: Held | None = None  # the gates that were held meanwhile

    @classmethod
    def of(cls, model: Model, traces: Sequence[Trace], layer: int, b: int) -> Strand:
        """Run one layer once more over the input it had, in float64.

        So slopes and gates are known to float64's precision whatever the model's. The states can differ from those of
        `traces` by what float32 rounds; a layer that stretches differences lets them grow from step to step.

        Args:
            model: a recurrent model of any precision.
            traces: what `model.scan` returned; only this layer's input is read.
            layer: the layer's number, 0 at the bottom.
            b: the sequence's place in the batch.

        Raises:
            TypeError: a feed-forward net has no state, so there is no Jacobian of one.
        """
        if not isinstance(model.cell, Recurrent):
            raise TypeError(f"A {model.cell.title} net has no state that one step hands to the next.")
        w = {name: weight.detach().double() for name, weight in model.layers[layer].items()}
        x = traces[layer].x[:, b, None].detach().double().contiguous()
        with torch.no_grad():
            held = model.held.get(layer)
            return cls(model.cell, w, model.cell.scan(w, x, layer, held), held)

    @property
    def length(self) -> int:
        """T, the sequence's time steps."""
        return len(self.trace.h)

    @property
    def width(self) -> int:
        """N, the numbers in a state s: H for each of its parts."""
        return self.cell.hidden * len(self.cell.states)

    def states(self) -> Tensor:
        """(T, N) s_t: h_t, then c_t where there is a cell state, then the inner memory where there is one."""
        return torch.cat(self.trace.states(), -1)[:, 0]

    def jacobians(self, steps: range) -> Iterator[Tensor]:
        """(N, N) J_t = d s_t / d s_{t-1} as [new, old], one by one. steps: in either direction, by ones."""
        with torch.no_grad():
            laid_out = self.cell.jacobians(self.w, self.trace)
        for start in range(0, len(steps), size := max(1, BLOCK // self.width**2)):
            block = steps[start : start + size]
            ascending = range(min(block), max(block) + 1)
            with torch.no_grad():
                dense = laid_out(ascending).dense()[:, 0]
            yield from (dense if steps.step > 0 else dense.flip(0)).unbind()
