"""The verdict on gradients whose fall is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farback.arrays import Doubles
from farback.probing.verdict import verdict


def falling(slope: float, T: int) -> Doubles:
    """(T,) G = 10**(slope d), by time step, with the answer at the last."""
    return np.array([10 ** (slope * d) for d in range(T)][::-1])


@given(slope=st.floats(-0.5, 0.5), T=st.integers(3, 60))
def test_the_slope_of_a_straight_line_is_found(slope: float, T: int) -> None:
    found = verdict(falling(slope, T), T - 1)
    assert found.slope == pytest.approx(slope, abs=1e-9)
    assert (found.left_out, found.D) == (0, T - 1)
    if abs(abs(slope) * (T - 1) - 1) > 1e-6:
        bent = "vanishing" if slope < 0 else "exploding"
        assert found.value == ("steady" if abs(slope) * (T - 1) < 1 else bent)


@pytest.mark.parametrize(
    ("decades", "value"),
    [(-1.001, "vanishing"), (-0.999, "steady"), (0.0, "steady"), (0.999, "steady"), (1.001, "exploding")],
)
def test_less_than_a_factor_of_ten_over_the_whole_way_is_steady(decades: float, value: str) -> None:
    assert verdict(falling(decades / 40, 41), 40).value == value


def test_exactly_a_factor_of_ten_is_no_longer_steady() -> None:
    assert verdict(np.array([0.25, 2.5, 1.0]), 2).value == "vanishing"  # D = 2: from 2.5 to 0.25 in one step
    assert verdict(np.array([10.0, 10**0.5, 1.0]), 2).value == "exploding"  # 1/2 decade a step, D = 2


@pytest.mark.parametrize("steps", [0.5, 3.0, 7.5])
def test_half_life_and_doubling_are_what_they_say(steps: float) -> None:
    T = 41
    vanishing = verdict(falling(-math.log10(2) / steps, T), T - 1)
    assert vanishing.half_life == pytest.approx(steps)
    assert vanishing.half_life == pytest.approx(0.301 / abs(vanishing.slope or 0), rel=1e-3)
    assert vanishing.doubling is None
    exploding = verdict(falling(math.log10(2) / steps, T), T - 1)
    assert exploding.doubling == pytest.approx(steps)
    assert exploding.half_life is None
    steady = verdict(np.ones(T), T - 1)
    assert (steady.half_life, steady.doubling) == (None, None)


def test_noise_does_not_move_it_far() -> None:
    noise = 10.0 ** np.random.default_rng(0).normal(0, 0.2, 101)
    found = verdict(falling(-0.1, 101) * noise, 100)
    assert found.value == "vanishing"
    assert found.slope == pytest.approx(-0.1, abs=0.005)


def test_the_fit_is_numpys() -> None:
    G = 10.0 ** np.random.default_rng(1).normal(0, 3, 30)
    lags = np.arange(1, 26)
    assert verdict(G, 25).slope == pytest.approx(np.polyfit(lags, np.log10(G[25 - lags]), 1)[0])


def test_zeros_and_what_is_not_finite_are_left_out_and_counted() -> None:
    G = falling(-0.2, 41)
    G[[0, 5, 9, 12, 20]] = [0, np.nan, np.inf, 9e-31, -np.inf]
    found = verdict(G, 40)
    assert found.left_out == 5
    assert found.slope == pytest.approx(-0.2)
    assert found.value == "vanishing"
    G[1] = 1e-30  # exactly there is not below
    assert verdict(G, 40).left_out == 5


@pytest.mark.parametrize("left", [0, 1])
def test_fewer_than_two_entries_make_no_verdict(left: int) -> None:
    G = np.zeros(11)
    G[10] = 1  # the answer's own, which is no entry
    G[10 - left : 10] = 0.5
    found = verdict(G, 10)
    assert (found.value, found.slope, found.half_life, found.doubling) == (None, None, None, None)
    assert found.left_out == 10 - left
    assert verdict(np.ones(5), 0).value is None
    assert verdict(np.ones(5), 1).value is None


def test_the_answer_itself_and_what_comes_after_it_do_not_count() -> None:
    G = falling(-0.2, 41)
    after = np.concatenate([G, np.full(10, 1e9)])
    after[40] = np.nan
    assert verdict(after, 40) == verdict(G, 40)


def test_single_precision_is_enough() -> None:
    assert verdict(falling(-0.5, 41).astype(np.float32), 40).slope == pytest.approx(-0.5, rel=1e-6)


@pytest.mark.parametrize("k", [-1, 5])
def test_an_answer_outside_of_the_sequence_is_refused(k: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        verdict(np.ones(5), k)
