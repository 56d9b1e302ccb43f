"""Passages: places of a text where a model looks far back, and places where it does not, found by measuring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..model import Model
from ..tasks import Batch
from .connectivity import connectivity
from .derivatives import scores, targets

DISTANCE = 10
"""Characters back from which context is distant: two words of common length."""
TOLD = 2
"""Passages of either kind."""
PORTION = 8
"""Windows measured at a time: their T x T matrices and the derivatives behind them stay in the processor's cache."""


@dataclass(frozen=True)
class Passage:
    """An output time of a window."""

    window: int  # its place in the batch
    k: int  # output time
    share: float  # see `distant_shares`


@dataclass(frozen=True)
class Passages:
    """The extremes, each from another window, the most telling first."""

    long: list[Passage]
    short: list[Passage]


def passages(model: Model, batch: Batch) -> Passages:
    """Find the outputs that depend on distant context most, and least.

    Only steps that are asked for count, and only those with more context beyond `DISTANCE` than within it.

    Args:
        model: the model.
        batch: windows of a text.
    """
    T, B = batch.mask.shape
    shares = np.full((B, T), np.nan)
    for first in range(0, B, PORTION):
        some = slice(first, first + PORTION)
        part = Batch(batch.x[:, some], batch.y[:, some], batch.mask[:, some])
        shares[some] = distant_shares(_connectivity(model, part))
    usable = batch.mask.T & (np.arange(T) > 2 * DISTANCE) & np.isfinite(shares)
    return Passages(_extremes(np.where(usable, shares, -np.inf), 1), _extremes(np.where(usable, shares, np.inf), -1))


def distant_shares(found: NDArray[np.floating]) -> NDArray[np.float64]:
    """(B, T) of each output's connectivity (B, T, T) what lies more than `DISTANCE` steps back: the sum of C[k, t] over
    k - t > DISTANCE, over the sum of the whole row. NaN where that is zero or not finite."""
    k, t = np.indices(found.shape[1:])
    whole = found.astype(np.float64).sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(k - t > DISTANCE, found, 0).sum(axis=2) / whole
    return np.where(np.isfinite(whole), shares, np.nan)


def _connectivity(model: Model, batch: Batch) -> NDArray[np.floating]:
    traces = model.scan(torch.from_numpy(batch.x))
    y = targets(batch, model.readout(traces[-1].h).numpy(), "classification")
    found: NDArray[np.floating] = connectivity(model, traces, scores(model, y, "classification")).numpy()
    return found


def _extremes(shares: NDArray[np.float64], sign: int) -> list[Passage]:
    """The largest (1) or the smallest (-1) of each window, and of those the first few."""
    each = (sign * shares).argmax(axis=1)
    best = [Passage(window, int(k), float(shares[window, k])) for window, k in enumerate(each)]
    told: Sequence[Passage] = sorted(best, key=lambda passage: -sign * passage.share)[:TOLD]
    return [passage for passage in told if np.isfinite(passage.share)]
