from __future__ import annotations

import csv
import gzip
from hashlib import sha256
from importlib import resources
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farback.arrays import Floats
from farback.tasks import Predict
from farback.tasks.stocks import LONGEST, Stocks, changes

from .models import constant

LENGTHS = st.integers(2, LONGEST)


@pytest.fixture(scope="module")
def prices() -> list[dict[str, str]]:
    packed = resources.files("plotly").joinpath("package_data/datasets/stocks.csv.gz").read_bytes()
    return list(csv.DictReader(gzip.decompress(packed).decode().splitlines()))


def test_the_series_is_read_as_it_stands_in_the_file(prices: list[dict[str, str]]) -> None:
    """Weeks in order, every change told by its own company's price and the median of the training weeks alone."""
    dates = [row["date"] for row in prices]
    assert dates == sorted(dates)
    assert (dates[0], dates[-1], len(dates)) == ("2018-01-01", "2019-12-30", 105)
    codes = np.concatenate([changes().training, changes().held_out])
    assert codes.shape == (104, 6)
    for column, company in enumerate(["GOOG", "AAPL", "AMZN", "FB", "NFLX", "MSFT"]):
        price = [float(row[company]) for row in prices]
        moves = [np.log(after / before) for before, after in pairwise(price)]
        median = np.median([abs(move) for move in moves[:70]])
        expected = [(2 if move > 0 else 1) + (np.sign(move) if abs(move) > median else 0) for move in moves]
        assert codes[:, column].tolist() == expected


@given(length=LENGTHS)
def test_nothing_of_the_held_out_weeks_is_trained_on(length: int) -> None:
    task = Stocks(length=length)
    training, held_out = task._windows(changes().training), task._held_out
    assert training.shape == (length + 1, (70 - length) * 6)
    assert held_out.shape == (length + 1, (34 - length) * 6)
    assert np.array_equal(training[-1].reshape(-1, 6), changes().training[length:])
    assert np.array_equal(training[0].reshape(-1, 6), changes().training[: 70 - length])
    assert np.array_equal(held_out[-1].reshape(-1, 6), changes().held_out[length:])


@given(length=LENGTHS, seed=st.integers(0, 99), size=st.integers(1, 6))
def test_every_sequence_is_a_window_and_asks_for_the_next_direction(length: int, seed: int, size: int) -> None:
    task = Stocks(length=length)
    rng = np.random.default_rng(seed)
    for held_out in (False, True):
        codes = changes().held_out if held_out else changes().training
        there = {
            (*codes[start : start + length, company].tolist(), int(codes[start + length, company] >= 2))
            for company in range(6)
            for start in range(len(codes) - length)
        }
        batch = task.batch(rng, size, held_out)
        for b in range(size):
            assert (*batch.x[:, b].argmax(axis=-1).tolist(), int(batch.y[-1, b])) in there
        assert batch.mask.sum() == batch.mask[-1].sum() == size


@pytest.mark.parametrize("length", [2, 10, LONGEST])
def test_both_baselines_are_what_is_counted(length: int) -> None:
    task = Stocks(length=length)
    rose = [int(code) >= 2 for week in changes().training for code in week]
    p = sum(rose) / len(rose)
    assert p > 0.5
    right = again = count = 0
    nats = 0.0
    for company in range(6):
        for week in range(length, 34):
            now, before = (changes().held_out[t, company] >= 2 for t in (week, week - 1))
            right, again, count = right + now, again + (now == before), count + 1
            nats -= np.log(p if now else 1 - p)
    assert task.chance().accuracy == pytest.approx(right / count)
    assert task.chance().loss == pytest.approx(nats / count)
    assert task.last_direction() == pytest.approx(again / count)
    drawn = task.batch(np.random.default_rng(0), 20_000, held_out=True)
    assert drawn.y[-1].mean() == pytest.approx(right / count, abs=0.015)


def test_what_the_texts_say_holds() -> None:
    """Up is more frequent, saying it always is better than the last direction, and one change tells hardly anything."""
    task = Stocks()
    accuracy = task.chance().accuracy
    assert accuracy is not None
    assert accuracy > task.last_direction()
    memoryless = task.memoryless_loss()
    assert memoryless is not None
    assert abs(memoryless - task.chance().loss) < 0.01
    assert Stocks(shuffled=True).memoryless_loss() is None
    two_errors = 2 * (0.25 / task._held_out.shape[1]) ** 0.5
    assert two_errors == pytest.approx(task.SOLVED_MARGIN, abs=0.02)


def test_solved_a_tenth_above_the_better_baseline() -> None:
    accuracy = Stocks().chance().accuracy
    assert accuracy is not None
    assert Stocks().solved(9.0, accuracy + 0.1001)
    assert not Stocks().solved(0.0, accuracy + 0.099)
    assert not Stocks().solved(0.0, None)


def reading(lags: tuple[int, ...], weight: float = 2.0) -> Predict:
    """Says that the next change is like those so many steps back."""

    def answer(x: Floats) -> Floats:
        rose = sum(x[len(x) - 1 - d, :, 2:].sum(axis=-1) - 0.5 for d in lags)
        return (weight * np.stack([-rose, rose], axis=-1)[None]).astype(np.float32)

    return answer


def test_older_changes_count_only_for_a_model_that_reads_them() -> None:
    task = Stocks()
    blind = task.by_lag(constant(2, 1), np.random.default_rng(0), task.lags, 300)
    assert blind.measure == "added_loss"
    np.testing.assert_array_equal(blind.scores, 0)
    far = task.by_lag(reading((0, 4)), np.random.default_rng(0), task.lags, 300)
    assert np.all(far.scores[:4].any(axis=1))
    np.testing.assert_array_equal(far.scores[4:], 0)


def test_windows_that_ask_for_one_week_are_one_trial() -> None:
    for length, weeks in ((2, 32), (10, 24), (LONGEST, 10)):
        task = Stocks(length=length)
        found = task.by_lag(constant(2, 1), np.random.default_rng(0), task.lags, task.result_trials)
        assert (found.trials, found.too_few) == (weeks, False)


def test_a_sequence_of_ones_own_and_shuffled_time() -> None:
    task = Stocks()
    read = task.read(["+", "--", "-", "++"])
    assert read.y[:-1, 0].tolist() == [0, 0, 1]
    assert read.mask[:, 0].tolist() == [True, True, True, False]
    mixed = Stocks(shuffled=True)
    a, b = (each.batch(np.random.default_rng(0), 50, held_out=True) for each in (mixed, task))
    assert np.array_equal(a.y, b.y)
    assert np.array_equal(a.x.sum(axis=0), b.x.sum(axis=0))
    assert not np.array_equal(a.x, b.x)
    assert Stocks(length=20).stretched(2.0) is None


def test_a_run_is_known_by_the_prices_too() -> None:
    packed = resources.files("plotly").joinpath("package_data/datasets/stocks.csv.gz").read_bytes()
    assert Stocks().corpus_sha256() == sha256(gzip.decompress(packed)).hexdigest()
