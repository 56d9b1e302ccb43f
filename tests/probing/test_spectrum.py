"""Singular values, direct paths and Lyapunov exponents, against closed forms, numpy and exact arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from farback.arrays import Doubles
from farback.cells import FeedForward, Recurrent
from farback.cells.activation import Activation
from farback.cells.gru import GRU
from farback.cells.lstm import LSTM
from farback.cells.rnn import RNN
from farback.probing import strand as strand_module
from farback.probing.lyapunov import exponents
from farback.probing.product import products
from farback.probing.spectrum import direct_path, of_products, of_steps, recurrent_weights
from farback.probing.strand import Strand
from tests.probing.strands import RECURRENT, dense, drawn, linear, multiplied, strand_of, title, turn


@pytest.mark.parametrize("rho", [0.3, 0.8, 1.0, 1.2])
def test_a_linear_net_that_turns_and_stretches_by_rho_says_rho_everywhere(rho: float) -> None:
    strand = linear(rho * turn(6), 31)
    found = of_products(strand, 30)
    assert np.allclose(found.singular, np.log10(rho) * np.arange(31)[:, None], rtol=0, atol=1e-10)
    assert np.allclose(of_steps(strand), np.log10(rho), rtol=0, atol=1e-10)
    assert np.allclose(exponents(strand), np.log(rho), rtol=0, atol=1e-10)
    weights = recurrent_weights(strand.cell, strand.w)
    assert weights is not None
    assert weights.spectral_radius == pytest.approx(rho, abs=1e-10)
    assert weights.largest == pytest.approx(rho, abs=1e-10)


def test_diagonal_weights_have_a_rate_for_each_unit() -> None:
    rates = np.array([0.5, 1.25, 0.9, 0.75])
    strand = linear(torch.diag(torch.from_numpy(rates)), 21)
    expected = np.sort(rates)[::-1]
    found = of_products(strand, 20).singular
    assert np.allclose(found, np.arange(21)[:, None] * np.log10(expected), rtol=0, atol=1e-10)
    assert np.allclose(exponents(strand), np.log(expected), rtol=0, atol=1e-10)


def test_triangular_weights_follow_their_closed_form() -> None:
    """[[a, b], [0, c]]^d = [[a^d, b (a^d - c^d) / (a - c)], [0, c^d]], whose singular values solve a quadratic."""
    a, b, c, T = 0.9, 3.0, 0.6, 31
    strand = linear(torch.tensor([[a, b], [0.0, c]], dtype=torch.float64), T)
    d = np.arange(T)
    squares = a ** (2 * d) + c ** (2 * d) + (b * (a**d - c**d) / (a - c)) ** 2
    det = (a * c) ** d
    largest = np.sqrt((squares + np.sqrt(squares**2 - 4 * det**2)) / 2)
    expected = np.log10(np.stack([largest, det / largest], 1))
    found = of_products(strand, T - 1).singular
    assert np.allclose(found, expected, rtol=0, atol=1e-10)
    rates = exponents(strand)
    assert rates.sum() == pytest.approx(np.log(a * c), abs=1e-10)
    assert np.allclose(rates, expected[-1] * np.log(10) / (T - 1), rtol=0, atol=1e-6)  # those of the whole product
    assert np.allclose(exponents(linear(strand.w["weight_hh"], 400)), np.log([a, c]), rtol=0, atol=0.01)


@settings(max_examples=40, deadline=None)
@given(
    cell=st.sampled_from(RECURRENT),
    hidden=st.integers(1, 7),
    layers=st.integers(1, 3),
    T=st.integers(2, 7),
    block=st.sampled_from([1, 200, 2**22]),
    seed=st.integers(0, 99),
)
def test_singular_values_equal_numpys(cell: Recurrent, hidden: int, layers: int, T: int, block: int, seed: int) -> None:
    cell = cell.model_copy(update={"hidden": hidden, "layers": layers})
    strand = strand_of(cell, T, layers - 1, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strand_module, "BLOCK", block)
        J, found, steps = dense(strand), of_products(strand, T - 1), of_steps(strand)
    assert steps.shape == (T, strand.width)
    assert found.singular.shape == (T, strand.width)
    assert (found.singular[0] == 0).all()
    for t in range(T):
        assert _same(steps[t], np.linalg.svd(J[t], compute_uv=False))
    for d in range(1, T):
        product = multiplied(J, T - 1 - d, T - 1)
        assert _same(found.singular[d], np.linalg.svd(product, compute_uv=False))
        if cell.name == "lstm":
            assert found.memory is not None
            assert found.memory[d] == pytest.approx(np.log10(np.linalg.norm(product[hidden:, hidden:], 2)), abs=1e-9)
    if cell.name == "gru":
        assert found.memory is not None
        assert (found.memory == found.singular[:, 0]).all()
    if cell.name == "rnn":
        assert found.memory is None


def _same(logs: Doubles, values: NDArray[Any]) -> bool:
    """Whether log10 of singular values is right, and only what is lost in rounding is marked."""
    told = ~np.isnan(logs)
    if not values.any():
        return bool((logs == -np.inf).all())
    small = values < 1e-9 * values[0]
    with np.errstate(divide="ignore"):
        return bool((told | small).all() and np.allclose(logs[told], np.log10(values[told]), rtol=0, atol=6e-3)
                    and np.allclose(logs[~small], np.log10(values[~small]), rtol=0, atol=1e-5))  # fmt: skip


def test_what_float64_cannot_tell_is_marked_and_what_is_shown_is_right() -> None:
    """Against exact rational products: a 2 x 2 matrix's singular values follow from its norm and determinant."""
    rng, marked = np.random.default_rng(3), 0
    for _ in range(20):
        W = rng.standard_normal((2, 2)) * [[1, 30], [1e-3, 1]]
        strand = linear(torch.from_numpy(W), 41)
        found = of_products(strand, 40).singular
        exact = [[Fraction(float(v)) for v in row] for row in W]
        power = exact
        for d in range(2, 41):
            power = [[sum((row[j] * exact[j][i] for j in range(2)), Fraction()) for i in range(2)] for row in power]
            det = power[0][0] * power[1][1] - power[0][1] * power[1][0]
            squares = sum((v * v for row in power for v in row), Fraction())
            shape = float(det * det / squares / squares)  # its root is sigma_2 / sigma_1, nearly
            largest = np.log10(float(squares) * (1 + np.sqrt(1 - 4 * shape)) / 2) / 2
            smallest = _log10(abs(det)) - largest
            assert abs(found[d, 0] - largest) < 1e-9
            if np.isnan(found[d, 1]):
                marked += 1
                assert smallest - largest < -9
            else:
                assert abs(found[d, 1] - smallest) < 5e-3
    assert marked > 20


