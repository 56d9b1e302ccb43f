"""A class: what is acknowledged is kept, what is over is gone, and each reader counts once."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from farback.classes import Act, Classes, Curve, Made, NoSuchClass, read_code
from farback.classes.code import LETTERS, new_code
from farback.classes.standing import standing_of
from farback.config import Settings
from farback.errors import Busy, Conflict, Forbidden, NotFound
from farback.store import StorageFailed

from .stand_in import CHOICE, DRAWN

HOUR = 3600.0
WHICH = ("memory", "which")
HOW = ("memory", "how")


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@pytest.fixture
def classes(settings: Settings, clock: Clock) -> Iterator[Classes]:
    classes = Classes(settings, clock)
    classes.start()
    yield classes
    classes.close()


@pytest.fixture
def made(classes: Classes) -> Made:
    return classes.make("Monday").result(5)


def act(classes: Classes, made: Made, what: str, secret: str | None = None) -> None:
    said = Act.model_validate({"act": what})
    classes.act(made.code, made.secret if secret is None else secret, *WHICH, said).result(5)


def answer(classes: Classes, made: Made, client: str, choice: int) -> None:
    classes.answer(made.code, *WHICH, client, choice).result(5)


def counts(classes: Classes, made: Made) -> list[int] | None:
    return classes.standing(made.code, *WHICH, CHOICE).counts


def test_a_readers_second_answer_replaces_the_first(classes: Classes, made: Made) -> None:
    for client, choice in (("ann", 0), ("bob", 2), ("ann", 1), ("cid", 2), ("bob", 2)):
        answer(classes, made, client, choice)
    assert counts(classes, made) == [0, 1, 2]
    assert [classes.has_answered(made.code, *WHICH, client) for client in ("ann", "dan", "")] == [True, False, False]


def test_a_drawn_curve_is_counted_by_its_quartiles(classes: Classes, made: Made) -> None:
    curves = np.random.default_rng(0).random((40, 5)).round(3)
    assert classes.standing(made.code, *HOW, DRAWN).curve is None
    for number, curve in enumerate(curves):
        classes.answer(made.code, *HOW, f"client {number}", Curve.of(curve.tolist())).result(5)
    standing = classes.standing(made.code, *HOW, DRAWN)
    assert standing.answers == 40
    assert standing.curve is not None
    for name, share in (("low", 0.25), ("median", 0.5), ("high", 0.75)):
        assert standing.curve[name] == pytest.approx(np.quantile(curves, share, axis=0), abs=1e-4)


@given(st.lists(st.tuples(st.none() | st.integers(0, 5), st.none() | st.binary(max_size=12)), max_size=20))
def test_only_answers_that_the_prediction_has_are_counted(answers: list[tuple[int | None, bytes | None]]) -> None:
    by_choice = standing_of(CHOICE, True, False, answers)
    known = Counter(choice for choice, _ in answers)
    assert by_choice.counts == [known[0], known[1], known[2]]
    assert by_choice.answers == known[0] + known[1] + known[2]
    drawn = standing_of(DRAWN, True, False, answers)
    assert drawn.answers == sum(curve is not None and len(curve) == 10 for _, curve in answers)
    assert (drawn.curve is None) == (drawn.answers == 0)


def test_many_at_once_are_all_kept_and_each_sees_its_own(classes: Classes, made: Made) -> None:
    seen: list[int] = []

    def client(number: int) -> None:
        for choice in (0, number % 3):
            classes.answer(made.code, *WHICH, f"client {number}", choice).result(30)
            seen.append(sum(counts(classes, made) or []))

    threads = [threading.Thread(target=client, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts(classes, made) == [34, 33, 33]
    assert max(seen) == 100
    assert min(seen) >= 1


def test_only_the_teacher_leads(classes: Classes, made: Made) -> None:
    for what in ("ask", "open", "close", "reveal", "hide", "clear"):
        with pytest.raises(Forbidden):
            act(classes, made, what, "another secret")
    with pytest.raises(Forbidden):
        classes.end(made.code, "").result(5)
    assert classes.find(made.code).asked is None
    act(classes, made, "ask")
    assert classes.find(made.code).asked == WHICH


def test_closed_revealed_hidden_cleared(classes: Classes, made: Made) -> None:
    answer(classes, made, "ann", 1)
    act(classes, made, "close")
    with pytest.raises(Conflict, match="closed"):
        answer(classes, made, "bob", 0)
    for what, state in (
        ("open", (True, False)),
        ("reveal", (False, True)),
        ("open", (True, True)),
        ("hide", (True, False)),
        ("reveal", (False, True)),
    ):
        act(classes, made, what)
        standing = classes.standing(made.code, *WHICH, CHOICE)
        assert (standing.open, standing.revealed) == state, what
        assert standing.counts == [0, 1, 0]
        assert standing.told(all_of_it=False)["counts"] == ([0, 1, 0] if standing.revealed else None)
        assert standing.told(all_of_it=True)["counts"] == [0, 1, 0]
    act(classes, made, "clear")
    standing = classes.standing(made.code, *WHICH, CHOICE)
    assert (standing.open, standing.revealed, standing.answers) == (True, False, 0)
    answer(classes, made, "ann", 0)
    assert counts(classes, made) == [1, 0, 0]


def test_a_class_is_deleted_a_day_after_it_was_used_last(
    classes: Classes, made: Made, clock: Clock, tmp_path: Path
) -> None:
    assert made.until == clock.now + 24 * HOUR
    other = classes.make("Tuesday").result(5)
    clock.now += 23 * HOUR
    answer(classes, made, "ann", 1)
    assert classes.find(made.code).until == clock.now + 24 * HOUR
    clock.now += HOUR  # to the second
    with pytest.raises(NoSuchClass):
        classes.find(other.code)
    refused: list[Callable[[], Future[None]]] = [
        lambda: classes.answer(other.code, *WHICH, "ann", 0),
        lambda: classes.end(other.code, other.secret),
        lambda: classes.act(other.code, other.secret, *WHICH, Act(act="open")),
    ]
    for ask in refused:
        with pytest.raises(NoSuchClass):
            ask().result(5)
    classes.sweep().result(5)
    assert rows(tmp_path, "classes") == 1
    clock.now += 24 * HOUR
    classes.sweep().result(5)
    assert [rows(tmp_path, table) for table in ("classes", "questions", "answers")] == [0, 0, 0]


def test_a_class_that_is_used_all_the_time_is_deleted_all_the_same(classes: Classes, made: Made, clock: Clock) -> None:
    for _ in range(30 * 2 - 1):
        clock.now += 12 * HOUR
        answer(classes, made, "ann", 1)
    assert classes.find(made.code).until == clock.now + 12 * HOUR
    clock.now += 12 * HOUR
    with pytest.raises(NoSuchClass):
        answer(classes, made, "ann", 1)


def test_what_was_ended_is_nowhere_on_the_disk(classes: Classes, tmp_path: Path) -> None:
    made = classes.make("Remember this title").result(5)
    answer(classes, made, "ann", 1)
    act(classes, made, "ask")
    files = list(tmp_path.glob("classes.sqlite*"))
    assert any(b"Remember this title" in file.read_bytes() for file in files)
    classes.end(made.code, made.secret).result(5)
    with pytest.raises(NoSuchClass):
        classes.find(made.code)
    for file in tmp_path.glob("classes.sqlite*"):
        left = file.read_bytes()
        assert b"Remember this title" not in left
        assert made.code.encode() not in left


def test_neither_secrets_nor_clients_are_kept(classes: Classes, made: Made, tmp_path: Path) -> None:
    answer(classes, made, "the-client-token", 1)
    other = classes.make("Tuesday").result(5)
    answer(classes, other, "the-client-token", 1)
    classes.close()
    with sqlite3.connect(tmp_path / "classes.sqlite") as connection:
        clients = [client for (client,) in connection.execute("SELECT client FROM answers")]
    connection.close()
    assert len(set(clients)) == 2, "the same browser is another in each class"
    for file in tmp_path.glob("classes.sqlite*"):
        for word in (made.secret, "the-client-token"):
            assert word.encode() not in file.read_bytes()
    classes.start()


def test_limits(settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farback.config.MAX_ANSWERS", 3)
    monkeypatch.setattr("farback.config.MAX_ALL_ANSWERS", 4)
    classes = Classes(replace(settings, max_classes=2), clock)
    classes.start()
    try:
        one, two = classes.make("").result(5), classes.make("").result(5)
        with pytest.raises(Busy, match="2 classes"):
            classes.make("").result(5)
        for number in range(3):
            answer(classes, one, f"client {number}", 0)
        with pytest.raises(Busy, match="3 answers"):
            answer(classes, one, "client 3", 0)
        answer(classes, one, "client 2", 1)  # no new one
        answer(classes, two, "client 0", 0)
        with pytest.raises(Busy, match="as many answers"):
            answer(classes, two, "client 1", 0)
        classes.end(one.code, one.secret).result(5)
        classes.sweep().result(5)
        answer(classes, two, "client 1", 0)
        classes.make("").result(5)
    finally:
        classes.close()


def test_answers_outlive_a_restart_and_a_spoilt_file_is_made_anew(
    classes: Classes, made: Made, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    answer(classes, made, "ann", 1)
    classes.close()
    classes.start()
    assert counts(classes, made) == [0, 1, 0]
    classes.close()
    for file in tmp_path.glob("classes.sqlite*"):
        file.write_bytes(b"no tables at all, for many bytes " * 200)
    classes.start()
    assert "spoilt" in caplog.text
    with pytest.raises(NoSuchClass):
        classes.find(made.code)
    assert classes.make("").result(5).code


def test_tables_of_a_newer_program_are_not_touched(
    classes: Classes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with classes._engine.begin() as connection:
        connection.execute(text("PRAGMA user_version = 99"))
    other = Classes(Settings(data_dir=tmp_path))
    other.start()
    with pytest.raises(StorageFailed, match="cannot keep classes"):
        other.find("FHJKLMR")
    assert "newer" in caplog.text
    with classes._engine.begin() as connection:
        connection.execute(text("PRAGMA user_version = 1"))
    assert other.make("").result(5).code, "once it can be opened it is"
    other.close()
    with pytest.raises(StorageFailed):
        other.find("FHJKLMR")


def test_a_disk_that_is_full_is_told_and_what_was_kept_stays(
    classes: Classes, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(classes, made, "ann", 1)
    with monkeypatch.context() as broken:
        broken.setattr(classes._writer, "_committed", lambda: 1 / 0)
        with pytest.raises(StorageFailed, match="try again"):
            answer(classes, made, "bob", 1)
    answer(classes, made, "cid", 2)
    assert (counts(classes, made) or [])[2] == 1


def test_a_code_is_read_as_people_write_it() -> None:
    for _ in range(20):
        code = new_code()
        assert set(code) <= set(LETTERS)
        assert read_code(f" {code[:3].lower()}-{code[3:]}\n") == code


@given(st.text(max_size=200))
def test_what_is_no_code_is_said_to_be_none(typed: str) -> None:
    if len([letter for letter in typed if not letter.isspace() and letter != "-"]) != 7:
        with pytest.raises(NotFound, match="is no class code"):
            read_code(typed)


def rows(folder: Path, table: str) -> int:
    connection = sqlite3.connect(folder / "classes.sqlite")
    [(count,)] = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    connection.close()
    return int(count)
