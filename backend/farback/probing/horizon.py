"""The gradient horizon: how far back a model's gradient sees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import Floats
from ..config import HORIZON_THRESHOLD
from ..frame import Horizon


def by_lag(connectivity: Floats, answers: Sequence[int]) -> Floats:
    """C[k, k - d] over its maximum at d >= 1, per sequence and answer row.

    Args:
        connectivity: (B, K, T) as [b, row, t].
        answers: the output time k of each row.

    Returns:
        (B, K, T) as [b, row, d]; NaN where k - d is before the first step, and in a
        whole row that is not finite somewhere; 0 where a row is zero at every d >= 1.
    """
    shares = np.full(connectivity.shape, np.nan, np.float32)
    for row, k in enumerate(answers):
        lags = connectivity[:, row, k::-1]  # (B, k + 1), entry d is input k - d
        largest = lags[:, 1:].max(axis=1, initial=0.0, keepdims=True)
        lags = np.where(np.isfinite(lags).all(axis=1, keepdims=True), lags, np.nan)
        shares[:, row, : k + 1] = np.divide(lags, largest, out=np.zeros_like(lags), where=largest != 0)
    return shares


def profile(shares: Floats) -> Floats:
    """Median of `by_lag` over sequences and rows: (T,), NaN where no row has that lag."""
    T = shares.shape[-1]
    flat = shares.reshape(-1, T)
    return np.array(
        [np.median(column[~np.isnan(column)]) if not np.isnan(column).all() else np.nan for column in flat.T],
        np.float32,
    )


def horizon(shares: Floats, at_start: int | None = None, threshold: float = HORIZON_THRESHOLD) -> Horizon:
    """The largest lag d >= 1 at which the median share over sequences is at least `threshold`, 0 if there is none.

    Several answer rows: the median of their values, rounded down. The spread is the quartiles over single
    sequences. It is a local sensitivity: initialisation alone can make it long, saturation can make it short.

    Args:
        shares: (B, K, T) of `by_lag`.
        at_start: the value at step 0; None takes this one.
        threshold: share of the largest entry.
    """
    if np.isnan(shares[..., 0]).any():
        return Horizon(None, threshold, at_start, None)
    rows = [_largest(np.median(shares[:, row], axis=0), threshold) for row in range(shares.shape[1])]
    value = int(np.median(rows))
    each = [np.median([_largest(lags, threshold) for lags in sequence]) for sequence in shares]
    spread = [float(q) for q in np.quantile(each, [0.25, 0.75])]
    return Horizon(value, threshold, value if at_start is None else at_start, spread)


def _largest(lags: Floats, threshold: float) -> int:
    seen = np.flatnonzero(lags[1:] >= threshold)  # NaN compares as false: no such lag in this row
    return int(seen[-1]) + 1 if seen.size else 0
