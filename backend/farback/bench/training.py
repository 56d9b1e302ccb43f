"""What training costs: one update beside torch.nn's, and the time until the adding task is solved."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from ..cells import Cell
from ..cells.gru import GRU
from ..cells.lstm import LSTM
from ..cells.rnn import RNN
from ..model import Model
from ..probing.observe import Observer
from ..randomness import Stream, randomness
from ..spec import RunSpec, parse_spec
from ..training import Training
from .table import Row, milliseconds, side_by_side, spread

SIZES = ((50, 32, 32), (100, 64, 64), (100, 64, 128))
"""T, B, H of an update."""
CLAIMS = {"rnn": "at least 1.5", "gru": "at least 1.5", "lstm": "at least 1"}

SEEDS = 3
CHECK_EVERY = 50
"""Updates between two looks at the held-out loss, in both loops of the adding race."""
PATIENCE = 40.0
"""How many times our time the plain loop is given before it counts as not solved."""


def rows() -> Iterator[Row]:
    """All measurements, one after another."""
    for cell, module in ((RNN, torch.nn.RNN), (GRU, torch.nn.GRU), (LSTM, torch.nn.LSTM)):
        for T, B, H in SIZES:
            yield update(cell(hidden=H), module, T, B)
    yield adding_race()


def update(cell: Cell, module: Any, T: int, B: int) -> Row:
    """Forwards and backwards through one layer: torch.nn with autograd against what training does."""
    inputs = 13
    model = Model.drawn(cell, inputs, 8, T, np.random.default_rng(0))
    theirs = module(inputs, cell.hidden)
    own = {name.removeprefix("recurrent."): w for name, w in model.weights.items() if name.startswith("recurrent")}
    theirs.load_state_dict(own)
    x, pull = torch.randn(T, B, inputs), torch.randn(B, cell.hidden)

    def ours() -> None:
        with torch.inference_mode():
            h, pullback = model.vjp(x)
            grad_h = torch.zeros_like(h)
            grad_h[-1] = pull
            pullback(grad_h)

    def autograd() -> None:
        theirs.zero_grad()
        torch.autograd.backward((theirs(x)[0][-1] * pull).sum())

    ratios, a, b = side_by_side(autograd, ours)
    what = f"torch.nn / own update, {cell.name}, T, B, H = {T}, {B}, {cell.hidden}"
    return Row(what, spread(ratios), f"{milliseconds(a)} against {milliseconds(b)}", CLAIMS[cell.name])


def adding_race() -> Row:
    """Adding at length 100: time until the held-out error is under 0.01, against a plain loop over torch.nn.LSTM."""
    spec = parse_spec({"task": {"name": "adding", "length": 100}, "cell": {"name": "lstm"}})
    ours = statistics.median(_preset(spec, seed) for seed in range(SEEDS))
    plain = [_plain_loop(spec, seed, PATIENCE * ours) for seed in range(SEEDS)]
    theirs = statistics.median(taken for _, taken in plain)
    unsolved = sum(step is None for step, _ in plain)
    more = "> " if 2 * unsolved > SEEDS else ""
    detail = f"{ours:.2f} s against {more}{theirs:.1f} s, medians of {SEEDS} seeds"
    if unsolved:
        detail += f"; {unsolved} not solved in {PATIENCE * ours:.0f} s"
    what = "adding, T = 100: plain nn.LSTM(2, 64) / preset, to error < 0.01"
    return Row(what, f"{more}{theirs / ours:.0f}", detail, "at least 20")


def _preset(spec: RunSpec, seed: int) -> float:
    seeded = spec.model_copy(update={"seed": seed})
    training, observer = Training(seeded), Observer(seeded)
    start = time.thread_time()
    while True:
        for _ in range(CHECK_EVERY):
            training.update()
        if observer.score(training.model).loss < 0.01:
            return time.thread_time() - start


def _plain_loop(spec: RunSpec, seed: int, bound: float) -> tuple[int | None, float]:
    """torch.nn.LSTM(2, 64) as PyTorch initialises it, Adam 1e-3, batch 64, on the same task and held-out set."""
    torch.manual_seed(seed)
    lstm, readout = torch.nn.LSTM(2, 64), torch.nn.Linear(64, 1)
    optimizer = torch.optim.Adam([*lstm.parameters(), *readout.parameters()], lr=1e-3)
    held_out = spec.task.batch(randomness(seed, Stream.HELD_OUT), 128, held_out=True)
    x, y = torch.from_numpy(held_out.x), torch.from_numpy(held_out.y)
    start, step = time.thread_time(), 0
    while time.thread_time() - start < bound:
        for _ in range(CHECK_EVERY):
            step += 1
            batch = spec.task.batch(randomness(seed, Stream.TRAINING, step), 64)
            optimizer.zero_grad()
            error = readout(lstm(torch.from_numpy(batch.x))[0][-1]) - torch.from_numpy(batch.y)[-1]
            torch.autograd.backward((error * error).mean())
            optimizer.step()
        with torch.no_grad():
            loss = float(((readout(lstm(x)[0][-1]) - y[-1]) ** 2).mean())
        if loss < 0.01:
            return step, time.thread_time() - start
    return None, time.thread_time() - start
