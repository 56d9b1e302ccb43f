"""Probes of one's own torch modules: against autograd on the modules themselves, and models whose memory is known."""

from __future__ import annotations

import ast
import copy
import dataclasses
import math
import pickle
import re
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from plotly.graph_objects import Figure  # type: ignore[import-untyped]
from torch import Tensor, nn

import farback
from farback.frame import Reach
from farback.probing import own
from farback.probing.own import Probe, probe

from .whole import HIDDEN, INPUTS, OUTPUTS, Whole

T, B = 7, 3
Kind: TypeAlias = tuple[Any, dict[str, Any]]
KINDS: list[Kind] = [
    (nn.RNN, {}),
    (nn.RNN, {"nonlinearity": "relu"}),
    (nn.GRU, {}),
    (nn.LSTM, {}),
]
WITHIN = {torch.float32: 1e-5, torch.float64: 1e-10}
kinds = st.sampled_from(KINDS)
dtypes = st.sampled_from([torch.float32, torch.float64])


def made(kind: Kind, outputs: int = OUTPUTS, **options: Any) -> tuple[Any, nn.Linear]:
    torch.manual_seed(0)
    dtype = options.setdefault("dtype", torch.float64)
    recurrent: Any = kind[0](INPUTS, HIDDEN, **kind[1], **options)
    return recurrent, nn.Linear(HIDDEN, outputs, bias=options.get("bias", True), dtype=dtype)


