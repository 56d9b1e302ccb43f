"""The benchmark's own workings, on sizes that take no time: it measures what it says, and its sides agree."""

from __future__ import annotations

import re

import pytest
import torch

from farback.bench import connectivity, recording, server, training
from farback.bench.table import side_by_side, spread
from farback.cells.gru import GRU
from farback.cells.lstm import LSTM
from farback.cells.rnn import RNN


@pytest.mark.parametrize(("cell", "module"), [(RNN, torch.nn.RNN), (GRU, torch.nn.GRU), (LSTM, torch.nn.LSTM)])
def test_both_sides_of_a_race_compute_the_same(cell: type[RNN | GRU | LSTM], module: type[torch.nn.Module]) -> None:
    row = connectivity.race(cell(hidden=4), module, 6, "claim", 1e9)
    error = re.search(r"equal to (\S+?)(,|$)", row.detail)
    assert error is not None
    assert float(error[1]) < 1e-5
    assert "T, H, V = 6, 4, 32" in str(row)
    assert row.claim == "claim"
    assert "torch.nn / own update" in training.update(cell(hidden=4), module, 5, 2).what


def test_a_recorded_run_ends_in_the_same_bits() -> None:
    row = recording.recording("small", {"name": "recall", "lag": 3}, {"name": "gru", "hidden": 3}, 3)
    assert "same bits" in row.detail


def test_the_server_is_measured() -> None:
    wait, memory = server._start()
    assert 0 < wait < server.GIVE_UP_S
    assert memory >= 0


def test_ratios_are_theirs_over_ours() -> None:
    work = torch.randn(200, 200)
    ratios, _, _ = side_by_side(lambda: [work @ work for _ in range(20)], lambda: work @ work, times=(1, 1), repeats=3)
    assert len(ratios) == 3
    assert all(ratio > 1 for ratio in ratios)
    assert spread([3.0, 1.0, 2.0], 1) == "2.0 (1.0 to 3.0)"
