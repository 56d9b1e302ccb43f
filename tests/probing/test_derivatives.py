"""The probe's gradients and connectivity against torch.nn and autograd, on the weights a run hands out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from farback.cells import Cell
from farback.cells.gru import GRU
from farback.cells.lstm import LSTM
from farback.cells.rnn import RNN
from farback.model import Model
from farback.pipeline import record
from farback.probing.derivatives import derivatives, signal, surprise, targets
from farback.spec import parse_spec

CASES: list[tuple[Cell, Any]] = [
    (RNN(hidden=6, layers=1), torch.nn.RNN),
    (RNN(hidden=5, layers=3), torch.nn.RNN),
    (GRU(hidden=6, layers=1), torch.nn.GRU),
    (GRU(hidden=5, layers=2), torch.nn.GRU),
    (LSTM(hidden=6, layers=1), torch.nn.LSTM),
    (LSTM(hidden=5, layers=3), torch.nn.LSTM),
]
T, B, INPUTS, OUTPUTS = 9, 3, 4, 5
ANSWERS = [4, 8]


def build(cell: Cell, dtype: torch.dtype) -> Model:
    drawn = Model.drawn(cell, INPUTS, OUTPUTS, span=8, rng=np.random.default_rng(0)).state_dict()
    return Model(cell, INPUTS, OUTPUTS, drawn, dtype)


def load(model: Model, module: Any) -> tuple[Any, Any]:
    """The model's weights in torch.nn's own modules, loaded strictly."""
    cell = model.cell
    recurrent = module(INPUTS, cell.hidden, num_layers=cell.layers).to(model.flat.dtype)
    readout = torch.nn.Linear(cell.hidden, OUTPUTS).to(model.flat.dtype)
    for part, prefix in ((recurrent, "recurrent."), (readout, "readout.")):
        own = {n.removeprefix(prefix): w for n, w in model.weights.items() if n.startswith(prefix)}
        part.load_state_dict(own, strict=True)
    return recurrent, readout


@pytest.mark.parametrize(("cell", "module"), CASES, ids=[f"{c.name}x{c.layers}" for c, _ in CASES])
@pytest.mark.parametrize(("dtype", "within"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
def test_connectivity_equals_autograd_on_torch_nn(cell: Cell, module: Any, dtype: torch.dtype, within: float) -> None:
    rng = np.random.default_rng(1)
    x = torch.from_numpy(rng.standard_normal((T, B, INPUTS))).to(dtype)
    y = rng.integers(OUTPUTS, size=(T, B))
    model = build(cell, dtype)
    with torch.no_grad():
        found = derivatives(model, model.scan(x), y, ANSWERS, "classification")
    recurrent, readout = load(model, module)
    leaf = x.clone().requires_grad_()
    logits = readout(recurrent(leaf)[0])
    for row, k in enumerate(ANSWERS):
        score = sum(logits[k, b, y[k, b]] for b in range(B))
        (grad,) = torch.autograd.grad(score, leaf, retain_graph=True)
        expected = grad.norm(dim=-1).T.numpy()  # (B, T)
        assert np.abs(found.connectivity[:, row] - expected).max() <= within * expected.max()
        assert (found.connectivity[:, row, k + 1 :] == 0).all()


@pytest.mark.parametrize(("cell", "module"), CASES, ids=[f"{c.name}x{c.layers}" for c, _ in CASES])
def test_state_gradients_equal_autograd_through_torch_nn_cut_at_each_step(cell: Cell, module: Any) -> None:
    """torch.nn hides its states between steps, so the sequence is cut at t and its states made leaves."""
    rng = np.random.default_rng(2)
    x = torch.from_numpy(rng.standard_normal((T, B, INPUTS)))
    y = rng.integers(OUTPUTS, size=(T, B))
    model = build(cell, torch.float64)
    with torch.no_grad():
        found = derivatives(model, model.scan(x), y, ANSWERS, "classification")
    recurrent, readout = load(model, module)
    for t in range(T - 1):
        with torch.no_grad():
            state = recurrent(x[: t + 1])[1]
        leaves = [part.clone().requires_grad_() for part in (state if isinstance(state, tuple) else (state,))]
        again = tuple(leaves) if len(leaves) == 2 else leaves[0]
        logits = readout(recurrent(x[t + 1 :], again)[0][-1])
        loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(y[-1]), reduction="sum")
        grads = torch.autograd.grad(loss, leaves)
        for layer, gradient in enumerate(found.layers):
            top = layer == cell.layers - 1
            if not top:
                continue  # below the top, h_t also reaches the layer above at t itself, which this cut leaves out
            assert np.allclose(gradient.grad_h[t], grads[0][layer].numpy(), rtol=1e-9, atol=1e-13)
            if gradient.grad_c is not None:
                total = grads[1][layer] + through_h(model, x, t, layer, grads[0][layer])
                assert np.allclose(gradient.grad_c[t], total.numpy(), rtol=1e-9, atol=1e-13)


def through_h(model: Model, x: Tensor, t: int, layer: int, grad_h: Tensor) -> Tensor:
    """The part of the cell state's gradient that goes through h_t = o tanh(c_t), from its textbook derivative."""
    with torch.no_grad():
        trace = model.scan(x)[layer]
    assert trace.c is not None
    return grad_h * trace.gates["o"][t] * (1 - trace.c[t].tanh() ** 2)


