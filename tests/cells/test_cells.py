"""Cells against torch.nn, against autograd on a step-by-step reference, and against finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from farback.cells import CELLS, Cell, Held, Weights
from farback.cells.feedforward import FeedForward
from farback.cells.gru import GRU
from farback.cells.lstm import LSTM
from farback.cells.nested import NestedLSTM
from farback.cells.recurrent import chrono
from farback.cells.rnn import RNN, orthogonal

from .reference import unroll

VARIANTS: list[Cell] = [
    FeedForward(hidden=5, window=3),
    FeedForward(hidden=4, window=1, activation="sigmoid"),
    RNN(hidden=5),
    RNN(hidden=4, activation="relu", init="identity"),
    RNN(hidden=4, activation="sigmoid", init="orthogonal"),
    GRU(hidden=5),
    GRU(hidden=4, update_bias=1.0),
    LSTM(hidden=5),
    LSTM(hidden=4, forget_bias=2.0),
    LSTM(hidden=4, variant="no_forget"),
    LSTM(hidden=4, variant="coupled"),
    LSTM(hidden=4, variant="peepholes"),
    LSTM(hidden=4, variant="peepholes", forget_bias=1.0),
    NestedLSTM(hidden=4),
    NestedLSTM(hidden=4, forget_bias=1.0),
]
NAMES = [f"{v.name}-{i}" for i, v in enumerate(VARIANTS)]


def weights(cell: Cell, inputs: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> dict[str, torch.Tensor]:
    drawn = cell.initial(np.random.default_rng(seed), inputs, 0, span=20)
    return {name: torch.from_numpy(array).to(dtype) for name, array in drawn.items()}


def noise(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


CUTS = [(cell, cut) for cell in VARIANTS for cut in ((None,) if cell.name == "feedforward" else (None, 1, 3))]


@pytest.mark.parametrize(("cell", "cut"), CUTS, ids=[f"{cell.name}-cut-{cut}" for cell, cut in CUTS])
def test_sweep_equals_autograd_on_the_textbook_equations(cell: Cell, cut: int | None) -> None:
    T, B, inputs = 7, 3, 4
    w, x = weights(cell, inputs), noise(T, B, inputs)
    pull = noise(T, B, cell.hidden, seed=2)  # the scalar is sum(pull * h)
    leaves = {name: value.clone().requires_grad_() for name, value in w.items()}
    x_leaf = x.clone().requires_grad_()
    steps = unroll(cell, leaves, x_leaf, cut)
    for node in steps.h + steps.c + steps.inner:
        node.retain_grad()
    torch.autograd.backward((torch.stack(steps.h) * pull).sum())

    trace = cell.scan(w, x)
    sweep = cell.sweep(w, trace, pull[:, None].clone(), cut)

    def same(ours: torch.Tensor, theirs: list[torch.Tensor] | torch.Tensor | None) -> None:
        assert theirs is not None
        expected = torch.stack(theirs) if isinstance(theirs, list) else theirs
        assert torch.allclose(ours, expected, rtol=1e-10, atol=1e-12)

    same(trace.h, [h.detach() for h in steps.h])
    same(sweep.grad_h[:, 0], [h.grad for h in steps.h if h.grad is not None])
    same(cell.grad_x(w, trace, sweep)[:, 0], x_leaf.grad)
    if trace.c is not None and sweep.grad_c is not None:
        same(trace.c, [c.detach() for c in steps.c])
        same(sweep.grad_c[:, 0], [c.grad for c in steps.c if c.grad is not None])
    if trace.inner is not None and sweep.grad_inner is not None:
        same(trace.inner, [inner.detach() for inner in steps.inner])
        same(sweep.grad_inner[:, 0], [inner.grad for inner in steps.inner if inner.grad is not None])
    for name, grad in cell.gradient(trace, sweep).items():
        same(grad, leaves[name].grad)


@pytest.mark.parametrize("cell", VARIANTS, ids=NAMES)
def test_several_scalars_at_once_are_the_same_as_one_by_one(cell: Cell) -> None:
    T, K, B, inputs = 6, 4, 2, 3
    w, x = weights(cell, inputs), noise(T, B, inputs)
    pulls = noise(T, K, B, cell.hidden, seed=3)
    trace = cell.scan(w, x)
    together = cell.sweep(w, trace, pulls.clone())
    for k in range(K):
        alone = cell.sweep(w, trace, pulls[:, k : k + 1].clone())
        assert torch.allclose(
            cell.grad_x(w, trace, together)[:, k], cell.grad_x(w, trace, alone)[:, 0], rtol=1e-12, atol=1e-14
        )
        assert torch.allclose(together.grad_h[:, k], alone.grad_h[:, 0], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("cell", "module"),
    [
        (RNN(hidden=6), torch.nn.RNN),
        (RNN(hidden=6, activation="relu"), torch.nn.RNN),
        (GRU(hidden=6), torch.nn.GRU),
        (LSTM(hidden=6), torch.nn.LSTM),
    ],
    ids=["rnn", "rnn-relu", "gru", "lstm"],
)
def test_weights_load_strictly_into_torch_nn_and_do_the_same_there(cell: Cell, module: Any) -> None:
    inputs, T, B = 5, 9, 4
    w = weights(cell, inputs, dtype=torch.float32)
    options = {"nonlinearity": cell.activation} if isinstance(cell, RNN) else {}
    theirs = module(inputs, cell.hidden, **options)
    theirs.load_state_dict({f"{name}_l0": value for name, value in w.items()}, strict=True)
    x = noise(T, B, inputs).float()
    with torch.no_grad():
        assert torch.allclose(cell.scan(w, x).h, theirs(x)[0], atol=1e-6)
        assert torch.allclose(cell.hidden_states(w, x), theirs(x)[0], atol=1e-6)
    assert cell.parameters(inputs) == sum(p.numel() for p in theirs.parameters())
    assert cell.unshared(inputs, 10) == 10 * cell.parameters(inputs)


@settings(max_examples=25, deadline=None)
@given(window=st.integers(1, 12), length=st.integers(1, 12), answer=st.integers(0, 11), layers=st.just(1))
def test_a_feed_forward_net_sees_exactly_its_window(window: int, length: int, answer: int, layers: int) -> None:
    k = min(answer, length - 1)
    cell = FeedForward(hidden=4, layers=layers, window=window)
    w, x = weights(cell, 3), noise(length, 2, 3)
    grad_h = torch.zeros(length, 1, 2, 4, dtype=torch.float64)
    grad_h[k] = 1
    trace = cell.scan(w, x)
    reached = cell.grad_x(w, trace, cell.sweep(w, trace, grad_h)).norm(dim=-1)[:, 0]
    for t in range(length):
        inside = 0 <= k - t < window
        assert bool((reached[t] > 0).all()) == inside
        assert bool((reached[t] == 0).all()) != inside


@pytest.mark.parametrize("cell", VARIANTS, ids=NAMES)
def test_grad_x_equals_finite_differences(cell: Cell) -> None:
    T, inputs, step = 5, 3, 1e-6
    w, x = weights(cell, inputs), noise(T, 1, inputs) + 0.05
    pull = noise(T, 1, cell.hidden, seed=4)
    trace = cell.scan(w, x)
    swept = cell.grad_x(w, trace, cell.sweep(w, trace, pull[:, None].clone()))[:, 0, 0]
    for t in range(T):
        for i in range(inputs):
            high, low = x.clone(), x.clone()
            high[t, 0, i] += step
            low[t, 0, i] -= step
            difference = ((cell.scan(w, high).h - cell.scan(w, low).h) * pull).sum() / (2 * step)
            assert abs(float(difference - swept[t, i])) < 1e-7


def test_a_gru_that_keeps_and_an_lstm_that_keeps_carry_the_gradient_unchanged() -> None:
    T, B, H = 30, 2, 4
    gru, lstm = GRU(hidden=H, update_bias=0.0), LSTM(hidden=H, forget_bias=0.0)
    w = {name: torch.zeros_like(value) for name, value in weights(gru, 2).items()}
    w["bias_ih"][H : 2 * H] = 1000.0  # z = 1
    grad_h = torch.zeros(T, 1, B, H, dtype=torch.float64)
    grad_h[-1] = 1
    swept = gru.sweep(w, gru.scan(w, noise(T, B, 2)), grad_h)
    assert bool((swept.grad_h == 1).all())
    w = {name: torch.zeros_like(value) for name, value in weights(lstm, 2).items()}
    w["bias_ih"][:H], w["bias_ih"][H : 2 * H], w["bias_ih"][3 * H :] = (
        -1000.0,
        1000.0,
        1000.0,
    )  # i = 0, f = o = 1
    grad_h = torch.zeros(T, 1, B, H, dtype=torch.float64)
    grad_h[-1] = 1
    swept = lstm.sweep(w, lstm.scan(w, noise(T, B, 2)), grad_h)
    assert swept.grad_c is not None
    assert bool((swept.grad_c == 1).all())


def test_starting_weights_are_what_they_are_called() -> None:
    rng = np.random.default_rng(0)
    q = orthogonal(rng, 32)
    assert np.allclose(q @ q.T, np.eye(32), atol=1e-5)
    biases = chrono(rng, 41, 10_000)
    assert biases.min() >= 0
    assert biases.max() <= np.log(40) + 1e-6
    assert abs(np.exp(biases).mean() - 20.5) < 0.5  # U(1, 40)
    drawn = LSTM(hidden=64).initial(rng, 3, 0, span=41)
    total = drawn["bias_ih"] + drawn["bias_hh"]
    assert (total[:64] == -total[64:128]).all()
    assert (total[64:128] >= 0).all()
    same = RNN(hidden=8, init="identity").initial(rng, 3, 0, span=41)
    assert (same["weight_hh"] == np.eye(8)).all()
    plain = RNN(hidden=64).initial(rng, 3, 0, span=41)
    assert all(abs(array).max() <= 0.125 for array in plain.values())
    assert all(abs(array).max() > 0.12 for name, array in plain.items() if "weight" in name)


def test_every_registered_cell_names_its_gates_as_it_records_them() -> None:
    for name, kind in CELLS.items():
        cell = kind.model_validate({"name": name, "hidden": 3})
        trace = cell.scan(weights(cell, 2), noise(4, 2, 2))
        assert tuple(trace.gates) == tuple(gate.name for gate in cell.gates)
        assert (trace.c is not None) == ("c" in cell.states)
        for gate in cell.gates:
            assert float(trace.gates[gate.name].min()) >= gate.low
            assert float(trace.gates[gate.name].max()) <= 1


@pytest.mark.parametrize("init", ["uniform", "orthogonal", "identity"])
@pytest.mark.parametrize("radius", [0.5, 1.3])
def test_recurrent_weights_start_with_the_spectral_radius_that_is_asked_for(init: Any, radius: float) -> None:
    cell = RNN(hidden=12, init=init, radius=radius)
    w = cell.initial(np.random.default_rng(0), 3, 0, 9)["weight_hh"]
    assert np.abs(np.linalg.eigvals(w)).max() == pytest.approx(radius, rel=1e-5)
    drawn = RNN(hidden=12, init=init).initial(np.random.default_rng(0), 3, 0, 9)["weight_hh"]
    assert np.allclose(w / np.abs(w).max(), drawn / np.abs(drawn).max(), atol=1e-6)


class Additive(NestedLSTM):
    """A nested LSTM whose inner memory is fixed to what an LSTM does: it adds."""

    def memory(
        self, w: Weights, kept: torch.Tensor, new: torch.Tensor, inner: torch.Tensor, held: Held, t: int
    ) -> tuple[torch.Tensor, torch.Tensor, tuple[torch.Tensor, ...]]:
        return kept + new, inner, (inner,) * 4


def test_a_nested_lstm_whose_inner_memory_only_adds_is_an_lstm() -> None:
    w, x = weights(NestedLSTM(hidden=4), 3), noise(9, 2, 3)
    found, expected = Additive(hidden=4).scan(w, x), LSTM(hidden=4).scan(w, x)
    for ours, lstms in zip(found.states(), expected.states(), strict=False):  # the inner memory has no counterpart
        assert torch.allclose(ours, lstms, rtol=1e-12, atol=1e-14)
    for name, gate in expected.gates.items():
        assert torch.allclose(found.gates[name], gate, rtol=1e-12, atol=1e-14)
