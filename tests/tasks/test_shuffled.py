from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from farback.tasks.shuffled import shuffle


@given(T=st.integers(1, 20), B=st.integers(1, 6), seed=st.integers(0, 99), data=st.data())
def test_only_the_steps_between_move_and_nothing_is_lost(T: int, B: int, seed: int, data: st.DataObject) -> None:
    codes = np.arange(T * B).reshape(T, B)
    stop = data.draw(st.integers(0, T) | st.none())
    start = np.array(data.draw(st.lists(st.integers(0, T if stop is None else stop), min_size=B, max_size=B)))
    mixed = shuffle(codes, np.random.default_rng(seed), start, stop)
    end = T if stop is None else stop
    for b in range(B):
        assert np.array_equal(mixed[: start[b], b], codes[: start[b], b])
        assert np.array_equal(mixed[end:, b], codes[end:, b])
        assert sorted(mixed[:, b]) == codes[:, b].tolist()


def test_every_order_is_equally_likely() -> None:
    mixed = shuffle(np.repeat(np.arange(3)[:, None], 6000, axis=1), np.random.default_rng(0))
    counts = np.bincount(mixed[0] * 9 + mixed[1] * 3 + mixed[2])
    counts = counts[counts > 0]
    assert len(counts) == 6
    assert np.all(abs(counts - 1000) < 4 * np.sqrt(1000))
