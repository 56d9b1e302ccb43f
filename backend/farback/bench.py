"""`farback bench`: performance as ratios, both sides measured next to each other in one run, one thread each."""

from __future__ import annotations

import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .cells import Cell
from .cells.gru import GRU
from .cells.lstm import LSTM
from .cells.rnn import RNN
from .engine.recorder import prepare, record
from .machine import capability
from .model import Model
from .pipeline import run
from .probing.observe import Observer
from .spec import RunSpec, parse_spec
from .store import RunFolder, Writer
from .training import Stream, Training, randomness

CHECK_EVERY = 50
"""Updates between two looks at the held-out loss, in both loops of the adding race."""
PATIENCE = 30.0
"""How many times our time the plain loop is given before it counts as not solved."""
REPEATS = 5
"""Measurements of each side; medians are compared, and the spread is told."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    ratio: str
    detail: str
    claim: str


def main() -> None:
    """Measure everything and print one table."""
    prepare()
    versions = f"torch {torch.__version__}, python {platform.python_version()}"
    print(f"{capability()}; {versions}; one thread a side")
    print(f"load before: {', '.join(f'{n:.2f}' for n in _load())}\n")
    print("| what | ratio | measured | claim |\n|---|---|---|---|")
    for row in rows():
        print(f"| {row.what} | {row.ratio} | {row.detail} | {row.claim} |", flush=True)


def rows() -> Iterator[Row]:
    """All measurements, one after another."""
    yield recording()
    for cell in ("lstm", "gru"):
        yield time_to_done(cell)
    for cell_kind, module in ((RNN, torch.nn.RNN), (GRU, torch.nn.GRU), (LSTM, torch.nn.LSTM)):
        for T, B, H in ((50, 32, 32), (100, 64, 64), (100, 64, 128)):
            yield update(cell_kind(hidden=H), module, T, B)
    yield adding_race()


def recording() -> Row:
    """1,000 steps of recall at lag 40 with the LSTM: with probes, encoding and storing, against training alone."""
    spec = parse_spec(
        {"task": {"name": "recall"}, "cell": {"name": "lstm"}, "training": {"steps": 1000, "stop": "never"}}
    )
    alone, kept, same = [], [], True
    for _ in range(REPEATS):
        start = time.perf_counter()
        plain = _train(spec)
        alone.append(time.perf_counter() - start)
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            recorded = _record(spec, Path(folder))
            kept.append(time.perf_counter() - start)
        same = same and all(plain[name].tobytes() == recorded[name].tobytes() for name in plain)
    ratios = [b / a for a, b in zip(alone, kept, strict=True)]
    bits = "same bits" if same else "DIFFERENT BITS"
    detail = f"{statistics.median(kept):.2f} s against {statistics.median(alone):.2f} s, {bits}"
    return Row("recorded / unrecorded run, 1,000 steps", _ratio(ratios), detail, "at most 1.25")


def _train(spec: RunSpec) -> dict[str, Any]:
    training = Training(spec)
    for _ in range(spec.training.steps):
        training.update()
    return training.model.state_dict()


def _record(spec: RunSpec, folder: Path) -> dict[str, Any]:
    kept = RunFolder(folder)
    kept.create(spec.model_dump_json())
    writer = Writer(kept, "bench")
    weights: dict[str, Any] = {}
    for entry in record(spec.model_dump_json(), "bench", None, _nothing):
        writer.write(entry)
        weights = entry.weights
    return weights


def _nothing(step: int) -> None:
    """What a run that nobody watches does after a step."""


def time_to_done(cell: str) -> Row:
    """A whole run of the opening comparison, probes included, result included."""
    seconds, result = [], {}
    for _ in range(3):
        start = time.perf_counter()
        result = list(run({"task": {"name": "recall", "lag": 40}, "cell": {"name": cell}}))[-1].result()
        seconds.append(time.perf_counter() - start)
    reach = result["reach"]
    detail = f"accuracy {result['accuracy']:.1%}, reach {'≥ ' if reach['at_least'] else ''}{reach['value']}"
    claim = "done within 5 s"
    return Row(f"recall, lag 40, {cell}: seconds to done", f"{statistics.median(seconds):.2f} s", detail, claim)


def update(cell: Cell, module: Any, T: int, B: int) -> Row:
    """Forwards and backwards through one layer: torch.nn with autograd against what training does."""
    inputs = 13
    model = Model.drawn(cell, inputs, 8, T, np.random.default_rng(0))
    theirs = module(inputs, cell.hidden)
    own = {name.removeprefix("recurrent."): w for name, w in model.weights.items() if name.startswith("recurrent")}
    theirs.load_state_dict(own)
    x, pull = torch.randn(T, B, inputs), torch.randn(B, cell.hidden)

    def ours() -> None:
        with torch.no_grad():
            h, pullback = model.vjp(x)
            grad_h = torch.zeros_like(h)
            grad_h[-1] = pull
            pullback(grad_h)

    def autograd() -> None:
        theirs.zero_grad()
        torch.autograd.backward((theirs(x)[0][-1] * pull).sum())

    ratios = [_seconds(autograd) / _seconds(ours) for _ in range(REPEATS)]
    return Row(f"torch.nn / own update, {cell.name}, T, B, H = {T}, {B}, {cell.hidden}", _ratio(ratios), "", "")


def _seconds(call: Callable[[], None], times: int = 10) -> float:
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def adding_race() -> Row:
    """Adding at length 100: time until the held-out error is under 0.01, against a plain loop over torch.nn.LSTM."""
    spec = parse_spec({"task": {"name": "adding", "length": 100}, "cell": {"name": "lstm"}})
    observer = Observer(spec)
    ours = []
    for seed in range(3):
        seeded = spec.model_copy(update={"seed": seed})
        training = Training(seeded)
        start = time.perf_counter()
        while True:
            for _ in range(CHECK_EVERY):
                training.update()
            if observer.score(training.model).loss < 0.01:
                break
        ours.append(time.perf_counter() - start)
    mine = statistics.median(ours)
    solved_at, theirs, loss = _plain_loop(spec, PATIENCE * mine)
    if solved_at is None:
        ratio, detail = (
            f"> {theirs / mine:.0f}",
            f"{mine:.1f} s against not solved in {theirs:.0f} s (error {loss:.3f})",
        )
    else:
        ratio, detail = f"{theirs / mine:.0f}", f"{mine:.1f} s against {theirs:.1f} s ({solved_at} steps)"
    return Row("adding, T = 100: plain nn.LSTM(2, 64) / preset, to error < 0.01", ratio, detail, "at least 20")


def _plain_loop(spec: RunSpec, bound: float) -> tuple[int | None, float, float]:
    """torch.nn.LSTM(2, 64) as PyTorch initialises it, Adam 1e-3, batch 64, on the same task and held-out set."""
    torch.manual_seed(0)
    lstm, readout = torch.nn.LSTM(2, 64), torch.nn.Linear(64, 1)
    optimizer = torch.optim.Adam([*lstm.parameters(), *readout.parameters()], lr=1e-3)
    start, step, loss = time.perf_counter(), 0, float("inf")
    held_out = spec.task.batch(randomness(spec.seed, Stream.HELD_OUT), 128, held_out=True)
    x, y = torch.from_numpy(held_out.x), torch.from_numpy(held_out.y)
    while time.perf_counter() - start < bound:
        for _ in range(CHECK_EVERY):
            step += 1
            batch = spec.task.batch(randomness(spec.seed, Stream.TRAINING, step), 64)
            optimizer.zero_grad()
            error = readout(lstm(torch.from_numpy(batch.x))[0][-1]) - torch.from_numpy(batch.y)[-1]
            torch.autograd.backward((error * error).mean())
            optimizer.step()
        with torch.no_grad():
            loss = float(((readout(lstm(x)[0][-1]) - y[-1]) ** 2).mean())
        if loss < 0.01:
            return step, time.perf_counter() - start, loss
    return None, time.perf_counter() - start, loss


def _ratio(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def _load() -> tuple[float, ...]:
    lines = Path("/proc/loadavg")
    return tuple(float(n) for n in islice(lines.read_text().split(), 3)) if lines.exists() else ()
