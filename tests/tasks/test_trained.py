"""Every cell can be trained on every task: two updates, with all their frames."""

from __future__ import annotations

import json

import numpy as np
import pytest

import farback
from farback import config
from farback.cells import CELLS
from farback.inquiries import parse_inquiry
from farback.pipeline import record
from farback.probing.answer import answer
from farback.probing.observe import Observer
from farback.randomness import Stream, randomness
from farback.spec import parse_spec
from farback.tasks import TASKS
from farback.training import Training


@pytest.mark.parametrize("task", list(TASKS))
@pytest.mark.parametrize("cell", list(CELLS))
def test_two_updates_with_frames(task: str, cell: str) -> None:
    spec = {
        "task": {"name": task},
        "cell": {"name": cell, "hidden": 4},
        "training": {"steps": 2, "batch": 3},
    }
    frames = list(farback.run(spec))
    assert [frame.step for frame in frames] == [0, 1, 2]
    assert all(frame.loss is not None and np.isfinite(frame.loss) for frame in frames)
    assert all(frame.reason is None for frame in frames)
    assert frames[-1].last
    assert not np.array_equal(frames[0].layers[0].h, frames[-1].layers[0].h)


@pytest.mark.parametrize("task", list(TASKS))
def test_every_inquiry_has_an_answer(task: str) -> None:
    """Also where steps are asked in some sequences only, and where the answer is not at the last step."""
    spec = parse_spec({"task": {"name": task}, "cell": {"name": "gru", "hidden": 4}, "training": {"steps": 1}})
    *_, moment = record(spec)
    for inquiry in ("look", "states", "jacobians", "causal", "lengths", "chain"):
        asked = parse_inquiry({"name": inquiry} | ({"t": 0} if inquiry == "chain" else {}), spec)
        assert json.dumps(answer(spec, moment.weights, 1, asked), allow_nan=False)


@pytest.mark.parametrize("task", [name for name, kind in TASKS.items() if "shuffled" in kind.model_fields])
def test_shuffled_time_trains_as_well(task: str) -> None:
    spec = {
        "task": {"name": task, "shuffled": True},
        "cell": {"name": "gru", "hidden": 4},
        "training": {"steps": 1, "batch": 3},
    }
    assert [frame.reason for frame in farback.run(spec)] == [None, None]


def test_accuracy_is_taken_on_what_is_asked_and_nothing_else() -> None:
    """Strings of a^n b^n differ in length, so that a step is asked in some held-out sequences and not in others."""
    spec = parse_spec({"task": {"name": "counting"}, "cell": {"name": "gru", "hidden": 4}, "seed": 3})
    model, task = Training(spec).model, spec.task
    batch = task.batch(randomness(3, Stream.HELD_OUT), config.HELD_OUT_SEQUENCES, held_out=True)
    said = model.predict(batch.x, range(task.length)).argmax(axis=-1)
    assert Observer(spec).score(model).accuracy == (said == batch.y)[batch.mask].mean()
    assert not batch.mask.all()
