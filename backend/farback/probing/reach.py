"""Reach: how far back a model really answers from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import Floats
from ..config import REACH_ERRORS, REACH_NATS, REACH_SHARE, REACH_SKILL, REACH_STRETCHES
from ..frame import Reach
from ..tasks import ByLag

RESAMPLES = 200
"""Bootstrap resamples behind the spread: its 5 % and 95 % points then rest on 10 values each."""


def reach(by_lag: ByLag, rng: np.random.Generator | None = None) -> Reach:
    """Read the reach off the skill (or added loss) by lag.

    Args:
        by_lag: the scores of every trial at every tested lag.
        rng: for the spread, which is left out without it: trials are resampled with replacement within each lag
            (stretches for all lags at once), and the spread is the 5 % and 95 % points of the reach over the resamples.

    Returns:
        The reach; 0 for a model whose outputs are not finite, which answers nothing, and 0 without a spread where
        there are too few stretches to tell.
    """
    if by_lag.too_few:
        return Reach(0, False, None)
    value, at_least = _read(by_lag)
    if rng is None:
        return Reach(value, at_least, None)
    again = [_read(by_lag.resampled(rng))[0] for _ in range(RESAMPLES)]
    low, high = np.quantile(again, [0.05, 0.95], method="inverted_cdf")
    return Reach(value, at_least, [int(low), int(high)])


def why_none(by_lag: ByLag) -> str | None:
    """Why a reach of 0 tells nothing; None where it does."""
    if not by_lag.too_few:
        return None
    found = "1 stretch" if by_lag.trials == 1 else f"{by_lag.trials} stretches"
    return (
        f"The sequences of the test by lag come from {found} of held-out data, and a reach needs at least "
        f"{REACH_STRETCHES}: take a longer text or shorter sequences."
    )


def _read(by_lag: ByLag) -> tuple[int, bool]:
    if by_lag.measure == "skill":
        return from_skill(by_lag.lags, by_lag.value)
    return from_added_loss(by_lag.lags, by_lag.value, by_lag.error)


def from_skill(lags: Sequence[int], skill: Floats) -> tuple[int, bool]:
    """The largest lag D with skill at least one half there and at 90 % or more of the lags up to it; 0 if none.

    Returns:
        The reach in steps, and whether it is the longest lag tested ("at least").
    """
    good = np.asarray(skill) >= REACH_SKILL
    share = np.cumsum(good) / np.arange(1, len(good) + 1)
    reached = np.flatnonzero(good & (share >= REACH_SHARE - 1e-12))
    return (0, False) if not reached.size else (int(lags[reached[-1]]), bool(reached[-1] == len(good) - 1))


def from_added_loss(lags: Sequence[int], added: Floats, error: Floats) -> tuple[int, bool]:
    """The smallest lag d such that replacing everything older changes the mean loss by less than 0.01 nat.

    A change counts once it is beyond chance as well, or the noise of a small test would look like memory.

    Args:
        lags: the tested lags, ascending.
        added: (L,) mean change of the loss in nats.
        error: (L,) its standard error.

    Returns:
        The reach in steps, and whether even the longest tested lag was not enough ("at least").
    """
    if not np.isfinite(added).all():
        return 0, False
    used = np.abs(added) >= np.maximum(REACH_NATS, REACH_ERRORS * error)
    unused = np.flatnonzero(~used)
    return (int(lags[-1]), True) if not unused.size else (int(lags[unused[0]]), False)
