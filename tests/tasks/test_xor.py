from __future__ import annotations

from itertools import product
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farback.arrays import Floats
from farback.tasks.xor import DelayedXor

from .models import constant, windowed

DELAYS = st.integers(2, 60)


def comparer(x: Floats) -> Floats:
    """Says whether the marked bits that it sees differ; where it sees one, says what that one is."""
    ones = x[..., 3].sum(axis=0)
    return np.stack([ones != 1, ones == 1], axis=-1).astype(np.float32)[None]


@given(delay=DELAYS, seed=st.integers(0, 99), size=st.integers(1, 8))
def test_every_sequence_marks_the_last_bit_and_one_before_it(delay: int, seed: int, size: int) -> None:
    task = DelayedXor(delay=delay)
    names = task.labels()["x"]
    for draw in (task.batch, task.probe):
        batch = draw(np.random.default_rng(seed), size)
        assert np.array_equal(np.sort(batch.x, axis=2)[..., -2:], np.tile([0.0, 1.0], (delay + 1, size, 1)))
        for b in range(size):
            read = [names[code] for code in batch.x[:, b].argmax(axis=1)]
            first, second = [t for t, word in enumerate(read) if not word.startswith("·")]
            assert second == delay
            assert delay - first in task.lags
            assert batch.y[-1, b] == (read[first] != read[second])
            assert batch.mask[:, b].tolist() == [False] * delay + [True]


def test_a_sequence_written_by_hand() -> None:
    task = DelayedXor(delay=4)
    for bits, differ in (("01", 1), ("10", 1), ("00", 0), ("11", 0)):
        read = task.read(["·1", bits[0], "·0", "·1", bits[1]])
        assert read.y[-1, 0] == differ
        assert read.mask[:, 0].tolist() == [False] * 4 + [True]
    assert not task.read(["·1", "0"]).mask.any()


def test_bits_and_lags_are_uniform() -> None:
    batch = DelayedXor(delay=5).batch(np.random.default_rng(0), 6000)
    codes = batch.x.argmax(axis=-1)
    lags = 5 - (codes >= 2).argmax(axis=0)
    assert np.all(abs(np.bincount(lags)[1:] - 1200) < 4 * np.sqrt(1200))
    assert (codes % 2).mean() == pytest.approx(0.5, abs=0.01)
    assert batch.y[-1].mean() == pytest.approx(0.5, abs=0.03)


def test_guessing_scores_chance() -> None:
    task = DelayedXor()
    batch = task.batch(np.random.default_rng(0), 20_000)
    y, last = batch.y[-1].astype(int), batch.x[-1, :, 3]
    assert (last == y).mean() == pytest.approx(0.5, abs=0.015)  # the bit that is there tells nothing
    assert (task.chance().loss, task.chance().accuracy) == (log(2), 0.5)
    assert task.memoryless_loss() == log(2)


@pytest.mark.parametrize("delay", [2, 3, 6, 9])
def test_chance_in_shuffled_time_is_what_all_streams_and_orders_come_to(delay: int) -> None:
    """Counted over every stream of bits and every pair of places, all equally likely once time is shuffled."""
    T = delay + 1
    right = nats = 0.0
    for bits in product((0, 1), repeat=T):
        differ = [bits[i] != bits[j] for i in range(T) for j in range(T) if i != j]
        p = sum(differ) / len(differ)
        right += max(p, 1 - p) / 2**T
        nats -= sum(q * log(q) for q in (p, 1 - p) if q) / 2**T
    chance = DelayedXor(delay=delay, shuffled=True).chance()
    assert chance.accuracy == pytest.approx(right)
    assert chance.loss == pytest.approx(nats)


def test_counting_scores_chance_in_shuffled_time() -> None:
    task = DelayedXor(delay=8, shuffled=True)
    batch = task.batch(np.random.default_rng(0), 30_000)
    ones = batch.x[..., [1, 3]].sum(axis=(0, 2))
    p = 2 * ones * (9 - ones) / 72
    y = batch.y[-1].astype(int)
    assert ((p > 0.5) == y).mean() == pytest.approx(task.chance().accuracy, abs=0.012)
    marked = batch.x[..., 2:].sum(axis=(0, 2))
    assert np.all(marked == 2)


def test_solved_from_99_percent() -> None:
    assert DelayedXor().solved(0.5, 0.99)
    assert not DelayedXor().solved(0.0, 0.9899)


@given(delay=DELAYS)
def test_a_perfect_model_has_skill_1_at_every_lag(delay: int) -> None:
    task = DelayedXor(delay=delay)
    by_lag = task.by_lag(comparer, np.random.default_rng(0), task.lags, 3)
    np.testing.assert_allclose(by_lag.value, 1, rtol=1e-6)
    assert by_lag.lags == task.lags == tuple(range(1, delay + 1))


@pytest.mark.parametrize("window", [1, 2, 8, 12, 13])
def test_a_model_that_sees_w_inputs_has_skill_for_lags_under_w(window: int) -> None:
    task = DelayedXor(delay=12)
    value = task.by_lag(windowed(comparer, window), np.random.default_rng(0), task.lags, 1000).value
    np.testing.assert_allclose(value[: window - 1], 1, rtol=1e-6)
    assert np.all(abs(value[window - 1 :]) < 0.13)


def test_guessing_has_no_skill_and_neither_has_the_right_rule_in_shuffled_time() -> None:
    task = DelayedXor(delay=12)
    assert np.all(abs(task.by_lag(constant(2, 1), np.random.default_rng(0), task.lags, 1000).value) < 0.13)
    mixed = DelayedXor(delay=12, shuffled=True)
    assert mixed.by_lag(comparer, np.random.default_rng(0), mixed.lags, 1000).value.mean() < 0.05
