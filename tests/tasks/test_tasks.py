"""What holds for every task."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from farback.tasks import TASKS, AnyTask, ByLag, Task

every_task = pytest.mark.parametrize("task", [kind.model_validate({"name": name}) for name, kind in TASKS.items()])


def test_the_web_process_does_not_load_torch_with_the_tasks() -> None:
    code = "import sys, farback.tasks as t; t.TASKS['characters']().chance(); sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@every_task
def test_a_task_is_known_by_its_name(task: Task) -> None:
    assert TypeAdapter(AnyTask).validate_python({"name": task.name}) == task
    assert TASKS[task.name].model_validate(task.model_dump(mode="json")) == task


@every_task
def test_every_option_explains_itself(task: Task) -> None:
    options = {name: field for name, field in type(task).model_fields.items() if name != "name"}
    assert options
    for field in options.values():
        assert field.title
        assert field.description
        assert field.description.endswith(".")


@every_task
def test_inputs_are_symbols_or_real_numbers(task: Task) -> None:
    x = task.probe(np.random.default_rng(0), 16).x
    assert task.symbolic == bool(((x == 0) | (x == 1)).all() and (x.sum(axis=-1) == 1).all())


@every_task
def test_every_batch_asks_something_as_training_would_have_no_loss(task: Task) -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        assert task.batch(rng, 1).mask.any()


@every_task
def test_options_are_taken_strictly_and_within_their_bounds(task: Task) -> None:
    for name, schema in type(task).model_json_schema()["properties"].items():
        wrong: list[Any] = []
        if schema.get("type") == "integer":
            wrong = [schema["minimum"] - 1, schema["maximum"] + 1, True, "8", 8.0, float("nan"), None]
            for right in (schema["minimum"], schema["maximum"]):
                assert type(task).model_validate({name: right}).length <= 400
        elif schema.get("type") == "boolean":
            wrong = [0, 1, "false", None]
        for value in wrong:
            with pytest.raises(ValidationError):
                type(task).model_validate({name: value})
    with pytest.raises(ValidationError):
        type(task).model_validate({"unknown": 1})
    with pytest.raises(ValidationError):
        setattr(task, "name", "other")  # noqa: B010 - the type checker knows already that it is frozen


@every_task
def test_shapes_widths_and_labels_agree(task: Task) -> None:
    for batch in (task.batch(np.random.default_rng(0), 7), task.probe(np.random.default_rng(0), 7)):
        assert batch.x.shape == (task.length, 7, task.inputs)
        assert batch.x.dtype == np.float32
        assert batch.mask.shape == (task.length, 7)
        assert batch.mask.dtype == np.bool_
        if task.kind == "regression":
            assert batch.y.shape == (task.length, 7, task.outputs)
            assert batch.y.dtype == np.float32
        else:
            assert batch.y.shape == (task.length, 7)
            assert batch.y.dtype == np.int64
            assert 0 <= batch.y.min() <= batch.y.max() < task.outputs
    for held_out in (task.batch(np.random.default_rng(0), 7, held_out=True), task.probe(np.random.default_rng(0), 7)):
        assert held_out.mask[list(task.answers)].all()
        assert (held_out.mask & task.scored[:, None]).any()
    assert {part: len(names) for part, names in task.labels().items()} == {"x": task.inputs, "y": task.outputs}
    assert all(0 <= d < task.length for d in task.lags)
    assert 0 < task.span < task.length


@every_task
def test_the_same_generator_draws_the_same_and_another_one_something_else(task: Task) -> None:
    for draw in (task.batch, task.probe):
        one, same, other = (draw(np.random.default_rng(seed), 5) for seed in (1, 1, 2))
        np.testing.assert_array_equal(one.x, same.x)
        np.testing.assert_array_equal(one.y, same.y)
        assert not np.array_equal(one.x, other.x)


@every_task
def test_what_a_task_says_of_itself_is_said_in_sentences(task: Task) -> None:
    for sentence in (task.summary, task.chance_text, task.success_text, task.relevant_text):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    assert task.cite.url.startswith("https://")
    assert not task.solved(task.chance().loss, task.chance().accuracy)


def test_value_is_skill_between_guessing_and_perfect_or_the_plain_mean() -> None:
    scores = np.array([[1, 0, 1, 0], [1, 1, 1, 1], [0, 0, 1, 0]], np.float32)
    by_lag = ByLag("skill", (1, 2, 3), scores, np.full(3, 0.25, np.float32), perfect=1.0)
    np.testing.assert_allclose(by_lag.value, [1 / 3, 1, 0])
    added = ByLag("added_loss", (1, 2, 3), scores, np.zeros(3, np.float32), perfect=0.0)
    np.testing.assert_allclose(added.value, [0.5, 1, 0.25])


@given(seed=st.integers(0, 999))
def test_a_resample_keeps_each_lags_trials_apart(seed: int) -> None:
    scores = np.arange(12, dtype=np.float32).reshape(3, 4)
    by_lag = ByLag("added_loss", (1, 2, 3), scores, np.zeros(3, np.float32), perfect=0.0)
    again = by_lag.resampled(np.random.default_rng(seed))
    assert again.scores.shape == (3, 4)
    assert all(set(new) <= set(old) for new, old in zip(again.scores, scores, strict=True))
    assert np.array_equal(by_lag.scores, scores)
