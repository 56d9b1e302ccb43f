"""The causal check: what replacing inputs does, on models whose answer is known in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farback.probing.causal import causal, rank_correlation


class Weighing:
    """Predicts, at output time k, the sum of weights[t] x_t over t <= k: replacing x_t moves it by weights[t] dx."""

    def __init__(self, weights: Any) -> None:
        self.weights = np.asarray(weights, np.float32)

    def predict(self, x: Any, answers: Any) -> Any:
        return np.stack([(x[: k + 1, :, 0] * self.weights[: k + 1, None]).sum(axis=0)[:, None] for k in answers])


def test_it_measures_what_replacing_an_input_does() -> None:
    weights = [0.0, 0.5, -3.0, 1.0, 2.0]
    x = np.zeros((5, 4, 1), np.float32)
    x[:, 1:, 0] = [1.0, 2.0, 2.0]  # two inputs to try in place of the first sequence's 0
    model: Any = Weighing(weights)
    found = causal(model, x, None, 3, np.abs(np.array(weights, np.float32)))
    assert np.allclose(found.measured[:4], np.abs(weights[:4]) * np.array(1.5))
    assert found.measured[4] == 0
    assert found.correlation == pytest.approx(1.0)


def test_a_step_without_another_input_to_try_is_left_out() -> None:
    x = np.random.default_rng(0).random((4, 5, 1)).astype(np.float32)
    x[3] = 1.0  # the cue is the same in every sequence
    model: Any = Weighing([1.0, 2.0, 3.0, 4.0])
    found = causal(model, x, None, 3, np.array([3.0, 2.0, 1.0, 9.0], np.float32))
    assert np.isnan(found.measured[3])
    assert found.correlation is not None
    assert found.correlation < 0  # the row says the opposite of what was measured, whatever stands at step 3


numbers = st.lists(st.integers(-3, 3), min_size=2, max_size=12)


@given(numbers, st.randoms(use_true_random=False))
def test_rank_correlation_is_its_definition_read_slowly(a: list[int], random: Any) -> None:
    b = [random.randint(-3, 3) for _ in a]

    def ranks(values: list[int]) -> list[float]:
        return [sum(v < value for v in values) + (sum(v == value for v in values) - 1) / 2 for value in values]

    found = rank_correlation(np.array(a), np.array(b))
    if len(set(a)) == 1 or len(set(b)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(np.corrcoef(ranks(a), ranks(b))[0, 1])


def test_nothing_to_compare_has_no_correlation() -> None:
    assert rank_correlation(np.array([]), np.array([])) is None
    assert rank_correlation(np.array([1.0]), np.array([1.0])) is None
