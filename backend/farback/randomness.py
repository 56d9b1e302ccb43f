"""Randomness: one generator for each purpose, so that nothing that is drawn depends on what was drawn before."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What a random stream is for; each pair of seed and stream is independent of every other."""

    WEIGHTS = 0
    TRAINING = 1
    PROBE = 2
    HELD_OUT = 3
    BY_LAG = 4
    PASSAGES = 5


class ByLagStream(IntEnum):
    """What a random stream of the test by lag is for, in a step's place."""

    FRAME = 0
    RESULT = 1
    RESULT_SPREAD = 2
    LENGTHS = 3
    LENGTHS_SPREAD = 4


def randomness(seed: int, stream: Stream, step: int = 0) -> np.random.Generator:
    """The generator of one purpose at one step: it depends on nothing that went before, so a run can be resumed."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, int(stream), step))))
