"""Inquiries answered: every kind for every cell and task, as JSON, and equal to what the frames say."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from torch import Tensor

from farback.cells import CELLS, Trace
from farback.errors import InvalidInput, TooLarge
from farback.frame import decode, unpack
from farback.inquiries import Look, parse_inquiry
from farback.model import Model
from farback.pipeline import Moment, record
from farback.probing.answer import answer
from farback.spec import RunSpec, parse_spec

TASKS: dict[str, dict[str, Any]] = {
    "recall": {"name": "recall", "lag": 6, "symbols": 3, "distractors": 2},
    "adding": {"name": "adding", "length": 8},
    "copying": {"name": "copying", "items": 2, "delay": 3},
    "characters": {"name": "characters", "length": 16},
    "autocomplete": {"name": "autocomplete", "length": 16, "vocabulary": 20},
}


def trained(task: str, cell: str, layers: int = 1) -> tuple[RunSpec, Moment]:
    spec = parse_spec(
        {
            "task": TASKS[task],
            "cell": {"name": cell, "hidden": 5, "layers": layers},
            "training": {"steps": 2, "batch": 4},
        }
    )
    return spec, list(record(spec))[-1]


def ask(spec: RunSpec, moment: Moment, **inquiry: Any) -> Any:
    found = answer(spec, moment.weights, moment.frame.step, parse_inquiry(inquiry, spec))
    return json.loads(json.dumps(found, allow_nan=False))


@pytest.mark.parametrize("task", list(TASKS))
@pytest.mark.parametrize("cell", list(CELLS))
def test_every_inquiry_has_an_answer_for_every_task_and_cell(task: str, cell: str) -> None:
    spec, moment = trained(task, cell, layers=2)
    k = spec.task.answers[-1]
    row = moment.frame.connectivity[moment.frame.rows.index(k)]

    looked = decode(json.dumps(ask(spec, moment, name="look", full=True)["frame"]).encode())
    assert np.array_equal(looked.connectivity, moment.frame.connectivity)
    assert np.array_equal(looked.layers[0].grad_h, moment.frame.layers[0].grad_h)
    assert looked.loss == moment.frame.loss

    if cell == "feedforward":
        with pytest.raises(InvalidInput, match="no state"):
            ask(spec, moment, name="states")
    else:
        states = ask(spec, moment, name="states", layer=0)
        assert (states["rows"], states["layer"]) == (moment.frame.rows, 0)
        at_the_end = unpack(states["connectivity"])[:, -1]  # nothing comes after the last state
        assert (at_the_end[:-1] == 0).all()
        assert at_the_end[-1] > 0

    causal = ask(spec, moment, name="causal")
    assert np.allclose(unpack(causal["connectivity"])[0], row, rtol=1e-5, atol=1e-7)
    assert unpack(causal["measured"]).shape == (1, spec.task.length)

    lengths = ask(spec, moment, name="lengths")
    assert lengths["at"][0]["length"] == spec.task.length
    assert lengths["at"][0]["loss"] == pytest.approx(moment.frame.loss)
    assert lengths["at"][-1]["length"] == 4 * spec.task.length

    chain = ask(spec, moment, name="chain", t=1)
    if cell == "feedforward":
        assert chain["kind"] == "window"
        assert np.allclose(chain["connectivity"], row[1 : k + 1], rtol=1e-5)
        with pytest.raises(InvalidInput, match="no state"):
            ask(spec, moment, name="jacobians")
        return
    assert chain["difference"] < 1e-10
    assert chain["steps"] == list(range(k, 1, -1))
    jacobians = ask(spec, moment, name="jacobians")
    steps, products = (unpack(jacobians[name]) for name in ("steps", "products"))
    assert steps.shape == (spec.task.length, 3)
    assert products.shape == (k + 1, 3)
    assert np.allclose(products[1], steps[k], atol=1e-5, equal_nan=True)
    assert np.allclose(chain["product_spectral"][-1], products[k - 1, 0], atol=1e-4)
    assert chain["spectral"][0] == pytest.approx(10 ** float(steps[k, 0]), rel=1e-5)
    assert (jacobians["direct"] is None) == (cell == "rnn")
    assert (jacobians["weights"] is None) == (cell != "rnn")


def test_a_memory_that_is_neither_kept_nor_written_takes_the_answer_away() -> None:
    """With the forget gate alone shut, the model may write down again what it still shows; not with both shut."""
    spec = parse_spec({"task": {"name": "recall", "lag": 10, "symbols": 4}, "cell": {"name": "lstm"}})
    moment = list(record(spec))[-1]
    assert moment.frame.reach.value == 10
    hold = [{"gate": gate, "value": 0, "start": 8, "stop": 9} for gate in ("f", "i")]
    held = ask(spec, moment, name="look", hold=hold)["frame"]
    assert held["reach"]["value"] <= 3
    assert held["accuracy"] < moment.frame.accuracy
    assert moment.frame.horizon.value == 10
    assert held["horizon"]["value"] == 1
    assert (unpack(held["connectivity"])[-1, :9] == 0).all()


def test_a_gate_can_be_held_as_far_as_ones_own_sequence_goes() -> None:
    spec, moment = trained("recall", "gru")
    sequence = ["A", *["·1"] * 28, "?"]
    hold = [{"gate": "z", "value": 1, "start": 20, "stop": 25}]
    frame = ask(spec, moment, name="look", sequence=sequence, hold=hold, full=True)["frame"]
    assert (unpack(frame["layers"][0]["gates"]["z"])[20:25] == 1).all()


def test_a_sequence_of_ones_own_is_looked_at() -> None:
    spec, moment = trained("recall", "gru")
    frame = ask(spec, moment, name="look", sequence=["A", "·1", "·2", "?"])["frame"]
    assert frame["y"] == [None, None, None, 0]
    assert frame["answers"] == [3]
    assert frame["x"]["shape"] == f"4,{spec.task.inputs}"
    assert unpack(frame["connectivity"]).shape == (4, 4)
    text_spec, text = trained("characters", "rnn")
    frame = ask(text_spec, text, name="look", sequence="for x in")["frame"]
    assert len(frame["y"]) == 8
    assert frame["y"][-1] is None


ASKED: list[dict[str, Any]] = [
    {"name": "states", "layer": 0},
    {"name": "jacobians"},
    {"name": "chain", "t": 1},
    {"name": "causal"},
]


@pytest.mark.parametrize("inquiry", ASKED, ids=lambda inquiry: inquiry["name"])
def test_the_displayed_sequence_written_out_has_the_same_answers(inquiry: Any) -> None:
    spec, moment = trained("recall", "lstm", layers=2)
    labels = spec.task.labels()["x"]
    written = [labels[code] for code in moment.frame.x.argmax(axis=1)]
    hold = [{"gate": "f", "value": 0, "start": 2, "stop": 3}, {"gate": "i", "value": 1, "start": 4, "layer": 1}]
    for held in ([], hold):
        frames = ask(spec, moment, **inquiry, hold=held)
        own = ask(spec, moment, **inquiry, hold=held, sequence=written)
        assert frames.keys() == own.keys()
        for key, value in frames.items():
            if isinstance(value, dict) and "bdata" in value:
                assert np.allclose(unpack(own[key]), unpack(value), rtol=1e-4, atol=1e-5, equal_nan=True), key
            elif key in ("k", "t", "rows", "steps", "lags", "layer"):
                assert own[key] == value


def test_what_is_asked_of_a_held_model_is_what_its_frame_shows() -> None:
    spec, moment = trained("recall", "lstm", layers=2)
    hold = [{"gate": gate, "value": 0, "start": 3, "stop": 4, "layer": layer} for gate in "fi" for layer in (0, 1)]
    looked = decode(json.dumps(ask(spec, moment, name="look", full=True, hold=hold)["frame"]).encode())
    causal = ask(spec, moment, name="causal", hold=hold)
    row = unpack(causal["connectivity"])[0]
    assert np.allclose(row, looked.connectivity[looked.rows.index(6)], rtol=1e-5, atol=1e-7)
    assert (row[:4] == 0).all()  # what lies before is neither kept nor written
    assert np.isnan(unpack(causal["measured"])[0, :3]).all()
    assert (unpack(ask(spec, moment, name="states", hold=hold)["connectivity"])[-1, :3] == 0).all()
    jacobians = ask(spec, moment, name="jacobians", hold=hold)
    assert (unpack(jacobians["products"])[4:] == -np.inf).all()  # lags that reach back across step 3
    assert np.isfinite(unpack(jacobians["products"])[:4, 0]).all()
    assert (unpack(jacobians["direct"]["paths"])[4:] == -np.inf).all()
    chain = ask(spec, moment, name="chain", t=1, hold=hold)
    assert chain["product_spectral"][-1] is None
    assert chain["autograd"] == {"spectral": None, "frobenius": None}
    assert chain["difference"] == 0
    free = ask(spec, moment, name="chain", t=1)
    assert free["product_spectral"][-1] is not None


@pytest.mark.parametrize("cell", list(CELLS))
@pytest.mark.parametrize("length", [4, 20])
def test_a_sequence_of_ones_own_is_asked_about_from_its_last_step(cell: str, length: int) -> None:
    spec, moment = trained("recall", cell)
    sequence = ["A", *["·1"] * (length - 2), "?"]
    causal = ask(spec, moment, name="causal", sequence=sequence)
    assert causal["k"] == length - 1
    measured = unpack(causal["measured"])[0]
    assert measured.shape == (length,)
    assert np.isnan(measured[-1])  # every sequence of the task ends with this question
    chain = ask(spec, moment, name="chain", t=length - 3, sequence=sequence)
    assert (chain["t"], chain["k"]) == (length - 3, length - 1)
    if cell == "feedforward":
        return
    assert chain["difference"] < 1e-10
    assert unpack(ask(spec, moment, name="states", sequence=sequence)["connectivity"]).shape == (length, length)
    jacobians = ask(spec, moment, name="jacobians", sequence=sequence, k=2)
    assert jacobians["lags"] == [0, 1, 2]
    assert unpack(jacobians["steps"]).shape == (length, 3)


def test_an_inquiry_computes_only_what_it_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The displayed sequence alone, and no held-out ones; in `arrays` and `look` what a frame has, once."""
    spec, moment = trained("recall", "gru")
    widths: list[int] = []
    scan = Model.scan

    def counted(self: Model, x: Tensor) -> list[Trace]:
        widths.append(x.shape[1])
        return scan(self, x)

    def none(*_: object) -> None:
        raise AssertionError("there are no held-out sequences in this")

    monkeypatch.setattr(Model, "scan", counted)
    asked: list[tuple[dict[str, Any], list[int]]] = [
        ({"name": "arrays"}, [16]), ({"name": "states"}, [1]), ({"name": "jacobians"}, [1]),
        ({"name": "chain", "t": 1}, [1]), ({"name": "causal"}, [1]),
    ]  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(type(spec.task), "held_out", none)
        for inquiry, expected in asked:
            widths.clear()
            ask(spec, moment, **inquiry)
            assert widths == expected, inquiry
    for name, scans in (("look", [16]), ("lengths", [])):
        widths.clear()
        ask(spec, moment, name=name)
        assert widths == scans


