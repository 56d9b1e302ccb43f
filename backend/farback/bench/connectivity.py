"""What connectivity of all output times costs, beside one call of torch.autograd.grad an output time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from ..cells import Cell
from ..cells.gru import GRU
from ..cells.lstm import LSTM
from ..cells.rnn import RNN
from ..model import Model
from ..probing.connectivity import connectivity
from .table import Row, milliseconds, seconds, side_by_side, spread

INPUTS = 32
"""V: inputs and outputs of the model."""
RACES = ((200, 64, "at least 12, 20 is the aim"), (50, 32, "at least 8, 12 is the aim"))
"""T and H of the LSTM, and what is claimed."""
GROWTH = ((100, 64), (200, 64), (400, 64), (200, 128), (400, 256))
SGEMM = 1024


def rows() -> Iterator[Row]:
    """All measurements, one after another."""
    rate = sgemm()
    yield Row(f"this machine's sgemm, {SGEMM} x {SGEMM}", "", f"{rate / 1e9:.0f} GFLOP/s", "")
    for cell, module in ((LSTM, torch.nn.LSTM), (GRU, torch.nn.GRU), (RNN, torch.nn.RNN)):
        for T, H, claim in RACES:
            yield race(cell(hidden=H), module, T, claim, rate)
    for T, H in GROWTH:
        model, x = drawn(LSTM(hidden=H), T)
        taken = min(seconds(lambda m=model, x=x: whole(m, x)) for _ in range(3))  # type: ignore[misc]
        yield Row(f"connectivity, lstm, T, H = {T}, {H}", "", f"{milliseconds(taken)}, {_rate(T, H, taken, rate)}", "")


def sgemm() -> float:
    """Operations a second of one square product: what the processor can do at best."""
    a, b = torch.randn(SGEMM, SGEMM), torch.randn(SGEMM, SGEMM)
    return 2 * SGEMM**3 / min(seconds(lambda: a @ b) for _ in range(10))


def drawn(cell: Cell, T: int) -> tuple[Model, torch.Tensor]:
    """A model and one sequence."""
    rng = np.random.default_rng(0)
    return Model.drawn(cell, INPUTS, INPUTS, T, rng), torch.from_numpy(
        rng.standard_normal((T, 1, INPUTS)).astype(np.float32)
    )


def whole(model: Model, x: torch.Tensor) -> torch.Tensor:
    """(T, T) forwards, and back for all output times; s_k is the logit that is largest at k."""
    with torch.inference_mode():
        traces = model.scan(x)
        chosen = model.readout(traces[-1].h).argmax(-1)
        return connectivity(model, traces, model.weights["readout.weight"][chosen])[0]


def race(cell: Cell, module: Any, T: int, claim: str, rate: float) -> Row:
    """One sequence: a loop of torch.autograd.grad over torch.nn's module against one sweep."""
    model, x = drawn(cell, T)
    theirs = module(INPUTS, cell.hidden)
    own = {name.removeprefix("recurrent."): w for name, w in model.weights.items() if name.startswith("recurrent")}
    theirs.load_state_dict(own)
    w_out, b_out = model.weights["readout.weight"], model.weights["readout.bias"]

    def loop() -> torch.Tensor:
        leaf = x.clone().requires_grad_()
        logits = (theirs(leaf)[0] @ w_out.mT + b_out)[:, 0]
        chosen, found = logits.argmax(-1), torch.zeros(T, T)
        for k in range(T):
            (grad,) = torch.autograd.grad(logits[k, chosen[k]], leaf, retain_graph=True)
            found[k] = grad[:, 0].norm(dim=-1)
        return found

    expected, found = loop(), whole(model, x)
    error = float((found - expected).abs().max() / expected.max())
    ratios, a, b = side_by_side(loop, lambda: whole(model, x), times=(1, 8))
    detail = f"{milliseconds(a)} against {milliseconds(b)}, equal to {error:.0e}"
    if cell.name == "lstm":
        detail += f", {_rate(T, cell.hidden, b, rate)}"
    return Row(
        f"loop of autograd.grad / connectivity, {cell.name}, T, H, V = {T}, {cell.hidden}, {INPUTS}",
        spread(ratios, 1),
        detail,
        claim,
    )


def _rate(T: int, H: int, taken: float, rate: float) -> str:
    """Operations a second, counting those of the direct form: T^2 / 2 rows, each 8 H (H + V)."""
    done = T * T / 2 * 8 * H * (H + INPUTS) / taken
    return f"{done / 1e9:.0f} GFLOP/s, {done / rate:.0%} of sgemm"
