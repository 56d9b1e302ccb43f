"""The plain recurrent cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from ..arrays import Floats
from ..cite import Cite
from .activation import Activation, slope, squash
from .base import Sweep, Trace, Weights
from .recurrent import Recurrent, is_cut

if TYPE_CHECKING:
    from torch import Tensor


class RNN(Recurrent):
    """h = φ(W_ih x + b_ih + W_hh h + b_hh), laid out as torch.nn.RNN (which knows tanh and relu)."""

    title: ClassVar[str] = "RNN"
    summary: ClassVar[str] = "One hidden state, rewritten at every step by the same weights."
    cite: ClassVar[Cite] = Cite("Elman 1990, Finding structure in time", "https://doi.org/10.1207/s15516709cog1402_1")
    equations: ClassVar[tuple[str, ...]] = ("h_t = φ(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)",)
    blocks: ClassVar[int] = 1

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

    def initial(self, rng: np.random.Generator, inputs: int, layer: int, span: int) -> dict[str, Floats]:
        w = super().initial(rng, inputs, layer, span)
        if self.init == "orthogonal":
            w["weight_hh"] = orthogonal(rng, self.hidden)
        elif self.init == "identity":
            w["weight_hh"] = np.eye(self.hidden, dtype=np.float32)
        if self.init != "uniform":  # the published set-ups of both start with zero biases
            w["bias_ih"], w["bias_hh"] = np.zeros_like(w["bias_ih"]), np.zeros_like(w["bias_hh"])
        return w

    def scan(self, w: Weights, x: Tensor, layer: int = 0) -> Trace:
        h_all = x @ w["weight_ih"].mT + (w["bias_ih"] + w["bias_hh"])  # (T, B, H)
        w_hh = w["weight_hh"].mT
        phi = squash(self.activation)
        h_last = None
        for h in h_all.unbind():  # each (B, H): first the input's part, then in place the new state
            if h_last is not None:
                h.addmm_(h_last, w_hh)
            phi(h)
            h_last = h
        return Trace(x=x, h=h_all, c=None, gates={}, saved={})

    def sweep(self, w: Weights, trace: Trace, grad_h: Tensor, cut: int | None = None, layer: int = 0) -> Sweep:
        T, K, B, H = grad_h.shape
        grad_pre = slope(self.activation, trace.h)[:, None].expand(T, K, B, H).clone()  # φ' first, φ' grad_h later
        w_hh = w["weight_hh"]
        dh_all, pre_all = grad_h.flatten(1, 2).unbind(), grad_pre.flatten(1, 2).unbind()
        for t in range(T - 1, -1, -1):
            pre_all[t].mul_(dh_all[t])
            if t > 0 and not is_cut(t, T, cut):
                dh_all[t - 1].addmm_(pre_all[t], w_hh)
        return Sweep(grad_h, None, grad_pre, grad_pre)


def orthogonal(rng: np.random.Generator, size: int) -> Floats:
    """A rotation (or reflection) drawn evenly from all of them.

    Source: Saxe, McClelland & Ganguli 2014, arXiv 1312.6120; the sign correction makes QR's draw even.
    """
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return (q * np.sign(np.diag(r))).astype(np.float32)
