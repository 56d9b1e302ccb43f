"""The chain rule's factors, against the dense product, autograd in one piece and connectivity."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from farback.arrays import Doubles
from farback.cells import FeedForward, Recurrent
from farback.cells.gru import GRU
from farback.cells.lstm import LSTM
from farback.cells.rnn import RNN
from farback.probing import chain as module
from farback.probing.chain import chain, window_chain
from farback.probing.connectivity import connectivity
from farback.probing.spectrum import of_products, of_steps
from farback.probing.step import torch_step
from farback.probing.strand import Strand
from tests.cells.reference import held_at, step_of
from tests.probing.strands import (
    GATED,
    RECURRENT,
    dense,
    drawn,
    holds,
    linear,
    multiplied,
    strand_of,
    title,
    turn,
)


def in_one_piece(strand: Strand, t: int, k: int) -> Doubles:
    """d s_k / d s_t by autograd through the equations, step by step from s_t on. (N, N)"""
    H = strand.cell.hidden

    def run(s: Tensor) -> Tensor:
        h, c, inner = [*torch.split(s[None], H, 1), s[:0], s[:0]][:3]
        for tau in range(t + 1, k + 1):
            h, c, inner = step_of(strand.cell, strand.w, strand.trace.x[tau], h, c, inner, held_at(strand.held, tau))
        return torch.cat([part[0] for part in (h, c, inner)[: len(strand.cell.states)]])

    jacobian: Any = torch.autograd.functional.jacobian
    found: Doubles = jacobian(run, strand.states()[t]).numpy()
    return found


@settings(max_examples=60, deadline=None)
@given(
    cell=st.sampled_from(RECURRENT),
    hidden=st.integers(1, 7),
    layers=st.integers(1, 3),
    times=st.lists(st.integers(0, 14), min_size=2, max_size=2, unique=True).map(sorted),
    seed=st.integers(0, 99),
    data=st.data(),
)
def test_the_product_equals_the_dense_one_and_autograds(
    cell: Recurrent, hidden: int, layers: int, times: list[int], seed: int, data: st.DataObject
) -> None:
    (t, k), layer = times, data.draw(st.integers(0, layers - 1))
    strand = strand_of(cell.model_copy(update={"hidden": hidden, "layers": layers}), 15, layer, seed)
    found = chain(strand, t, k)
    product = found.product * 10.0**found.scale
    J = dense(strand)
    for expected in (multiplied(J, t, k), in_one_piece(strand, t, k)):
        assert abs(product - expected).max() <= 1e-10 * abs(expected).max()
    assert found.difference <= 1e-10
    expected = in_one_piece(strand, t, k)
    assert np.allclose(10.0**found.autograd, [np.linalg.norm(expected, 2), np.linalg.norm(expected)], rtol=1e-9)
    assert found.steps.tolist() == list(range(k, t, -1))
    for at, tau in enumerate(found.steps):
        running = multiplied(J, tau - 1, k)
        assert found.spectral[at] == pytest.approx(np.linalg.norm(J[tau], 2), rel=1e-10)
        assert found.frobenius[at] == pytest.approx(np.linalg.norm(J[tau]), rel=1e-10)
        with np.errstate(divide="ignore"):
            sizes = np.log10([np.linalg.norm(running, 2), np.linalg.norm(running)])
        assert np.allclose([found.product_spectral[at], found.product_frobenius[at]], sizes, rtol=0, atol=1e-10)


@pytest.mark.parametrize("cell", RECURRENT, ids=title)
def test_torchs_cells_take_the_same_steps(cell: Recurrent) -> None:
    strand = strand_of(cell, 9)
    step, states = torch_step(cell, strand.w), strand.states()[:, None]
    s = torch.zeros_like(states[0])
    for t in range(9):
        s = step(strand.trace.x[t], s, {})
        assert torch.allclose(s, states[t], rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", [GRU(hidden=5), LSTM(hidden=5)], ids=title)
def test_a_wrong_factor_shows_as_a_difference(cell: Recurrent) -> None:
    strand = strand_of(cell, 9)
    strand.trace.gates["z" if cell.name == "gru" else "f"][4] *= 0.999
    assert chain(strand, 1, 8).difference > 1e-5


def test_a_linear_net_goes_by_rho_a_step() -> None:
    found = chain(linear(0.8 * turn(4), 12), 1, 11)
    assert np.allclose(found.spectral, 0.8, rtol=1e-10)
    assert np.allclose(found.frobenius, 1.6, rtol=1e-10)
    assert np.allclose(found.product_spectral, np.log10(0.8) * np.arange(1, 11), rtol=1e-10)
    assert np.allclose(found.product_frobenius, np.log10(2) + found.product_spectral, rtol=1e-10)


@pytest.mark.parametrize("rho", [0.001, 50.0])
def test_four_hundred_factors_neither_underflow_nor_overflow(rho: float) -> None:
    found = chain(linear(rho * turn(4), 400), 0, 399)
    assert found.product_spectral[-1] == pytest.approx(399 * np.log10(rho), rel=1e-10)
    assert found.difference <= 1e-10
    assert 0.5 <= abs(found.product).max() < 1


def test_factors_whose_squares_leave_float64_are_right() -> None:
    """A sigmoid net that is shut: its slope is exp(-400), 1e-174."""
    model = drawn(RNN(hidden=3, activation="sigmoid"), dtype=torch.float64)
    w = model.layers[0]
    w["bias_ih"].fill_(-400.0)
    w["bias_hh"].zero_()
    w["weight_hh"].copy_(turn(3))
    with torch.no_grad():
        strand = Strand.of(model, model.scan(torch.zeros(9, 1, 3, dtype=torch.float64)), 0, 0)
    found, shut = chain(strand, 1, 8), -400 / np.log(10)
    assert np.allclose(np.log10(found.spectral), shut, rtol=1e-10)
    assert np.allclose(found.product_spectral, shut * np.arange(1, 8), rtol=1e-10)
    assert np.allclose(of_products(strand, 8).singular[1:], shut * np.arange(1, 9)[:, None], rtol=1e-10)
    assert np.allclose(of_steps(strand), shut, rtol=1e-10)
    assert found.difference <= 1e-10


def test_a_chaotic_net_equals_autograd_too() -> None:
    model = drawn(RNN(hidden=20), dtype=torch.float64)
    model.layers[0]["weight_hh"].copy_(
        5 * torch.from_numpy(np.random.default_rng(0).standard_normal((20, 20))) / 20**0.5
    )
    with torch.no_grad():
        strand = Strand.of(model, model.scan(torch.zeros(300, 1, 3, dtype=torch.float64)), 0, 0)
    found = chain(strand, 0, 299)
    assert found.product_spectral[-1] > 30  # two runs that differ by one rounding have long parted
    assert found.difference <= 1e-9


def test_a_product_of_zeros_is_zero_and_one_that_exploded_is_not_a_number() -> None:
    strand = linear(torch.zeros(3, 3, dtype=torch.float64), 6)
    found = chain(strand, 1, 5)
    assert (found.product == 0).all()
    assert (found.product_spectral == -np.inf).all()
    assert found.difference == 0
    strand.trace.h[3] = torch.nan
    found = chain(strand, 1, 5)
    assert np.isnan(found.product_spectral[2:]).all()
    assert np.isnan(found.difference)


def test_it_draws_no_random_numbers() -> None:
    for cell in RECURRENT:
        strand, state = strand_of(cell, 6), torch.random.get_rng_state()
        with torch.no_grad():
            chain(strand, 1, 4)
        assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize(("t", "k"), [(3, 3), (4, 3), (-1, 3), (2, 9)])
def test_times_out_of_order_are_refused(t: int, k: int) -> None:
    with pytest.raises(ValueError, match="t = "):
        chain(strand_of(RNN(hidden=3), 9), t, k)


@settings(max_examples=60, deadline=None)
@given(
    cell=st.sampled_from(GATED),
    layers=st.integers(1, 3),
    times=st.lists(st.integers(0, 9), min_size=2, max_size=2, unique=True).map(sorted),
    data=st.data(),
)
def test_with_gates_held_it_equals_autograd_through_constants(
    cell: Recurrent, layers: int, times: list[int], data: st.DataObject
) -> None:
    (t, k), layer = times, data.draw(st.integers(0, layers - 1))
    held = data.draw(holds(cell, 10, layers))
    strand = strand_of(cell.model_copy(update={"hidden": 4, "layers": layers}), 10, layer, held=held)
    for (tau, name), value in held[layer].items():
        assert (strand.trace.gates[name][tau] == value).all()
    found, expected = chain(strand, t, k), in_one_piece(strand, t, k)
    assert abs(found.product * 10.0**found.scale - expected).max() <= 1e-10 * abs(expected).max()
    assert found.difference <= 1e-10
    with np.errstate(divide="ignore"):
        sizes = np.log10([np.linalg.norm(expected, 2), np.linalg.norm(expected)])
    assert np.allclose(found.autograd, sizes, rtol=0, atol=1e-9)
    J = dense(strand)
    for tau in range(t + 1, k + 1):
        assert np.allclose(J[tau], in_one_piece(strand, tau - 1, tau), rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", GATED, ids=title)
def test_held_steps_written_out_are_the_scans(cell: Recurrent) -> None:
    valves = [gate.name for gate in cell.shown_gates() if gate.low == 0]
    held = {(t, name): float(t % 2) for t, name in enumerate(valves * 2, 1)}
    strand = strand_of(cell, 2 * len(valves) + 2, held={0: held})
    step, states = torch_step(cell, strand.w), strand.states()[:, None]
    s = torch.zeros_like(states[0])
    for t in range(strand.length):
        s = step(strand.trace.x[t], s, held_at(held, t))
        assert torch.allclose(s, states[t], rtol=0, atol=1e-12)


def test_a_memory_neither_kept_nor_written_ends_the_chain() -> None:
    found = chain(strand_of(LSTM(hidden=3), 9, held={0: {(4, "f"): 0.0, (4, "i"): 0.0}}), 1, 8)
    assert (found.product == 0).all()
    assert np.isfinite(found.product_spectral[:4]).all()  # J_8 to J_5
    assert (found.product_spectral[4:] == -np.inf).all()
    assert (found.autograd == -np.inf).all()
    assert found.difference == 0


@pytest.mark.parametrize("window", [1, 3, 20])
@pytest.mark.parametrize("layers", [1, 3])
def test_a_feed_forward_net_is_zero_beyond_its_window(window: int, layers: int) -> None:
    model = drawn(FeedForward(hidden=6, window=window, layers=layers))
    x, pull = torch.randn(12, 2, 3), torch.ones(12, 2, 6)
    with torch.no_grad():
        traces = model.scan(x)
        whole = connectivity(model, traces, pull)
    found = window_chain(model, traces, pull, b=1, t=1, k=10)
    assert found.steps.tolist() == list(range(1, 11))
    assert np.allclose(found.connectivity, whole[1, 10, 1:11].numpy())
    back = 10 - found.steps
    assert (found.connectivity[back >= window] == 0).all()
    assert (found.connectivity[back < window] > 0).all()


def test_each_net_has_its_own_kind_of_chain() -> None:
    model = drawn(RNN(hidden=3))
    with torch.no_grad():
        traces = model.scan(torch.randn(5, 1, 3))
    with pytest.raises(TypeError, match="state"):
        window_chain(model, traces, torch.ones(5, 1, 3), 0, 1, 3)
    model = drawn(FeedForward(hidden=3))
    with torch.no_grad():
        traces = model.scan(torch.randn(5, 1, 3))
    with pytest.raises(ValueError, match="t = "):
        window_chain(model, traces, torch.ones(5, 1, 3), 0, 3, 5)
    assert module.Chain.__dataclass_params__.frozen  # type: ignore[attr-defined]
