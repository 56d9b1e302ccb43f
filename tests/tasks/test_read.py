"""Sequences that a person writes down, and tasks on longer sequences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from farback.errors import InvalidInput
from farback.tasks import TASKS
from farback.tasks.adding import Adding
from farback.tasks.autocomplete import Autocomplete
from farback.tasks.brackets import Brackets
from farback.tasks.characters import Characters
from farback.tasks.copying import Copying
from farback.tasks.counting import Counting
from farback.tasks.latch import Latch
from farback.tasks.order import TemporalOrder
from farback.tasks.reber import EmbeddedReber
from farback.tasks.recall import Recall
from farback.tasks.stocks import Stocks
from farback.tasks.text import Text
from farback.tasks.xor import DelayedXor


def test_what_a_batch_holds_can_be_written_down_and_read_back() -> None:
    rng = np.random.default_rng(0)
    for task in (
        Recall(lag=9),
        Copying(items=3, delay=4),
        Characters(length=20),
        Autocomplete(length=20),
        TemporalOrder(),
        DelayedXor(),
        EmbeddedReber(),
        Counting(),
        Brackets(),
        Stocks(),
    ):
        batch = task.batch(rng, 1, held_out=True)
        names = task.labels()["x"]
        written: Any = [names[code] for code in batch.x[:, 0].argmax(axis=-1)]
        if isinstance(task, Text):
            written = "".join(str(task.corpus.alphabet[code]) for code in batch.x[:, 0].argmax(axis=-1))
        read = task.read(written)
        assert (read.x == batch.x).all()
        known = read.mask & batch.mask
        assert (read.y[known] == batch.y[known]).all()
        assert known.any() or task.name in ("copying", "stocks")
    latch = Latch()
    batch = latch.batch(rng, 1)
    read = latch.read(batch.x[:, 0, 0].tolist())
    assert (read.x == batch.x).all()
    assert (read.mask == batch.mask).all()
    assert read.y[-1] == batch.y[-1]
    adding = Adding(length=12)
    batch = adding.batch(rng, 1)
    read = adding.read([[float(value), int(mark)] for value, mark in batch.x[:, 0]])
    assert np.allclose(read.x, batch.x)
    assert np.allclose(read.y[-1], batch.y[-1])
    assert read.mask[:, 0].tolist() == [False] * 11 + [True]


def test_a_recall_without_one_symbol_has_no_right_answer() -> None:
    task = Recall(lag=3)
    assert not task.read(["·1", "·2", "?"]).mask.any()
    assert not task.read(["A", "B", "?"]).mask.any()
    assert task.read(["·1", "C", "?"]).y[-1, 0] == 2


@pytest.mark.parametrize(
    ("task", "sequence", "says"),
    [
        (Recall(), "A?", "a list of the inputs' labels"),
        (Recall(), ["A"], "1 step; it needs 2 to 400"),
        (Recall(), ["A"] * 401, "401 steps"),
        (Recall(), ["A", "Z"], 'no input "Z"; there are A, B'),
        (Recall(), ["A", ["B"]], "no input"),
        (Recall(), [None, 1], "no input"),
        (Adding(), [[0.5, 1], [2.0, 0]], "value from 0 to 1"),
        (Adding(), [[0.5, 1], [0.5, 2]], "mark, 0 or 1"),
        (Adding(), [[0.5, True], [0.5, 0]], "none"),
        (Adding(), [0.5, 0.5], "pair"),
        (Latch(), [1, "x"], "number from -100 to 100"),
        (Latch(), [1, True], "none"),
        (Latch(), [1, float("nan")], "none"),
        (Latch(), 1.0, "a list of numbers"),
        (Characters(), ["a", "b"], "must be a text"),
        (Characters(), "a", "1 step;"),
        (Characters(text="ab" * 1000, length=10), "abc", 'never seen "c"'),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(task: Any, sequence: Any, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        task.read(sequence)
    assert says in caught.value.message
    assert caught.value.field == "sequence"


@pytest.mark.parametrize("name", list(TASKS))
def test_a_stretched_task_is_the_same_task_on_longer_sequences(name: str) -> None:
    kind: Any = TASKS[name]
    task = kind(length=40) if name == "characters" else kind()
    longer = task.stretched(2.0)
    assert longer is not None
    assert longer.length == 2 * task.length
    assert (longer.inputs, longer.outputs) == (task.inputs, task.outputs)
    assert longer.lags[-1] > task.lags[-1]
    assert task.stretched(1.0) == task
    assert task.stretched(100.0) is None
