"""What training runs, forwards and backwards, against autograd on torch.nn and on the textbook equations."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from farback.cells import CELLS, Cell, recurrent
from farback.cells.feedforward import FeedForward
from farback.cells.gru import GRU
from farback.cells.lstm import LSTM
from farback.cells.rnn import RNN
from farback.model import Model

from .reference import unroll

INPUTS = 3
MODULES: dict[str, Any] = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}


def build(cell: Cell, dtype: torch.dtype) -> Model:
    drawn = Model.drawn(cell, INPUTS, 2, span=20, rng=np.random.default_rng(0)).state_dict()
    return Model(cell, INPUTS, 2, drawn, dtype)


def noise(*shape: int, seed: int, dtype: torch.dtype) -> Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape)).to(dtype)


def ours(model: Model, x: Tensor, pull: Tensor, cut: int | None) -> tuple[Tensor, dict[str, Tensor]]:
    with torch.no_grad():
        h, pullback = model.vjp(x, cut)
        return h.clone(), pullback(pull.clone())


def theirs(model: Model, x: Tensor, pull: Tensor, cut: int | None) -> tuple[Tensor, dict[str, Tensor]]:
    """torch.nn's module and autograd; truncated as everyone does it, by detaching the state between chunks."""
    cell = model.cell
    options = {"nonlinearity": cell.activation} if isinstance(cell, RNN) else {}
    module = MODULES[cell.name](INPUTS, cell.hidden, num_layers=cell.layers, **options).to(x.dtype)
    names = [name for name in model.weights if name.startswith("recurrent.")]
    module.load_state_dict({name.removeprefix("recurrent."): model.weights[name] for name in names})
    T = len(x)
    ends = [T] if cut is None else [end for end in range(T % cut, T + 1, cut) if end > 0]
    state, parts = None, []
    for start, end in zip([0, *ends], ends, strict=False):
        h, state = module(x[start:end], state)
        state = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
        parts.append(h)
    h = torch.cat(parts)
    torch.autograd.backward((h * pull).sum())
    return h.detach(), {name: module.get_parameter(name.removeprefix("recurrent.")).grad for name in names}


def compare(found: dict[str, Tensor], expected: dict[str, Tensor], within: float) -> None:
    """To a share of the largest entry, as rounding is relative to what was summed."""
    assert list(found) == list(expected)
    for name, grad in expected.items():
        assert found[name].shape == grad.shape
        assert float((found[name] - grad).abs().max()) <= within * float(grad.abs().max()) + 1e-30, name


kinds = st.sampled_from([RNN(), RNN(activation="relu"), GRU(), LSTM(), LSTM(forget_bias=1.0)])


@settings(max_examples=120)
@given(
    kind=kinds,
    sizes=st.tuples(st.integers(1, 12), st.integers(1, 5), st.integers(1, 7)),
    layers=st.integers(1, 3),
    cut=st.none() | st.integers(1, 14),
    block=st.sampled_from([1, 50, 200, 2**19]),
    double=st.booleans(),
)
def test_vjp_equals_autograd_on_torch_nn(
    kind: Cell, sizes: tuple[int, int, int], layers: int, cut: int | None, block: int, double: bool
) -> None:
    T, B, H = sizes
    dtype, within = (torch.float64, 1e-10) if double else (torch.float32, 1e-5)
    model = build(kind.model_copy(update={"hidden": H, "layers": layers}), dtype)
    x, pull = noise(T, B, INPUTS, seed=1, dtype=dtype), noise(T, B, H, seed=2, dtype=dtype)
    with patch.object(recurrent, "BLOCK", block):  # from one step a block to all steps in one
        h, grads = ours(model, x, pull, cut)
    h_expected, expected = theirs(model, x, pull, cut)
    assert torch.allclose(h, h_expected, rtol=0, atol=within / 5)
    compare(grads, expected, within)


@pytest.mark.parametrize("sizes", [(41, 32, 32), (100, 64, 64)], ids=str)
@pytest.mark.parametrize("cell", MODULES)
def test_in_float32_and_at_training_s_sizes_it_is_as_near_to_float64_as_torch_nn(
    cell: str, sizes: tuple[int, int, int]
) -> None:
    T, B, H = sizes
    kind = CELLS[cell].model_validate({"name": cell, "hidden": H})
    double, single = build(kind, torch.float64), build(kind, torch.float32)
    x, pull = noise(T, B, INPUTS, seed=1, dtype=torch.float64), torch.zeros(T, B, H, dtype=torch.float64)
    pull[-1] = noise(B, H, seed=2, dtype=torch.float64)
    exact = theirs(double, x, pull, None)[1]
    for name, grad in ours(single, x.float(), pull.float(), None)[1].items():
        assert float((grad - exact[name]).abs().max()) <= 1e-5 * float(exact[name].abs().max()), name