def test_numbers_and_texts_of_ones_own_are_asked_about() -> None:
    spec, moment = trained("adding", "gru")
    sequence = [[0.1, 1], [0.9, 0], [0.5, 1], [0.3, 0]] * 5
    assert np.isfinite(unpack(ask(spec, moment, name="causal", sequence=sequence)["measured"])).any()
    spec, moment = trained("autocomplete", "nested_lstm")
    hold = [{"gate": "inner_f", "value": 0, "start": 3, "stop": 5}]
    for inquiry in ASKED:
        ask(spec, moment, **inquiry, sequence="for x in range", hold=hold)


def test_a_held_gate_is_told_by_as_many_trials_as_the_result_beside_it() -> None:
    spec, moment = trained("recall", "lstm")
    free = decode(json.dumps(ask(spec, moment, name="look", result=True)["frame"]).encode())
    assert free.last
    assert (free.reach, free.by_lag.trials) == (moment.frame.reach, moment.frame.by_lag.trials)
    live = decode(json.dumps(ask(spec, moment, name="look")["frame"]).encode())
    assert not live.last
    assert live.by_lag.trials < free.by_lag.trials
    hold = [{"gate": "i", "value": 0}]
    assert decode(json.dumps(ask(spec, moment, name="look", result=True, hold=hold)["frame"]).encode()).reach.value == 0
    large = parse_spec({"task": {"name": "recall", "lag": 399}, "cell": {"name": "lstm", "hidden": 128},
                        "training": {"batch": 1, "steps": 10}})  # fmt: skip
    look = parse_inquiry({"name": "look", "result": True}, large)
    assert isinstance(look, Look)
    assert not look.tests_whole(large), "it is answered, with a live frame's trials"


