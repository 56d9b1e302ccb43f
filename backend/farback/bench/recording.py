"""What looking costs: a recorded run beside the same run alone, and the time to a result."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..engine.recorder import record
from ..pipeline import run
from ..spec import RunSpec, parse_spec
from ..store import Entry, RunFolder, Writer
from ..training import Training
from .table import Row, spread

REPEATS = 3

RECORDED: tuple[tuple[str, dict[str, Any], dict[str, Any], int], ...] = (
    ("recall, lag 40, lstm", {"name": "recall"}, {"name": "lstm"}, 1000),
    ("recall, lag 99, lstm, H = 64", {"name": "recall", "lag": 99}, {"name": "lstm", "hidden": 64}, 1500),
    ("recall, lag 99, gru, H = 64", {"name": "recall", "lag": 99}, {"name": "gru", "hidden": 64}, 1500),
)
"""What is recorded, and for how many updates."""


def rows() -> Iterator[Row]:
    """All measurements, one after another."""
    for what, task, cell, steps in RECORDED:
        yield recording(what, task, cell, steps)
    for name in ("lstm", "gru"):
        yield time_to_done(name)


def recording(what: str, task: dict[str, Any], cell: dict[str, Any], steps: int) -> Row:
    """With probes, encoding and storing, against training alone, in processor time of the whole process.

    The two take turns from frame to frame, as what else goes on in the machine changes within seconds.
    """
    spec = parse_spec({"task": task, "cell": cell, "training": {"steps": steps, "stop": "never"}})
    taken, same = [], True
    for _ in range(REPEATS):
        alone = Training(spec)
        kept_s = alone_s = 0.0
        with tempfile.TemporaryDirectory() as folder:
            entries = _record(spec, Path(folder))
            while True:
                start = time.process_time()
                entry = next(entries, None)
                kept_s += time.process_time() - start
                if entry is None:
                    break
                weights = entry.weights
                start = time.process_time()
                while alone.step < entry.step:
                    alone.update()
                alone_s += time.process_time() - start
        taken.append((kept_s, alone_s))
        same = same and all(
            plain.tobytes() == weights[name].tobytes() for name, plain in alone.model.state_dict().items()
        )
    bits = "same bits" if same else "DIFFERENT BITS"
    kept, plain = (statistics.median(times) for times in zip(*taken, strict=True))
    detail = f"{kept:.2f} s against {plain:.2f} s, {bits}"
    ratios = spread([kept_s / alone_s for kept_s, alone_s in taken])
    return Row(f"recorded / unrecorded run, {what}, {steps:,} updates", ratios, detail, "at most 1.25")


def _record(spec: RunSpec, folder: Path) -> Iterator[Entry]:
    """As a worker does it."""
    kept, written = RunFolder(folder), json.dumps(spec.as_json())
    kept.create(written)
    writer = Writer(kept, "bench")
    for entry in record(written, "bench", None, _nothing):
        writer.write(entry)
        yield entry


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
