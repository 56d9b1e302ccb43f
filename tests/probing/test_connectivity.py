"""Connectivity of all output times and the step Jacobians behind it, against autograd on cells written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from farback.cells import Cell, FeedForward, Recurrent
from farback.cells.gru import GRU
from farback.cells.lstm import LSTM
from farback.cells.rnn import RNN
from farback.model import Model
from farback.probing import connectivity as module
from farback.probing.connectivity import connectivity, state_connectivity
from farback.probing.norm import norm
from tests.cells.reference import step_of, unroll

from .strands import GATED, RECURRENT, drawn, holds, title

CELLS: list[Cell] = [*RECURRENT, FeedForward(hidden=5, window=3)]


def by_autograd(model: Model, x: Tensor, target: Tensor) -> Tensor:
    """One backward pass an output time through layers written step by step. (B, T, T)"""
    T, B, _ = x.shape
    leaf = x.clone().requires_grad_()
    h = leaf
    for layer, w in enumerate(model.layers):
        h = torch.stack(unroll(_upper(model.cell) if layer else model.cell, w, h, held=model.held.get(layer)).h)
    score = model.readout(h).gather(2, target[..., None])[..., 0]  # (T, B)
    found = x.new_zeros(B, T, T)
    for k in range(T):
        (grad,) = torch.autograd.grad(score[k].sum(), leaf, retain_graph=True)
        found[:, k] = grad.norm(dim=-1).mT
    return found


def _upper(cell: Cell) -> Cell:
    return cell.model_copy(update={"window": 1}) if isinstance(cell, FeedForward) else cell


@settings(max_examples=60, deadline=None)
@given(
    cell=st.sampled_from(CELLS),
    hidden=st.integers(1, 9),
    layers=st.integers(1, 3),
    T=st.integers(1, 13),
    B=st.integers(1, 3),
    block=st.sampled_from([1, 200, 2**17]),
    dtype=st.sampled_from([(torch.float32, 1e-5), (torch.float64, 1e-10)]),
    seed=st.integers(0, 99),
)
def test_connectivity_equals_one_backward_pass_an_output_time(
    cell: Cell, hidden: int, layers: int, T: int, B: int, block: int, dtype: Any, seed: int
) -> None:
    precision, within = dtype
    model = drawn(cell.model_copy(update={"hidden": hidden, "layers": layers}), dtype=precision, seed=seed)
    rng = np.random.default_rng(seed)
    x = torch.from_numpy(rng.standard_normal((T, B, 3))).to(precision)
    target = torch.from_numpy(rng.integers(4, size=(T, B)))
    with pytest.MonkeyPatch.context() as patch, torch.no_grad():
        patch.setattr(module, "BLOCK", block)  # blocks of four steps, of some more, of all
        found = connectivity(model, model.scan(x), model.weights["readout.weight"][target])
    expected = by_autograd(model, x, target)
    assert found.shape == (B, T, T)
    assert (found - expected).abs().max() <= within * expected.max()
    assert (found.triu(1) == 0).all()


@settings(max_examples=40, deadline=None)
@given(
    cell=st.sampled_from(RECURRENT),
    layers=st.integers(1, 3),
    T=st.integers(1, 9),
    B=st.integers(1, 2),
    block=st.sampled_from([1, 2**17]),
    dtype=st.sampled_from([(torch.float32, 1e-5), (torch.float64, 1e-10)]),
    data=st.data(),
)
def test_state_connectivity_equals_autograds_at_the_states_on_the_way(
    cell: Recurrent, layers: int, T: int, B: int, block: int, dtype: Any, data: st.DataObject
) -> None:
    precision, within = dtype
    layer = data.draw(st.integers(0, layers - 1))
    model = drawn(cell.model_copy(update={"hidden": 4, "layers": layers}), dtype=precision)
    rng = np.random.default_rng(T)
    x = torch.from_numpy(rng.standard_normal((T, B, 3))).to(precision)
    target = torch.from_numpy(rng.integers(4, size=(T, B)))
    with pytest.MonkeyPatch.context() as patch, torch.no_grad():
        patch.setattr(module, "BLOCK", block)
        pull = model.weights["readout.weight"][target]
        found = state_connectivity(model, model.scan(x), pull, layer)
    expected = at_the_states(model, x, target, layer)
    assert (found - expected).abs().max() <= within * expected.max()
    assert (found.triu(1) == 0).all()


def at_the_states(model: Model, x: Tensor, target: Tensor, layer: int) -> Tensor:
    """One backward pass a pair of times, to a layer's state on the way. (B, T, T)"""
    T, B, _ = x.shape
    h, expected = x.clone().requires_grad_(), x.new_zeros(B, T, T)
    runs = []
    for at, w in enumerate(model.layers):
        runs.append(unroll(model.cell, w, h, held=model.held.get(at)))
        h = torch.stack(runs[-1].h)
    score = model.readout(h).gather(2, target[..., None])[..., 0]  # (T, B)
    states = [s for s in (runs[layer].h, runs[layer].c, runs[layer].inner) if s]
    for k in range(T):
        for t in range(k + 1):
            state = [s[t] for s in states]
            grads = torch.autograd.grad(score[k].sum(), state, retain_graph=True, allow_unused=True)
            expected[:, k, t] = torch.cat([grad for grad in grads if grad is not None], -1).norm(dim=-1)
    return expected


