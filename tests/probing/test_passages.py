"""Passages: the shares against a plain loop over autograd's connectivity, and what is told of the extremes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from farback.cells import CELLS
from farback.inquiries import parse_inquiry
from farback.model import Model
from farback.probing.answer import answer
from farback.probing.passages import DISTANCE, TOLD, distant_shares, passages
from farback.spec import RunSpec, parse_spec
from farback.tasks import Batch
from farback.tasks.text import Text

from .test_connectivity import by_autograd


def spec_of(cell: str, task: str = "characters") -> RunSpec:
    window = {"window": 14} if cell == "feedforward" else {}
    return parse_spec({"task": {"name": task, "length": 32}, "cell": {"name": cell, "hidden": 6, **window}})


@pytest.mark.parametrize("cell", CELLS)
def test_the_extremes_are_those_of_a_plain_loop(cell: str) -> None:
    spec = spec_of(cell)
    model = Model.drawn(spec.cell, spec.task.inputs, spec.task.outputs, 32, np.random.default_rng(0))
    batch = spec.task.batch(np.random.default_rng(1), 11, held_out=True)
    C = by_autograd(model, torch.from_numpy(batch.x), torch.from_numpy(batch.y))
    assert isinstance(spec.task, Text)
    texts = [spec.task.written(batch.x[:, b]) for b in range(11)]
    expected = np.full(batch.mask.T.shape, np.nan)
    for b in range(11):
        for k in range(2 * DISTANCE + 1, 32):
            near = texts[b][k - DISTANCE + 1 : k + 1]
            if sum(letter.isalpha() for letter in near) > DISTANCE / 2:
                expected[b, k] = sum(float(C[b, k, t]) for t in range(k - DISTANCE)) / float(C[b, k].sum())
    found = passages(model, batch, texts)
    expected = expected[np.isfinite(expected).any(axis=1)]
    highest, lowest = np.nanmax(expected, axis=1), np.nanmin(expected, axis=1)
    np.testing.assert_allclose([each.share for each in found.long], np.sort(highest)[::-1][:TOLD], rtol=1e-4)
    np.testing.assert_allclose([each.share for each in found.short], np.sort(lowest)[:TOLD], rtol=1e-4)


def test_only_what_is_asked_counts() -> None:
    spec = spec_of("gru")
    model = Model.drawn(spec.cell, spec.task.inputs, spec.task.outputs, 32, np.random.default_rng(0))
    batch = spec.task.batch(np.random.default_rng(1), 3, held_out=True)
    mask = np.zeros_like(batch.mask)
    mask[25, 1] = mask[5, 0] = mask[26, 2] = True
    found = passages(model, Batch(batch.x, batch.y, mask), ["x" * 32, "y" * 32, "x" + " |" * 15 + "x"])
    assert [(each.window, each.k) for each in (*found.long, *found.short)] == [(1, 25), (1, 25)], "26 follows no word"


def test_what_reads_the_same_is_told_once() -> None:
    spec = spec_of("gru")
    model = Model.drawn(spec.cell, spec.task.inputs, spec.task.outputs, 32, np.random.default_rng(0))
    batch = spec.task.batch(np.random.default_rng(1), 3, held_out=True)
    found = passages(model, batch, ["x" * 32, "x" * 32, "y" * 32])
    assert len(found.long) == len(found.short) == 2
    assert {each.window for each in found.long} >= {2}


def test_shares_of_a_row_without_connectivity_are_none() -> None:
    shares = distant_shares(np.zeros((1, 30, 30), np.float32))
    assert np.isnan(shares).all()
    exploded = np.full((1, 30, 30), np.inf, np.float32)
    assert np.isnan(distant_shares(exploded)).all()


@pytest.mark.parametrize("task", ["characters", "autocomplete"])
def test_a_passage_reads_as_it_was_measured(task: str) -> None:
    """Looked at as a sequence of one's own, the text has the share that it was told for."""
    spec = spec_of("lstm", task)
    model = Model.drawn(spec.cell, spec.task.inputs, spec.task.outputs, 32, np.random.default_rng(2))
    told = answer(spec, model.state_dict(), 0, parse_inquiry({"name": "passages"}, spec))
    assert told["distance"] == DISTANCE
    assert len(told["long"]) == len(told["short"]) == TOLD
    assert told["long"][0]["share"] > told["short"][0]["share"]
    for passage in (*told["long"], *told["short"]):
        batch = spec.task.read(passage["text"])
        assert batch.mask[passage["k"], 0]
        C = by_autograd(model, torch.from_numpy(batch.x), torch.from_numpy(batch.y))[0, passage["k"]]
        assert float(C[: passage["k"] - DISTANCE].sum() / C.sum()) == pytest.approx(passage["share"], rel=1e-4)
