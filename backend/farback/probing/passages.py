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


def passages(model: Model, batch: Batch, texts: Sequence[str]) -> Passages:
    """Find the outputs that depend on distant context most, and least.

    Only steps that are asked for count, with more context beyond `DISTANCE` than within it, and after words: what
    follows rules and blanks tells nobody anything.

    Args:
        model: the model.
        batch: windows of a text.
        texts: the same as they are written.
    """
    T, B = batch.mask.shape
    shares = np.full((B, T), np.nan)
    for first in range(0, B, PORTION):
        some = slice(first, first + PORTION)
        part = Batch(batch.x[:, some], batch.y[:, some], batch.mask[:, some])
        shares[some] = distant_shares(_connectivity(model, part))
    words = np.array([_after_words(text) for text in texts])
    usable = batch.mask.T & words & (np.arange(T) > 2 * DISTANCE) & np.isfinite(shares)
    return Passages(
        _extremes(np.where(usable, shares, -np.inf), 1, texts), _extremes(np.where(usable, shares, np.inf), -1, texts)
    )


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


def _after_words(text: str) -> NDArray[np.bool_]:
    """(T,) whether most of the characters up to each, as far as context is near, are letters."""
    letters = np.cumsum([letter.isalpha() for letter in text])
    before = np.concatenate([np.zeros(DISTANCE), letters])[: len(text)]
    most: NDArray[np.bool_] = letters - before > DISTANCE / 2
    return most


def _extremes(shares: NDArray[np.float64], sign: int, texts: Sequence[str]) -> list[Passage]:
    """The largest (1) or the smallest (-1) of each window, and of those the first few that read differently."""
    each = (sign * shares).argmax(axis=1)
    best = [Passage(window, int(k), float(shares[window, k])) for window, k in enumerate(each)]
    told: dict[str, Passage] = {}
    for passage in sorted(best, key=lambda passage: -sign * passage.share):
        if np.isfinite(passage.share) and len(told) < TOLD:
            told.setdefault(texts[passage.window][passage.k - DISTANCE : passage.k + 1], passage)
    return list(told.values())
