"""The plain recurrent cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from ..arrays import Floats
from ..cite import Cite
from .activation import Activation, is_small, quick_tanh, slope, squash
from .base import Held, Sweep, Trace, Weights
from .jacobian import JacobiansOf, StepJacobians
from .recurrent import HiddenOnly, by_step, is_cut, linear, repeat

if TYPE_CHECKING:
    from torch import Tensor


class RNN(HiddenOnly):
    """h = φ(W_ih x + b_ih + W_hh h + b_hh), laid out as torch.nn.RNN (which knows tanh and relu)."""

    title: ClassVar[str] = "RNN"
    summary: ClassVar[str] = "One hidden state, rewritten at every step by the same weights."
    cite: ClassVar[Cite] = Cite("Elman 1990, Finding structure in time", "https://doi.org/10.1207/s15516709cog1402_1")
    equations: ClassVar[tuple[str, ...]] = ("h_t = φ(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)",)

    name: Literal["rnn"] = "rnn"
    activation: Activation = Field(
        "tanh",
        title="Activation φ",
        description="The squashing function. Its slope is a factor of the gradient at every step back: at most "
        "1 for tanh and relu, at most 1/4 for sigmoid.",
    )
    init: Literal["uniform", "orthogonal", "identity"] = Field(
        "uniform",
        title="Initial W_hh",
        description="How the recurrent weights start: as PyTorch draws them, as a random rotation (neither shrinks "
        "nor stretches a gradient), or as the identity (each unit starts by keeping its own value).",
    )

    radius: float | None = Field(
        None,
        title="Initial spectral radius",
        description="Scales W_hh at the start so that its largest eigenvalue has this size: under 1 a state fades, "
        "over 1 it grows. Empty: as drawn.",
        gt=0,
        le=4,
    )

    @property
    def blocks(self) -> int:
        return 1

    @property
    def factors(self) -> int:
        return 1

    def initial(self, rng: np.random.Generator, inputs: int, layer: int, span: int) -> dict[str, Floats]:
        w = super().initial(rng, inputs, layer, span)
        if self.init == "orthogonal":
            w["weight_hh"] = orthogonal(rng, self.hidden)
        elif self.init == "identity":
            w["weight_hh"] = np.eye(self.hidden, dtype=np.float32)
        if self.radius is not None:
            w["weight_hh"] *= np.float32(self.radius / spectral_radius(w["weight_hh"]))
        if self.init != "uniform":  # the published set-ups of both start with zero biases
            w["bias_ih"], w["bias_hh"] = np.zeros_like(w["bias_ih"]), np.zeros_like(w["bias_hh"])
        return w

    def scan(self, w: Weights, x: Tensor, layer: int = 0, held: Held | None = None) -> Trace:
        import torch

        if self.activation != "tanh":
            return self._scan(w, x, squash(self.activation))
        trace = self._scan(w, x, quick_tanh())
        return self._scan(w, x, torch.tanh_) if is_small(trace.h) else trace

    def _scan(self, w: Weights, x: Tensor, phi: Callable[[Tensor], Tensor]) -> Trace:
        """`scan` by an activation that is applied in place, to one step at a time."""
        h_all = linear(x, w["weight_ih"], w["bias_ih"] + w["bias_hh"])  # (T, B, H)
        w_hh = w["weight_hh"].mT
        h_last = None
        for h in h_all.unbind():  # each (B, H): first the input's part, then in place the new state
            if h_last is not None:
                h.addmm_(h_last, w_hh)
            h_last = phi(h)
        return Trace(x=x, h=h_all, c=None, gates={}, saved={})

    def sweep_steps(
        self, w: Weights, trace: Trace, grad_h: Tensor, steps: range, cut: int | None, room: Tensor
    ) -> Sweep:
        T, K, first = *grad_h.shape[:2], max(steps.start - 1, 0)
        slopes = slope(self.activation, trace.h[steps.start : steps.stop], out=room[:, :, 0])
        grad_pre = repeat(slopes, K)  # φ' first, φ' grad_h later
        w_hh = w["weight_hh"]
        dh_at = by_step(grad_h[first : steps.stop].flatten(1, 2), start=first)
        pre_at = by_step(grad_pre.flatten(1, 2), start=steps.start)
        for t in reversed(steps):
            (dh,), (pre,) = dh_at[t], pre_at[t]
            pre.mul_(dh)
            if t > 0 and not is_cut(t, T, cut):
                (dh_before,) = dh_at[t - 1]
                dh_before.addmm_(pre, w_hh)
        return Sweep(grad_h, None, grad_pre, grad_pre, steps.start)

    def jacobians(self, w: Weights, trace: Trace) -> JacobiansOf:
        (reader,) = self.readers(w)
        to_h = slope(self.activation, trace.h)[..., None]  # d h / d (pre-activation)
        return lambda steps: StepJacobians(to_h[steps.start : steps.stop] * reader)


def spectral_radius(matrix: Floats) -> float:
    """The size of the largest eigenvalue."""
    return float(np.abs(np.linalg.eigvals(matrix.astype(np.float64))).max())


def orthogonal(rng: np.random.Generator, size: int) -> Floats:
    """A rotation (or reflection) drawn evenly from all of them.

    Source: Saxe, McClelland & Ganguli 2014, arXiv 1312.6120; the sign correction makes QR's draw even.
    """
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return (q * np.sign(np.diag(r))).astype(np.float32)
