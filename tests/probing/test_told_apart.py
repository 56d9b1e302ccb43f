"""What a model does and what its gradient sees are two things: each can be long where the other is short."""

from __future__ import annotations

import numpy as np

from farback.frame import Frame
from farback.model import Model
from farback.probing.observe import Observer, Progress
from farback.spec import RunSpec, parse_spec
from farback.training import Training

LAG = 20


def spec(cell: str, hidden: int) -> RunSpec:
    task = {"name": "recall", "lag": LAG, "symbols": 4, "distractors": 2}
    return parse_spec({"task": task, "cell": {"name": cell, "hidden": hidden}})


def look(of: RunSpec, model: Model) -> Frame:
    observer = Observer(of)
    return observer.frame(model, observer.score(model), Progress(0, 0, True, None, None, None, None))


def test_a_latched_rnn_answers_from_far_back_although_its_gradient_has_died() -> None:
    """One unit a symbol, and h_t = tanh(3 h_{t-1} + 6 x): a symbol throws the units to one side, where they stay.

    There, at h = 0.995, the slope is 3 (1 - h^2) = 0.03: so much of the gradient is left a step back.
    """
    latch = spec("rnn", 4)
    model = Model.drawn(latch.cell, latch.task.inputs, 4, LAG, np.random.default_rng(0))
    for weight in model.weights.values():
        weight.zero_()
    model.weights["recurrent.weight_ih_l0"][:, :4] = -6.0
    model.weights["recurrent.weight_ih_l0"].fill_diagonal_(6.0)
    model.weights["recurrent.weight_hh_l0"].fill_diagonal_(3.0)
    model.weights["readout.weight"].fill_diagonal_(5.0)
    frame = look(latch, model)
    assert frame.accuracy == 1.0
    assert frame.reach.value == LAG
    assert frame.reach.at_least
    assert frame.horizon.value is not None
    assert frame.horizon.value <= 3
    verdict = frame.layers[0].verdict
    assert verdict.value == "vanishing"
    assert verdict.half_life is not None
    assert verdict.half_life < 1


def test_an_untrained_chrono_lstm_has_the_whole_horizon_and_answers_nothing() -> None:
    fresh = spec("lstm", 32)
    frame = look(fresh, Training(fresh).model)
    assert frame.reach.value == 0
    assert frame.horizon.value == LAG
    assert frame.layers[0].verdict.value == "steady"
