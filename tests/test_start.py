"""Going on from trained weights: in the same bits where that can be, and as torch would elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from safetensors.numpy import load, save

import farback
from farback.arrays import Floats
from farback.errors import InvalidInput
from farback.frame import encode, encode_arrays
from farback.identity import run_id
from farback.pipeline import Moment, record
from farback.randomness import Stream, randomness
from farback.spec import RunSpec, parse_spec

START = {"snapshot": "abcdefghijkl", "run": 0, "step": 20, "updates": 20, "sha256": "0" * 64, "private": False}
SMALL: dict[str, Any] = {
    "task": {"name": "recall", "lag": 5, "symbols": 3, "distractors": 2},
    "training": {"steps": 60, "batch": 8, "stop": "never"},
}


def small(cell: str, start: Mapping[str, Any] | None = None, **training: Any) -> RunSpec:
    options = {"window": 6} if cell == "feedforward" else {}
    whole = SMALL | {"cell": {"name": cell, "hidden": 6} | options, "training": SMALL["training"] | training}
    return parse_spec(whole if start is None else whole | {"start": start})


def at(step: int, moments: list[Moment]) -> Moment:
    return next(moment for moment in moments if moment.frame.step == step)


def kept(moment: Moment) -> dict[str, Floats]:
    """Its weights as a snapshot gives them: names may come in any order."""
    return dict(sorted(load(save(moment.weights)).items(), reverse=True))


@pytest.mark.parametrize("cell", ["feedforward", "rnn", "gru", "lstm", "nested_lstm"])
def test_cut_in_two_plain_descent_ends_in_the_same_bits(cell: str) -> None:
    whole = list(record(small(cell, optimizer="sgd")))
    cut = at(20, whole)
    rest = list(record(small(cell, START, optimizer="sgd", steps=40), start=kept(cut)))
    for step in (0, 20, 30, 40):
        before, after = at(20 + step, whole).weights, at(step, rest).weights
        assert before.keys() == after.keys()
        assert all(before[name].tobytes() == after[name].tobytes() for name in before), step
    assert rest[-1].frame.result()["steps"] == 40, "its own steps count from 0"


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "nested_lstm", "feedforward"])
def test_the_first_frame_is_that_of_the_weights(cell: str) -> None:
    cut = at(20, list(record(small(cell))))
    first = next(record(small(cell, START), start=kept(cut))).frame
    before, after = (encode_arrays(vars(frame), full=True) for frame in (cut.frame, first))
    assert before == after
    for name in ("loss", "accuracy", "y", "answers", "rows", "reach", "by_lag"):
        assert getattr(first, name) == getattr(cut.frame, name), name
    assert (first.step, first.seq, first.updates, first.train_loss) == (0, 0, None, None)
    assert first.horizon.at_start == first.horizon.value == cut.frame.horizon.value


@pytest.mark.parametrize(("cell", "module"), [("rnn", torch.nn.RNN), ("gru", torch.nn.GRU), ("lstm", torch.nn.LSTM)])
def test_it_goes_on_as_torch_does_from_the_same_weights(cell: str, module: type[torch.nn.Module]) -> None:
    """Adam starts afresh, the lag is another, and the data goes on behind what the weights have seen."""
    weights = kept(at(20, list(record(small(cell)))))
    spec = parse_spec(small(cell, START).as_json() | {"task": SMALL["task"] | {"lag": 9}})
    ours = [moment.frame for moment in record(spec, start=weights)]

    task = spec.task
    recurrent, readout = module(task.inputs, 6), torch.nn.Linear(6, task.outputs)
    for part, prefix in ((recurrent, "recurrent."), (readout, "readout.")):
        state = {n.removeprefix(prefix): torch.from_numpy(w) for n, w in weights.items() if n.startswith(prefix)}
        part.load_state_dict(state, strict=True)
    parameters = [*recurrent.parameters(), *readout.parameters()]
    adam = torch.optim.Adam(parameters, lr=spec.training.lr)
    losses: list[float] = []
    seen: dict[int, float] = {}
    for step in range(1, 31):
        batch = task.batch(randomness(spec.seed, Stream.TRAINING, 20 + step), 8)
        x, y, mask = (torch.from_numpy(part) for part in (batch.x, batch.y, batch.mask))
        loss = torch.nn.functional.cross_entropy(readout(recurrent(x)[0])[mask], y[mask])
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, spec.training.clip or 1e9)
        adam.step()
        losses.append(loss.item())
        if step in (1, 2, 4, 8, 16, 20, 30):
            seen[step] = sum(losses) / len(losses)
            losses = []
    for frame in ours:
        if frame.step in seen:
            assert frame.train_loss == pytest.approx(seen[frame.step], rel=2e-4), frame.step


def test_it_goes_on_from_each_of_its_own_checkpoints() -> None:
    spec = small("gru", START)
    weights = kept(at(20, list(record(small("gru")))))
    whole = list(record(spec, start=weights))
    wire = [encode(moment.frame, full=True) for moment in whole]
    for done, moment in enumerate(whole[:-1]):
        rest = record(spec, resume=moment.checkpoint, start=weights)
        assert [encode(again.frame, full=True) for again in rest] == wire[done + 1 :]
    assert [frame.loss for frame in farback.run(spec, start=weights)] == [moment.frame.loss for moment in whole]


def test_weights_that_are_missing_or_not_the_models_are_refused() -> None:
    weights = at(0, list(record(small("rnn", steps=1)))).weights
    with pytest.raises(InvalidInput, match="must be given with it"):
        next(farback.run(small("rnn", START)))
    with pytest.raises(InvalidInput, match="its spec has no `start`"):
        next(farback.run(small("rnn"), start=weights))
    for others in (weights | {"more": weights["readout.bias"]}, weights | {"readout.bias": weights["readout.weight"]}):
        with pytest.raises(InvalidInput, match="not those of this model"):
            next(farback.run(small("rnn", START), start=others))


def test_the_id_tells_what_it_starts_from_and_not_where_that_is_kept() -> None:
    one = run_id(small("rnn", START))
    assert one != run_id(small("rnn"))
    elsewhere = START | {"snapshot": "lkjihgfedcba", "run": 3}
    assert run_id(small("rnn", elsewhere)) == one
    for other in ({"sha256": "1" * 64}, {"updates": 40}):
        assert run_id(small("rnn", START | other)) != one
    secret = small("rnn", START | {"private": True})
    assert secret.private
    assert run_id(secret) != run_id(secret)
    assert "start" not in small("rnn").as_json(), "what starts afresh is written as before"
    assert parse_spec(small("rnn", START).as_json()) == small("rnn", START)
