"""What is copied out of the source stands by itself and does what the original does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from farback.arrays import Floats
from farback.cells import CELLS
from farback.takeaway.lift import Lift
from farback.takeaway.notebook import CELL, TASK
from farback.tasks import TASKS

HEAD = "from __future__ import annotations\n"


def copied(original: Any, asked: tuple[str, ...]) -> Any:
    """An instance of a class's copy, which has nothing of this program to lean on."""
    kind = type(original)
    values = {kind.__name__: {name: ascii(value) for name, value in original.model_dump().items()}}
    text = Lift([(kind.__module__.removeprefix("farback."), kind.__name__)], asked, values).text()
    assert "farback" not in text
    assert "pydantic" not in text
    there: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(HEAD + text, kind.__name__, "exec"), there)
    return there[kind.__name__]()


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


@pytest.mark.parametrize("name", TASKS)
def test_a_copied_task_draws_the_same_sequences_and_tests_alike(name: str) -> None:
    task = TASKS[name](name=name)
    copy = copied(task, TASK)
    for what in ("batch", "probe", "held_out"):
        ours, theirs = (getattr(one, what)(rng(), 16) for one in (task, copy))
        for part in ("x", "y", "mask"):
            assert np.array_equal(getattr(ours, part), getattr(theirs, part)), what
    assert copy.corpus_sha256() == task.corpus_sha256()

    def predict(x: Floats) -> Floats:
        said = np.tanh(x.sum((0, 2)))[None, :, None] * np.arange(1, 1 + task.outputs, dtype=np.float32)
        return np.repeat(said, len(task.answers), axis=0)

    ours, theirs = (one.by_lag(predict, rng(), task.lags[:3], 8) for one in (task, copy))
    assert np.array_equal(ours.value, theirs.value)
    assert np.array_equal(ours.error, theirs.error)


@pytest.mark.parametrize("name", CELLS)
def test_a_copied_cell_draws_the_same_weights(name: str) -> None:
    cell = CELLS[name](name=name)
    copy = copied(cell, CELL)
    ours, theirs = (one.initial(rng(), 5, 0, 20) for one in (cell, copy))
    assert ours.keys() == theirs.keys()
    for weight, array in ours.items():
        assert np.array_equal(array, theirs[weight]), weight


def test_only_what_is_needed_is_copied() -> None:
    text = Lift([("tasks.recall", "Recall")], ("batch",)).text()
    assert "def _sequences" in text
    assert "def by_lag" not in text
    assert "Field(" not in text


def test_two_definitions_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Lift([("tasks.corpus", "HELD_OUT"), ("tasks.stocks", "HELD_OUT")]).text()
