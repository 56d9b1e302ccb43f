"""The gradient horizon: how far back a model's gradient sees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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
    """Median of `by_lag` over sequences: (B, K, T) to (K, T), NaN where a row has no such lag."""
    return np.median(shares, axis=0)


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
    value = int(np.median(_largest(profile(shares), threshold)))
    each = np.floor(np.median(_largest(shares, threshold), axis=-1))  # (B,)
    places = np.array([0.25, 0.75]) * (len(each) - 1)  # np.quantile's, at a tenth of its time
    spread = np.interp(places, np.arange(len(each)), np.sort(each)).tolist()
    return Horizon(value, threshold, value if at_start is None else at_start, spread)


def _largest(shares: Floats, threshold: float) -> NDArray[np.int64]:
    """(..., T) by lag to (...): the largest lag d >= 1 with at least the threshold, 0 if there is none."""
    seen = shares[..., ::-1] >= threshold  # from the longest lag down; NaN is no such lag
    seen[..., -1] = True  # where nothing else is seen, 0 is the answer
    longest: NDArray[np.int64] = shares.shape[-1] - 1 - seen.argmax(axis=-1)
    return longest