def test_replacements_are_counted_as_far_as_inputs_can_differ() -> None:
    """Of four symbols there are three others at a step, not 15: what reads numbers may be asked less."""
    cell = {"name": "gru", "hidden": 128}
    training = {"batch": 1, "steps": 10}
    symbols = {"name": "recall", "lag": 199, "symbols": 2, "distractors": 1}
    parse_inquiry({"name": "causal"}, parse_spec({"task": symbols, "cell": cell, "training": training}))
    numbers = parse_spec({"task": {"name": "adding", "length": 200}, "cell": cell, "training": training})
    with pytest.raises(TooLarge):
        parse_inquiry({"name": "causal"}, numbers)
    many = parse_spec({"task": symbols | {"symbols": 16}, "cell": cell, "training": training})
    with pytest.raises(TooLarge):
        parse_inquiry({"name": "causal"}, many)


@pytest.mark.parametrize("inquiry", [{"name": "causal"}, {"name": "lengths"}, {"name": "chain", "t": 0}])
def test_what_would_take_too_long_is_refused_at_once(inquiry: Any) -> None:
    large = {"name": "lstm", "hidden": 256, "layers": 3}
    task = {"name": "recall", "lag": 399, "fixed": True}
    spec = parse_spec({"task": task, "cell": large, "training": {"batch": 1, "steps": 10}})
    with pytest.raises(TooLarge):
        parse_inquiry(inquiry, spec)
    parse_inquiry({"name": "chain", "t": 390}, spec)