@settings(max_examples=40, deadline=None)
@given(cell=st.sampled_from(GATED), layers=st.integers(1, 3), T=st.integers(2, 8), data=st.data())
def test_with_gates_held_both_equal_autograds_through_constants(
    cell: Recurrent, layers: int, T: int, data: st.DataObject
) -> None:
    layer = data.draw(st.integers(0, layers - 1))
    deep = cell.model_copy(update={"hidden": 4, "layers": layers})
    model = drawn(deep, dtype=torch.float64).holding(data.draw(holds(cell, T, layers)))
    rng = np.random.default_rng(T)
    x = torch.from_numpy(rng.standard_normal((T, 2, 3)))
    target = torch.from_numpy(rng.integers(4, size=(T, 2)))
    with torch.no_grad():
        traces, pull = model.scan(x), model.weights["readout.weight"][target]
        of_inputs, of_states = connectivity(model, traces, pull), state_connectivity(model, traces, pull, layer)
    assert torch.allclose(of_inputs, by_autograd(model, x, target), rtol=0, atol=1e-12)
    assert torch.allclose(of_states, at_the_states(model, x, target, layer), rtol=0, atol=1e-12)


def test_a_feed_forward_net_hands_no_state_on() -> None:
    model = drawn(FeedForward(hidden=5, window=3))
    x = torch.zeros(4, 1, 3)
    with torch.no_grad(), pytest.raises(TypeError, match="hands no state on"):
        state_connectivity(model, model.scan(x), torch.ones(4, 1, 5), 0)


