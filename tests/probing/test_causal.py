"""The causal check: what replacing inputs does, on models whose answer is known in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from farback.cells import Cell, FeedForward
from farback.cells.gru import GRU
from farback.cells.lstm import LSTM
from farback.cells.rnn import RNN
from farback.model import Model
from farback.probing import causal as module
from farback.probing.causal import Causal, borrowed, causal, measure, rank_correlation
from farback.probing.connectivity import connectivity

from .strands import drawn


def weighing(weights: Any, k: int) -> Any:
    """A score that is the sum of weights[t] x_t over t <= k: replacing x_t moves it by weights[t] dx."""
    w = np.asarray(weights, np.float64)
    return lambda x: (x[: k + 1, :, 0] * w[: k + 1, None]).sum(axis=0)


def of_first(score: Any, x: Any, k: int, row: Any) -> Causal:
    """Replace the inputs of the first sequence by those of the others."""
    return measure(score, x[:, :1], x[:, 1:], k, row)


def test_it_measures_what_replacing_an_input_does(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = [1e-3, 0.5, -3.0, 1.0, 2.0]
    x = np.zeros((5, 4, 1), np.float32)
    x[:, 1:, 0] = [1.0, 2.0, 2.0]  # two inputs to try in place of the first sequence's 0
    for portion in (1, 2**21):
        monkeypatch.setattr(module, "PORTION", portion)
        found = of_first(weighing(weights, 3), x, 3, np.abs(np.array(weights, np.float32)))
        assert np.allclose(found.measured[:4], np.abs(weights[:4]) * np.array(1.5))
        assert found.measured[4] == 0
        assert found.correlation == pytest.approx(1.0)


def test_all_other_inputs_are_tried() -> None:
    x = np.zeros((2, 16, 1), np.float32)
    x[0, 1:, 0] = np.arange(1, 16)
    assert of_first(weighing([1.0, 1.0], 1), x, 1, np.ones(2, np.float32)).measured[0] == pytest.approx(8.0)


def test_a_change_below_rounding_is_not_told() -> None:
    x = np.zeros((3, 2, 1), np.float32)
    x[:, 1] = 1.0
    x[2, 0] = 1.0
    found = of_first(weighing([1e-17, 1e-9, 1.0], 2), x, 2, np.ones(3, np.float32))
    assert np.isnan(found.measured[0])
    assert found.measured[1] == pytest.approx(1e-9)


def test_a_vanished_influence_is_measured_beyond_float32() -> None:
    """A sigmoid RNN shrinks by a quarter or more a step: float32 scores would not move at all."""
    model = drawn(RNN(hidden=4, activation="sigmoid"))
    x = np.random.default_rng(0).standard_normal((24, 5, 3)).astype(np.float32)
    with torch.no_grad():
        traces = model.scan(torch.from_numpy(x[:, :1]))
        row = connectivity(model, traces, model.weights["readout.weight"][0].expand(24, 1, 4))[0, 23].numpy()
        found = causal(model, x[:, :1], x[:, 1:], 0, 23, row)
    seen = np.isfinite(found.measured)
    assert seen.sum() >= 12
    assert found.measured[seen].min() < 1e-12
    assert found.correlation is not None
    assert found.correlation > 0.99


@pytest.mark.parametrize("cell", [FeedForward(hidden=4, window=3), RNN(hidden=4), GRU(hidden=4), LSTM(hidden=4)])
def test_every_cell_is_scored_in_float64_and_as_it_is_held(cell: Cell) -> None:
    model, x = drawn(cell), np.random.default_rng(0).standard_normal((6, 4, 3)).astype(np.float32)
    held = model.holding({0: {(2, cell.gates[0].name): 0.0}}) if cell.gates else model
    with torch.no_grad():
        for one in (model, held):
            changed = np.repeat(x[:, :1], 3, axis=1)
            changed[5] = x[5, 1:]
            before, after = (float64(one, each, 5) for each in (x[:, :1], changed))
            found = causal(one, x[:, :1], x[:, 1:], 1, 5, np.ones(6, np.float32))
            assert found.measured[5] == pytest.approx(np.abs(after - before).mean(), rel=1e-6)


def float64(model: Model, x: Any, k: int) -> Any:
    double = Model(model.cell, model.inputs, model.outputs, model.state_dict(), torch.float64).holding(model.held)
    return double.readout(double.scan(torch.from_numpy(x.astype(np.float64)))[-1].h)[k, :, 1].numpy()


def test_a_step_without_another_input_to_try_is_left_out() -> None:
    x = np.random.default_rng(0).random((4, 5, 1)).astype(np.float32)
    x[3] = 1.0  # the cue is the same in every sequence
    found = of_first(weighing([1.0, 2.0, 3.0, 4.0], 3), x, 3, np.array([3.0, 2.0, 1.0, 9.0], np.float32))
    assert np.isnan(found.measured[3])
    assert found.correlation is not None
    assert found.correlation < 0  # the row says the opposite of what was measured, whatever stands at step 3


def test_ones_own_sequence_borrows_from_the_probe_counted_from_the_end() -> None:
    probe = np.arange(12, dtype=np.float32).reshape(4, 3, 1)  # step t has 3t, 3t + 1, 3t + 2
    assert (borrowed(probe, 4) == probe).all()
    assert (borrowed(probe, 2) == probe[2:]).all()
    longer = borrowed(probe, 6)
    assert (longer[2:] == probe).all()
    assert longer[:2, :, 0].tolist() == [[0, 6, 11], [0, 6, 11]]  # spread over all that there are


def test_borrowed_inputs_are_all_distinct_ones_where_there_are_no_more_than_sequences() -> None:
    probe = np.eye(3, dtype=np.float32)[[[0, 1, 1, 0], [2, 2, 2, 2]]]
    found = borrowed(probe, 3)
    assert found.shape == (3, 4, 3)
    assert {tuple(x) for x in found[0].tolist()} == {(1, 0, 0), (0, 1, 0), (0, 0, 1)}


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