def noise(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.from_numpy(np.random.default_rng(1).standard_normal(shape)).to(dtype)


def close(found: Any, expected: Tensor, within: float = 1e-10) -> bool:
    """Equal to a share of the largest entry."""
    wanted = expected.detach().numpy()
    return found.shape == wanted.shape and bool(np.abs(found - wanted).max() <= within * np.abs(wanted).max())


def unrolled(recurrent: Any, x: Tensor) -> tuple[list[list[Tensor]], list[list[Tensor]]]:
    """h and c by layer and step, as nodes of autograd's graph, by torch's own cells."""
    cell_of = {nn.RNN: nn.RNNCell, nn.GRU: nn.GRUCell, nn.LSTM: nn.LSTMCell}[type(recurrent)]
    more = {"nonlinearity": recurrent.nonlinearity} if isinstance(recurrent, nn.RNN) else {}
    all_h: list[list[Tensor]] = []
    all_c: list[list[Tensor]] = []
    below = list(x)
    for layer in range(recurrent.num_layers):
        cell: Any = cell_of(below[0].shape[1], HIDDEN, bias=recurrent.bias, dtype=x.dtype, **more)
        cell.load_state_dict({name: getattr(recurrent, f"{name}_l{layer}") for name in cell.state_dict()})
        h = c = x.new_zeros(x.shape[1], HIDDEN)
        all_h.append([])
        all_c.append([])
        for into in below:
            if isinstance(recurrent, nn.LSTM):
                h, c = cell(into, (h, c))
                all_c[-1].append(c)
            else:
                h = cell(into, h)
            all_h[-1].append(h)
        below = all_h[-1]
    return all_h, all_c


@settings(max_examples=40)
@given(
    kind=kinds,
    layers=st.integers(1, 3),
    batch_first=st.booleans(),
    bias=st.booleans(),
    dtype=dtypes,
    at=st.integers(-T, T - 1),
)
def test_all_numbers_equal_autograds_on_the_module_itself(
    kind: Any, layers: int, batch_first: bool, bias: bool, dtype: torch.dtype, at: int
) -> None:
    recurrent, readout = made(kind, num_layers=layers, batch_first=batch_first, bias=bias, dtype=dtype)
    x, within, k = noise(T, B, INPUTS, dtype=dtype), WITHIN[dtype], at % T
    y = torch.from_numpy(np.random.default_rng(2).integers(OUTPUTS, size=(T, B)))
    as_given = (x.transpose(0, 1), y.mT) if batch_first else (x, y)
    found = probe(recurrent, *as_given, readout=readout, at=at)

    leaf = as_given[0].clone().requires_grad_()
    states = recurrent(leaf)[0]
    logits = readout(states).transpose(0, 1) if batch_first else readout(states)
    assert found.at == k
    assert close(found.output, logits, within)
    for row in {0, k, T - 1}:
        score = logits[row].gather(1, y[row, :, None]).sum()
        (grad,) = torch.autograd.grad(score, leaf, retain_graph=True)
        norms = grad.norm(dim=2) if batch_first else grad.norm(dim=2).mT
        assert close(found.connectivity[:, row], norms, within)
        assert (found.connectivity[:, row, row + 1 :] == 0).all()
    mean = nn.functional.cross_entropy(logits[k], y[k])
    assert found.loss == pytest.approx(mean.item(), rel=within)

    all_h, all_c = unrolled(recurrent, x)
    loss = nn.functional.cross_entropy(readout(all_h[-1][k]), y[k], reduction="sum")
    for layer, h in enumerate(all_h):
        assert close(found.states[layer].h, torch.stack(h), within)
        grads = torch.autograd.grad(loss, h, retain_graph=True, allow_unused=True)
        by_hand = torch.stack([torch.zeros_like(h[0]) if grad is None else grad for grad in grads])
        assert close(found.grad_h[layer], by_hand, within)
        both = by_hand
        if all_c[layer]:
            c = all_c[layer]
            assert close(found.states[layer].c, torch.stack(c), within)
            grads = torch.autograd.grad(loss, c, retain_graph=True, allow_unused=True)
            by_hand_c = torch.stack([torch.zeros_like(c[0]) if grad is None else grad for grad in grads])
            assert close(found.grad_c[layer], by_hand_c, within)
            both = torch.cat([by_hand, by_hand_c], 2)
        else:
            assert (found.states[layer].c, found.grad_c[layer]) == (None, None)
        norm = both.norm(dim=2)
        G = (norm / norm[k]).quantile(0.5, dim=1)
        assert close(found.signal[layer], G, max(within, 1e-6))  # told in float32


@pytest.mark.parametrize("dtype", WITHIN)
def test_gates_are_those_of_torchs_equations(dtype: torch.dtype) -> None:
    x = noise(T, B, INPUTS, dtype=dtype)
    gru, readout = made((nn.GRU, {}), dtype=dtype)
    found = probe(gru, x, readout=readout)
    (gates,) = found.gates
    assert list(gates) == ["r", "z", "n"]
    h = torch.from_numpy(found.states[0].h)
    before = torch.cat([torch.zeros_like(h[:1]), h[:-1]])
    z = torch.from_numpy(gates["z"])
    assert close(found.states[0].h, (1 - z) * torch.from_numpy(gates["n"]) + z * before, WITHIN[dtype])
    into = (x @ gru.weight_ih_l0.mT + gru.bias_ih_l0 + before @ gru.weight_hh_l0.mT + gru.bias_hh_l0).chunk(3, 2)
    assert close(gates["r"], into[0].sigmoid(), WITHIN[dtype])
    assert close(gates["z"], into[1].sigmoid(), WITHIN[dtype])

    lstm, readout = made((nn.LSTM, {}), dtype=dtype)
    found = probe(lstm, x, readout=readout)
    (gates,) = found.gates
    assert list(gates) == ["i", "f", "g", "o"]
    h = torch.from_numpy(found.states[0].h)
    before = torch.cat([torch.zeros_like(h[:1]), h[:-1]])
    pre = x @ lstm.weight_ih_l0.mT + lstm.bias_ih_l0 + before @ lstm.weight_hh_l0.mT + lstm.bias_hh_l0
    i, f, g, o = pre.chunk(4, 2)
    for name, gate in {"i": i.sigmoid(), "f": f.sigmoid(), "g": g.tanh(), "o": o.sigmoid()}.items():
        assert close(gates[name], gate, WITHIN[dtype])
    assert probe(*made((nn.RNN, {}))[:1], noise(T, B, INPUTS), readout=made((nn.RNN, {}))[1]).gates == ({},)


@pytest.mark.parametrize("shape", [(B,), (B, 1), (T, B, 1)])
def test_a_regressions_numbers_equal_autograds(shape: tuple[int, ...]) -> None:
    gru, readout = made((nn.GRU, {}), outputs=1)
    x, y = noise(T, B, INPUTS), torch.randn(shape, generator=torch.Generator().manual_seed(3))
    found = probe(gru, x, y, readout)
    assert (found.kind, found.y.shape, found.output.shape) == ("regression", (T, B, 1), (T, B, 1))
    leaf = x.clone().requires_grad_()
    h = gru(leaf)[0]
    loss = ((readout(h[-1])[:, 0] - (y[-1, :, 0] if len(shape) == 3 else y.reshape(B)).double()) ** 2).sum()
    (grad_h,) = torch.autograd.grad(loss, h, retain_graph=True)
    assert found.loss == pytest.approx(loss.item() / B, rel=1e-10)
    assert close(found.grad_h[0][-1], grad_h[-1])
    (grad_x,) = torch.autograd.grad(readout(h[3]).sum(), leaf)
    assert close(found.connectivity[:, 3], grad_x.norm(dim=2).mT)


def test_without_a_target_the_modules_own_first_choice_stands_for_it() -> None:
    lstm, readout = made((nn.LSTM, {}))
    x = noise(T, B, INPUTS)
    own_choice = readout(lstm(x)[0]).argmax(2)
    found = probe(lstm, x, readout=readout)
    assert (found.y == own_choice.numpy()).all()
    same = probe(lstm, x, own_choice, readout)
    assert found.loss == same.loss
    assert (found.connectivity == same.connectivity).all()

    readout = nn.Linear(HIDDEN, 1, dtype=torch.float64)
    found = probe(lstm, x, readout=readout)  # a regression is right about its own prediction
    assert found.loss == 0
    assert (found.grad_h[0] == 0).all()
    assert np.isnan(found.signal[0]).all()
    assert found.verdict[0].value is None
    assert found.horizon().value is not None


def test_a_target_at_the_answer_step_is_asked_for_by_all_steps_before() -> None:
    gru, readout = made((nn.GRU, {}))
    x, y = noise(T, B, INPUTS), np.array([3, 0, 5])
    found = probe(gru, x, y, readout, at=3)
    assert (found.y[:4] == y).all()
    assert (found.y[4:] == found.output[4:].argmax(2)).all()
    every = np.tile(y, (T, 1))
    assert probe(gru, x, every, readout, at=3).loss == found.loss


def test_one_sequence_needs_no_axis_of_its_own() -> None:
    for batch_first in (False, True):
        lstm, readout = made((nn.LSTM, {}), batch_first=batch_first)
        x = noise(T, INPUTS)
        alone = probe(lstm, x, 2, readout)
        batch = probe(lstm, x[None] if batch_first else x[:, None], [2], readout)
        assert (alone.connectivity == batch.connectivity).all()
        assert alone.loss == batch.loss
        assert alone.reach is None
        assert probe(lstm, x, [2] * T, readout).loss == alone.loss


def test_arrays_lists_and_other_precisions_are_read_as_well() -> None:
    gru, readout = made((nn.GRU, {}), dtype=torch.float32)
    x = noise(T, B, INPUTS)
    read_only = x.numpy().copy()
    read_only.flags.writeable = False
    expected = probe(gru, x.float(), readout=readout)
    for given_x in (x, read_only, x.tolist(), x.clone().requires_grad_(), x.flip(0).numpy()[::-1]):
        found = probe(gru, given_x, readout=readout)
        assert found.output.dtype == np.float32
        assert (found.connectivity == expected.connectivity).all()


def test_the_servers_limits_are_not_the_librarys() -> None:
    gru = nn.GRU(2, 300, num_layers=4, dropout=0.5)
    readout = nn.Linear(300, 2)
    x = noise(3, 2, 2, dtype=torch.float32)
    found = probe(gru, x, readout=readout)
    gru.eval()
    assert close(found.output, readout(gru(x)[0]), 1e-5)
    assert len(found.states) == 4


def test_a_large_batch_is_worked_off_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    lstm, readout = made((nn.LSTM, {}), num_layers=2)
    x = noise(T, B, INPUTS)
    whole = probe(lstm, x, readout=readout).connectivity
    monkeypatch.setattr(own, "BLOCK", 1)
    assert close(probe(lstm, x, readout=readout).connectivity, torch.from_numpy(whole), 1e-12)


@pytest.mark.parametrize(
    "answer",
    [
        lambda logits: logits,
        lambda logits: logits.transpose(0, 1),
        lambda logits: logits[:, -1],
        lambda logits: (logits, None),
        lambda logits: logits.log_softmax(-1),
    ],
    ids=["all", "transposed", "last", "tuple", "log_softmax"],
)
def test_a_module_that_holds_all_parts_is_taken_apart(answer: Any) -> None:
    torch.manual_seed(0)
    module = Whole(answer)
    tokens = torch.from_numpy(np.random.default_rng(0).integers(9, size=(B, T)))
    found = probe(module, tokens)
    by_parts = probe(module.layers, module.embed(tokens), readout=module.head)
    assert (found.connectivity == by_parts.connectivity).all()
    assert (found.x == module.embed(tokens).transpose(0, 1).detach().numpy()).all()
    assert probe(module, tokens[0]).x.shape == (T, 1, INPUTS)


class Fading(nn.Module):
    """It tells the last step alone, where next to nothing is left of the first input."""

    def __init__(self) -> None:
        super().__init__()
        self.recurrent, self.readout = made((nn.RNN, {}), outputs=1, bias=False, dtype=torch.float32)
        with torch.no_grad():
            self.recurrent.weight_hh_l0.mul_(0.5)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.readout(self.recurrent(x)[0][-1])
        return answer


def test_a_module_whose_answer_has_faded_is_still_itself() -> None:
    x = torch.zeros(40, B, INPUTS)
    x[0] = noise(B, INPUTS)
    assert probe(Fading(), x).output.shape == (40, B, 1)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("size", [1e-3, 1e-8])
def test_small_inputs_give_small_states_and_not_rounding(kind: Kind, size: float) -> None:
    recurrent, readout = made(kind, bias=False, dtype=torch.float32)
    x = size * noise(T, B, INPUTS, dtype=torch.float32)
    found = probe(recurrent, x, readout=readout)
    h = recurrent(x)[0]
    assert close(found.states[0].h, h, 1e-6)
    assert close(found.output, readout(h), 1e-5)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_what_a_callers_code_has_chosen_for_its_own_numbers_changes_none(kind: Kind) -> None:
    recurrent, readout = made(kind, dtype=torch.float32)
    x = noise(T, B, INPUTS, dtype=torch.float32)
    plain = probe(recurrent, x, readout=readout)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = probe(recurrent, x, readout=readout)
        assert found.reach == plain.reach
    assert (found.connectivity == plain.connectivity).all()
    assert (found.grad_h[0] == plain.grad_h[0]).all()


def test_the_module_and_all_randomness_stay_as_they_are() -> None:
    torch.manual_seed(0)
    module = Whole()
    tokens = torch.from_numpy(np.random.default_rng(0).integers(9, size=(B, T)))
    module(tokens).sum().backward()
    module.head.bias.requires_grad_(False)
    module.drop.eval()
    seen: list[Any] = []
    module.layers.register_forward_hook(lambda *_: seen.append(1))
    before = copy.deepcopy(module)
    grads = [None if weight.grad is None else weight.grad.clone() for weight in module.parameters()]
    random = torch.get_rng_state(), np.random.get_state()[1].copy()  # type: ignore[index]
    grad_mode, tokens_before = torch.is_grad_enabled(), tokens.clone()

    found = probe(module, tokens, torch.zeros(B, dtype=torch.long))
    assert found.reach is not None
    found.figure()
    for array in (found.states[0].h, found.x, found.output, found.grad_h[0], found.connectivity):
        np.add(array, 1, out=array)  # what is handed out is no view of the module

    assert seen == []
    assert len(module.layers._forward_hooks) == 1
    assert [part.training for part in module.modules()] == [part.training for part in before.modules()]
    for now, then, grad in zip(module.parameters(), before.parameters(), grads, strict=True):
        assert torch.equal(now, then)
        assert now.requires_grad == then.requires_grad
        assert (now.grad is grad is None) or (now.grad is not None and grad is not None and torch.equal(now.grad, grad))
        assert not now._backward_hooks
    assert all(not part._forward_pre_hooks and not part._backward_hooks for part in module.modules())
    assert torch.equal(torch.get_rng_state(), random[0])
    assert (np.random.get_state()[1] == random[1]).all()  # type: ignore[index]
    assert torch.is_grad_enabled() == grad_mode
    assert torch.equal(tokens, tokens_before)


def register(lag: int, outputs: int = 1) -> tuple[nn.RNN, nn.Linear]:
    """A shift register: unit j holds the input of j steps ago, and the read-out looks at the last unit."""
    recurrent = nn.RNN(1, lag + 1, nonlinearity="relu", bias=False)
    readout = nn.Linear(lag + 1, outputs, bias=False)
    with torch.no_grad():
        recurrent.get_parameter("weight_ih_l0")[:] = torch.eye(lag + 1)[:, :1]
        recurrent.get_parameter("weight_hh_l0")[:] = torch.ones(lag + 1, lag + 1).tril(-1).triu(-1)
        readout.weight.zero_()
        readout.weight[:, lag] = torch.tensor([1.0] if outputs == 1 else [8.0, -8.0])
    return recurrent, readout


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("lag", [0, 1, 3, 9])
def test_a_register_of_so_many_steps_has_that_reach_and_horizon(lag: int, outputs: int) -> None:
    x = np.random.default_rng(0).random((10, 24, 1))
    recurrent, readout = register(lag, outputs)
    target = None if outputs == 1 else (x[9 - lag, :, 0] < 0.5).astype(int)
    found = probe(recurrent, x, target, readout)
    assert found.reach == Reach(lag, at_least=lag == 9, spread=None)
    assert found.horizon().value == lag
    assert found.reach is found.reach  # measured once


def test_what_lies_before_the_sequence_cannot_be_reached() -> None:
    x = np.random.default_rng(0).random((10, 24, 1))
    assert probe(*register(3)[:1], x, readout=register(3)[1], at=2).reach == Reach(0, False, None)
    assert probe(*register(3)[:1], x, readout=register(3)[1], at=0).reach == Reach(0, True, None)


def test_one_step_is_a_sequence_too() -> None:
    found = probe(*made((nn.GRU, {}))[:1], noise(1, B, INPUTS), readout=made((nn.GRU, {}))[1])
    assert found.horizon().value == 0
    assert found.verdict[0].value is None
    found.figure()


@pytest.mark.parametrize(("rho", "threshold"), [(0.5, 0.01), (0.9, 0.01), (0.9, 0.5), (0.97, 0.3)])
def test_a_leaky_sum_has_the_horizon_and_verdict_of_its_leak(rho: float, threshold: float) -> None:
    recurrent = nn.RNN(1, 1, nonlinearity="relu", bias=False, dtype=torch.float64)
    readout = nn.Linear(1, 1, dtype=torch.float64)
    with torch.no_grad():
        recurrent.get_parameter("weight_ih_l0").fill_(1)
        recurrent.get_parameter("weight_hh_l0").fill_(rho)
        readout.weight.fill_(2)
    found = probe(recurrent, np.ones((80, 2, 1)), np.zeros(2), readout)
    lags = 79 - np.arange(80)
    assert np.allclose(found.connectivity[:, -1], 2 * rho**lags, rtol=1e-10)
    horizon = found.horizon(threshold)
    expected = 1 + math.floor(math.log(threshold) / math.log(rho) + 1e-4)  # counted from the maximum at d = 1
    assert (horizon.value, horizon.threshold, horizon.at_start) == (expected, threshold, None)
    assert horizon.spread == [expected, expected]
    assert np.allclose(found.profile, rho ** (np.arange(80) - 1), rtol=1e-5)
    assert found.verdict[0].value == "vanishing"
    assert found.verdict[0].half_life == pytest.approx(math.log(0.5) / math.log(rho), rel=1e-4)


def test_an_exploded_module_is_told_by_its_numbers() -> None:
    recurrent, readout = register(1)
    with torch.no_grad():
        recurrent.get_parameter("weight_hh_l0").fill_(1e30)
    found = probe(recurrent, np.ones((6, 3, 1)), np.zeros(3), readout)
    assert not math.isfinite(found.loss)
    assert found.horizon().value is None
    assert found.reach == Reach(0, False, None)
    found.figure()


def test_a_loss_below_what_float32_tells_beside_one_is_not_zero() -> None:
    recurrent, readout = made((nn.GRU, {}), dtype=torch.float32)
    x = noise(T, B, INPUTS, dtype=torch.float32)
    with torch.no_grad():
        readout.bias.copy_(torch.tensor([25.0, 0, 0, 0, 0, 0]))
        logits = readout(recurrent(x)[0])[-1].double()
    found = probe(recurrent, x, torch.zeros(B, dtype=torch.int64), readout)
    expected = nn.functional.cross_entropy(logits, torch.zeros(B, dtype=torch.int64)).item()
    assert 0 < expected < 1e-8
    assert found.loss == pytest.approx(expected, rel=1e-4)


@pytest.fixture
def probed() -> Probe:
    lstm, readout = made((nn.LSTM, {}), num_layers=2)
    return probe(lstm, noise(T, B, INPUTS), [1, 2, 3], readout, at=5)


def test_the_figure_shows_the_arrays(probed: Probe) -> None:
    heat = probed.figure("connectivity", sequence=2).data
    assert len(heat) == 1
    lower = np.tril_indices(T)
    assert np.allclose(10 ** heat[0].z[lower], probed.connectivity[2][lower])
    assert np.isnan(heat[0].z[np.triu_indices(T, 1)]).all()
    assert heat[0].colorscale[0][1] == "#00224e"  # Cividis
    states = probed.figure("states", sequence=1).data
    shown = [array for both in probed.states for array in both if array is not None]
    assert [(trace.z == array[:, 1].T).all() for trace, array in zip(states, shown, strict=True)] == [True] * 4
    assert all(trace.zmin == -trace.zmax for trace in states)
    gradient = probed.figure("gradient").data
    assert len(gradient) == 2
    assert np.array_equal(gradient[1].y[:6], probed.signal[1][:6])
    assert np.isnan(gradient[1].y[6:]).all()  # after the answer there is none, and 0 has no place on a log axis
    profile = probed.figure("profile").data
    assert np.array_equal(profile[0].y, probed.profile[:6])
    assert (profile[1].y == 0.01).all()
    whole = probed.figure()
    assert [trace.type for trace in whole.data] == ["heatmap"] * 4 + ["scatter"] * 2 + ["heatmap"] + ["scatter"] * 2


def test_show_opens_the_figure(probed: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(Figure, "show", property(lambda figure: partial(shown.append, figure)))
    probed.show()
    assert len(shown[0].data) == 9


def test_a_probe_says_what_it_is_in_a_line_and_can_be_kept(probed: Probe) -> None:
    assert repr(probed).startswith("<Probe of lstm 2 x 5: T=7, B=3, at=5, loss=")
    again = pickle.loads(pickle.dumps(probed))
    assert again.reach == probed.reach


def test_probe_is_a_function_of_the_library_that_loads_plotly_only_for_a_figure(root: Path) -> None:
    assert farback.probe is probe
    assert farback.__all__ == sorted([*farback._LAZY, "__version__"])
    for path in (root / "backend" / "farback" / "probing").glob("own*.py"):
        first = [node for node in ast.parse(path.read_text()).body if isinstance(node, (ast.Import, ast.ImportFrom))]
        assert not any("plotly" in ast.unparse(node) for node in first)


def test_every_field_is_documented(root: Path) -> None:
    text = (root / "docs" / "library.md").read_text()
    documented = re.findall(r"^\| `(\w+)(?:\(.*?\))?` \|", text, re.MULTILINE)
    fields = [field.name for field in dataclasses.fields(Probe) if field.name[0] != "_"]
    methods = [name for name in vars(Probe) if name[0] != "_" and name not in fields]
    assert sorted(documented) == sorted([*fields, *methods])


def test_the_documented_examples_run(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Probe, "show", lambda self: self.figure())
    for page in (root / "README.md", root / "docs" / "library.md"):
        examples = [
            code for code in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL) if ".probe(" in code
        ]
        assert examples, page
        for code in examples:
            exec(code, {})
