"""Model: layers of one cell and a linear read-out, over one flat vector of weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from .arrays import Floats
from .cells import Cell, Held, Pullback, Sweep, Trace
from .cells.base import uniform
from .errors import InvalidInput

WORKSPACE = 2**22
"""Floats (16 MB) that one layer's scan may fill before a batch is cut up: larger was not faster, measured."""


class Model:
    """What a run trains: `cell.layers` layers of the cell, then logits = W h + b of the top layer's h.

    Args:
        cell: the kind of layer and its options.
        inputs: I, width of the model's input.
        outputs: O, width of the read-out.
        weights: arrays named as in `weights`; they are copied.
        dtype: of the weights and of all that is computed from them.
    """

    def __init__(
        self,
        cell: Cell,
        inputs: int,
        outputs: int,
        weights: Mapping[str, Floats],
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.cell = cell
        self.inputs, self.outputs = inputs, outputs
        self.flat = torch.cat([torch.from_numpy(array).to(dtype).flatten() for array in weights.values()])
        self.held: Mapping[int, Held] = {}
        self._shapes = {name: array.shape for name, array in weights.items()}
        self.weights = self.views(self.flat)

    @classmethod
    def drawn(cls, cell: Cell, inputs: int, outputs: int, span: int, rng: np.random.Generator) -> Model:
        """A model with starting weights drawn from `rng`; the read-out starts as torch.nn.Linear does."""
        weights: dict[str, Floats] = {}
        for layer in range(cell.layers):
            drawn = cell.initial(rng, inputs if layer == 0 else cell.hidden, layer, span)
            weights |= {f"recurrent.{name}_l{layer}": array for name, array in drawn.items()}
        bound = cell.hidden**-0.5
        weights["readout.weight"] = uniform(rng, bound, outputs, cell.hidden)
        weights["readout.bias"] = uniform(rng, bound, outputs)
        return cls(cell, inputs, outputs, weights)

    def holding(self, held: Mapping[int, Held]) -> Model:
        """The same model, weights shared, with gates that stand still, by layer."""
        other = copy(self)
        other.held = held
        return other

    @cached_property
    def layers(self) -> list[dict[str, Tensor]]:
        """Each layer's weights under the names its cell uses (views into the flat vector)."""
        suffixes = [f"_l{layer}" for layer in range(self.cell.layers)]
        return [
            {
                name.removeprefix("recurrent.").removesuffix(suffix): view
                for name, view in self.weights.items()
                if name.startswith("recurrent.") and name.endswith(suffix)
            }
            for suffix in suffixes
        ]

    def views(self, flat: Tensor) -> dict[str, Tensor]:
        """Cut a vector as long as `flat` into views, named and shaped as the weights."""
        parts = flat.split_with_sizes([math.prod(shape) for shape in self._shapes.values()])
        return {name: part.view(shape) for (name, shape), part in zip(self._shapes.items(), parts, strict=True)}

    def load(self, weights: Mapping[str, Floats]) -> None:
        """Take over other weights, in whatever order they come.

        Raises:
            InvalidInput: they are named or shaped otherwise than the model's own.
        """
        if {name: array.shape for name, array in weights.items()} != self._shapes:
            raise InvalidInput("The weights to go on from are not those of this model.", "start")
        for name, view in self.weights.items():
            view.copy_(torch.from_numpy(weights[name]))

    def state_dict(self) -> dict[str, Floats]:
        """Copies of the weights; `recurrent.*` without its prefix loads into torch.nn, `readout.*` into Linear."""
        return {name: view.numpy().copy() for name, view in self.weights.items()}

    def scan(self, x: Tensor) -> list[Trace]:
        """Run all layers. x  # (T, B, I); one Trace a layer, the bottom first."""
        traces: list[Trace] = []
        for layer, w in enumerate(self.layers):
            traces.append(self.cell.scan(w, traces[-1].h if traces else x, layer, self.held.get(layer)))
        return traces

    def hidden_states(self, x: Tensor) -> Tensor:
        """(T, B, H) the top layer's hidden states, where nothing else is needed of `scan`."""
        if self.held:
            return self.scan(x)[-1].h
        for layer, w in enumerate(self.layers):
            x = self.cell.hidden_states(w, x, layer)
        return x

    def readout(self, h: Tensor) -> Tensor:
        """(..., H) -> (..., O): logits, or predicted values in a regression."""
        return h @ self.weights["readout.weight"].mT + self.weights["readout.bias"]

    def predict(self, x: Floats, answers: Sequence[int]) -> Floats:
        """Raw outputs at the answer steps. x  # (T, N, I) -> (K, N, O); any N, worked off in blocks."""
        T, N, _ = x.shape
        block = max(16, WORKSPACE // (T * (self.cell.hidden * (len(self.cell.gates) + 2) + self.inputs)))
        rows = list(answers)
        parts = [
            self.readout(self.hidden_states(torch.from_numpy(x[:, start : start + block]))[rows])
            for start in range(0, N, block)
        ]
        return torch.cat(parts, 1).numpy()

    def sweep(self, traces: Sequence[Trace], grad_h: Tensor, cut: int | None = None) -> list[Sweep]:
        """Sweep derivatives of K scalars back through all layers and all time.

        Args:
            traces: what `scan` returned.
            grad_h: (T, K, B, H) derivative for the top layer's h_t through the read-out alone; overwritten.
            cut: truncation, see `Cell.sweep`.

        Returns:
            One Sweep a layer, the bottom first.
        """
        sweeps: list[Sweep] = []
        for layer in reversed(range(self.cell.layers)):
            if sweeps:  # what the layer above asks of its input is what this layer's h is asked for
                grad_h = self.cell.grad_x(self.layers[layer + 1], traces[layer + 1], sweeps[-1])
            sweeps.append(self.cell.sweep(self.layers[layer], traces[layer], grad_h, cut, layer))
        return sweeps[::-1]

    def vjp(self, x: Tensor, cut: int | None = None) -> tuple[Tensor, Callable[[Tensor], dict[str, Tensor]]]:
        """Run all layers for training, see `Cell.vjp`.

        Args:
            x: (T, B, I).
            cut: truncation, see `Cell.sweep`.

        Returns:
            (T, B, H) the top layer's hidden states, and the pullback: called once with a scalar's derivative for them
            (T, B, H), which it may overwrite, it gives the scalar's derivative for the weights of all layers.
        """
        pullbacks: list[Pullback] = []
        for layer, w in enumerate(self.layers):
            x, pullback = self.cell.vjp(w, x, cut, layer)
            pullbacks.append(pullback)

        def pull_back(grad_h: Tensor) -> dict[str, Tensor]:
            weights: dict[str, Tensor] = {}
            grad: Tensor | None = grad_h
            for layer in reversed(range(self.cell.layers)):
                assert grad is not None  # only the bottom layer gives none
                own, grad = pullbacks[layer](grad)
                weights = {f"recurrent.{name}_l{layer}": value for name, value in own.items()} | weights
            return weights

        return x, pull_back
