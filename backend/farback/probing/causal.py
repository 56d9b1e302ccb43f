"""Causal check: replace an input, see how far the answer really moves, and compare with what the gradient says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from ..arrays import Doubles, Floats
from ..model import Model

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


def causal(model: Model, x: Floats, others: Floats, target: int | None, k: int, row: Floats) -> Causal:
    """Replace the inputs of one sequence one by one.

    Scores are computed in float64 whatever the model's precision: where a gradient has vanished the answer moves by
    less than float32 can tell apart. What is below float64's rounding is NaN, and left out of the correlation.

    Args:
        model: the model, with the gates held that are held in it.
        x: (T, 1, I) the sequence whose inputs are replaced.
        others: (T, n, I) what each step's input is replaced by, one by one, as far as they differ.
        target: the class whose logit is the score; None for the prediction of a regression.
        k: the output time.
        row: (T,) the connectivity C[k, t] of that sequence.
    """
    return measure(_score(model, target, k), x, others, k, row)


def measure(score: Score, x: Floats, others: Floats, k: int, row: Floats) -> Causal:
    """As `causal`, for any score."""
    T = len(x)
    tried = [(t, other) for t in range(k + 1) for other in _distinct(others[t], x[t, 0])]
    plain = x[: k + 1].astype(np.float64)  # what comes after k moves nothing
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


def borrowed(probe: Floats, length: int) -> Floats:
    """What the inputs of a person's own sequence are replaced by.

    What a task's inputs are like depends on how far its answer is: the probe's sequences and this one are laid on each
    other by their ends.

    Args:
        probe: (T, B, I) inputs of the probe's sequences.
        length: S, time steps of the person's own.

    Returns:
        (S, B, I) for each step what the probe has as many steps before its end; farther back than the probe goes, B
        inputs evenly spread over all distinct ones that it has.
    """
    T, B, inputs = probe.shape
    distinct = np.unique(probe.reshape(-1, inputs), axis=0)
    some = distinct[np.linspace(0, len(distinct) - 1, B).round().astype(np.int64)]
    older = np.broadcast_to(some, (max(length - T, 0), B, inputs))
    return np.concatenate([older, probe[max(T - length, 0) :]])


def _score(model: Model, target: int | None, k: int) -> Score:
    double = Model(model.cell, model.inputs, model.outputs, model.state_dict(), torch.float64).holding(model.held)

    def score(x: Doubles) -> Doubles:
        found: Doubles = double.predict(x, [k])[0][:, 0 if target is None else target]  # type: ignore[arg-type]
        return found

    return score


def _distinct(others: Floats, own: Floats) -> list[Floats]:
    """The inputs (n, I) that differ from this one (I,), each once."""
    return [other for other in np.unique(others, axis=0) if (other != own).any()]


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
