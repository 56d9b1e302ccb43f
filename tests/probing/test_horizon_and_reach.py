"""Horizon and reach against closed forms and slow readings of their definitions."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farback.probing.horizon import by_lag, horizon, profile
from farback.probing.reach import from_added_loss, from_skill, reach, why_none
from farback.tasks import ByLag
from farback.tasks.characters import Characters


@pytest.mark.parametrize("rho", [0.5, 0.8, 0.9, 0.97])
def test_a_connectivity_that_decays_by_rho_has_the_horizon_of_its_logarithm(rho: float) -> None:
    T, k = 200, 199
    connectivity = np.broadcast_to(rho ** (k - np.arange(T)), (5, 1, T)).astype(np.float32)
    found = horizon(by_lag(connectivity, [k]))
    assert found.value == 1 + math.floor(math.log(0.01) / math.log(rho) + 1e-4)  # counted from its maximum at d = 1
    assert found.spread == [found.value, found.value]
    assert found.at_start == found.value


def test_horizon_takes_the_median_over_sequences_and_then_over_rows() -> None:
    T = 6
    sees = {1: [1, 1, 1], 2: [1, 1, 0], 4: [1, 0, 0]}
    connectivity = np.zeros((3, 2, T), np.float32)
    for b in range(3):
        for lag, flags in sees.items():
            connectivity[b, 0, 5 - lag] = flags[b]
            connectivity[b, 1, 4 - lag] = 1
    shares = by_lag(connectivity, [5, 4])
    assert horizon(shares).value == 3  # row 0: two of three sequences see 2 steps; row 1: all see 4; their median is 3
    assert np.isnan(shares[:, 1, 5]).all()  # no input lies 5 steps before step 4


def test_nothing_seen_is_zero_and_an_exploded_gradient_is_no_number() -> None:
    assert horizon(by_lag(np.zeros((4, 1, 5), np.float32), [4])).value == 0
    broken = np.ones((4, 1, 5), np.float32)
    broken[0, 0, 2] = np.nan
    assert horizon(by_lag(broken, [4])).value is None
    broken[0, 0, 2] = np.inf
    assert horizon(by_lag(broken, [4])).value is None


def test_profile_is_the_median_share_by_lag_of_each_answer_step() -> None:
    rows = [[[4.0, 2.0, 1.0], [2.0, 3.0, 0.0]], [[8.0, 4.0, 1.0], [4.0, 8.0, 0.0]], [[1.0, 4.0, 1.0], [1.0, 1.0, 0.0]]]
    found = profile(by_lag(np.array(rows, np.float32), [2, 1]))
    assert np.allclose(found, [[0.25, 0.5, 1.0], [1.5, 1.0, np.nan]], equal_nan=True)


skills = st.lists(st.sampled_from([0.0, 0.49, 0.5, 0.8, 1.0]), min_size=1, max_size=40)


@given(skills)
def test_reach_is_its_definition_read_slowly(values: list[float]) -> None:
    lags = range(1, len(values) + 1)
    found, at_least = from_skill(lags, np.array(values, np.float32))
    fits = [D for D in lags if values[D - 1] >= 0.5 and sum(v >= 0.5 for v in values[:D]) >= math.ceil(0.9 * D - 1e-9)]
    assert found == max(fits, default=0)
    assert at_least == (found == len(values))


def test_one_weak_lag_does_not_zero_the_reach() -> None:
    skill = np.ones(40, np.float32)
    skill[0] = 0.2
    assert from_skill(range(1, 41), skill) == (40, True)


def test_reach_of_text_is_the_first_lag_beyond_which_nothing_is_used() -> None:
    sure = np.zeros(4, np.float32)
    assert from_added_loss([0, 1, 2, 4], np.array([0.8, 0.2, 0.009, 0.001]), sure) == (2, False)
    assert from_added_loss([0, 1, 2, 4], np.array([0.8, 0.2, 0.02, 0.02]), sure) == (4, True)
    assert from_added_loss([0, 1, 2, 4], np.array([0.001, 0.0, 0.0, 0.0]), sure) == (0, False)


def test_noise_and_nonsense_are_no_memory() -> None:
    unsure = np.full(3, 0.02, np.float32)
    assert from_added_loss([0, 1, 2], np.array([0.05, 0.05, 0.05]), unsure) == (0, False)
    assert from_added_loss([0, 1, 2], np.array([0.07, 0.05, 0.05]), unsure) == (1, False)
    assert from_added_loss([0, 1, 2], np.array([np.nan, np.nan, np.nan]), unsure) == (0, False)
    assert from_skill([1, 2, 3], np.array([np.nan, np.nan, np.nan])) == (0, False)


def test_the_spread_of_a_sure_reach_is_a_point_and_of_an_unsure_one_covers_it() -> None:
    rng = np.random.default_rng(0)
    lags = tuple(range(1, 21))
    sure = np.zeros((20, 200), np.float32)
    sure[:12] = 1
    zero = np.zeros(20, np.float32)
    assert reach(ByLag("skill", lags, sure, zero, 1.0), rng).spread == [12, 12]
    chances = np.clip(1.2 - 0.06 * np.arange(20), 0, 1)[:, None]
    unsure = (rng.random((20, 200)) < chances).astype(np.float32)
    found = reach(ByLag("skill", lags, unsure, zero, 1.0), rng)
    assert found.spread is not None
    assert found.spread[0] < found.value + 1 <= found.spread[1] + 1
    assert found.spread[1] - found.spread[0] >= 1
    assert reach(ByLag("skill", lags, unsure, zero, 1.0)).spread is None


def added(scores: list[list[float]], stretch: list[int] | None) -> ByLag:
    zero = np.zeros(len(scores), np.float32)
    lags = tuple(range(len(scores)))
    marks = None if stretch is None else np.array(stretch)
    return ByLag("added_loss", lags, np.array(scores, np.float32), zero, 0.0, marks)


def test_the_standard_error_is_that_of_independent_stretches() -> None:
    """Read slowly, against the textbook's where every sequence stands for itself, and unmoved by copies."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(3, 40)).tolist()
    alone = added(scores, None)
    assert alone.error == pytest.approx(np.std(scores, axis=1, ddof=1) / math.sqrt(40), rel=1e-5)
    assert added(scores, list(range(40))).error == pytest.approx(alone.error, rel=1e-5)
    copies = added([row * 50 for row in scores], list(range(40)) * 50)
    assert (copies.trials, alone.trials) == (40, 40)
    assert copies.error == pytest.approx(alone.error, rel=1e-4)
    stretch = rng.integers(0, 9, 40).tolist()
    found = added(scores, stretch)
    for row, error, value in zip(scores, found.error, found.value, strict=True):
        sums = [sum(s - value for s, at in zip(row, stretch, strict=True) if at == g) for g in set(stretch)]
        assert error == pytest.approx(math.sqrt(9 / 8 * sum(e * e for e in sums)) / 40, rel=1e-4)
    assert np.isnan(added(scores, [3] * 40).error).all()