@pytest.mark.parametrize("window", [1, 3, 20])
def test_a_feed_forward_net_connects_as_far_as_its_window_and_not_one_step_more(window: int) -> None:
    model = drawn(FeedForward(hidden=6, window=window, layers=2), dtype=torch.float64)
    x = torch.randn(12, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        found = connectivity(model, model.scan(x), torch.ones(12, 2, 6, dtype=torch.float64))
    lag = torch.arange(12)[:, None] - torch.arange(12)
    assert (found[:, lag >= window] == 0).all()
    assert (found[:, (lag >= 0) & (lag < window)] > 0).all()


@pytest.mark.parametrize("cell", RECURRENT, ids=title)
@pytest.mark.parametrize("steps", [range(7), range(2, 5)])
def test_step_jacobians_equal_autograds(cell: Recurrent, steps: range) -> None:
    model = drawn(cell, dtype=torch.float64)
    x = torch.randn(7, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    w, H = model.layers[0], cell.hidden
    with torch.no_grad():
        trace = model.scan(x)[0]
        found = cell.jacobians(w, trace)(steps)
        dense = found.dense()
    for at, t in enumerate(steps):
        for b in range(2):
            before = [torch.zeros(H) if t == 0 else s[t - 1, b] for s in trace.states()]
            state = torch.cat(before).double()

            def step(s: Tensor, u: Tensor) -> Tensor:
                h, c, inner = [*torch.split(s[None], H, 1), s[:0], s[:0]][:3]
                parts = step_of(cell, w, u[None], h, c, inner)
                return torch.cat([part[0] for part in parts[: len(cell.states)]])

            jacobian: Any = torch.autograd.functional.jacobian
            by_state, by_input = jacobian(step, (state, x[t, b]))
            assert torch.allclose(dense[at, b], by_state, atol=1e-12)
            outwards = () if found.memory is None else found.memory.outwards
            first = H * max(1, len(outwards))  # the states that are read come before x
            innermost, *others = torch.split(found.by_read[at, b, :, first : first + x.shape[2]], H)
            read = [innermost]
            for factor, other in zip(outwards, others, strict=True):
                read.append(other + factor[at, b, :, None] * read[-1])
            assert torch.allclose(torch.cat(read[::-1]), by_input, atol=1e-12)


def test_a_linear_net_that_turns_and_shrinks_has_connectivity_rho_to_the_lag() -> None:
    """With h = rho Q h + x in the range where relu is the identity, |d s_k / d x_t| is |v| rho^d exactly."""
    H, T, rho = 4, 30, 0.8
    turn = torch.linalg.qr(torch.randn(H, H, dtype=torch.float64, generator=torch.Generator().manual_seed(2)))[0]
    cell = RNN(hidden=H, activation="relu")
    model = drawn(cell, dtype=torch.float64, inputs=H)
    w = model.layers[0]
    w["weight_hh"].copy_(rho * turn)
    w["weight_ih"].copy_(torch.eye(H))
    still = torch.full((H,), 100.0, dtype=torch.float64)  # a fixed point, far from relu's bend
    w["bias_ih"].copy_(still - rho * turn @ still)
    w["bias_hh"].zero_()
    x = torch.zeros(T, 1, H, dtype=torch.float64)
    x[0, 0] = rho * turn @ still
    pull = torch.randn(T, 1, H, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        trace = model.scan(x)
        assert (trace[0].h > 0).all()
        found = connectivity(model, trace, pull)[0]
    lag = torch.arange(T)[:, None] - torch.arange(T)
    expected = (pull[:, 0].norm(dim=-1)[:, None] * rho ** lag.clamp(min=0).double()).tril()
    assert torch.allclose(found, expected, rtol=1e-10)


def test_open_gates_keep_the_direct_path_at_one() -> None:
    """An LSTM with f = 1 and i = 0 hands its cell state on unchanged; so does a GRU with z = 1 its hidden state."""
    for cell, shut, open_, kept in ((LSTM(hidden=3), 0, 1, "c"), (GRU(hidden=3), None, 1, "h")):
        model = drawn(cell, dtype=torch.float64)
        bias = model.layers[0]["bias_ih"].view(-1, 3)
        bias[open_] = 1000.0
        if shut is not None:
            bias[shut] = -1000.0
        with torch.no_grad():
            trace = model.scan(torch.randn(9, 1, 3, dtype=torch.float64))[0]
            product = torch.linalg.multi_dot(list(cell.jacobians(model.layers[0], trace)(range(1, 9)).dense()[:, 0]))
        direct = product[-3:, -3:] if kept == "c" else product
        assert torch.equal(direct, torch.eye(3, dtype=torch.float64))


def test_norms_are_right_where_squares_leave_float32() -> None:
    for size in (1e-44, 1e-30, 1e-20, 1.0, 1e20, 1e37):
        x = torch.tensor([[3.0, 4.0], [0.0, 0.0]], dtype=torch.float64) * size
        found = norm(x.float())
        assert found[1] == 0
        assert found[0].item() == pytest.approx(torch.linalg.vector_norm(x.float().double()[0]).item(), rel=1e-6)
    assert norm(torch.tensor([float("nan"), 1.0])).isnan()
    assert norm(torch.tensor([float("inf"), 1.0])).isinf()
