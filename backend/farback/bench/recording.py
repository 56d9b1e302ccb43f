"""What looking costs: a recorded run beside the same run alone, and the time to a result."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..engine.recorder import record
from ..pipeline import run
from ..spec import RunSpec, parse_spec
from ..store import RunFolder, Writer
from ..training import Training
from .table import Row, spread

REPEATS = 5

RECORDED: tuple[tuple[str, dict[str, Any], dict[str, Any], int], ...] = (
    ("recall, lag 40, lstm", {"name": "recall"}, {"name": "lstm"}, 1000),
    ("recall, lag 99, lstm, H = 64", {"name": "recall", "lag": 99}, {"name": "lstm", "hidden": 64}, 500),
    ("recall, lag 99, gru, H = 64", {"name": "recall", "lag": 99}, {"name": "gru", "hidden": 64}, 500),
)
"""What is recorded, and for how many updates."""


def rows() -> Iterator[Row]:
    """All measurements, one after another."""
    for what, task, cell, steps in RECORDED:
        yield recording(what, task, cell, steps)
    for name in ("lstm", "gru"):
        yield time_to_done(name)


def recording(what: str, task: dict[str, Any], cell: dict[str, Any], steps: int) -> Row:
    """With probes, encoding and storing, against training alone, in processor time of the whole process."""
    spec = parse_spec({"task": task, "cell": cell, "training": {"steps": steps, "stop": "never"}})
    alone, kept, same = [], [], True
    for _ in range(REPEATS):
        start = time.process_time()
        plain = _train(spec)
        alone.append(time.process_time() - start)
        with tempfile.TemporaryDirectory() as folder:
            start = time.process_time()
            recorded = _record(spec, Path(folder))
            kept.append(time.process_time() - start)
        same = same and all(plain[name].tobytes() == recorded[name].tobytes() for name in plain)
    ratios = [b / a for a, b in zip(alone, kept, strict=True)]
    bits = "same bits" if same else "DIFFERENT BITS"
    detail = f"{statistics.median(kept):.2f} s against {statistics.median(alone):.2f} s, {bits}"
    return Row(f"recorded / unrecorded run, {what}, {steps:,} updates", spread(ratios), detail, "at most 1.25")


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
    taken, result = [], {}
    for _ in range(3):
        start = time.perf_counter()
        result = list(run({"task": {"name": "recall", "lag": 40}, "cell": {"name": cell}}))[-1].result()
        taken.append(time.perf_counter() - start)
    reach = result["reach"]
    detail = f"accuracy {result['accuracy']:.1%}, reach {'≥ ' if reach['at_least'] else ''}{reach['value']}"
    return Row(f"recall, lag 40, {cell}: seconds to done", "", f"{spread(taken)} s, {detail}", "within 5 s")
