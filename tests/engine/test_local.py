"""The local engine: runs are joined, queued, cancelled and resumed as promised."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from farback.engine import BACKGROUND
from farback.engine.messages import Done
from farback.errors import Busy, Conflict, NotFound
from farback.store import StorageFailed

from .conftest import Start, all_frames, finished
from .fake import Plan, wires

QUICK = Plan()
LONG = Plan(steps=5000, pause=0.01)


def test_a_run_gives_its_frames_and_its_result(start: Start) -> None:
    engine = start()
    state, new = engine.submit(QUICK.job("run"), "ann")
    assert (state.status, state.seq, new) == ("queued", -1, True)
    assert all_frames(engine, "run") == wires(QUICK, "run")
    state = finished(engine, "run")
    assert (state.status, state.step, state.seq) == ("done", QUICK.steps, 10)
    assert state.result == {"loss": json.loads(wires(QUICK, "run")[-1])["value"], "steps": QUICK.steps}


def test_a_finished_run_is_joined_and_not_trained_again(start: Start, tmp_path: Path) -> None:
    engine = start()
    engine.submit(QUICK.job("run"), "ann")
    finished(engine, "run")
    frame = next(tmp_path.glob("runs/*/run/frames/000003.json"))
    written = frame.stat().st_mtime_ns
    state, new = engine.submit(QUICK.job("run"), "bob")
    assert (state.status, new) == ("done", False)
    assert frame.stat().st_mtime_ns == written


def test_four_runs_advance_side_by_side(start: Start) -> None:
    engine = start(workers=4)
    runs = ["ff", "rnn", "gru", "lstm"]
    for run in runs:
        engine.submit(Plan(steps=400, pause=0.01).job(run), "ann")
    for run in runs:
        engine.read(run, 3, 10.0)
    assert all(engine.state(run).status == "running" for run in runs)


def test_positions_and_fairness(start: Start) -> None:
    engine = start(workers=1)
    engine.submit(LONG.job("under-way"), "ann")
    engine.read("under-way", -1, 10.0)
    for run, client in (("a1", "ann"), ("a2", "ann"), ("a3", "ann"), ("b1", "bob")):
        engine.submit(Plan(name=run).job(run), client)
    assert {run: engine.state(run).position for run in ("a1", "b1", "a2", "a3", "under-way")} == {
        "a1": 1,
        "b1": 2,
        "a2": 3,
        "a3": 4,
        "under-way": None,
    }
    engine.cancel("a1", "ann")
    assert [engine.state(run).position for run in ("b1", "a2", "a3")] == [2, 1, 3]


def test_what_nobody_waits_for_makes_way_and_goes_on(start: Start) -> None:
    engine = start(workers=1, max_queue=1, max_queue_client=1)
    plan = Plan(steps=200, pause=0.01)
    for run in ("lesson", "another", "a third"):
        engine.submit(plan.job(run), f"{BACKGROUND}lessons")
    engine.read("lesson", 4, 10.0)
    assert engine.state("lesson").watchers == 0
    began = time.monotonic()
    engine.submit(QUICK.job("run"), "ann")
    assert finished(engine, "run").status == "done"
    assert time.monotonic() - began < 1.5, "it waited for one step of the other, not for its end"
    assert not engine.state("lesson").finished
    engine.touch("another", "bob")
    assert engine.read("another", 0, 10.0)[0].status == "running", "what somebody looks at comes first"
    assert engine.state("another").seq > 0
    engine.submit(QUICK.job("more"), "ann")
    assert engine.state("another").status == "running", "and makes way for nobody"
    for run in ("another", "lesson"):
        assert all_frames(engine, run) == wires(plan, run), "the same bits as if it had never let go"


def test_what_was_in_the_background_stays_there_when_the_server_comes_again(start: Start) -> None:
    engine = start(workers=1)
    engine.submit(LONG.job("lesson"), f"{BACKGROUND}lessons")
    engine.read("lesson", 0, 10.0)
    engine = start(workers=1)
    engine.read("lesson", engine.state("lesson").seq, 10.0)
    engine.submit(QUICK.job("run"), "ann")
    assert finished(engine, "run").status == "done"
    assert not engine.state("lesson").finished


def test_the_queue_has_bounds(start: Start) -> None:
    engine = start(workers=1, max_queue=4, max_queue_client=3)
    engine.submit(LONG.job("under-way"), "ann")
    engine.read("under-way", -1, 10.0)
    for run in ("a1", "a2", "a3"):
        engine.submit(QUICK.job(run), "ann")
    with pytest.raises(Busy):
        engine.submit(QUICK.job("a4"), "ann")
    engine.submit(QUICK.job("b1"), "bob")
    with pytest.raises(Busy):
        engine.submit(QUICK.job("c1"), "cyd")
    with pytest.raises(NotFound):  # what was refused left nothing behind
        engine.state("c1")
    assert engine.submit(QUICK.job("a1"), "cyd")[1] is False, "joining needs no place"


def test_cancel_ends_a_run_within_a_second_and_a_second_post_resumes_it(start: Start) -> None:
    engine = start()
    plan = Plan(steps=60, pause=0.01)
    engine.submit(plan.job("run"), "ann")
    engine.read("run", 4, 10.0)
    began = time.monotonic()
    state = engine.cancel("run", "ann")
    assert time.monotonic() - began < 1.0
    assert state.status == "cancelled"
    assert state.seq >= 5
    assert len(engine.read("run")[1]) == state.seq + 1, "its frames stay"
    resumed, new = engine.submit(plan.job("run"), "bob")
    assert (resumed.status, new) == ("queued", False)
    assert all_frames(engine, "run") == wires(plan, "run")


def test_a_cancel_does_not_wait_for_a_step_that_takes_long(start: Start) -> None:
    engine = start(workers=1)
    engine.submit(Plan(deaf=7).job("run"), "ann")
    engine.read("run", 2, 10.0)
    began = time.monotonic()
    assert engine.cancel("run", "ann").status == "cancelled"
    assert time.monotonic() - began < 1.0
    engine.submit(QUICK.job("next"), "ann")
    assert finished(engine, "next").status == "done", "the worker was replaced"


def test_one_viewer_cannot_end_what_another_watches(start: Start) -> None:
    engine = start()
    engine.submit(LONG.job("run"), "ann")
    engine.submit(LONG.job("run"), "bob")
    engine.open("run", "cyd")
    assert engine.cancel("run", "ann").watchers == 2
    state = engine.cancel("run", "bob")
    assert (state.status in ("queued", "running"), state.watchers) == (True, 1)
    assert engine.cancel("run", "ann").watchers == 1, "twice is once"
    engine.leave("run", "cyd")
    assert engine.cancel("run", "bob").status == "cancelled"


def test_cancelling_what_is_over_changes_nothing(start: Start) -> None:
    engine = start()
    engine.submit(QUICK.job("run"), "ann")
    finished(engine, "run")
    assert engine.cancel("run", "ann").status == "done"


def test_an_exploded_run_is_shown_and_never_trained_again(start: Start, tmp_path: Path) -> None:
    engine = start()
    engine.submit(Plan(explode=7).job("run"), "ann")
    state = finished(engine, "run")
    assert (state.status, state.code, state.reason) == ("failed", "exploded", "exploded at step 7")
    frames = all_frames(engine, "run")
    assert json.loads(frames[-1])["last"] is True
    assert not engine.store.folder("run").checkpoint.exists(), "nothing is to go on from it"
    written = {path: path.stat().st_mtime_ns for path in tmp_path.glob("runs/**/*.json")}
    joined, new = engine.submit(Plan(explode=7).job("run"), "bob")
    assert (joined.status, new) == ("failed", False)
    assert written == {path: path.stat().st_mtime_ns for path in tmp_path.glob("runs/**/*.json")}


@pytest.mark.parametrize(
    ("plan", "code", "words"),
    [(Plan(broken=7), "internal", "as planned"), (Plan(full=7), "storage", "space")],
    ids=["broken", "full"],
)
def test_a_run_that_fails_says_why_and_can_go_on(start: Start, plan: Plan, code: str, words: str) -> None:
    engine = start(workers=1)
    engine.submit(plan.job("run"), "ann")
    state = finished(engine, "run")
    assert (state.status, state.code, state.seq) == ("failed", code, 3)
    assert words in (state.reason or "")
    folder = engine.store.folder("run")
    folder.spec.write_text(QUICK.job("run").spec)  # the cause is gone
    engine.submit(QUICK.job("run"), "ann")
    assert all_frames(engine, "run") == wires(QUICK, "run")


def test_a_page_of_frames_is_bounded_in_bytes(start: Start) -> None:
    engine = start()
    plan = Plan(steps=6, payload=1_500_000)
    engine.submit(plan.job("run"), "ann")
    finished(engine, "run")
    assert [seq for seq, _ in engine.read("run")[1]] == [0, 1]
    assert all_frames(engine, "run") == wires(plan, "run")
    huge = Plan(steps=2, payload=5_000_000)
    engine.submit(huge.job("huge"), "ann")
    assert all_frames(engine, "huge") == wires(huge, "huge"), "one at least is given"


def test_an_answer_to_an_earlier_order_is_not_heard(start: Start) -> None:
    engine = start(workers=1)
    engine.submit(LONG.job("run"), "ann")
    engine.read("run", 1, 10.0)
    [worker] = engine._pool.workers
    with engine._board.changed:
        engine._supervisor._hear(worker, Done(worker.ticket - 1, "{}"))
        assert engine.state("run").status == "running"
        assert worker.ticket != 0


def test_a_store_that_cannot_be_written_refuses_the_run(start: Start) -> None:
    engine = start()
    engine.store.folder("run").path.parent.write_text("a file where a folder should be")
    with pytest.raises(StorageFailed):
        engine.submit(QUICK.job("run"), "ann")
    with pytest.raises(NotFound):
        engine.state("run")
    engine.submit(QUICK.job("another"), "ann")
    assert finished(engine, "another").status == "done"


def test_a_persons_text_can_be_deleted_even_while_it_trains(start: Start, tmp_path: Path) -> None:
    engine = start()
    secret = "only-i-may-know-this"
    plan = Plan(steps=5000, pause=0.01, name=secret)
    engine.submit(plan.job("run", private=True), "ann")
    engine.read("run", 3, 10.0)
    engine.open("run", "bob")
    engine.delete("run")
    with pytest.raises(NotFound):
        engine.state("run")
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert kept == []


def test_shared_runs_cannot_be_deleted(start: Start) -> None:
    engine = start()
    engine.submit(QUICK.job("run"), "ann")
    with pytest.raises(Conflict):
        engine.delete("run")
    assert finished(engine, "run").status == "done"


def test_unknown_runs(start: Start) -> None:
    engine = start()
    for call in (engine.state, engine.read, engine.about, engine.delete):
        with pytest.raises(NotFound):
            call("nobody")
    with pytest.raises(NotFound):
        engine.cancel("nobody", "ann")
