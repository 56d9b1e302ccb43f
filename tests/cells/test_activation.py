"""The squashing functions in place, above all tanh by way of the sigmoid."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from farback.cells.activation import slope, squash, through

tanh = squash("tanh")


def test_tanh_is_torchs_to_the_rounding_of_one() -> None:
    for dtype, within in ((torch.float32, 2.4e-7), (torch.float64, 4.5e-16)):  # two spacings of numbers below 2
        a = torch.cat([torch.linspace(-20, 20, 400_001), torch.logspace(-12, 0, 2001)]).to(dtype)
        a = torch.cat([a, -a])
        assert float((tanh(a.clone()).double() - a.double().tanh()).abs().max()) <= within


@given(st.floats(2.0**-100, 10, width=32))
def test_tanh_is_right_relative_to_its_largest_value(largest: float) -> None:
    a = torch.linspace(-largest, largest, 40)
    exact = a.double().tanh()
    assert float((tanh(a.clone()).double() - exact).abs().max()) <= 3e-6 * float(exact.max())


@given(st.floats(width=32))
def test_tanh_of_any_number_is_within_one_and_of_none_is_none(value: float) -> None:
    for dtype in (torch.float32, torch.float64):
        a = torch.full((33,), value, dtype=dtype)  # more than one register of the processor, and a rest
        result = tanh(a)
        assert result is a
        assert bool((result == result[0]).all()) or math.isnan(value)
        assert bool(result.isnan().all()) == math.isnan(value)
        assert math.isnan(value) or -1 <= float(result[0]) <= 1
        assert math.isnan(value) or float(result[0]) * value >= 0
        assert not math.isinf(value) or float(result[0]) == math.copysign(1, value)


def test_tanh_of_zero_is_zero() -> None:
    assert bool((tanh(torch.zeros(40)) == 0).all())


def test_a_sigmoid_that_is_nearly_open_keeps_the_digits_of_its_slope() -> None:
    value = torch.sigmoid(torch.linspace(6, 14, 40))
    exact = value.double() * (1 - value.double())
    assert torch.allclose(slope("sigmoid", value).double(), exact, rtol=1e-6, atol=0)


@pytest.mark.parametrize("name", ["tanh", "relu", "sigmoid"])
def test_slopes_are_autograds(name: str) -> None:
    a = torch.linspace(-3, 3, 61, dtype=torch.float64).requires_grad_()
    value = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}[name](a)
    pull = torch.linspace(1, 2, 61, dtype=torch.float64)
    torch.autograd.backward((value * pull).sum())
    assert a.grad is not None
    found = squash(name)(a.detach().clone())  # type: ignore[arg-type]
    assert torch.allclose(found, value.detach(), rtol=0, atol=1e-15)
    assert torch.allclose(slope(name, found) * pull, a.grad, rtol=0, atol=1e-14)  # type: ignore[arg-type]
    if name != "relu":
        passed = through(name, pull, found, out=torch.empty_like(pull))  # type: ignore[arg-type]
        assert torch.allclose(passed, a.grad, rtol=0, atol=1e-14)
