"""What every cell offers: its options, its parameters as torch.nn names them, its equations forwards and in reverse.

Nothing here imports torch when loaded, because the web process reads the options; the equations are
written on the tensors they are given.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeAlias

import numpy as np
from pydantic import Field

from .. import config
from ..arrays import Floats
from ..cite import Cite
from ..strict import Strict

if TYPE_CHECKING:
    from torch import Tensor

Weights: TypeAlias = "Mapping[str, Tensor]"

Held: TypeAlias = Mapping[tuple[int, str], float]
"""Gates that stand still at a value whatever the layer wants, by step and name. At 0 or 1 a sigmoid's slope, told from
its value, is 0, so all derivatives are those of the layer with the gate held."""


class Gate(NamedTuple):
    """A gate as the page shows it."""

    name: str
    plain: str
    """What it does, in words a newcomer reads."""
    low: float
    """Smallest value it can take: 0 for a sigmoid, -1 for a tanh."""


@dataclass(frozen=True)
class Trace:
    """What one layer did on a batch: all that the reverse sweep and the panels need.

    T time steps, B sequences, H hidden units, I inputs; everything is float32 or float64 as the weights are.
    """

    x: Tensor  # (T, B, I) the layer's input
    h: Tensor  # (T, B, H) hidden state after each step
    c: Tensor | None  # (T, B, H) cell state, where the cell has one
    gates: Mapping[str, Tensor]  # each (T, B, H)
    saved: Mapping[str, Tensor]
    """Intermediate values that a cell keeps for its own reverse sweep."""
    layer: int = 0  # the layer's number, 0 at the bottom
    inner: Tensor | None = None  # (T, B, H) the inner memory, where the cell has one

    def only(self, b: int) -> Trace:
        """The trace of one sequence alone."""
        return Trace(
            self.x[:, b, None],
            self.h[:, b, None],
            None if self.c is None else self.c[:, b, None],
            {name: gate[:, b, None] for name, gate in self.gates.items()},
            {name: value[:, b, None] for name, value in self.saved.items()},
            self.layer,
            None if self.inner is None else self.inner[:, b, None],
        )

    def states(self) -> list[Tensor]:
        """Each (T, B, H): what a step hands to the next, from h inwards."""
        return [state for state in (self.h, self.c, self.inner) if state is not None]


@dataclass(frozen=True)
class Sweep:
    """Derivatives of K scalars for each of B sequences, swept back through one layer.

    K is 1 for a loss (a sum over sequences keeps them apart) and the number of output times for a connectivity.
    """

    grad_h: Tensor  # (T, K, B, H) total derivative for h_t, with c_t held fixed
    grad_c: Tensor | None  # (T, K, B, H) total derivative for c_t, including the path through h_t
    grad_input: Tensor  # (T, K, B, G) for the pre-activations' input side W_ih x + b_ih
    grad_recurrent: Tensor  # (T, K, B, G) for their recurrent side W_hh h + b_hh, blocks in an order of the cell's own
    start: int = 0  # the step that `grad_input` and `grad_recurrent` begin with, where a sweep is done in parts
    grad_inner: Tensor | None = None  # (T, K, B, H) total derivative for the inner memory, with the path through c_t

    def grad_states(self) -> list[Tensor]:
        """Each (T, K, B, H): the derivatives for `Trace.states`."""
        return [grad for grad in (self.grad_h, self.grad_c, self.grad_inner) if grad is not None]


class Gradient(NamedTuple):
    """Derivatives of one scalar for all that goes into a layer."""

    weights: dict[str, Tensor]  # each shaped as the weight of that name
    x: Tensor | None  # (T, B, I), or None at the bottom, where nobody asks for it


Pullback: TypeAlias = "Callable[[Tensor], Gradient]"


class Cell(Strict):
    """A kind of layer and its options; the equations are pure functions of weights and inputs."""

    title: ClassVar[str]
    summary: ClassVar[str]
    cite: ClassVar[Cite]
    equations: ClassVar[tuple[str, ...]]
    gates: ClassVar[tuple[Gate, ...]] = ()
    states: ClassVar[tuple[str, ...]] = ("h",)

    name: str
    hidden: int = Field(
        32,
        title="Hidden units",
        description="How many numbers the model can keep in mind. More remember more and train slower.",
        ge=1,
        le=config.MAX_HIDDEN,
    )
    layers: int = Field(
        1,
        title="Layers",
        description="Layers stacked on top of each other; each reads the hidden states of the one below.",
        ge=1,
        le=config.MAX_LAYERS,
    )

    def shown_gates(self) -> tuple[Gate, ...]:
        """The gates that a layer with these options has."""
        return self.gates

    @abstractmethod
    def shapes(self, inputs: int, layer: int) -> dict[str, tuple[int, ...]]:
        """Shapes of one layer's weights, under torch.nn's names without the layer's suffix, in torch.nn's order."""

    @abstractmethod
    def initial(self, rng: np.random.Generator, inputs: int, layer: int, span: int) -> dict[str, Floats]:
        """Draw one layer's starting weights.

        Args:
            rng: where the randomness comes from; the same state draws the same weights.
            inputs: I, width of this layer's input.
            layer: its number, 0 at the bottom.
            span: the longest time that the task asks to remember, in steps.

        Returns:
            Arrays named and shaped as `shapes` says.
        """

    @abstractmethod
    def scan(self, w: Weights, x: Tensor, layer: int = 0, held: Held | None = None) -> Trace:
        """Run one layer over a batch from a zero state. x  # (T, B, I)"""

    def hidden_states(self, w: Weights, x: Tensor, layer: int = 0) -> Tensor:
        """(T, B, H) the hidden states of `scan`, where nothing else is needed of it."""
        return self.scan(w, x, layer).h

    @abstractmethod
    def sweep(self, w: Weights, trace: Trace, grad_h: Tensor, cut: int | None = None, layer: int = 0) -> Sweep:
        """Sweep derivatives back through time in closed form.

        Args:
            w: the layer's weights.
            trace: what `scan` returned.
            grad_h: (T, K, B, H) derivative of the K scalars for h_t through everything *but* this layer's own
                later steps. It is overwritten with the total derivative.
            cut: truncation; the state's derivative is dropped every `cut` steps counted from the end, so an answer
                at the last step reaches `cut` steps at most. None: the full derivative.
            layer: the layer's number, 0 at the bottom.
        """

    @abstractmethod
    def grad_x(self, w: Weights, trace: Trace, sweep: Sweep) -> Tensor:
        """(T, K, B, I) the sweep's derivatives for the layer's input."""

    @abstractmethod
    def gradient(self, trace: Trace, sweep: Sweep) -> dict[str, Tensor]:
        """Sum a sweep (K = 1) into the derivative of every weight, under the names of `initial`."""

    def vjp(self, w: Weights, x: Tensor, cut: int | None = None, layer: int = 0) -> tuple[Tensor, Pullback]:
        """Run one layer for training: its vector-Jacobian product, named and split in two as in JAX.

        Args:
            w: the layer's weights.
            x: (T, B, I) the layer's input.
            cut: truncation, see `sweep`.
            layer: the layer's number, 0 at the bottom.

        Returns:
            (T, B, H) the hidden states of `scan`, and the pullback: called once with a scalar's derivative for them
            (T, B, H), which it may overwrite, it gives the scalar's derivative for weights and input.
        """
        trace = self.scan(w, x, layer)

        def pullback(grad_h: Tensor) -> Gradient:
            sweep = self.sweep(w, trace, grad_h[:, None], cut, layer)
            return Gradient(self.gradient(trace, sweep), self.grad_x(w, trace, sweep)[:, 0] if layer else None)

        return trace.h, pullback

    @abstractmethod
    def unshared(self, inputs: int, length: int) -> int:
        """Parameters (read-out left out) of a net without sharing that spans `length` steps."""

    def parameters(self, inputs: int) -> int:
        """Parameters (read-out left out) that are used again at every time step."""
        widths = [inputs] + [self.hidden] * (self.layers - 1)
        return sum(prod(shape) for layer, width in enumerate(widths) for shape in self.shapes(width, layer).values())


def uniform(rng: np.random.Generator, bound: float, *shape: int) -> Floats:
    """U(-bound, bound) in float32."""
    return rng.uniform(-bound, bound, shape).astype(np.float32)
