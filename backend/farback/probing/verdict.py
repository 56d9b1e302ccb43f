"""Verdict: whether a gradient vanishes, stays or explodes on its way back from the answer."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..frame import Verdict

FLOOR = 1e-30
"""G below which an entry is left out: a float32 gradient has lost its digits there, and log10 of 0 is no number."""
DECADES = 1.0
"""Factors of ten over all D lags that the fitted line may rise or fall and still be called steady."""


def verdict(signal: NDArray[Any], k: int) -> Verdict:
    """Fit log10 G(d) = a + slope d by least squares over the lags d = 1..k.

    |slope| k < 1, so less than a factor of ten over the whole way, is steady. What the straight line cannot tell is
    not told: a gradient that falls fast and then stays counts by its mean fall.

    Args:
        signal: (T,) as [t]: the median G at step t, of `derivatives.signal`; G(d) is its entry k - d.
        k: the answer step.

    Raises:
        ValueError: k lies outside of the sequence.
    """
    if not 0 <= k < len(signal):
        raise ValueError(f"k = {k} lies outside of {len(signal)} steps.")
    lags = np.arange(1, k + 1)
    G = np.asarray(signal, np.float64)[k - lags]
    kept = np.isfinite(G) & (G >= FLOOR)
    left_out = int(k - kept.sum())
    if kept.sum() < 2:
        return Verdict(None, None, None, None, left_out, k)
    slope = _slope(lags[kept].astype(np.float64), np.log10(G[kept]))
    if abs(slope) * k < DECADES:
        return Verdict("steady", slope, None, None, left_out, k)
    steps = math.log10(2) / abs(slope)
    if slope < 0:
        return Verdict("vanishing", slope, steps, None, left_out, k)
    return Verdict("exploding", slope, None, steps, left_out, k)


def _slope(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Of the least-squares line through at least two different x."""
    x = x - x.mean()
    return float(x @ (y - y.mean()) / (x @ x))