def test_a_resample_draws_whole_stretches_for_all_lags_at_once() -> None:
    stretch = [4, 1, 1, 7, 4, 1, 9]
    found = added([[float(s) for s in stretch], [10.0 * s for s in stretch]], stretch)
    sizes = {1: 3, 4: 2, 7: 1, 9: 1}
    for seed in range(20):
        again = found.resampled(np.random.default_rng(seed))
        assert np.array_equal(again.scores[1], 10 * again.scores[0])
        values, counts = np.unique(again.scores[0], return_counts=True)
        assert all(count % sizes[int(value)] == 0 for value, count in zip(values, counts, strict=True))
        drawn = sum(count // sizes[int(value)] for value, count in zip(values, counts, strict=True))
        assert drawn == 4 == again.trials


def test_too_few_stretches_are_no_reach_and_say_so() -> None:
    few, enough = (added([[1.0, 1.1] * 20], [at % stretches for at in range(40)]) for stretches in (7, 8))
    assert (few.trials, enough.trials) == (7, 8)
    none = reach(few, np.random.default_rng(0))
    assert (none.value, none.at_least, none.spread) == (0, False, None)
    assert "7 stretches" in str(why_none(few))
    assert reach(enough).at_least
    assert why_none(enough) is None


@pytest.mark.parametrize(("size", "length"), [(1_000, 64), (1_000, 8), (8_000, 64)])
def test_random_characters_are_no_memory(size: int, length: int) -> None:
    """Nothing older can tell the next of independent characters, however sure a model is of itself."""
    wrong = {"stretches": 0, "windows": 0}
    for seed in range(20):
        rng = np.random.default_rng(seed)
        task = Characters(text="".join(rng.choice(list("abcdefghijklmnop "), size)), length=length)
        tables = [rng.normal(0, 1.5, (task.inputs, task.inputs)).astype(np.float32) for _ in range(4)]
        by_lag = task.by_lag(
            lambda x, tables=tables: sum(x[-1 - back] @ table for back, table in enumerate(tables))[None],  # type: ignore[misc]
            rng, task.lags[:2], 2000,
        )  # fmt: skip
        wrong["stretches"] += reach(by_lag).value > 0
        wrong["windows"] += reach(replace(by_lag, stretch=None)).value > 0
    assert wrong["stretches"] <= 2
    assert wrong["windows"] >= wrong["stretches"]
