from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farback.arrays import Floats
from farback.tasks.base import Batch
from farback.tasks.recall import Recall

from .models import recaller, windowed

TASKS = st.builds(
    Recall,
    lag=st.integers(1, 60),
    symbols=st.integers(2, 64),
    distractors=st.integers(1, 64),
    fixed=st.booleans(),
)


def read(task: Recall, batch: Batch) -> list[int]:
    """The lag of each sequence, read step by step; fails where a sequence is not as the task says."""
    lags = []
    for b in range(batch.x.shape[1]):
        words = []
        for t in range(task.length):
            hot = [i for i, value in enumerate(batch.x[t, b]) if value != 0]
            assert len(hot) == 1
            assert batch.x[t, b, hot[0]] == 1
            words.append(hot[0])
        assert words[-1] == task.inputs - 1  # the cue
        symbols = [t for t, word in enumerate(words[:-1]) if word < task.symbols]
        assert len(symbols) == 1
        assert all(word < task.inputs - 1 for word in words[:-1])
        assert batch.y[-1, b] == words[symbols[0]]
        assert [bool(counts) for counts in batch.mask[:, b]] == [False] * task.lag + [True]
        lags.append(task.length - 1 - symbols[0])
    return lags


@given(task=TASKS, seed=st.integers(0, 99), size=st.integers(1, 20))
def test_every_sequence_holds_one_symbol_among_distractors_and_asks_for_it(task: Recall, seed: int, size: int) -> None:
    for draw in (task.batch, task.probe):
        lags = read(task, draw(np.random.default_rng(seed), size))
        assert all(lag in task.lags for lag in lags)


def test_a_sequence_written_by_hand() -> None:
    """Two symbols, one distractor, lag 2: the symbol B two steps before the cue reads B · ?"""
    task = Recall(lag=2, symbols=2, distractors=1, fixed=True)
    batch = task.batch(np.random.default_rng(0), 50)
    of_b = batch.x[:, batch.y[-1] == 1]
    assert of_b.shape[1] > 0
    expected = np.array([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], np.float32)
    np.testing.assert_array_equal(of_b, np.repeat(expected[:, None], of_b.shape[1], axis=1))
    assert task.labels() == {"x": ["A", "B", "·1", "?"], "y": ["A", "B"]}


def test_lags_symbols_and_distractors_are_uniform() -> None:
    task = Recall(lag=5, symbols=3, distractors=2)
    batch = task.batch(np.random.default_rng(0), 6000)
    codes = batch.x.argmax(axis=2)
    lags = task.length - 1 - (codes < 3).argmax(axis=0)
    for counts, share in (
        (np.bincount(lags)[1:], 1 / 5),
        (np.bincount(batch.y[-1].astype(np.int64)), 1 / 3),
        (np.bincount(codes[(codes >= 3) & (codes < 5)])[3:], 1 / 2),
    ):
        total = counts.sum()
        assert np.all(abs(counts - total * share) < 4 * np.sqrt(total * share * (1 - share)))


def test_the_displayed_sequence_of_the_probe_has_the_longest_lag_and_the_others_vary() -> None:
    lags = read(Recall(), Recall().probe(np.random.default_rng(0), 16))
    assert lags[0] == 40
    assert lags[-1] == 1
    assert len(set(lags)) == 16


def test_guessing_scores_chance() -> None:
    task = Recall()
    rng = np.random.default_rng(0)
    y = task.batch(rng, 8000).y[-1]
    assert task.chance().loss == pytest.approx(log(8))
    assert task.chance().accuracy == pytest.approx((rng.integers(0, 8, y.size) == y).mean(), abs=0.015)
    assert task.memoryless_loss() == task.chance().loss


def test_solved_from_99_percent() -> None:
    assert Recall().solved(0.5, 0.99)
    assert not Recall().solved(0.0, 0.9899)


@given(task=TASKS)
def test_a_perfect_model_has_skill_1_at_every_lag(task: Recall) -> None:
    by_lag = task.by_lag(recaller(task), np.random.default_rng(0), task.lags, 3)
    np.testing.assert_allclose(by_lag.value, 1, rtol=1e-6)
    assert by_lag.scores.shape == (len(task.lags), 3)
    assert by_lag.lags == task.lags


def test_a_constant_model_has_no_skill() -> None:
    task = Recall(lag=9)

    def constant(x: Floats) -> Floats:
        return np.tile(np.arange(8, dtype=np.float32), (1, x.shape[1], 1))

    by_lag = task.by_lag(constant, np.random.default_rng(0), task.lags, 2000)
    np.testing.assert_allclose(by_lag.value, 0, atol=4 * np.sqrt(1 / 8 * 7 / 8 / 2000) * 8 / 7)


@pytest.mark.parametrize("window", [1, 2, 8, 12, 13])
def test_a_model_that_sees_w_inputs_has_skill_for_lags_under_w(window: int) -> None:
    task = Recall(lag=12)
    value = task.by_lag(windowed(recaller(task), window), np.random.default_rng(0), task.lags, 400).value
    np.testing.assert_allclose(value[: window - 1], 1, rtol=1e-6)
    assert np.all(value[window - 1 :] < 0.1)


def test_a_lag_that_cannot_be_tested_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Lags \[6\] cannot be tested"):
        Recall(lag=5).by_lag(recaller(Recall(lag=5)), np.random.default_rng(0), (1, 6), 2)
    with pytest.raises(ValueError, match=r"Lags \[3\] cannot be tested; there are 5\."):
        Recall(lag=5, fixed=True).by_lag(recaller(Recall(lag=5)), np.random.default_rng(0), (3,), 2)


def test_many_trials_are_given_in_groups_that_stay_small() -> None:
    task = Recall(lag=399, symbols=64, distractors=64)
    sizes = []

    def sized(x: Floats) -> Floats:
        sizes.append(x.size)
        return recaller(task)(x)

    value = task.by_lag(sized, np.random.default_rng(0), task.lags[::40], 30).value
    np.testing.assert_allclose(value, 1, rtol=1e-6)
    assert len(sizes) > 1
    assert max(sizes) <= 2**22