@pytest.mark.parametrize("cell", MODULES)
@pytest.mark.parametrize("size", [0.3, 0.03, 1e-3, 1e-6])
def test_in_float32_states_and_gradients_are_right_however_small_the_states_are(cell: str, size: float) -> None:
    kind = CELLS[cell].model_validate({"name": cell, "hidden": 8, "layers": 2})
    drawn = {name: array * np.float32(size) for name, array in build(kind, torch.float32).state_dict().items()}
    double, single = (Model(kind, INPUTS, 2, drawn, dtype) for dtype in (torch.float64, torch.float32))
    x, pull = noise(20, 3, INPUTS, seed=1, dtype=torch.float64), noise(20, 3, 8, seed=2, dtype=torch.float64)
    h_expected, expected = theirs(double, x, pull, None)
    h, grads = ours(single, x.float(), pull.float(), None)
    compare({"h": h} | grads, {"h": h_expected} | expected, 1e-5)
    traces = single.scan(x.float())
    gates = [trace.gates["n" if cell == "gru" else "g"] for trace in traces if trace.gates]
    exact = [trace.gates["n" if cell == "gru" else "g"] for trace in double.scan(x) if trace.gates]
    compare(dict(enumerate(gates)), dict(enumerate(exact)), 1e-5)  # type: ignore[arg-type]


@pytest.mark.parametrize("cut", [None, 3])
def test_the_net_without_memory_has_one_too(cut: int | None) -> None:
    cell, dtype = FeedForward(hidden=4, layers=2, window=3), torch.float64
    model = build(cell, dtype)
    x, pull = noise(7, 2, INPUTS, seed=1, dtype=dtype), noise(7, 2, 4, seed=2, dtype=dtype)
    leaves = {name: weight.clone().requires_grad_() for name, weight in model.weights.items() if "recurrent" in name}
    h = x
    for layer in range(2):
        own = {name: leaves[f"recurrent.{name}_l{layer}"] for name in ("weight", "bias")}
        below = cell if layer == 0 else cell.model_copy(update={"window": 1})
        h = torch.stack(unroll(below, own, h).h)
    torch.autograd.backward((h * pull).sum())
    found, grads = ours(model, x, pull, cut)
    assert torch.allclose(found, h.detach(), rtol=1e-12)
    compare(grads, {name: leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}, 1e-12)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("cut", [None, 10])
def test_only_layers_above_another_give_a_derivative_for_their_input(cell: str, cut: int | None) -> None:
    kind, dtype = CELLS[cell].model_validate({"name": cell, "hidden": INPUTS}), torch.float64
    w = build(kind, dtype).layers[0]
    if cell == "feedforward":
        w = w | {"weight": w["weight"][:, -INPUTS:]}  # above the bottom it does not look back
    x, pull = noise(25, 2, INPUTS, seed=1, dtype=dtype), noise(25, 2, INPUTS, seed=2, dtype=dtype)
    with torch.no_grad():
        h, pullback = kind.vjp(w, x, cut, layer=1)
        grad_x = pullback(pull.clone()).x
        trace = kind.scan(w, x, layer=1)
        swept = kind.grad_x(w, trace, kind.sweep(w, trace, pull[:, None].clone(), cut, layer=1))[:, 0]
        assert kind.vjp(w, x, cut)[1](pull.clone()).x is None
    assert torch.allclose(h, trace.h, rtol=1e-12)
    assert grad_x is not None
    assert torch.allclose(grad_x, swept, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("cell", CELLS)
def test_vjp_gives_the_same_bits_every_time_and_leaves_weights_and_input_alone(cell: str) -> None:
    model = build(CELLS[cell].model_validate({"name": cell, "hidden": 32, "layers": 2}), torch.float32)
    x, pull = (noise(41, 32, n, seed=n, dtype=torch.float32) for n in (INPUTS, 32))
    before = model.flat.numpy().tobytes() + x.numpy().tobytes()
    first = ours(model, x, pull, None)
    for _ in range(5):
        again = ours(model, x.clone(), pull, None)
        assert again[0].numpy().tobytes() == first[0].numpy().tobytes()
        assert all(again[1][name].numpy().tobytes() == grad.numpy().tobytes() for name, grad in first[1].items())
    assert model.flat.numpy().tobytes() + x.numpy().tobytes() == before
    assert not model.flat.requires_grad
