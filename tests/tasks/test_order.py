from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farback.arrays import Floats
from farback.tasks.base import Batch
from farback.tasks.order import TemporalOrder

from .models import constant, windowed

TASKS = st.builds(TemporalOrder, length=st.integers(11, 250), shuffled=st.just(False))


def orderer(x: Floats) -> Floats:
    """Answers with the order of the letters that it sees; of one that it does not see, either."""
    seen = x[..., :2].argmax(axis=-1), x[..., :2].sum(axis=-1) > 0
    answer = np.zeros((x.shape[1], 4), np.float32)
    for b in range(x.shape[1]):
        letters = seen[0][seen[1][:, b], b].tolist()
        for code in range(4):
            answer[b, code] = sum(a == c for a, c in zip(reversed(letters), (code % 2, code // 2), strict=False))
    return answer[None]


def words(task: TemporalOrder, batch: Batch, b: int) -> list[str]:
    names = task.labels()["x"]
    assert np.array_equal(np.sort(batch.x[:, b], axis=1)[:, -2:], np.tile([0.0, 1.0], (task.length, 1)))
    return [names[code] for code in batch.x[:, b].argmax(axis=1)]


@given(task=TASKS, seed=st.integers(0, 99), size=st.integers(1, 8))
def test_every_sequence_has_two_letters_in_their_windows_and_asks_for_their_order(
    task: TemporalOrder, seed: int, size: int
) -> None:
    u = task.length // 11
    for draw in (task.batch, task.probe):
        batch = draw(np.random.default_rng(seed), size)
        for b in range(size):
            read = words(task, batch, b)
            begin = read.index("E")
            assert read[:begin] == ["·"] * begin
            assert 0 <= begin <= u
            string = read[begin:]
            assert string[-1] == "B"
            first, second = [t for t, word in enumerate(string) if word in "XY"]
            assert u <= first <= 2 * u
            assert 5 * u <= second <= 6 * u
            others = [word for t, word in enumerate(string[1:-1], 1) if t not in (first, second)]
            assert set(others) <= {"·a", "·b", "·c", "·d"}
            assert task.labels()["y"][int(batch.y[-1, b])] == string[first] + string[second]
            assert batch.mask[:, b].tolist() == [False] * (task.length - 1) + [True]
            assert {task.length - 1 - begin - t for t in (first, second)} <= set(task.lags)


def test_the_default_is_the_published_set_up() -> None:
    """100 to 110 symbols, letters at 10 to 20 and at 50 to 60, all of them equally often; four classes."""
    task = TemporalOrder()
    batch = task.batch(np.random.default_rng(0), 6000)
    codes = batch.x.argmax(axis=-1)
    begin = (codes == 6).argmax(axis=0)
    letters = np.sort(np.where(codes < 2, np.arange(110)[:, None], 999), axis=0)[:2] - begin
    for found, low, high in ((110 - begin, 100, 110), (letters[0], 10, 20), (letters[1], 50, 60)):
        counts = np.bincount(found)[low:]
        assert len(counts) == high - low + 1
        assert np.all(abs(counts - 6000 / 11) < 4 * np.sqrt(6000 / 11))
    assert np.all(abs(np.bincount(batch.y[-1].astype(int)) - 1500) < 4 * np.sqrt(1500))
    assert (task.inputs, task.outputs) == (9, 4)  # eight in the paper, and the blank
    assert task.lags == (*range(39, 60), *range(79, 100))


def test_the_displayed_sequence_has_both_letters_as_far_back_as_can_be() -> None:
    read = words(TemporalOrder(), TemporalOrder().probe(np.random.default_rng(0), 16), 0)
    assert read[0] == "E"
    assert [t for t, word in enumerate(read) if word in "XY"] == [10, 50]


def test_shuffled_time_keeps_what_is_there_and_loses_the_order() -> None:
    plain, mixed = TemporalOrder(length=22), TemporalOrder(length=22, shuffled=True)
    batch = mixed.batch(np.random.default_rng(3), 500)
    same = plain.batch(np.random.default_rng(3), 500)
    assert np.array_equal(batch.x.sum(axis=0), same.x.sum(axis=0))
    assert np.array_equal(batch.y, same.y)
    for b in range(20):
        read = words(mixed, batch, b)
        assert (read.index("E"), read[-1]) == (words(plain, same, b).index("E"), "B")
    first = batch.x[..., :2].sum(axis=-1).argmax(axis=0)
    assert len(set(first.tolist())) > 8  # no window is left


@pytest.mark.parametrize("shuffled", [False, True])
def test_chance_is_what_is_counted(shuffled: bool) -> None:
    task = TemporalOrder(shuffled=shuffled)
    rng = np.random.default_rng(1)
    batch = task.batch(rng, 20_000)
    y = batch.y[-1].astype(int)
    ys = batch.x[..., 1].sum(axis=0).astype(int)  # how many Y there are
    p = np.full((y.size, 4), 0.25)
    if shuffled:
        p = np.array([[1, 0, 0, 0], [0, 0.5, 0.5, 0], [0, 0, 0, 1]])[ys]
    assert -np.log(p[np.arange(y.size), y]).mean() == pytest.approx(task.chance().loss, abs=0.01)
    guessed = (p.cumsum(axis=1) > rng.random((y.size, 1))).argmax(axis=1)
    assert (guessed == y).mean() == pytest.approx(task.chance().accuracy, abs=0.012)
    assert task.memoryless_loss() == log(4)


def test_solved_where_all_are_right_and_sure() -> None:
    assert TemporalOrder().solved(0.09, 1.0)
    assert not TemporalOrder().solved(0.11, 1.0)
    assert not TemporalOrder().solved(0.01, 0.992)


@given(task=TASKS, seed=st.integers(0, 9))
def test_a_perfect_model_has_skill_1_at_every_lag(task: TemporalOrder, seed: int) -> None:
    by_lag = task.by_lag(orderer, np.random.default_rng(seed), task.lags, 3)
    np.testing.assert_allclose(by_lag.value, 1, rtol=1e-6)
    assert by_lag.scores.shape == (len(task.lags), 3)


def test_the_letter_that_is_scored_stands_d_back() -> None:
    """A model that sees the second letter only knows it at its lags and nothing at the others."""
    task = TemporalOrder(length=33)
    near = [d for d in task.lags if d < 19]
    value = task.by_lag(windowed(orderer, 21), np.random.default_rng(0), task.lags, 800).value
    np.testing.assert_allclose(value[: len(near)], 1, rtol=1e-6)
    assert np.all(abs(value[len(near) :]) < 0.15)
    for window in (15, 17):
        value = task.by_lag(windowed(orderer, window), np.random.default_rng(0), tuple(near), 800).value
        np.testing.assert_allclose(value[[d < window for d in near]], 1, rtol=1e-6)
        assert np.all(abs(value[[d >= window for d in near]]) < 0.15)


def test_guessing_has_no_skill_and_neither_has_the_right_rule_in_shuffled_time() -> None:
    task = TemporalOrder(length=33)
    for answer in range(4):
        assert np.all(abs(task.by_lag(constant(4, answer), np.random.default_rng(0), task.lags, 1000).value) < 0.13)
    mixed = TemporalOrder(length=33, shuffled=True)
    assert np.all(abs(mixed.by_lag(orderer, np.random.default_rng(0), mixed.lags, 1000).value) < 0.22)
    assert mixed.by_lag(orderer, np.random.default_rng(0), mixed.lags, 1000).value.mean() == pytest.approx(0, abs=0.03)


def test_a_sequence_of_ones_own_is_right_where_it_has_two_letters() -> None:
    task = TemporalOrder()
    read = task.read(["E", "·a", "Y", "·b", "X", "B"])
    assert task.labels()["y"][int(read.y[-1, 0])] == "YX"
    assert read.mask[:, 0].tolist() == [False] * 5 + [True]
    for other in (["E", "X", "B"], ["X", "X", "X"]):
        assert not task.read(other).mask.any()
