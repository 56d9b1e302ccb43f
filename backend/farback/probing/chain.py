"""Chain: d s_k / d s_t taken apart into its factors, and put together once more by autograd."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..arrays import Doubles
from ..cells import FeedForward, Trace
from ..model import Model
from .connectivity import connectivity
from .product import frobenius, products, spectral
from .step import torch_step
from .strand import Strand


@dataclass(frozen=True)
class Chain:
    """The factors of d s_k / d s_t = J_k J_{k-1} ... J_{t+1}, in this order: S = k - t of them, entry 0 is J_k."""

    t: int
    k: int
    steps: NDArray[np.int64]  # (S,) tau = k, k - 1, ..., t + 1
    spectral: Doubles  # (S,) largest singular value of J_tau
    frobenius: Doubles  # (S,) root of the sum of squares of J_tau
    product_spectral: Doubles  # (S,) log10 of the same of J_k ... J_tau = d s_k / d s_{tau-1}; -inf for zero
    product_frobenius: Doubles  # (S,)
    product: Doubles  # (N, N) as [new, old]: d s_k / d s_t = product * 10**scale, largest entry between 1/2 and 1
    scale: float
    autograd: Doubles  # (2,) log10 of the spectral and the Frobenius norm of autograd's d s_k / d s_t
    difference: float
    """Largest difference from autograd's, relative to autograd's largest entry; NaN where either is not finite."""


@dataclass(frozen=True)
class WindowChain:
    """What a feed-forward net has instead: it carries no state, so there is nothing to take apart."""

    t: int
    k: int
    window: int
    steps: NDArray[np.int64]  # (k - t + 1,) tau = t, ..., k
    connectivity: Doubles  # (k - t + 1,) |d s_k / d x_tau|, exactly 0 where k - tau >= window


def chain(strand: Strand, t: int, k: int) -> Chain:
    """Multiply d s_k / d s_t out factor by factor, and compare with autograd.

    Within a stack of layers this is the whole derivative: what the layers above do never comes back to this one.

    Args:
        strand: the layer and its sequence.
        t: the earlier time.
        k: the output time.

    Raises:
        ValueError: not 0 <= t < k < T.
    """
    if t == k:
        raise ValueError(f"t = {t} is the output time itself: there are no factors.")
    factors, running, exponents = [], [], [0]
    for product in products(strand, k, t):  # one at a time: 400 of the widest LSTM's would take gigabytes
        if product.factor is not None:
            factors.append(_norms(product.factor))
            running.append(product.log10(_norms(product.matrix)))
            exponents.append(product.exponent)
    again = by_autograd(strand, t, k, [after - before for before, after in pairwise(exponents)])
    return Chain(
        t=t,
        k=k,
        steps=np.arange(k, t, -1),
        spectral=np.stack(factors)[:, 0],
        frobenius=np.stack(factors)[:, 1],
        product_spectral=np.stack(running)[:, 0],
        product_frobenius=np.stack(running)[:, 1],
        product=product.matrix.numpy(),
        scale=product.exponent * math.log10(2),
        autograd=product.log10(_norms(again)),
        difference=_difference(product.matrix, again),
    )


def window_chain(model: Model, traces: Sequence[Trace], pull: Tensor, b: int, t: int, k: int) -> WindowChain:
    """How a feed-forward net's score depends on each input from t to k.

    Args:
        model: a feed-forward model.
        traces: what `model.scan` returned on B sequences.
        pull: (T, B, H) derivative of s_k for the top layer's h_k, for every output time k.
        b: the sequence's place in the batch.
        t: the earlier time.
        k: the output time.

    Raises:
        TypeError: the model carries a state.
        ValueError: not 0 <= t <= k < T.
    """
    if not isinstance(model.cell, FeedForward):
        raise TypeError(f"A {model.cell.title} has a state: its chain has factors.")
    if not 0 <= t <= k < len(pull):
        raise ValueError(f"t = {t}, k = {k}: both must lie within {len(pull)} steps, and t not after k.")
    with torch.no_grad():
        found = connectivity(model, [trace.only(b) for trace in traces], pull[:, b, None])[0, k, t : k + 1]
    return WindowChain(t, k, model.cell.window, np.arange(t, k + 1), found.double().numpy())


def by_autograd(strand: Strand, t: int, k: int, exponents: Sequence[int]) -> Tensor:
    """d s_k / d s_t by one backward pass of torch's autograd through `torch_step`.

    Each step starts from the state that `strand` had there, with the derivative of the one just computed: else two
    runs of a chaotic layer would part, and their derivatives could not be compared.

    Args:
        strand: the layer and its sequence.
        t: the earlier time.
        k: the output time.
        exponents: powers of two that derivatives are divided by on their way, so that they stay within float64's range:
            the first where d s_k / d s_{k-1} arrives, the last where d s_k / d s_t does.

    Returns:
        (N, N) as [new, old], divided by 2**sum(exponents).
    """
    step, states, x = torch_step(strand.cell, strand.w), strand.states()[:, None], strand.trace.x
    held: dict[int, dict[str, float]] = defaultdict(dict)
    for (tau, name), value in (strand.held or {}).items():
        held[tau][name] = value
    with torch.enable_grad():
        start = states[t].clone().requires_grad_()  # (1, N)
        s = start.clone()
        for tau in range(t + 1, k + 1):
            s.register_hook(partial(_divide, 2.0 ** exponents[k - tau]))  # type: ignore[no-untyped-call]
            s = step(x[tau], states[tau - 1] + (s - s.detach()), held[tau])
        rows = torch.eye(strand.width, dtype=torch.float64)[:, None]
        (grad,) = torch.autograd.grad(s, start, rows, is_grads_batched=True)
    return grad[:, 0]


def _divide(by: float, grad: Tensor) -> Tensor:
    return grad / by


def _norms(matrix: Tensor) -> Doubles:
    """(N, N) -> (2,) spectral and Frobenius norm."""
    return np.array([spectral(matrix), frobenius(matrix)])


def _difference(found: Tensor, expected: Tensor) -> float:
    apart, largest = (found - expected).abs().max(), expected.abs().max()
    return 0.0 if apart == 0 else float(apart / largest)  # NaN where either is not finite