def test_a_regressions_gradients_equal_autograd() -> None:
    rng = np.random.default_rng(3)
    x = torch.from_numpy(rng.standard_normal((T, B, INPUTS)))
    y = rng.standard_normal((T, B, 1))
    cell = GRU(hidden=6)
    drawn = Model.drawn(cell, INPUTS, 1, span=8, rng=np.random.default_rng(0)).state_dict()
    model = Model(cell, INPUTS, 1, drawn, torch.float64)
    with torch.no_grad():
        found = derivatives(model, model.scan(x), y, [8], "regression")
    leaf = x.clone().requires_grad_()
    recurrent = torch.nn.GRU(INPUTS, 6).double()
    recurrent.load_state_dict({n.removeprefix("recurrent."): w for n, w in model.weights.items() if n[:3] == "rec"})
    hidden = recurrent(leaf)[0]
    prediction = model.readout(hidden[-1])
    (grad,) = torch.autograd.grad(prediction.sum(), leaf, retain_graph=True)
    assert np.allclose(found.connectivity[:, 0], grad.norm(dim=-1).T.numpy(), rtol=1e-10)
    (grad_h,) = torch.autograd.grad(((prediction - torch.from_numpy(y[-1])) ** 2).sum(), hidden)
    assert np.allclose(found.layers[0].grad_h[-1], grad_h[-1].numpy(), rtol=1e-10)


@pytest.mark.parametrize("rho", [0.9, 1.0, 1.2])
def test_a_linear_net_with_a_scaled_rotation_has_a_signal_of_rho_to_the_lag(rho: float) -> None:
    """|grad_h| at lag d is rho^d exactly; relu kept positive by its bias is the linear net."""
    H, length = 4, 30
    rng = np.random.default_rng(4)
    q = np.linalg.qr(rng.standard_normal((H, H)))[0]
    weights = {
        "recurrent.weight_ih_l0": np.eye(H),
        "recurrent.weight_hh_l0": rho * q,
        "recurrent.bias_ih_l0": np.full(H, 1e6),
        "recurrent.bias_hh_l0": np.zeros(H),
        "readout.weight": rng.standard_normal((3, H)),
        "readout.bias": np.zeros(3),
    }
    model = Model(RNN(hidden=H, activation="relu"), H, 3, weights, torch.float64)
    grad_h = torch.zeros(length, 1, 2, H, dtype=torch.float64)
    grad_h[-1, 0] = torch.from_numpy(rng.standard_normal((2, H)))
    with torch.no_grad():
        traces = model.scan(torch.zeros(length, 2, H, dtype=torch.float64))
        slope_one = [type(traces[0])(traces[0].x, traces[0].h.abs() + 1, None, {}, {})]  # relu's slope is 1 throughout
        sweeps = model.sweep(slope_one, grad_h)
    norm = sweeps[0].grad_h[:, 0].norm(dim=-1).numpy()
    expected = rho ** np.arange(length)[::-1]
    assert np.allclose(signal(norm, length - 1), expected, rtol=1e-5)


def test_a_signal_without_any_gradient_is_not_a_number() -> None:
    assert np.isnan(signal(np.zeros((5, 3), np.float32), 4)).all()


def test_the_gradient_of_a_sure_answer_keeps_its_digits() -> None:
    """Of a model that is trained until p rounds to 1, against autograd in float64 on the same weights."""
    spec = parse_spec(
        {"task": {"name": "recall", "lag": 6, "symbols": 3, "fixed": True}, "cell": {"name": "lstm", "hidden": 12},
         "training": {"steps": 400, "lr": 0.03, "stop": "never"}}
    )  # fmt: skip
    *_, last = record(spec)
    single, double = (
        Model(spec.cell, spec.task.inputs, spec.task.outputs, last.weights, dtype)
        for dtype in (torch.float32, torch.float64)
    )
    batch = spec.task.probe(np.random.default_rng(0), 8)
    with torch.no_grad():
        traces = single.scan(torch.from_numpy(batch.x))
        output = single.readout(traces[-1].h)
        y = targets(batch, output.numpy(), "classification")
        found = derivatives(single, traces, y, spec.task.answers, "classification").layers[-1].grad_h
        h = double.hidden_states(torch.from_numpy(batch.x).double())[-1]
    assert (output[-1].softmax(-1).amax(-1) > 1 - 1e-3).all()
    leaf = h.clone().requires_grad_()
    loss = torch.nn.functional.cross_entropy(double.readout(leaf), torch.from_numpy(y[-1]), reduction="none")
    (expected,) = torch.autograd.grad(loss.sum(), leaf)
    for mine, exact in zip(found[-1], expected.numpy(), strict=True):
        assert np.abs(mine - exact).max() <= 1e-5 * np.abs(exact).max()


def test_surprise_is_softmax_minus_one_hot_however_sure() -> None:
    logits = torch.tensor([[30.0, 0.0, -1.0], [0.0, 70.0, 2.0], [1.0, 2.0, 3.0]])
    target = torch.tensor([0, 1, 2])
    found = surprise(logits, target).double()
    for row, right, got in zip(logits.double(), target.tolist(), found, strict=True):
        others = torch.tensor([1.0 if k != right else 0.0 for k in range(3)]).double()
        share = (row - row[right]).exp() * others
        exact = share / (1 + share.sum())
        exact[right] = -exact.sum()
        assert torch.allclose(got, exact, rtol=1e-6, atol=0)
