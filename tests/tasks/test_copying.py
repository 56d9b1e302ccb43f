from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farback.arrays import Floats
from farback.tasks.copying import Copying

TASKS = st.builds(Copying, symbols=st.integers(2, 64), items=st.integers(1, 50), delay=st.integers(1, 300))


@given(task=TASKS, seed=st.integers(0, 99), size=st.integers(1, 4))
def test_every_sequence_lists_waits_and_repeats(task: Copying, seed: int, size: int) -> None:
    K, n = task.symbols, task.items
    for draw in (task.batch, task.probe):
        batch = draw(np.random.default_rng(seed), size)
        assert batch.x.shape == (task.delay + 2 * n, size, K + 2)
        assert np.array_equal(np.sort(batch.x, axis=2)[..., -2:], np.tile([0.0, 1.0], (task.length, size, 1)))
        assert batch.mask.all()
        for b in range(size):
            read = [int(word) for word in batch.x[:, b].argmax(axis=1)]
            asked = [int(word) for word in batch.y[:, b]]
            assert all(word < K for word in read[:n])
            assert read[n:] == [K] * (task.delay - 1) + [K + 1] + [K] * n
            assert asked == [K] * (n + task.delay) + read[:n]
    assert task.answers == tuple(t for t in range(task.length) if task.scored[t])
    assert all(asked[k] == read[k - task.lags[0]] for k in task.answers)


def test_a_sequence_written_by_hand() -> None:
    """Two symbols, a list of one, delay 2: B, wait, cue, answer."""
    task = Copying(symbols=2, items=1, delay=2)
    batch = task.batch(np.random.default_rng(0), 40)
    of_b = batch.x[0, :, 1] == 1
    assert 0 < of_b.sum() < 40
    names = task.labels()
    assert [names["x"][i] for i in batch.x[:, of_b][:, 0].argmax(axis=1)] == ["B", "·", "?", "·"]
    assert [names["y"][i] for i in batch.y[:, of_b][:, 0]] == ["·", "·", "·", "B"]


def test_chance_is_the_published_number_and_what_guessing_after_the_cue_scores() -> None:
    task = Copying()
    chance = task.chance()
    assert chance.loss == pytest.approx(10 * log(8) / (task.delay + 20))
    y = task.batch(np.random.default_rng(0), 500).y.astype(np.int64)
    p = np.zeros((task.length, 9))
    p[: task.length - 10, 8] = 1
    p[task.length - 10 :, :8] = 1 / 8
    likely = np.take_along_axis(p, y.reshape(task.length, -1), axis=1)
    assert -np.log(likely).mean() == pytest.approx(chance.loss)
    guessed = np.random.default_rng(1).integers(0, 8, (10, 500))
    assert (guessed == y[task.scored]).mean() == pytest.approx(chance.accuracy, abs=0.02)


@given(task=TASKS)
def test_no_predictor_of_the_current_input_alone_is_better_than_the_memoryless_loss(task: Copying) -> None:
    """The table of what follows each input, counted on the sequence itself, is the best there can be."""
    x, n, K = [0] * task.items + [1] * (task.delay - 1) + [2] + [1] * task.items, task.items, task.symbols
    blank = [True] * (task.length - n) + [False] * n
    nats = 0.0
    for word in (0, 1, 2):  # a symbol, the blank, the cue
        total = x.count(word)
        blanks = sum(b for w, b in zip(x, blank, strict=True) if w == word)
        nats -= blanks * log(blanks / total) if blanks else 0
        nats -= (total - blanks) * log((total - blanks) / total / K) if total > blanks else 0
    assert task.memoryless_loss() == pytest.approx(nats / task.length)
    assert task.memoryless_loss() >= task.chance().loss - 1e-12


def test_solved_from_99_percent_of_the_repeated_symbols() -> None:
    assert Copying().solved(0.5, 0.99)
    assert not Copying().solved(0.0, 0.98)


@given(task=TASKS)
def test_a_perfect_model_has_skill_1_and_a_silent_one_under_0(task: Copying) -> None:
    def copier(x: Floats) -> Floats:
        return x[: task.items, :, : task.symbols + 1]

    def silent(x: Floats) -> Floats:
        return x[-task.items :, :, : task.symbols + 1]  # the blank, as it stands there

    by_lag = task.by_lag(copier, np.random.default_rng(0), task.lags, 4)
    assert by_lag.lags == (task.delay + task.items,) == (task.span,)
    assert by_lag.scores.shape == (1, 4)
    np.testing.assert_allclose(by_lag.value, 1, rtol=1e-6)
    assert task.by_lag(silent, np.random.default_rng(0), task.lags, 4).value[0] < 0


def test_a_constant_symbol_has_no_skill() -> None:
    task = Copying()

    def constant(x: Floats) -> Floats:
        return np.tile(np.eye(9, dtype=np.float32)[3], (10, x.shape[1], 1))

    assert abs(task.by_lag(constant, np.random.default_rng(0), task.lags, 1000).value[0]) < 0.02
