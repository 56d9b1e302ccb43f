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


@dataclass(frozen=True)
class LayerGradient:
    """Derivatives of the probe's loss for one layer's states. T time steps, B sequences, H units."""

    grad_h: Floats  # (T, B, H) total derivative for h_t, with c_t held fixed
    grad_c: Floats | None  # (T, B, H) total derivative for c_t, including the path through h_t
    norm: Floats  # (T, B) Euclidean norm of [grad_h; grad_c]


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
    target = torch.from_numpy(np.asarray(y[rows]))
    output = model.readout(top[rows])  # (K, B, O)
    w_out = model.weights["readout.weight"]
    if kind == "regression":
        loss_grad, score = 2 * (output[-1] - target[-1]) @ w_out, w_out[0].expand(len(rows), B, H)
    else:
        one_hot = torch.nn.functional.one_hot(target[-1], output.shape[-1])
        loss_grad, score = (output[-1].softmax(-1) - one_hot) @ w_out, w_out[target]
    grad_h = top.new_zeros(T, 1 + len(rows), B, H)  # scalar 0 is the loss, then one target logit an answer step
    grad_h[rows[-1], 0] = loss_grad
    for row, k in enumerate(rows):
        grad_h[k, 1 + row] = score[row]
    sweeps = model.sweep(traces, grad_h)
    grad_x = model.cell.grad_x(model.layers[0], traces[0], sweeps[0])
    connectivity = grad_x[:, 1:].norm(dim=-1)  # (T, K, B)
    return Derivatives([_layer(sweep) for sweep in sweeps], connectivity.permute(2, 1, 0).numpy())


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
    parts: list[Tensor] = [sweep.grad_h[:, 0]]
    if sweep.grad_c is not None:
        parts.append(sweep.grad_c[:, 0])
    norm = torch.cat(parts, -1).norm(dim=-1)
    grad_c = None if sweep.grad_c is None else sweep.grad_c[:, 0].numpy()
    return LayerGradient(sweep.grad_h[:, 0].numpy(), grad_c, norm.numpy())