def _log10(number: Fraction) -> float:
    digits = len(str(number.numerator)) - len(str(number.denominator))
    return float(np.log10(float(number / Fraction(10) ** digits)) + digits)


def test_a_product_that_cancels_marks_more_than_one_that_does_not() -> None:
    """A hundred steps out along a shear and back again: the rest is the identity, and its noise is that of the way."""
    shear = torch.tensor([[1.0, 1e6], [0.0, 1.0]], dtype=torch.float64)
    strand = linear(shear, 3)
    third = torch.tensor([[1 / 3, 0.1], [0.7, 1 / 7]], dtype=torch.float64)
    jacobians = iter([shear @ third, torch.linalg.inv(third) @ torch.linalg.inv(shear)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Strand, "jacobians", lambda strand, steps: jacobians)
        there, back = list(products(strand, 2))[1:]
    assert there.noise < 1e-15
    assert 1e-12 < back.noise < 1e-6


@pytest.mark.parametrize("gain", [0.02, 40.0])
def test_four_hundred_steps_neither_underflow_nor_overflow(gain: float) -> None:
    """A sigmoid net that shrinks by four decades a step, and a linear one that grows as fast."""
    if gain < 1:
        model = drawn(RNN(hidden=4, activation="sigmoid"), dtype=torch.float64)
        model.layers[0]["weight_hh"].copy_(gain * turn(4))
        with torch.no_grad():
            strand = Strand.of(model, model.scan(torch.zeros(400, 1, 3, dtype=torch.float64)), 0, 0)
    else:
        strand = linear(gain * turn(4), 400)
    found = of_products(strand, 399).singular
    _, logs = np.linalg.slogdet(dense(strand)[1:])
    assert np.isfinite(found).all()
    assert abs(found[399]).min() > 600
    assert np.allclose(found[1:].sum(1), np.cumsum(logs[::-1]) / np.log(10), rtol=1e-9)
    rates = exponents(strand)
    assert rates.sum() == pytest.approx(logs.mean(), abs=1e-9)
    assert np.allclose(rates, found[399] * np.log(10) / 399, rtol=0, atol=1e-2)


@settings(max_examples=30, deadline=None)
@given(cell=st.sampled_from(RECURRENT), hidden=st.integers(1, 7), T=st.integers(2, 40), seed=st.integers(0, 99))
def test_lyapunov_exponents_sum_to_the_mean_log_determinant(cell: Recurrent, hidden: int, T: int, seed: int) -> None:
    strand = strand_of(cell.model_copy(update={"hidden": hidden}), T, seed=seed)
    found = exponents(strand)
    told = ~np.isnan(found)
    assert (found[told][1:] <= found[told][:-1]).all()  # no difference: those of dead units are both -inf
    assert not told[np.argmin(told) :].any() or told.all()  # what cannot be told comes last
    if told.all():
        assert found.sum() == pytest.approx(np.linalg.slogdet(dense(strand)[1:])[1].mean(), rel=1e-7, abs=1e-7)


def test_lyapunov_exponents_do_not_depend_on_the_order_of_the_units() -> None:
    strand = strand_of(GRU(hidden=6), 40)
    order = np.random.default_rng(0).permutation(6)
    rows = np.concatenate([order, order + 6, order + 12])
    w = {name: weight[rows] for name, weight in strand.w.items()}
    w["weight_hh"] = w["weight_hh"][:, order]
    again = Strand(strand.cell, w, strand.cell.scan(w, strand.trace.x))
    assert np.allclose(exponents(again), exponents(strand), rtol=0, atol=5e-3)
    whole = of_products(strand, 39).singular[-1] * np.log(10) / 39
    assert np.allclose(exponents(strand), whole, rtol=0, atol=1e-2)


def test_dead_units_are_marked_and_the_others_are_right() -> None:
    W = torch.diag(torch.tensor([0.5, 0.0, 0.25], dtype=torch.float64)) @ turn(3)
    strand = linear(W, 9)
    found, steps = of_products(strand, 8).singular, of_steps(strand)
    assert np.isfinite(steps[:, :2]).all()
    assert np.isnan(steps[:, 2]).all()
    assert np.isnan(found[1:, 2]).all()
    assert np.isnan(exponents(strand)[2])
    assert np.isfinite(exponents(strand)[:2]).all()


def test_zero_is_minus_infinity_and_what_exploded_is_not_a_number() -> None:
    strand = linear(torch.zeros(3, 3, dtype=torch.float64), 5)
    assert (of_steps(strand) == -np.inf).all()
    assert (of_products(strand, 4).singular[1:] == -np.inf).all()
    assert (exponents(strand) == -np.inf).all()
    strand.trace.h[3] = torch.nan
    assert np.isnan(of_steps(strand)[3]).all()
    assert np.isnan(of_products(strand, 4).singular[2:]).all()
    assert np.isnan(exponents(strand)).all()
    assert np.isnan(exponents(linear(torch.eye(2).double(), 1))).all()


def test_open_gates_keep_the_direct_path_at_one() -> None:
    for cell, shut, open_ in ((LSTM(hidden=3), 0, 1), (GRU(hidden=3), None, 1)):
        model = drawn(cell)
        bias = model.layers[0]["bias_ih"].view(-1, 3)
        bias[open_] = 1000.0
        if shut is not None:
            bias[shut] = -1000.0
        with torch.no_grad():
            strand = Strand.of(model, model.scan(torch.randn(9, 1, 3)), 0, 0)
        path, whole = direct_path(strand, 8), of_products(strand, 8)
        assert path is not None
        assert whole.memory is not None
        assert (np.stack([path.median, path.smallest, path.largest]) == 0).all()
        assert np.allclose(whole.memory, 0, atol=1e-12)


@pytest.mark.parametrize(("cell", "gate"), [(LSTM(hidden=5), "f"), (GRU(hidden=5), "z")], ids=["lstm", "gru"])
def test_the_direct_path_multiplies_the_gate_that_keeps(cell: Recurrent, gate: str) -> None:
    strand = strand_of(cell, 9)
    path = direct_path(strand, 7)
    assert path is not None
    assert path.gate == gate
    kept = strand.trace.gates[gate][:, 0].numpy()
    for d in range(8):
        product = kept[8 - d : 8].prod(0)
        assert np.allclose(
            [path.median[d], path.smallest[d], path.largest[d]],
            np.log10([np.median(product), product.min(), product.max()]),
        )


def test_a_held_gate_is_held_in_the_direct_path_too() -> None:
    model = drawn(LSTM(hidden=3)).holding({0: {(t, "f"): 1.0 for t in range(9)}})
    with torch.no_grad():
        path = direct_path(Strand.of(model, model.scan(torch.randn(9, 1, 3)), 0, 0), 8)
    assert path is not None
    assert (path.smallest == 0).all()


def test_only_a_cell_with_a_gate_that_keeps_has_a_direct_path() -> None:
    strand = strand_of(RNN(hidden=3), 5)
    assert direct_path(strand, 4) is None
    assert of_products(strand, 4).memory is None


@pytest.mark.parametrize(("activation", "gamma"), [("tanh", 1.0), ("relu", 1.0), ("sigmoid", 0.25)])
def test_pascanus_conditions_stand_at_one_over_the_steepest_slope(activation: Activation, gamma: float) -> None:
    for scale, vanishes in ((0.99, True), (1.01, False)):
        model = drawn(RNN(hidden=5, activation=activation), dtype=torch.float64)
        model.layers[0]["weight_hh"].copy_(scale / gamma * turn(5))
        found = recurrent_weights(model.cell, model.layers[0])
        assert found is not None
        assert found.gamma == gamma
        assert (found.must_vanish, found.may_explode) == (vanishes, not vanishes)


def test_a_shear_has_a_small_radius_and_a_large_singular_value() -> None:
    model = drawn(RNN(hidden=2))
    model.layers[0]["weight_hh"].copy_(torch.tensor([[0.5, 10.0], [0.0, 0.25]]))
    found = recurrent_weights(model.cell, model.layers[0])
    assert found is not None
    assert found.spectral_radius == pytest.approx(0.5)
    assert found.largest > 10
    model.layers[0]["weight_hh"][0, 0] = torch.nan
    assert recurrent_weights(model.cell, model.layers[0]) is None


@pytest.mark.parametrize("cell", [GRU(hidden=3), LSTM(hidden=3)], ids=title)
def test_gated_cells_have_no_such_condition(cell: Recurrent) -> None:
    assert recurrent_weights(cell, drawn(cell).layers[0]) is None


def test_chosen_lags_are_those_of_the_whole() -> None:
    strand = strand_of(LSTM(hidden=4), 12)
    whole, some = of_products(strand, 10), of_products(strand, 10, [7, 0, 3])
    assert some.lags == (0, 3, 7)
    assert np.array_equal(some.singular, whole.singular[[0, 3, 7]], equal_nan=True)
    for k, lags in ((12, None), (10, [11]), (10, [-1]), (10, [])):
        with pytest.raises(ValueError, match=r"lag|steps"):
            of_products(strand, k, lags)


def test_a_net_without_a_state_has_no_strand() -> None:
    model = drawn(FeedForward(hidden=3, window=2))
    with torch.no_grad(), pytest.raises(TypeError, match="no state"):
        Strand.of(model, model.scan(torch.randn(4, 1, 3)), 0, 0)


def test_measuring_draws_no_random_numbers_and_moves_no_weights() -> None:
    model = drawn(LSTM(hidden=3, layers=2))
    before, state = model.flat.clone(), torch.random.get_rng_state()
    with torch.no_grad():
        strand = Strand.of(model, model.scan(torch.ones(6, 2, 3)), 1, 0)
    exponents(strand), of_products(strand, 5), of_steps(strand)
    assert torch.equal(model.flat, before)
    assert torch.equal(torch.random.get_rng_state(), state)
