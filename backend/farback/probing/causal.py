"""Causal check: replace an input, see how far the answer really moves, and compare with what the gradient says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..model import Model

REPLACEMENTS = 8
"""Other inputs tried at a step: as many as the opening task has symbols."""


@dataclass(frozen=True)
class Causal:
    """What replacing each input does to the score at one output time. T time steps."""

    measured: Floats  # (T,) mean |change of s_k| over the replacements; 0 after k, NaN where there is none to try
    correlation: float | None  # Spearman's, between `measured` and the connectivity's row; None where one is constant


def causal(model: Model, x: Floats, target: int | None, k: int, row: Floats) -> Causal:
    """Replace the inputs of one sequence one by one.

    Args:
        model: the model.
        x: (T, B, I) inputs. The first sequence is the one whose inputs are replaced, each by those that the others have
            at the same step, as far as they differ.
        target: the class whose logit is the score; None for the prediction of a regression.
        k: the output time.
        row: (T,) the connectivity C[k, t] of that sequence.
    """
    T = len(x)
    tried = [(t, other) for t in range(k + 1) for other in _others(x[t])]
    changed = np.repeat(x[:, :1], 1 + len(tried), axis=1)
    for at, (t, other) in enumerate(tried, start=1):
        changed[t, at] = other
    score = model.predict(changed, [k])[0][:, 0 if target is None else target]
    moved = np.abs(score[1:] - score[0])
    at_step = np.array([t for t, _ in tried], np.int64)
    measured = np.where(np.arange(T) <= k, np.nan, 0.0).astype(np.float32)
    for t in np.unique(at_step):
        measured[t] = moved[at_step == t].mean()
    seen = np.isfinite(measured[: k + 1])
    return Causal(measured, rank_correlation(measured[: k + 1][seen], row[: k + 1][seen]))


def _others(inputs: Floats) -> list[Floats]:
    """The inputs (B, I) of other sequences at one step that differ from the first's, each once."""
    distinct = np.unique(inputs[1:], axis=0)
    return [other for other in distinct if (other != inputs[0]).any()][:REPLACEMENTS]


def rank_correlation(a: NDArray[Any], b: NDArray[Any]) -> float | None:
    """Spearman's rank correlation, ties sharing their mean rank; None where one of the two does not vary."""
    if len(a) < 2:
        return None
    ranks = [_ranks(values) for values in (a, b)]
    if any(rank.std() == 0 for rank in ranks):
        return None
    table: NDArray[np.float64] = np.atleast_2d(np.corrcoef(np.stack(ranks)))
    return float(table[0, 1])


def _ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    first = np.cumsum(counts) - counts
    ranks: NDArray[np.float64] = (first + (counts - 1) / 2)[place]
    return ranks
