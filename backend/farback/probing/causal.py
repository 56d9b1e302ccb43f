"""Causal check: replace an input, see how far the answer really moves, and compare with what the gradient says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from ..arrays import Floats
from ..model import Model

Doubles: TypeAlias = NDArray[np.float64]
Score: TypeAlias = Callable[[Doubles], Doubles]
"""Inputs (k + 1, N, I) to the score s_k of each sequence (N,)."""

PORTION = 2**21
"""Input numbers (16 MB) that are laid out at a time."""
ROUNDING = 100 * float(np.finfo(np.float64).eps)
"""Share of a score below which its change is nothing but rounding."""


@dataclass(frozen=True)
class Causal:
    """What replacing each input does to the score at one output time. T time steps."""

    measured: Floats  # (T,) mean |change of s_k| over the replacements; 0 after k, NaN where it cannot be told
    correlation: float | None  # Spearman's, between `measured` and the connectivity's row; None where one is constant


def causal(model: Model, x: Floats, target: int | None, k: int, row: Floats) -> Causal:
    """Replace the inputs of one sequence one by one.

    Scores are computed in float64 whatever the model's precision: where a gradient has vanished the answer moves by
    less than float32 can tell apart. What is below float64's rounding is NaN, and left out of the correlation.

    Args:
        model: the model.
        x: (T, B, I) inputs. The first sequence is the one whose inputs are replaced, each by all that the others have
            at the same step, as far as they differ.
        target: the class whose logit is the score; None for the prediction of a regression.
        k: the output time.
        row: (T,) the connectivity C[k, t] of that sequence.
    """
    return measure(_score(model, target, k), x, k, row)


def measure(score: Score, x: Floats, k: int, row: Floats) -> Causal:
    """As `causal`, for any score."""
    T = len(x)
    tried = [(t, other) for t in range(k + 1) for other in _others(x[t])]
    plain = x[: k + 1, :1].astype(np.float64)  # what comes after k moves nothing
    before = float(score(plain)[0])
    moved = np.concatenate([np.abs(score(changed) - before) for changed in _replaced(plain, tried)] or [np.zeros(0)])
    at_step = np.array([t for t, _ in tried], np.int64)
    measured = np.where(np.arange(T) <= k, np.nan, 0.0)
    for t in np.unique(at_step):
        change = moved[at_step == t].mean()
        measured[t] = change if change > ROUNDING * max(1.0, abs(before)) else np.nan
    seen = np.isfinite(measured[: k + 1])
    correlation = rank_correlation(measured[: k + 1][seen], row[: k + 1][seen])
    return Causal(measured.astype(np.float32), correlation)


def _score(model: Model, target: int | None, k: int) -> Score:
    double = Model(model.cell, model.inputs, model.outputs, model.state_dict(), torch.float64).holding(model.held)

    def score(x: Doubles) -> Doubles:
        found: Doubles = double.predict(x, [k])[0][:, 0 if target is None else target]  # type: ignore[arg-type]
        return found

    return score


def _others(inputs: Floats) -> list[Floats]:
    """The inputs (B, I) of other sequences at one step that differ from the first's, each once."""
    distinct = np.unique(inputs[1:], axis=0)
    return [other for other in distinct if (other != inputs[0]).any()]


def _replaced(plain: Doubles, tried: Sequence[tuple[int, Floats]]) -> Iterator[Doubles]:
    """The sequence (k + 1, 1, I) with one input replaced, for each of these, as (k + 1, n, I), a portion at a time."""
    size = max(1, PORTION // plain.size)
    for start in range(0, len(tried), size):
        some = tried[start : start + size]
        changed = np.repeat(plain, len(some), axis=1)
        for at, (t, other) in enumerate(some):
            changed[t, at] = other
        yield changed


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
