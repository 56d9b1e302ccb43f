"""The memory table: made in one go or broken off, of the presets that are shipped, told as it was measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from farback.cells import CELLS
from farback.memory import MEASURED, Row, markdown, read, summaries
from farback.memory import measure as measuring
from farback.memory.row import SEEDS, key_of, line, pairs, spec_of
from farback.pipeline import record, run
from farback.spec import RunSpec, parse_spec
from farback.tasks import TASKS

SMALL = {"task": {"name": "recall", "lag": 3}, "training": {"steps": 2}}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> list[RunSpec]:
    """Three small runs in place of all."""
    specs = [
        parse_spec(SMALL | {"cell": {"name": cell, "hidden": 2}, "seed": seed})
        for cell, seed in (("rnn", 0), ("rnn", 1), ("gru", 0))
    ]
    monkeypatch.setattr(measuring, "_specs", lambda: iter(specs))
    return specs


def quiet(_: str) -> None:
    pass


def test_a_row_is_what_the_run_came_to(tmp_path: Path, few: list[RunSpec]) -> None:
    rows = measuring.measure(tmp_path / "rows.jsonl", quiet)
    for spec, row in zip(few, rows, strict=True):
        *_, last = run(spec)
        result = json.loads(json.dumps(last.result()))
        assert {name: getattr(row, name) for name in result} == result
        assert (row.task, row.cell, row.seed) == ("recall", spec.cell.name, spec.seed)
        assert row.parameters == sum(w.size for w in next(record(spec)).weights.values())
        assert row.seconds > 0
    assert read(tmp_path / "rows.jsonl") == rows


def test_a_table_that_was_broken_off_goes_on(tmp_path: Path, few: list[RunSpec]) -> None:
    path, begun = tmp_path / "rows.jsonl", []

    def interrupted(text: str) -> None:
        begun.append(text)
        if text.startswith("2 of 3"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measuring.measure(path, interrupted)
    (first,) = read(path)
    with path.open("a") as file:
        file.write(line(first)[:40])  # as if it had been killed while it wrote
    told: list[str] = []
    rows = measuring.measure(path, told.append)
    assert told[0] == "3 runs, 2 to train"
    assert rows[0] == first
    assert [row.key for row in rows] == [key_of(spec) for spec in few]
    assert read(path) == rows


def test_only_what_changed_is_trained_again(
    tmp_path: Path, few: list[RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rows.jsonl"
    before = measuring.measure(path, quiet)
    other = few[2].model_copy(update={"training": few[2].training.model_copy(update={"lr": 0.5})})
    monkeypatch.setattr(measuring, "_specs", lambda: iter([*few[:2], other]))
    told: list[str] = []
    rows = measuring.measure(path, told.append)
    assert told[0] == "3 runs, 1 to train"
    assert rows[:2] == before[:2]
    assert before[2] not in read(path), "a row that nobody asks for is gone"
    measuring.measure(path, told.append, fresh=True)
    assert told[-7] == "3 runs, 3 to train"


@pytest.mark.usefixtures("few")
def test_what_is_no_row_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("a diary\nof mine\n")
    with pytest.raises(ValueError, match="Line 1 is no row of a memory table: a diary"):
        measuring.measure(path, quiet)
    assert path.read_text() == "a diary\nof mine\n"


def made_up(**changes: object) -> Row:
    row = {
        "key": "k", "task": "recall", "cell": "lstm", "seed": 0, "solved_at": 100, "exploded_at": None, "steps": 150,
        "seconds": 1.0, "loss": 0.5, "accuracy": 0.9, "reach": {"value": 40, "at_least": True, "spread": None},
        "horizon": {"value": 12, "threshold": 0.01, "at_start": 40, "spread": None}, "parameters": 5000,
        "machine": "m", "torch": "2", "day": "2026-01-01",
    }  # fmt: skip
    return Row(**(row | changes))  # type: ignore[arg-type]


def test_seeds_are_put_together_by_hand_made_numbers() -> None:
    rows = [
        made_up(),
        made_up(seed=1, solved_at=300, seconds=3.0, reach={"value": 21, "at_least": False, "spread": None}),
        made_up(seed=2, solved_at=None, exploded_at=7, steps=7, loss=None, accuracy=None, seconds=2.0,
                horizon={"value": None, "threshold": 0.01, "at_start": 40, "spread": None},
                reach={"value": 0, "at_least": False, "spread": None}),
    ]  # fmt: skip
    (found,) = summaries(rows)
    assert (found.seeds, found.solved, found.exploded) == (3, 2, 1)
    assert vars(found.solved_at) == {"median": 200, "low": 100, "high": 300}
    assert vars(found.reach) == {"median": 21, "low": 0, "high": 40}
    assert found.at_least == 40
    assert vars(found.horizon) == {"median": 12, "low": 12, "high": 12}
    assert vars(found.seconds) == {"median": 2, "low": 1, "high": 3}
    assert found.last_step == 40
    told = markdown(rows).splitlines()[-1]
    assert told == (
        "| recall | lstm | 2 of 3, 1 exploded | 200 (100 to 300) | 0.500 | 90 % | 21 (0 to ≥ 40) | 12 | ≥ 40 | 5,000 "
        "| 2.0 (1.0 to 3.0) |"
    )


def test_rows_of_what_there_is_no_more_are_left_out() -> None:
    assert summaries([made_up(task="gone"), made_up(cell="gone")]) == []


def test_the_table_that_is_shipped_is_whole_and_of_these_presets() -> None:
    rows = read(MEASURED)
    assert [(row.task, row.cell, row.seed) for row in rows] == [(*pair, seed) for pair in pairs() for seed in SEEDS]
    stale = [f"{row.task} {row.cell}" for row in rows if row.key != key_of(spec_of(row.task, row.cell, row.seed))]
    assert not stale, "other presets, or another torch: run `make memory`"
    assert {(row.task, row.cell) for row in rows} == {(task, cell) for task in TASKS for cell in CELLS}


def test_the_page_in_docs_is_the_table_that_is_shipped(root: Path) -> None:
    assert (root / "docs" / "memory.md").read_text() == markdown(read(MEASURED))
