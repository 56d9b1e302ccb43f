from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farback.arrays import Floats
from farback.tasks.adding import Adding

from .models import adder, windowed

LENGTHS = st.integers(4, 400)


@given(length=LENGTHS, seed=st.integers(0, 99), size=st.integers(1, 5))
def test_every_sequence_marks_one_value_in_each_half_and_asks_for_their_sum(length: int, seed: int, size: int) -> None:
    task = Adding(length=length)
    for draw in (task.batch, task.probe):
        batch = draw(np.random.default_rng(seed), size)
        assert batch.x.shape == (length, size, 2)
        assert batch.y.shape == (length, size, 1)
        assert 0 <= batch.x[..., 0].min() < batch.x[..., 0].max() < 1
        assert set(np.unique(batch.x[..., 1])) == {0.0, 1.0}
        for b in range(size):
            first, second = [t for t in range(length) if batch.x[t, b, 1]]
            assert first < length // 2 <= second < length - 1
            assert batch.y[-1, b, 0] == pytest.approx(float(batch.x[first, b, 0]) + float(batch.x[second, b, 0]))
        assert batch.mask.sum() == batch.mask[-1].sum() == size


def test_marks_and_values_are_uniform() -> None:
    task = Adding(length=10)
    batch = task.batch(np.random.default_rng(0), 8000)
    marks = batch.x[..., 1].sum(axis=1)
    np.testing.assert_allclose(marks[:5], 8000 / 5, rtol=0.1)
    np.testing.assert_allclose(marks[5:9], 8000 / 4, rtol=0.1)
    assert marks[9] == 0
    assert batch.x[..., 0].mean() == pytest.approx(0.5, abs=0.005)
    assert batch.x[..., 0].var() == pytest.approx(1 / 12, abs=0.002)


def test_the_displayed_sequence_of_the_probe_is_marked_as_far_back_as_can_be() -> None:
    assert Adding().probe(np.random.default_rng(0), 16).x[0, 0, 1] == 1


def test_always_answering_1_scores_chance() -> None:
    task = Adding()
    y = task.batch(np.random.default_rng(0), 20_000).y[-1]
    assert task.chance().loss == 1 / 6 == task.memoryless_loss()
    assert ((y - 1) ** 2).mean() == pytest.approx(1 / 6, abs=0.004)
    assert task.chance().accuracy is None


def test_solved_under_one_hundredth() -> None:
    assert Adding().solved(0.0099, None)
    assert not Adding().solved(0.01, None)
    assert not Adding().solved(float("nan"), None)


@given(length=st.integers(4, 60), data=st.data())
def test_a_perfect_model_has_skill_1_and_a_constant_one_0(length: int, data: st.DataObject) -> None:
    task = Adding(length=length)
    lags = tuple(sorted(data.draw(st.sets(st.sampled_from(task.lags), min_size=1))))
    perfect = task.by_lag(adder, np.random.default_rng(0), lags, 3)
    np.testing.assert_allclose(perfect.value, 1, atol=1e-5)
    assert perfect.scores.shape == (len(lags), 3)
    constant = task.by_lag(lambda x: np.ones((1, x.shape[1], 1), np.float32), np.random.default_rng(0), lags, 3)
    np.testing.assert_allclose(constant.value, 0, atol=1e-6)


@pytest.mark.parametrize("window", [1, 2, 10, 30, 40])
def test_a_model_that_sees_w_inputs_has_skill_for_lags_under_w(window: int) -> None:
    task = Adding(length=40)
    value = task.by_lag(windowed(adder, window), np.random.default_rng(0), task.lags, 5).value
    np.testing.assert_allclose(value[: window - 1], 1, atol=1e-5)
    np.testing.assert_allclose(value[window - 1 :], 0, atol=1e-5)


def test_only_the_marked_value_is_replaced_and_it_stands_d_back() -> None:
    """Every sequence is compared with its own two variants: two lags for three passes."""
    task = Adding(length=9)
    seen: list[Floats] = []

    def looking(x: Floats) -> Floats:
        seen.append(x)
        return adder(x)

    task.by_lag(looking, np.random.default_rng(0), (3, 7), 4)
    base, far, near = np.split(seen[0], 3, axis=1)
    assert len(seen) == 1
    assert base.shape[1] == 4
    for changed, lag in ((far, 7), (near, 3)):
        where = np.argwhere(changed != base)
        assert {(int(t), int(i)) for t, _, i in where} == {(8 - lag, 0)}
        assert len(where) == 4
        assert np.all(base[8 - lag, :, 1] == 1)
