"""Gradients of the probe's loss and connectivity, from one reverse sweep for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..arrays import Floats
from ..cells import Sweep, Trace
from ..model import Model
from ..tasks import Batch
from .norm import norm


@dataclass(frozen=True)
class LayerGradient:
    """Derivatives of the probe's loss for one layer's states. T time steps, B sequences, H units."""

    grad_h: Floats  # (T, B, H) total derivative for h_t, with c_t held fixed
    grad_c: Floats | None  # (T, B, H) total derivative for c_t, including the path through h_t
    grad_inner: Floats | None  # (T, B, H) total derivative for the inner memory, including the path through c_t
    norm: Floats  # (T, B) Euclidean norm of all in one vector


@dataclass(frozen=True)
class Derivatives:
    """What the reverse sweep found on a probe batch."""

    layers: list[LayerGradient]
    connectivity: Floats  # (B, K, T) |d s_k / d x_t|, s_k the target class's logit, or the prediction


def derivatives(
    model: Model, traces: Sequence[Trace], y: NDArray[Any], answers: Sequence[int], kind: str
) -> Derivatives:
    """Sweep the probe's loss and the target logits of all answer steps back, together.

    The loss is the cross-entropy (squared error in a regression) at the *last* answer step, summed over sequences:
    a loss at every step would mix horizons, and a mean would hide them behind 1/B.

    Args:
        model: the model, whose weights stay as they are.
        traces: what `model.scan` returned for the batch.
        y: (T, B) target classes, or (T, B, 1) target values.
        answers: the output times k, at most T of them.
        kind: "classification" or "regression".
    """
    rows = list(answers)
    top = traces[-1].h
    T, B, H = top.shape
    output = model.readout(top[rows[-1]])  # (B, O)
    target = torch.from_numpy(np.asarray(y[rows[-1]]))
    loss_grad = 2 * (output - target) if kind == "regression" else surprise(output, target)
    grad_h = top.new_zeros(T, 1 + len(rows), B, H)  # scalar 0 is the loss, then one target logit an answer step
    grad_h[rows[-1], 0] = loss_grad @ model.weights["readout.weight"]
    pull = scores(model, y, kind)
    for row, k in enumerate(rows):
        grad_h[k, 1 + row] = pull[k]
    sweeps = model.sweep(traces, grad_h)
    grad_x = model.cell.grad_x(model.layers[0], traces[0], sweeps[0])
    connectivity = norm(grad_x[:, 1:])  # (T, K, B)
    return Derivatives([_layer(sweep) for sweep in sweeps], connectivity.permute(2, 1, 0).numpy())


def surprise(logits: Tensor, target: Tensor) -> Tensor:
    """(B, O) derivative of the cross-entropy for the logits: the probabilities, minus 1 at the target (B,).

    A target's p - 1 would cancel where the model is sure of it: minus the sum of all others is the same number with all
    of its digits.
    """
    shares = logits.softmax(-1, torch.float64)
    index = target[:, None]
    shares.scatter_(1, index, 0.0)
    return shares.scatter_(1, index, -shares.sum(1, keepdim=True)).to(logits.dtype)


def scores(model: Model, y: NDArray[Any], kind: str) -> Tensor:
    """(T, B, H) derivative of s_t for the top layer's h_t: s_t the target class's logit, or the prediction itself.

    Args:
        model: the model.
        y: (T, B) target classes at every step, see `targets`; (T, B, 1) values in a regression.
        kind: "classification" or "regression".
    """
    w_out = model.weights["readout.weight"]
    return w_out[0].expand(*y.shape[:2], -1) if kind == "regression" else w_out[torch.from_numpy(y)]


def targets(batch: Batch, output: Floats, kind: str) -> NDArray[Any]:
    """The targets (T, B) or (T, B, 1) at every step: where nothing is asked, what is asked for next.

    So the connectivity of the steps in between tells of the answer that is being prepared. Where nothing more is asked,
    the class that the model itself ranks first, or its own prediction, stands for the target. output  # (T, B, O)
    """
    T = len(batch.mask)
    asked = np.where(batch.mask, np.arange(T)[:, None], T)
    upcoming = np.minimum.accumulate(asked[::-1])[::-1]  # (T, B), T where there is none
    own = output.argmax(axis=-1) if kind == "classification" else output
    each = np.arange(batch.mask.shape[1])
    known = batch.y[np.minimum(upcoming, T - 1), each]
    found: NDArray[Any] = np.where((upcoming < T)[(...,) + (None,) * (known.ndim - 2)], known, own)
    return found


def signal(norm: Floats, answer: int) -> Floats:
    """G: the gradient's norm at each step over its norm at the answer step, median over sequences.

    Args:
        norm: (T, B) norms of [grad_h; grad_c].
        answer: the output time k.

    Returns:
        (T,); sequences whose gradient at k is zero or not finite are left out, NaN where none is left.
    """
    kept = np.isfinite(norm[answer]) & (norm[answer] > 0)
    if not kept.any():
        return np.full(norm.shape[0], np.nan, np.float32)
    share: Floats = np.median(norm[:, kept] / norm[answer, kept], axis=1).astype(np.float32)
    return share


def _layer(sweep: Sweep) -> LayerGradient:
    grads = [grad[:, 0] for grad in sweep.grad_states()]
    grad_h, grad_c, grad_inner, *_ = *(grad.numpy() for grad in grads), None, None
    return LayerGradient(grad_h, grad_c, grad_inner, norm(torch.cat(grads, -1)).numpy())
