"""The examiner: answers come from a process that is replaced when it dies or takes too long."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from farback.engine import examiner as module
from farback.engine.examiner import Examiner, Question
from farback.errors import Busy, FarbackError, InvalidInput, TooLarge


@pytest.fixture
def examiner() -> Iterator[Examiner]:
    examiner = Examiner("tests.engine.fake")
    yield examiner
    examiner.close()


def question(folder: Path, asked: object, step: int = 7) -> Question:
    (folder / "spec.json").write_text("{}")
    (folder / "weights").write_bytes(b"12345")
    return Question(folder / "spec.json", folder / "weights", step, json.dumps(asked))


def test_the_same_question_is_answered_once(examiner: Examiner, tmp_path: Path) -> None:
    first = json.loads(examiner.ask(question(tmp_path, {"name": "look"})))
    assert first == {"asked": {"name": "look"}, "step": 7, "bytes": 7, "pid": first["pid"]}
    examiner.close()  # whoever asks again is told without a process
    assert json.loads(examiner.ask(question(tmp_path, {"name": "look"})))["pid"] == first["pid"]
    assert json.loads(examiner.ask(question(tmp_path, {"name": "look"}, step=8)))["pid"] != first["pid"]


def test_a_deleted_runs_answers_are_forgotten(examiner: Examiner, tmp_path: Path) -> None:
    before = examiner.ask(question(tmp_path, 1))
    examiner.close()
    examiner.forget(tmp_path / "elsewhere")
    assert examiner.ask(question(tmp_path, 1)) == before
    examiner.forget(tmp_path)
    assert examiner.ask(question(tmp_path, 1)) != before


@pytest.mark.parametrize(
    ("asked", "kind", "says"),
    [
        ("die", Busy, "was lost"),
        ("dream", TooLarge, "takes longer"),
        ("refuse", InvalidInput, "no answer to that"),
        ("break", InvalidInput, "ZeroDivisionError"),
    ],
)
def test_trouble_is_told_and_the_next_question_is_answered(
    examiner: Examiner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str, kind: type[FarbackError], says: str
) -> None:
    examiner.ask(question(tmp_path, 1))
    with monkeypatch.context() as patch:
        patch.setattr(module, "PATIENCE_S", 0.5)
        with pytest.raises(kind, match=says):
            examiner.ask(question(tmp_path, asked))
    assert json.loads(examiner.ask(question(tmp_path, 2)))["asked"] == 2


def test_weights_that_are_gone_are_told(examiner: Examiner, tmp_path: Path) -> None:
    missing = question(tmp_path, 1)._replace(weights=tmp_path / "none")
    with pytest.raises(InvalidInput, match="no longer kept"):
        examiner.ask(missing)


def test_only_so_many_questions_wait(examiner: Examiner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    told: list[Any] = []

    def ask(n: int) -> None:
        try:
            told.append(examiner.ask(question(tmp_path, n)))
        except Busy as busy:
            told.append(busy)

    with examiner._turn:  # nobody gets a turn meanwhile
        threads = [threading.Thread(target=ask, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        threads[2].join(5)
        while not told:
            threads[0].join(0.01)
    for thread in threads:
        thread.join(10)
    assert sum(isinstance(answer, Busy) for answer in told) == 1
    assert len(told) == 3


def test_the_cache_is_bounded(examiner: Examiner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(examiner.ask(question(tmp_path, 1)))
    monkeypatch.setattr(module, "CACHE_BYTES", 3 * size)
    for n in range(2, 9):
        examiner.ask(question(tmp_path, n))
    assert len(examiner._kept) == 3
    assert examiner._kept_bytes == sum(len(answer) for answer in examiner._kept.values())
