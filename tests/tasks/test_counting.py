from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farback.arrays import Floats
from farback.tasks.base import Batch
from farback.tasks.counting import Counting

from .models import constant, windowed

TASKS = st.builds(Counting, length=st.integers(9, 120))


def counter(x: Floats) -> Floats:
    """Says that the end has come where it sees as many b as a."""
    a, b = x[..., 1].sum(axis=0), x[..., 2].sum(axis=0)
    return np.stack([a != b, a == b], axis=-1).astype(np.float32)[None]


def strings(task: Counting, batch: Batch) -> list[str]:
    names = task.labels()["x"]
    assert np.array_equal(np.sort(batch.x, axis=2)[..., -2:], np.tile([0.0, 1.0], (*batch.mask.shape, 1)))
    return ["".join(names[code] for code in batch.x[:, b].argmax(axis=-1)) for b in range(batch.x.shape[1])]


@given(task=TASKS, seed=st.integers(0, 99), size=st.integers(1, 8))
def test_every_string_counts_and_asks_after_each_b(task: Counting, seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    for batch in (task.batch(rng, size, held_out=True), task.probe(rng, size)):
        for b, string in enumerate(strings(task, batch)):
            word = string.lstrip("·")
            n = word.count("a")
            assert 1 <= n <= task.most
            assert word == "S" + "a" * n + "b" * n
            assert batch.mask[:, b].tolist() == [symbol == "b" for symbol in string]
            assert batch.y[-n:, b].tolist() == [0] * (n - 1) + [1]
    for string in strings(task, task.batch(rng, size)):  # may be cut off
        word = string.strip("·")
        n = word.count("a")
        assert ("S" + "a" * n + "b" * n).startswith(word)
        assert word[:2] == "Sa"


def test_a_string_written_by_hand() -> None:
    task = Counting()
    read = task.read([*"SaaabbbbS"])
    assert read.mask[:, 0].tolist() == [False] * 4 + [True] * 3 + [False] * 2
    assert read.y[4:7, 0].tolist() == [0, 0, 1]
    assert task.read([*"Sabab"]).mask[:, 0].tolist() == [False, False, True, False, False]


def test_n_is_uniform_and_where_a_string_begins_tells_nothing_of_it() -> None:
    task = Counting()
    batch = task.batch(np.random.default_rng(0), 20_000, held_out=True)
    n = batch.mask.sum(axis=0)
    assert np.all(abs(np.bincount(n)[1:] - 2000) < 4 * np.sqrt(2000))
    assert task.most == 10
    training = task.batch(np.random.default_rng(1), 20_000)
    begin = (training.x[..., 0] > 0).argmax(axis=0)
    assert set(begin) == set(range(19))
    one = training.x[np.minimum(begin + 2, 20), np.arange(20_000), 2]  # a b at once, so n = 1
    assert one[begin < 9].mean() == pytest.approx(0.1, abs=0.015)
    assert one[begin >= 9].mean() == pytest.approx(0.1, abs=0.015)
    assert set((batch.x[..., 0] > 0).argmax(axis=0)) <= set(begin)


@pytest.mark.parametrize("length", [9, 21, 60])
def test_always_saying_b_scores_chance(length: int) -> None:
    task = Counting(length=length)
    batch = task.batch(np.random.default_rng(0), 20_000, held_out=True)
    ends = batch.y[batch.mask].mean()
    chance = task.chance()
    assert 1 - ends == pytest.approx(chance.accuracy, abs=0.01)
    assert -ends * log(ends) - (1 - ends) * log(1 - ends) == pytest.approx(chance.loss, abs=0.01)
    assert task.memoryless_loss() == chance.loss


def test_solved_where_every_string_is_accepted() -> None:
    assert Counting().solved(0.3, 1.0)
    assert not Counting().solved(0.0, 0.999)


@given(task=TASKS)
def test_a_perfect_model_has_skill_1_at_every_lag(task: Counting) -> None:
    by_lag = task.by_lag(counter, np.random.default_rng(0), task.lags, 4)
    np.testing.assert_allclose(by_lag.value, 1, rtol=1e-6)


def test_both_strings_of_a_lag_have_their_first_a_d_back() -> None:
    task = Counting()
    seen: list[Floats] = []

    def looking(x: Floats) -> Floats:
        seen.append(x)
        return counter(x)

    task.by_lag(looking, np.random.default_rng(0), (3, 17), 50)
    [x] = seen
    first = 20 - (x[..., 1] > 0).argmax(axis=0)
    assert set(first[:50]) == {3}
    assert set(first[50:]) == {17}
    assert set(x[:, :50, 1].sum(axis=0)) == {2, 3}


def test_guessing_has_no_skill_and_a_window_reaches_as_far_as_it_is_wide() -> None:
    task = Counting()
    for answer in (0, 1):
        value = task.by_lag(constant(2, answer), np.random.default_rng(0), task.lags, 1000).value
        assert np.all(abs(value) < 0.13)
    value = task.by_lag(windowed(counter, 9), np.random.default_rng(0), task.lags, 1000).value
    np.testing.assert_allclose(value[:3], 1, rtol=1e-6)  # lags 3, 5, 7
    assert np.all(value[4:] < 0.13)


def test_longer_strings_are_counted_further() -> None:
    longer = Counting().stretched(4.0)
    assert longer is not None
    assert longer.most == 41
