"""Specs: presets resolved, everything strange refused with a sentence that says what there is."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farback import config
from farback.catalog import catalog
from farback.cells import CELLS
from farback.errors import FarbackError, InvalidInput, TooLarge
from farback.facts import facts
from farback.identity import run_id
from farback.machine import capability, fingerprint
from farback.presets import preset
from farback.spec import LIMITS, parse_spec
from farback.tasks import TASKS


def spec(**parts: Any) -> dict[str, Any]:
    return {"task": {"name": "recall"}, "cell": {"name": "lstm"}} | parts


@pytest.mark.parametrize("task", list(TASKS))
@pytest.mark.parametrize("cell", list(CELLS))
def test_two_names_are_enough_and_the_resolved_spec_resolves_to_itself(task: str, cell: str) -> None:
    resolved = parse_spec({"task": {"name": task}, "cell": {"name": cell}})
    again = parse_spec(json.loads(json.dumps(resolved.as_json())))
    assert again == resolved
    for part in ("cell", "training"):
        for key, value in preset(task, cell)[part].items():
            assert resolved.as_json()[part][key] == value


def test_what_is_given_wins_over_the_preset() -> None:
    resolved = parse_spec(spec(training={"lr": 0.5}, cell={"name": "rnn", "hidden": 7}))
    assert resolved.training.lr == 0.5
    assert resolved.cell.hidden == 7


BAD: list[tuple[Any, str | None, str]] = [
    (None, None, "null"),
    ([], None, "a list"),
    ("recall", None, "a text"),
    ({}, "task.name", "recall, adding, copying, characters"),
    (spec(task={"name": "juggle"}), "task.name", '"juggle"; there are recall'),
    (spec(task={"name": ["recall"]}), "task.name", "there are recall"),
    (spec(task="recall"), "task", "a text"),
    (spec(cell={"name": "transformer"}), "cell.name", "feedforward, rnn, gru, lstm"),
    (spec(cell={"name": "lstm", "window": 3}), "cell.window", "hidden, layers, forget_bias"),
    (spec(cells={}), "cells", "task, cell, training, seed"),
    (spec(task={"name": "recall", "lag": 0}), "task.lag", "greater than or equal to 1"),
    (spec(task={"name": "recall", "lag": 10**9}), "task.lag", "less than or equal"),
    (spec(task={"name": "recall", "lag": 40.0}), "task.lag", "integer"),
    (spec(task={"name": "recall", "lag": True}), "task.lag", "integer"),
    (spec(task={"name": "recall", "lag": "40"}), "task.lag", "integer"),
    (spec(task={"name": "recall", "lag": None}), "task.lag", "integer"),
    (spec(task={"name": "recall", "fixed": 1}), "task.fixed", "boolean"),
    (spec(training={"lr": math.nan}), "training.lr", "finite"),
    (spec(training={"lr": math.inf}), "training.lr", "finite"),
    (spec(training={"lr": 0}), "training.lr", "greater than 0"),
    (spec(training={"lr": True}), "training.lr", "number"),
    (spec(training={"steps": 10**6}), "training.steps", "less than or equal"),
    (spec(training={"optimizer": "magic"}), "training.optimizer", "'adam' or 'sgd'"),
    (spec(training={"truncate": 0}), "training.truncate", "greater than or equal to 1"),
    (spec(training=[]), "training", 'like {"steps": 500}, not a list'),
    (spec(seed=-1), "seed", "greater than or equal to 0"),
    (spec(seed=2**40), "seed", "less than or equal"),
    (spec(cell={"name": "lstm", "forget_bias": "chronic"}), "cell.forget_bias", "'chrono'"),
    (spec(cell={"name": "lstm", "forget_bias": 99}), "cell.forget_bias", "99: input should be 'chrono' or less than"),
    (spec(cell={"name": "lstm", "forget_bias": True}), "cell.forget_bias", "is true: input should be 'chrono' or a"),
    (spec(task={"name": ["recall"]}), "task.name", 'called ["recall"];'),
    (spec(training={"steps": None}), "training.steps", "is null:"),
    (spec(training={"steps": "many\n" * 99}), "training.steps", 'is "many\\nmany'),
    (spec(task={"name": "characters", "length": 300, "text": "ab" * 600}), "task.text", "a shorter length"),
    (spec(task={"name": "characters", "text": "a" + "\u0301\u0323" * 600}), "task.text", "more than 30 accents"),
    (spec(cell={"name": "lstm", "hidden": 257}), "cell.hidden", "less than or equal to 256"),
    ({1: 2}, None, "JSON object"),
]


@pytest.mark.parametrize(("raw", "field", "words"), BAD, ids=[str(i) for i in range(len(BAD))])
def test_strange_specs_are_refused_in_a_sentence_that_names_the_field(raw: Any, field: str | None, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_spec(raw)
    assert caught.value.field == field
    assert words in caught.value.message
    assert caught.value.message.endswith(".")
    assert len(caught.value.message) < 400


def test_bounded_work_cannot_be_got_round() -> None:
    heavy = {"task": {"name": "adding", "length": 400}, "cell": {"name": "lstm", "hidden": 256, "layers": 3}}
    with pytest.raises(TooLarge, match="operations"):
        parse_spec(heavy | {"training": {"steps": 1000, "batch": 32}})
    with pytest.raises(TooLarge, match="time steps"):
        parse_spec({"task": {"name": "adding", "length": 400}, "cell": {"name": "rnn"}, "training": {"steps": 20_000}})


def test_memory_is_bounded_too() -> None:
    heavy = {"task": {"name": "copying", "items": 50, "delay": 300, "symbols": 64}, "training": {"steps": 1}}
    with pytest.raises(TooLarge, match="numbers at a time"):
        parse_spec(heavy | {"cell": {"name": "rnn", "hidden": 256, "layers": 3}})


def test_a_cut_beyond_the_sequences_start_is_none() -> None:
    plain = parse_spec(spec())
    for cut in (plain.task.length, plain.task.length + 1, config.MAX_STEPS_OF_TIME):
        assert run_id(parse_spec(spec(training={"truncate": cut}))) == run_id(plain)
    assert parse_spec(spec(training={"truncate": plain.task.length - 1})).training.truncate == plain.task.length - 1


def test_the_catalog_tells_every_limit_that_a_run_can_meet() -> None:
    told = catalog()["limits"]
    assert told == {"text": config.MAX_TEXT, "text_min": config.MIN_TEXT} | {n: li.most for n, li in LIMITS.items()}
    assert set(told) == {"text", "text_min", "sweeps", "work", "floats"}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(["name", "lag", "hidden", "lr", "steps", "seed", "task", "cell", "training", "clip", "x"])


@given(st.dictionaries(keys, anything | st.dictionaries(keys, anything, max_size=3), max_size=4))
def test_any_json_either_resolves_or_is_refused_in_a_sentence(raw: dict[str, Any]) -> None:
    with suppress(FarbackError):  # anything else fails the test
        parse_spec(spec() | raw)


def test_a_bias_of_no_gate_is_one_run() -> None:
    """Any number leaves the weights as they are drawn; chrono still closes the input gate."""
    runs = [
        parse_spec(spec(cell={"name": "lstm", "variant": "no_forget", "forget_bias": bias}))
        for bias in (0, 2, -3.5, "chrono")
    ]
    assert len({run_id(run) for run in runs}) == 2
    assert [run.as_json()["cell"]["forget_bias"] for run in runs] == [0, 0, 0, "chrono"]
    kept = parse_spec(spec(cell={"name": "lstm", "variant": "coupled", "forget_bias": 2}))
    assert kept.as_json()["cell"]["forget_bias"] == 2


def test_minus_zero_is_zero() -> None:
    runs = [parse_spec(spec(cell={"name": "lstm", "forget_bias": bias})) for bias in (0, 0.0, -0.0)]
    assert len({run_id(run) for run in runs}) == 1


def test_counting_parameters_draws_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, cell in CELLS.items():
        for layers in (1, 2):
            built = cell(name=name, hidden=5, layers=layers)
            drawn = [built.initial(np.random.default_rng(0), width, i, 9) for i, width in enumerate((3, 5)[:layers])]
            monkeypatch.setattr(cell, "initial", None)
            assert built.parameters(3) == sum(array.size for layer in drawn for array in layer.values())
            monkeypatch.undo()


def test_a_run_id_knows_the_kernels_that_were_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    fingerprint.cache_clear()
    before = run_id(parse_spec(spec()))
    monkeypatch.setenv("MKL_CBWR", "COMPATIBLE")
    fingerprint.cache_clear()
    assert run_id(parse_spec(spec())) != before
    monkeypatch.undo()
    fingerprint.cache_clear()


def test_a_run_id_is_the_same_for_the_same_run_and_differs_otherwise() -> None:
    plain, spelled = parse_spec(spec()), parse_spec(parse_spec(spec()).as_json())
    assert run_id(plain) == run_id(spelled)
    assert run_id(plain) != run_id(parse_spec(spec(seed=1)))
    assert len(run_id(plain)) == 24
    assert run_id(plain).isalnum()
    assert run_id(plain).islower() or run_id(plain).isdigit()


def test_own_text_gets_an_unguessable_id_and_never_leaves() -> None:
    own = parse_spec({"task": {"name": "characters", "text": "my secret diary. " * 100}, "cell": {"name": "rnn"}})
    assert own.private
    assert run_id(own) != run_id(own)
    told = own.public_json()["task"]
    assert told["text"] is None
    assert told["text_length"] == 1700
    assert "secret" not in json.dumps(own.public_json())
    assert not parse_spec(spec()).private


def test_the_processor_is_named_as_torch_names_it() -> None:
    import torch

    assert torch.backends.cpu.get_cpu_capability() in capability().split()
    assert fingerprint()["torch"] == torch.__version__.partition("+")[0] or fingerprint()["torch"] == torch.__version__


def test_the_catalog_is_json_and_its_defaults_are_what_a_spec_resolves_to() -> None:
    told = json.loads(json.dumps(catalog(), allow_nan=False))
    resolved = parse_spec(spec()).as_json()
    lstm = next(cell for cell in told["cells"] if cell["name"] == "lstm")
    preset = told["presets"]["recall"]["lstm"]
    for option in lstm["options"]:
        assert resolved["cell"][option["name"]] == preset["cell"].get(option["name"], option["default"])
    for option in told["training"]["options"]:
        assert resolved["training"][option["name"]] == preset["training"].get(option["name"], option["default"])
        assert option["help"]
    bias = next(option for option in lstm["options"] if option["name"] == "forget_bias")
    assert (bias["type"], bias["choices"], bias["min"], bias["max"]) == ("float", ["chrono"], -10, 10)
    hidden = next(option for option in lstm["options"] if option["name"] == "hidden")
    assert (hidden["type"], hidden["min"], hidden["max"]) == ("int", 1, config.MAX_HIDDEN)
    lr = next(option for option in told["training"]["options"] if option["name"] == "lr")
    assert (lr["min"], lr["open"]) == (0, True)


@pytest.mark.parametrize("task", list(TASKS))
def test_facts_add_up(task: str) -> None:
    told = facts(parse_spec({"task": {"name": task}, "cell": {"name": "lstm", "hidden": 16}}))
    inputs, outputs = len(told["labels"]["x"]), len(told["labels"]["y"])
    assert told["shared"] == 4 * 16 * (inputs + 16 + 2)
    assert told["parameters"] == told["shared"] + outputs * 17
    assert told["unshared"] == told["shared"] * told["length"]
    assert json.dumps(told, allow_nan=False)
