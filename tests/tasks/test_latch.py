from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farback.arrays import Floats
from farback.tasks.guessing import _answers, guess_weights
from farback.tasks.latch import Latch

from .models import windowed

TASKS = st.builds(Latch, length=st.integers(11, 120), informative=st.integers(1, 10))


def latcher(x: Floats) -> Floats:
    """Answers by the sign that the first element has, and 1/2 where it does not see it."""
    answer: Floats = (0.5 + 0.5 * np.sign(x[0]))[None].astype(np.float32)
    return answer


@given(task=TASKS, seed=st.integers(0, 99), size=st.integers(1, 6))
def test_every_sequence_begins_with_its_class_and_goes_on_with_noise(task: Latch, seed: int, size: int) -> None:
    for draw in (task.batch, task.probe):
        batch = draw(np.random.default_rng(seed), size)
        for b in range(size):
            up = bool(batch.y[-1, b, 0])
            assert set(batch.x[: task.informative, b, 0].tolist()) == {1.0 if up else -1.0}
            assert not np.any(abs(batch.x[task.informative :, b, 0]) == 1)
        assert batch.mask.sum() == batch.mask[-1].sum() == size
    assert task.lags == (task.length - task.informative,)


def test_the_default_is_the_published_set_up() -> None:
    task = Latch()
    assert (task.length, task.informative) == (100, 3)
    batch = task.batch(np.random.default_rng(0), 4000)
    noise = batch.x[3:]
    assert noise.mean() == pytest.approx(0, abs=0.01)
    assert noise.var() == pytest.approx(0.2, abs=0.005)
    assert batch.y[-1].mean() == pytest.approx(0.5, abs=0.035)


def test_always_answering_one_half_scores_chance() -> None:
    task = Latch()
    y = task.batch(np.random.default_rng(0), 2000).y[-1]
    assert ((y - 0.5) ** 2).mean() == task.chance().loss == task.memoryless_loss() == 0.25


def test_solved_implies_the_papers_stricter_rule() -> None:
    """A mean absolute error under 0.01, and no answer off by 0.2."""
    assert Latch().solved(0.99e-4, None)
    assert not Latch().solved(1.01e-4, None)
    assert Latch.SOLVED_ERROR**0.5 <= 0.01
    assert (128 * Latch.SOLVED_ERROR) ** 0.5 < 0.12


@given(task=TASKS)
def test_a_perfect_model_has_skill_1_and_guessing_0(task: Latch) -> None:
    rng = np.random.default_rng(0)
    np.testing.assert_allclose(task.by_lag(latcher, rng, task.lags, 5).value, 1, rtol=1e-6)
    blind = windowed(latcher, task.length - 1)
    np.testing.assert_allclose(task.by_lag(blind, rng, task.lags, 5).value, 0, atol=1e-6)


def test_a_sequence_of_ones_own() -> None:
    task = Latch()
    assert task.read([1, 1, 1, 0.2]).y[-1, 0, 0] == 1
    assert task.read([-1.0, -1, -1, 0.2]).y[-1, 0, 0] == 0
    assert task.read([-1.0, -1, -1, 0.2]).mask[:, 0].tolist() == [False, False, False, True]
    for unclear in ([1, -1, 1, 0.2], [0.5, 0.5, 0.5, 0.2], [1, 1]):
        assert not task.read(unclear).mask.any()


def test_the_guessed_net_is_the_one_described() -> None:
    """Two units by hand: h = tanh(2 h + 3 o + x), o = logistic(h - o + 0.5), both from 0."""
    weights = np.array([[[2.0, 3.0, 1.0, 0.0], [1.0, -1.0, 0.0, 0.5]]])
    x = np.array([[0.3, -0.2], [0.1, 0.4], [0.0, 0.7]])
    h, o = np.zeros(2), np.zeros(2)
    for value in x:
        h, o = np.tanh(2 * h + 3 * o + value), 1 / (1 + np.exp(-(h - o + 0.5)))
    np.testing.assert_allclose(_answers(weights, x), o[None])


def test_luck_solves_it_and_says_after_how_many_trials() -> None:
    found = [guess_weights(Latch(), np.random.default_rng(seed)) for seed in range(6)]
    assert all(each.solved for each in found)
    assert all(each.right is not None and each.right > 0.9 for each in found)
    assert np.mean([each.trials for each in found]) < 1000
    assert found[0] == guess_weights(Latch(), np.random.default_rng(0))


def test_the_search_is_given_up_at_its_bound() -> None:
    assert guess_weights(Latch(), np.random.default_rng(0), hidden=0, most=70) == (70, False, None)
