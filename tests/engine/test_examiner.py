"""The examiner: answers come from a process that is replaced when it dies or takes too long."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from farback.engine import examiner as module
from farback.engine.examiner import AnswerFailed, Examiner, Question
from farback.errors import Busy, FarbackError, InvalidInput, NotFound, TooLarge


@pytest.fixture
def examiner() -> Iterator[Examiner]:
    examiner = Examiner("tests.engine.fake")
    yield examiner
    examiner.close()


def question(folder: Path, asked: object, step: int = 7) -> Question:
    (folder / "spec.json").write_text("{}")
    (folder / "weights").write_bytes(b"12345")
    return Question(folder / "spec.json", folder / "weights", step, json.dumps(asked))


def kill(examiner: Examiner) -> None:
    assert examiner._process is not None
    examiner._process.kill()
    examiner._process.join()


def test_the_same_question_is_answered_once(examiner: Examiner, tmp_path: Path) -> None:
    first = json.loads(examiner.ask(question(tmp_path, {"name": "look"})))
    assert first == {"asked": {"name": "look"}, "step": 7, "bytes": 7, "pid": first["pid"]}
    kill(examiner)  # whoever asks again is told without a process
    assert json.loads(examiner.ask(question(tmp_path, {"name": "look"})))["pid"] == first["pid"]
    assert json.loads(examiner.ask(question(tmp_path, {"name": "look"}, step=8)))["pid"] != first["pid"]


def test_a_deleted_runs_answers_are_forgotten(examiner: Examiner, tmp_path: Path) -> None:
    before = examiner.ask(question(tmp_path, 1))
    kill(examiner)
    examiner.forget(tmp_path / "elsewhere")
    assert examiner.ask(question(tmp_path, 1)) == before
    examiner.forget(tmp_path)
    assert examiner.ask(question(tmp_path, 1)) != before


@pytest.mark.parametrize(
    ("asked", "kind", "says"),
    [
        ("die", AnswerFailed, "broke over this"),
        ("dream", TooLarge, "takes longer"),
        ("refuse", InvalidInput, "no answer to that"),
        ("break", AnswerFailed, "ZeroDivisionError"),
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


def test_what_took_too_long_is_not_tried_again_for_a_while(
    examiner: Examiner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, "PATIENCE_S", 0.5)
        with pytest.raises(TooLarge):
            examiner.ask(question(tmp_path, "dream"))
    process = examiner._process
    with examiner._turn, pytest.raises(TooLarge, match="takes longer"):  # nobody is asked
        examiner.ask(question(tmp_path, "dream"))
    assert examiner._process is process
    examiner.forget(tmp_path)
    assert not examiner._refused
    monkeypatch.setattr(module, "PATIENCE_S", 0.5)
    monkeypatch.setattr(module, "REFUSED_S", 0.0)
    for _ in range(2):
        with pytest.raises(TooLarge):
            examiner.ask(question(tmp_path, "dream"))
    assert examiner._refused
    monkeypatch.setattr(module, "MAX_REFUSED", 1)
    with pytest.raises(TooLarge):
        examiner.ask(question(tmp_path, "dream", step=8))
    assert len(examiner._refused) == 1


def test_weights_that_are_gone_are_told(examiner: Examiner, tmp_path: Path) -> None:
    missing = question(tmp_path, 1)._replace(weights=tmp_path / "none")
    with pytest.raises(NotFound, match="no longer kept"):
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
    kept = examiner._kept
    assert len(kept.answers) == 3
    assert kept.bytes == sum(len(answer) for answer in kept.answers.values())


def test_who_asks_the_same_waits_for_the_same_answer(
    examiner: Examiner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 1)
    told: list[bytes] = []
    asked = question(tmp_path, 5)
    with examiner._turn:
        threads = [threading.Thread(target=lambda: told.append(examiner.ask(asked))) for _ in range(8)]
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(10)
    assert len(told) == 8
    assert len(set(told)) == 1


def test_a_process_that_died_idle_costs_no_question(examiner: Examiner, tmp_path: Path) -> None:
    first = json.loads(examiner.ask(question(tmp_path, 1)))
    os.kill(first["pid"], signal.SIGKILL)
    assert json.loads(examiner.ask(question(tmp_path, 2)))["pid"] != first["pid"]


def test_at_the_end_those_who_wait_are_told(examiner: Examiner, tmp_path: Path) -> None:
    examiner.ask(question(tmp_path, 1))
    told: list[object] = []

    def ask(asked: object) -> None:
        try:
            examiner.ask(question(tmp_path, asked))
        except FarbackError as error:
            told.append(error)

    threads = [threading.Thread(target=ask, args=(asked,)) for asked in ("dream", 2, 3)]
    threads[0].start()
    while not examiner._turn.locked():
        threads[0].join(0.01)
    for thread in threads[1:]:
        thread.start()
    examiner.close()
    for thread in threads:
        thread.join(10)
    assert len(told) == 3


def test_a_turn_that_does_not_come_is_told(examiner: Examiner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.1)
    with examiner._turn, pytest.raises(Busy, match="take long"):
        examiner.ask(question(tmp_path, 1))