def test_jacobians_of_the_widest_states_are_refused_where_an_earlier_output_is_not() -> None:
    cell = {"name": "nested_lstm", "hidden": 256}
    task = {"name": "recall", "lag": 399}
    spec = parse_spec({"task": task, "cell": cell, "training": {"batch": 1, "steps": 10}})
    with pytest.raises(TooLarge, match="earlier output") as caught:
        parse_inquiry({"name": "jacobians"}, spec)
    assert caught.value.field == "k"
    parse_inquiry({"name": "jacobians", "k": 200}, spec)


def test_small_models_that_take_long_are_refused_too() -> None:
    """Their products are few; what counts are the functions of single numbers, step after step in float64."""

    def latch(hidden: int, name: str = "nested_lstm", layers: int = 3) -> RunSpec:
        cell = {"name": name, "hidden": hidden, "layers": layers}
        return parse_spec({"task": {"name": "latch", "length": 400}, "cell": cell, "training": {"steps": 1}})

    with pytest.raises(TooLarge, match="operations"):
        parse_inquiry({"name": "causal"}, latch(8))
    parse_inquiry({"name": "causal", "k": 250}, latch(8))
    for fast in (latch(4), latch(8, "lstm"), latch(16, "gru"), latch(32, "lstm", 1)):
        parse_inquiry({"name": "causal"}, fast)


@pytest.mark.parametrize("name", ["look", "states"])
def test_a_long_sequence_of_ones_own_is_refused_for_the_largest_models(name: str) -> None:
    cell = {"name": "nested_lstm", "hidden": 256, "layers": 3}
    short = parse_spec({"task": {"name": "latch", "length": 20}, "cell": cell, "training": {"steps": 1}})
    with pytest.raises(TooLarge) as caught:
        parse_inquiry({"name": name, "sequence": [0.1] * 400}, short)
    assert caught.value.field == "sequence"
    parse_inquiry({"name": name, "sequence": [0.1] * 300}, short)
    parse_inquiry({"name": name}, short)


def test_what_is_answered_in_time_is_not_refused() -> None:
    """The length test stops where sequences may not be longer, so it is less for a task of the longest."""
    cell = {"name": "gru", "hidden": 96}
    spec = parse_spec({"task": {"name": "adding", "length": 400}, "cell": cell, "training": {"batch": 1, "steps": 10}})
    parse_inquiry({"name": "lengths"}, spec)
    parse_inquiry({"name": "causal", "k": 99}, spec)
    with pytest.raises(TooLarge, match="operations") as caught:
        parse_inquiry({"name": "causal"}, spec)
    assert caught.value.field == "name"


def test_a_net_without_a_state_has_no_jacobian() -> None:
    spec = parse_spec({"task": TASKS["recall"], "cell": {"name": "feedforward"}})
    with pytest.raises(InvalidInput, match="A feed-forward net has no state") as caught:
        parse_inquiry({"name": "jacobians"}, spec)
    assert caught.value.field == "name"


