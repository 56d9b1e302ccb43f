"""The array types that rooms pass to each other without torch."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Doubles: TypeAlias = NDArray[np.float64]


def finite(value: float) -> float | None:
    """A number for JSON, which knows no NaN: None where it is not finite."""
    return float(value) if math.isfinite(value) else None
