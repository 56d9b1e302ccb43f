"""The real recorder in a real worker: what is stored equals what an undisturbed run in this process gives."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save

from farback.arrays import Floats
from farback.config import Settings
from farback.engine import Job, LocalEngine
from farback.engine.recorder import answer, record
from farback.frame import encode
from farback.pipeline import record as record_moments
from farback.spec import parse_spec
from farback.store import Entry, Store
from farback.web.frames import ARRAYS

from .conftest import all_frames

SPEC: dict[str, Any] = {
    "task": {"name": "recall", "lag": 6},
    "cell": {"name": "lstm", "hidden": 8},
    "training": {"steps": 150, "stop": "never"},
}


@pytest.fixture(scope="module")
def spec() -> str:
    return json.dumps(parse_spec(SPEC).as_json())


@pytest.fixture(scope="module")
def entries(spec: str) -> list[Entry]:
    return list(record(spec, "run", None, lambda _: None))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[LocalEngine]:
    store = Store(tmp_path)
    engine = LocalEngine(Settings(data_dir=tmp_path, workers=1), store)
    engine.start()
    yield engine
    engine.close()
    store.close()


def test_a_run_whose_worker_was_killed_is_stored_in_the_same_bits(
    engine: LocalEngine, spec: str, entries: list[Entry]
) -> None:
    engine.submit(Job("run", spec, spec, "{}", 150, False), "ann")
    engine.read("run", 8, 60.0)
    [worker] = engine._pool.workers
    assert worker.process.pid is not None
    os.kill(worker.process.pid, signal.SIGKILL)
    assert all_frames(engine, "run") == [entry.wire for entry in entries]
    assert engine.losses == 1
    assert engine.state("run").result == entries[-1].result
    folder = engine.store.folder("run")
    assert folder.steps() == [entry.step for entry in entries]
    for entry in entries:
        weights = load_file(folder.weights(entry.step))
        assert weights.keys() == entry.weights.keys()
        assert all(np.array_equal(weights[name], array) for name, array in entry.weights.items())


def test_any_checkpoint_leads_to_the_same_bits(spec: str, entries: list[Entry]) -> None:
    for cut in (0, 5, len(entries) - 2):
        rest = list(record(spec, "run", entries[cut].checkpoint, lambda _: None))
        assert [entry.wire for entry in rest] == [entry.wire for entry in entries[cut + 1 :]]
        assert rest[-1].result == entries[-1].result


SPOILED: list[tuple[str, Callable[[dict[str, Floats]], object]]] = [
    ("nothing", dict.clear),
    ("no story", lambda checkpoint: checkpoint.pop("story")),
    ("no step", lambda checkpoint: checkpoint.pop("step")),
    ("no moments", lambda checkpoint: [checkpoint.pop(name) for name in list(checkpoint) if "optimizer" in name]),
    ("half of a moment", lambda checkpoint: checkpoint.update({"optimizer.exp_avg": np.zeros(3, np.float32)})),
    ("weights of another size", lambda checkpoint: checkpoint.update(flat=checkpoint["flat"][:-1])),
    ("something else besides", lambda checkpoint: checkpoint.update(other=np.zeros(1, np.float32))),
]


@pytest.mark.parametrize("spoil", [row[1] for row in SPOILED], ids=[row[0] for row in SPOILED])
def test_a_checkpoint_that_does_not_fit_is_none(
    spec: str, entries: list[Entry], spoil: Callable[[dict[str, Floats]], object]
) -> None:
    checkpoint = dict(entries[5].checkpoint)
    spoil(checkpoint)
    first = next(record(spec, "run", checkpoint, lambda _: None))
    assert first.wire == entries[0].wire


def test_a_frame_measured_again_on_its_weights_has_the_same_bits(spec: str, entries: list[Entry]) -> None:
    moments = record_moments(parse_spec(json.loads(spec)), run_id="run")
    for entry, moment in zip(entries[:4], moments, strict=False):
        arrays = json.loads(answer(spec, save(entry.weights), entry.step, ARRAYS))["arrays"]
        full = json.loads(encode(moment.frame, full=True))
        assert full | arrays == full


def test_the_weights_load_strictly_into_torch(entries: list[Entry]) -> None:
    weights = entries[-1].weights
    lstm = torch.nn.LSTM(parse_spec(SPEC).task.inputs, 8)
    own = {name.removeprefix("recurrent."): array for name, array in weights.items() if name.startswith("recurrent.")}
    lstm.load_state_dict({name: torch.from_numpy(np.asarray(array)) for name, array in own.items()}, strict=True)


def test_after_step_may_end_a_run(spec: str) -> None:
    class Enough(Exception):
        pass

    def stop(step: int) -> None:
        if step == 5:
            raise Enough

    steps: list[int] = []
    with pytest.raises(Enough):
        steps.extend(entry.step for entry in record(spec, "run", None, stop))
    assert steps == [0, 1, 2, 4]