@pytest.mark.parametrize(
    ("hold", "field"),
    [
        ({"value": 1}, "hold.0.gate"),
        ({"gate": "z", "value": True}, "hold.0.value"),
        ({"gate": "z", "value": 1, "bogus": 1}, "hold.0.bogus"),
        ({"gate": "z", "value": 1, "layer": 1}, "hold"),
        (1, "hold.0"),
    ],
)
def test_a_refused_hold_names_its_place(hold: Any, field: str) -> None:
    spec = parse_spec({"task": TASKS["recall"], "cell": {"name": "gru"}})
    with pytest.raises(InvalidInput) as caught:
        parse_inquiry({"name": "look", "hold": [hold]}, spec)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("inquiry", "says"),
    [
        ([], "JSON object"),
        ({}, "there are look, states, jacobians, chain, causal, lengths"),
        ({"name": "guess"}, 'no inquiry called "guess"'),
        ({"name": "lengths", "k": 1}, "no option"),
        ({"name": "causal", "k": 7}, "the last time step is 6"),
        ({"name": "causal", "k": True}, "`k`"),
        ({"name": "chain"}, "`t`"),
        ({"name": "chain", "t": 6}, "before the output time 6"),
        ({"name": "jacobians", "layer": 1}, "no layer 1"),
        ({"name": "look", "hold": [{"gate": "n", "value": 1}]}, "no gate"),
        ({"name": "look", "hold": [{"gate": "z", "value": 2}]}, "hold"),
        ({"name": "look", "hold": [{"gate": "z", "value": 1, "start": 7}]}, "Nothing lies between"),
        ({"name": "look", "hold": [{"gate": "z", "value": 1, "layer": 1}]}, "no layer 1"),
        ({"name": "look", "sequence": ["A", "Q"]}, 'no input "Q"'),
        ({"name": "causal", "sequence": ["A", "Q"]}, 'no input "Q"'),
        ({"name": "causal", "k": 3, "sequence": ["A", "B", "?"]}, "the last time step is 2"),
        ({"name": "chain", "t": 5, "sequence": ["A", "B", "?"]}, "`t` is 5, the last time step is 2"),
        ({"name": "chain", "t": 2, "sequence": ["A", "B", "?"]}, "before the output time 2"),
        ({"name": "states", "hold": [{"gate": "f", "value": 1}]}, 'no gate "f" to hold; there are r, z'),
        ({"name": "jacobians", "hold": [{"gate": "z", "value": 1, "start": 7}]}, "Nothing lies between"),
        ({"name": "lengths", "hold": []}, "no option"),
        ({"name": "chain"}, "`t` is missing."),
        ({"name": "look", "hold": [{"value": 0}]}, "`hold.0.gate` is missing."),
        ({"name": "look", "hold": [1]}, "`hold.0` is 1: it must be a JSON object with gate, value."),
        ({"name": "look", "hold": [{"gate": "z", "value": 1}] * 17}, "`hold` has 17 entries, at most 16 are allowed."),
        (
            {"name": "look", "hold": [{"gate": "z", "value": 1, "bogus": 1}]},
            '`hold.0` has no option "bogus"; there are gate, value, start',
        ),
        ({"name": "look", "hold": [{"gate": "z", "value": True}]}, "`hold.0.value` is true"),
        ({"name": "look", "hold": [{"gate": "z", "value": 0.0}]}, "`hold.0.value` is 0.0"),
        (
            {"name": "look", "hold": [{"gate": "z", "value": 1, "start": 3}], "sequence": ["A", "B", "?"]},
            "Nothing lies",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(inquiry: Any, says: str) -> None:
    spec = parse_spec({"task": TASKS["recall"], "cell": {"name": "gru"}})
    with pytest.raises(InvalidInput) as caught:
        parse_inquiry(inquiry, spec)
    assert says in caught.value.message


@pytest.mark.parametrize("size", [0.0, 1e-44, 1e12, np.inf, np.nan], ids=str)
@pytest.mark.parametrize("cell", list(CELLS))
def test_a_model_that_exploded_or_died_is_told_by_numbers_and_nulls(cell: str, size: float) -> None:
    for task in ("recall", "adding"):
        spec, moment = trained(task, cell, layers=2)
        for name, array in moment.weights.items():
            if name.endswith("l1") or name == "recurrent.weight_l0":
                array.fill(size)
        for inquiry in ("look", "jacobians", "states", "chain", "causal", "lengths", "arrays"):
            if cell != "feedforward" or inquiry not in ("jacobians", "states"):
                ask(spec, moment, name=inquiry, **({"t": 1} if inquiry == "chain" else {}))


def test_a_gradient_of_nothing_has_no_verdict_and_a_reason() -> None:
    """Of a regression's own sequence the prediction is the target: there is no loss, and no gradient of it."""
    spec = parse_spec({"task": {"name": "latch"}, "cell": {"name": "lstm", "hidden": 4}, "training": {"steps": 1}})
    moment = list(record(spec))[-1]
    frame = ask(spec, moment, name="look", sequence=[0.3, 0.1, 0.2])["frame"]
    assert frame["layers"][0]["verdict"]["value"] is None
    assert "no verdict" in frame["reason"]
    assert ask(spec, moment, name="look")["frame"]["reason"] is None
