"""The whole pipeline: deterministic, resumable, undisturbed by being watched, and honest when it explodes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch

import farback
from farback.errors import Exploded
from farback.frame import encode
from farback.model import Model
from farback.pipeline import Moment, is_frame, record
from farback.randomness import Stream, randomness
from farback.spec import RunSpec, parse_spec
from farback.training import Training, loss_of

SMALL: dict[str, Any] = {
    "task": {"name": "recall", "lag": 5, "symbols": 3, "distractors": 2},
    "training": {"steps": 70, "batch": 8},
}


def small(cell: str = "lstm", **training: Any) -> RunSpec:
    return parse_spec(SMALL | {"cell": {"name": cell, "hidden": 6}, "training": SMALL["training"] | training})


def moments(spec: RunSpec, **options: Any) -> list[Moment]:
    return list(record(spec, **options))


@pytest.mark.parametrize("cell", ["feedforward", "rnn", "gru", "lstm"])
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_run_ends_in_the_same_bits_again_and_from_each_of_its_checkpoints(cell: str, optimizer: str) -> None:
    spec = small(cell, optimizer=optimizer, stop="never")
    whole = moments(spec)
    wire = [encode(m.frame, full=True) for m in whole]
    assert [encode(m.frame, full=True) for m in moments(spec)] == wire
    for done, moment in enumerate(whole[:-1]):
        rest = moments(spec, resume=moment.checkpoint)
        assert [encode(m.frame, full=True) for m in rest] == wire[done + 1 :]
        assert all((rest[-1].weights[name] == value).all() for name, value in whole[-1].weights.items())
    assert moments(spec, resume=whole[-1].checkpoint) == []


def test_a_run_that_is_solved_resumes_to_the_same_end() -> None:
    spec = parse_spec(SMALL | {"cell": {"name": "gru"}, "training": {"steps": 600}})
    whole = moments(spec)
    last = whole[-1].frame
    assert last.last
    assert last.solved_at is not None
    solved = [m.frame.step for m in whole].index(last.solved_at)
    assert last.step == whole[solved + 1].frame.step + 50
    assert last.reach.value == 5
    assert last.reach.at_least
    assert last.result()["solved_at"] == last.solved_at
    for moment in whole[solved - 1 : solved + 3]:
        again = moments(spec, resume=moment.checkpoint)
        assert encode(again[-1].frame) == encode(last)


def test_bits_do_not_depend_on_the_threads_that_torch_may_use() -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        two = moments(small("gru"))[-1]
        assert torch.get_num_threads() == 2
        torch.set_num_threads(1)
        assert encode(moments(small("gru"))[-1].frame, full=True) == encode(two.frame, full=True)
    finally:
        torch.set_num_threads(before)


def test_watching_does_not_disturb() -> None:
    spec = small()
    watched = moments(spec)[-1].weights
    training = Training(spec)
    for _ in range(spec.training.steps):
        training.update()
    alone = training.model.state_dict()
    assert all(alone[name].tobytes() == watched[name].tobytes() for name in alone)


def test_frames_come_at_steps_that_depend_on_the_step_alone() -> None:
    steps = [step for step in range(401) if is_frame(step)]
    assert steps[:6] == [0, 1, 2, 4, 8, 16]
    assert steps[6:25] == list(range(20, 201, 10))
    assert steps[25:] == [250, 300, 350, 400]
    whole = moments(small())
    frames = [m.frame for m in whole]
    assert [f.step for f in frames] == [0, 1, 2, 4, 8, 16, 20, 30, 40, 50, 60, 70]
    assert [f.seq for f in frames] == list(range(12))
    assert [f.last for f in frames] == [False] * 11 + [True]
    assert all((a.x == b.x).all() and a.y == b.y for a, b in pairwise(farback.run(small())))


def test_steps_are_counted_out_one_by_one_and_can_be_stopped() -> None:
    seen: list[int] = []
    moments(small(), after_step=seen.append)
    assert seen == list(range(1, 71))

    def stop(step: int) -> None:
        if step == 33:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        moments(small(), after_step=stop)


def test_two_runs_open_at_once_do_not_mix() -> None:
    before = torch.get_num_threads()
    specs = [small("gru"), small("lstm", optimizer="sgd")]
    alone = [[encode(m.frame, full=True) for m in moments(spec)] for spec in specs]
    together: list[list[bytes]] = [[], []]
    for pair in zip(record(specs[0]), record(specs[1]), strict=True):
        assert torch.get_num_threads() == before
        torch.manual_seed(0)  # what a caller does in between is the caller's own
        for mine, moment in zip(together, pair, strict=True):
            mine.append(encode(moment.frame, full=True))
    assert together == alone


def explosive(activation: str, steps: int = 400) -> RunSpec:
    return parse_spec(
        SMALL
        | {
            "cell": {"name": "rnn", "activation": activation, "hidden": 6},
            "training": {"steps": steps, "lr": 10.0, "clip": None, "optimizer": "sgd", "batch": 8},
            "task": {"name": "adding", "length": 40},
        }
    )


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_an_explosion_in_the_last_update_is_no_success(activation: str) -> None:
    with pytest.raises(Exploded) as caught:
        moments(explosive(activation))
    frames: list[Any] = []
    with pytest.raises(Exploded) as again:
        _collect(record(explosive(activation, steps=caught.value.step)), frames)
    assert again.value.step == caught.value.step == frames[-1].step
    assert [frame.last for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert frames[-1].loss is None


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_an_explosion_is_shown_and_then_raised(activation: str) -> None:
    spec = explosive(activation)
    frames: list[Any] = []
    with pytest.raises(Exploded) as caught:
        _collect(record(spec), frames)
    last = frames[-1]
    assert caught.value.step == last.step
    assert str(caught.value) == f"exploded at step {last.step}"
    assert last.last
    assert last.loss is None
    assert last.reason
    encode(last)
    assert all(frame.loss is not None for frame in frames[:-1])


def test_a_model_that_overflows_untrained_explodes_at_step_0() -> None:
    cell = {"name": "rnn", "hidden": 6, "activation": "relu", "radius": 4.0}
    spec = parse_spec({"task": {"name": "adding", "length": 120}, "cell": cell, "training": {"steps": 5}})
    frames: list[Any] = []
    with pytest.raises(Exploded, match="exploded at step 0"):
        _collect(record(spec), frames)
    assert [(frame.step, frame.last, frame.loss) for frame in frames] == [(0, True, None)]


def _collect(source: Any, into: list[Any]) -> None:
    for moment in source:
        into.append(moment.frame)


def test_an_untrained_model_has_reach_zero_whatever_its_horizon() -> None:
    for cell in ("feedforward", "rnn", "gru", "lstm"):
        first = next(iter(farback.run({"task": {"name": "recall", "lag": 12}, "cell": {"name": cell}})))
        assert first.reach.value == 0
        assert first.horizon.value == first.horizon.at_start
        if cell == "feedforward":
            assert first.horizon.value == 7
        if cell in ("gru", "lstm"):
            assert first.horizon.value == 12  # chrono: built in from the start


@pytest.mark.parametrize("task", [{"name": "recall", "lag": 20, "symbols": 8}, {"name": "characters", "length": 24}])
@pytest.mark.parametrize("cell", ["feedforward", "rnn", "gru", "lstm"])
def test_lucky_guesses_of_an_untrained_model_are_no_reach(task: dict[str, Any], cell: str) -> None:
    for seed in range(3):
        # At this rate the only update moves no weight, so the result's larger test sees the untrained model too.
        still = {"steps": 1, "lr": 1e-30}
        for frame in farback.run(parse_spec({"task": task, "cell": {"name": cell}, "training": still, "seed": seed})):
            assert frame.reach.value == 0


def test_between_two_symbols_an_untrained_read_out_may_tell_the_very_last_one_but_no_more() -> None:
    """With two classes some random read-outs separate the input just seen: such a model does answer, so it counts."""
    for seed in range(12):
        spec = {"task": {"name": "recall", "lag": 20, "symbols": 2}, "cell": {"name": "rnn"}, "seed": seed}
        assert next(iter(farback.run(spec))).reach.value <= 1


@pytest.mark.parametrize("cell", ["feedforward", "rnn", "gru", "lstm"])
@pytest.mark.parametrize("task", ["recall", "adding", "copying"])
def test_the_training_gradient_equals_autograds(cell: str, task: str) -> None:
    sizes = {"recall": {"lag": 6}, "adding": {"length": 8}, "copying": {"items": 2, "delay": 3}}[task]
    spec = parse_spec({"task": {"name": task, **sizes}, "cell": {"name": cell, "hidden": 5, "layers": 2}})
    training = Training(spec)
    batch = spec.task.batch(randomness(0, Stream.TRAINING, 1), 4)
    with torch.no_grad():
        value = training._backward(batch)
        ours = training.model.flat.grad
        assert ours is not None
        ours = ours.double().clone()

    start = training.model.state_dict()
    double = Model(spec.cell, spec.task.inputs, spec.task.outputs, start, torch.float64)
    mask = torch.from_numpy(batch.mask)

    def loss(flat: torch.Tensor) -> float:
        double.flat.copy_(flat)
        with torch.no_grad():
            output = double.readout(double.scan(torch.from_numpy(batch.x).double())[-1].h[mask])
            target = torch.from_numpy(batch.y)[mask]
            if task == "adding":
                return float(torch.nn.functional.mse_loss(output, target.double()))
            return float(torch.nn.functional.cross_entropy(output, target))

    flat = double.flat.clone()
    assert abs(loss(flat) - value) < 1e-5
    step = 1e-5
    for i in range(0, flat.numel(), 7):  # finite differences of every seventh weight
        high, low = flat.clone(), flat.clone()
        high[i] += step
        low[i] -= step
        assert abs((loss(high) - loss(low)) / (2 * step) - float(ours[i])) < 2e-5


def test_losses_are_torchs() -> None:
    rng = np.random.default_rng(0)
    logits, classes = torch.from_numpy(rng.standard_normal((7, 4))), torch.from_numpy(rng.integers(4, size=7))
    leaf = logits.clone().requires_grad_()
    expected = torch.nn.functional.cross_entropy(leaf, classes)
    (grad,) = torch.autograd.grad(expected, leaf)
    found = loss_of("classification", logits, classes)
    assert abs(found.value - expected.item()) < 1e-12
    assert torch.allclose(found.grad, grad)
    values = torch.from_numpy(rng.standard_normal((7, 1)))
    leaf = logits[:, :1].clone().requires_grad_()
    expected = torch.nn.functional.mse_loss(leaf, values)
    (grad,) = torch.autograd.grad(expected, leaf)
    found = loss_of("regression", logits[:, :1], values)
    assert abs(found.value - expected.item()) < 1e-12
    assert torch.allclose(found.grad, grad)


def test_predict_in_blocks_is_predict_at_once() -> None:
    spec = small()
    model = Training(spec).model
    x = np.random.default_rng(0).standard_normal((400, 150, spec.task.inputs)).astype(np.float32)
    with torch.no_grad():
        at_once = model.readout(model.scan(torch.from_numpy(x))[-1].h[[3, 399]]).numpy()
        assert np.allclose(model.predict(x, [3, 399]), at_once, atol=1e-6)
