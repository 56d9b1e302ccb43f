"""Nothing is lost: workers and servers are killed, disks fill up, and readers see every frame once."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save
from sqlalchemy.exc import OperationalError

from farback.engine import LocalEngine
from farback.errors import NotFound
from farback.store import StorageFailed

from .conftest import Start, all_frames, finished
from .fake import Plan, wires

PLAN = Plan(steps=60, pause=0.005)


def kill_worker(engine: LocalEngine) -> int:
    """End the worker that trains, as the system does when memory runs out."""
    [worker] = [worker for worker in engine._pool.workers if worker.ticket]
    pid = worker.process.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


def test_a_killed_worker_is_replaced_and_the_reader_sees_every_frame_once(start: Start) -> None:
    engine = start(workers=1)
    engine.submit(PLAN.job("run"), "ann")
    engine.read("run", 5, 10.0)
    killed = kill_worker(engine)
    assert all_frames(engine, "run") == wires(PLAN, "run")
    assert finished(engine, "run").status == "done"
    assert killed not in [worker.process.pid for worker in engine._pool.workers]
    assert engine.losses == 1


def test_a_run_that_keeps_losing_its_worker_is_given_up_and_can_be_resumed(start: Start) -> None:
    engine = start(workers=1, worker_deaths=2)
    engine.submit(Plan(fatal=9).job("run"), "ann")
    engine.submit(Plan(name="other").job("other"), "ann")
    state = finished(engine, "run")
    assert (state.status, state.code, state.seq) == ("failed", "machine", 4)
    assert "machine" in (state.reason or "")
    assert "step 8" in (state.reason or "")
    assert finished(engine, "other").status == "done"
    engine.store.folder("run").spec.write_text(Plan().job("run").spec)  # more memory was bought
    engine.submit(Plan().job("run"), "ann")
    assert all_frames(engine, "run") == wires(Plan(), "run")


def test_a_restart_takes_up_what_waited_and_what_trained(start: Start) -> None:
    engine = start(workers=1)
    for run in ("first", "second"):
        engine.submit(PLAN.job(run), "ann")
    engine.read("first", 5, 10.0)
    engine = start(workers=1)
    assert engine.state("first").seq >= 6
    assert engine.state("second").position == 2
    for run in ("first", "second"):
        assert all_frames(engine, run) == wires(PLAN, run)
        assert finished(engine, run).status == "done"


def test_a_finished_run_replays_after_a_restart(start: Start) -> None:
    engine = start()
    engine.submit(PLAN.job("run"), "ann")
    before = finished(engine, "run")
    engine = start()
    assert engine.state("run") == before.__class__(**(vars(before) | {"watchers": 0}))
    assert all_frames(engine, "run") == wires(PLAN, "run")


@pytest.mark.parametrize("spoilt", ["checkpoint.safetensors", "checkpoint.safetensors.half", "frames/{seq:06}.json"])
@pytest.mark.parametrize("left", [b"", b"\x00" * 100])
def test_what_a_power_cut_spoilt_costs_only_time(start: Start, spoilt: str, left: bytes) -> None:
    engine = start(workers=1)
    engine.submit(PLAN.job("run"), "ann")
    engine.read("run", 5, 10.0)
    seq = engine.cancel("run", "ann").seq
    (engine.store.folder("run").path / spoilt.format(seq=seq)).write_bytes(left)
    engine.submit(PLAN.job("run"), "ann")
    assert all_frames(engine, "run") == wires(PLAN, "run")


def test_a_spec_that_was_lost_is_written_again(start: Start) -> None:
    engine = start(workers=1)
    engine.submit(PLAN.job("run"), "ann")
    engine.read("run", 3, 10.0)
    engine.cancel("run", "ann")
    engine.store.folder("run").spec.unlink()
    engine.submit(PLAN.job("run"), "ann")
    assert all_frames(engine, "run") == wires(PLAN, "run")


@pytest.mark.parametrize("left", [None, b"", b"\x00" * 100], ids=["gone", "empty", "zeros"])
def test_a_finished_run_that_lost_a_frame_says_so_and_is_trained_again(start: Start, left: bytes | None) -> None:
    engine = start(workers=1)
    engine.submit(PLAN.job("run"), "ann")
    finished(engine, "run")
    frame = engine.store.folder("run").frame(5)
    frame.unlink() if left is None else frame.write_bytes(left)
    state, page = engine.read("run")
    assert [seq for seq, _ in page] == [0, 1, 2, 3, 4]
    assert (state.status, state.code, state.seq, state.result) == ("failed", "storage", 4, None)
    assert "train it again" in (state.reason or "")
    with pytest.raises(NotFound):
        engine.frame("run", 5)
    state, new = engine.submit(PLAN.job("run"), "ann")
    assert (state.status, new) == ("queued", False)
    assert all_frames(engine, "run") == wires(PLAN, "run")
    assert finished(engine, "run").status == "done"


@pytest.mark.parametrize("part", ["frames", "weights"])
def test_nobody_joins_a_run_that_is_no_longer_complete(start: Start, part: str) -> None:
    engine = start(workers=1)
    engine.submit(Plan().job("run"), "ann")
    finished(engine, "run")
    sorted((engine.store.folder("run").path / part).iterdir())[3].write_bytes(b"")
    assert engine.submit(Plan().job("run"), "ann")[0].status == "queued"
    assert all_frames(engine, "run") == wires(Plan(), "run")
    assert all(file.stat().st_size for file in (engine.store.folder("run").path / part).iterdir())


def test_a_frame_that_never_was_changes_nothing(start: Start) -> None:
    engine = start(workers=1)
    engine.submit(Plan().job("run"), "ann")
    finished(engine, "run")
    with pytest.raises(NotFound):
        engine.frame("run", 11)
    assert engine.state("run").status == "done"


def test_an_incomplete_checkpoint_breaks_a_run_once_and_not_for_ever(start: Start) -> None:
    engine = start(workers=1)
    engine.submit(PLAN.job("run"), "ann")
    engine.read("run", 5, 10.0)
    engine.cancel("run", "ann")
    engine.store.folder("run").checkpoint.write_bytes(save({"other": np.zeros(1, np.float32)}))
    engine.submit(PLAN.job("run"), "ann")
    assert finished(engine, "run").code == "internal"
    engine.submit(PLAN.job("run"), "ann")
    assert all_frames(engine, "run") == wires(PLAN, "run")


@pytest.mark.parametrize("left", ["{}", None])
def test_a_changed_program_does_not_go_on_with_what_another_began(start: Start, left: str | None) -> None:
    engine = start(workers=1)
    engine.submit(PLAN.job("run"), "ann")
    engine.read("run", 5, 10.0)
    engine.close()
    folder = engine.store.folder("run")
    folder.machine.unlink() if left is None else folder.machine.write_text(left)
    engine = start(workers=1)
    state = finished(engine, "run")
    assert (state.status, state.code) == ("failed", "changed")
    assert "train it again" in (state.reason or "")
    assert state.seq >= 6, "what it showed is still shown"
    assert not folder.checkpoint.exists()


def test_a_lost_index_costs_no_run(start: Start, tmp_path: Path) -> None:
    engine = start(workers=1)
    engine.submit(PLAN.job("done"), "ann")
    before = finished(engine, "done")
    engine.submit(PLAN.job("trains"), "ann")
    engine.read("trains", 5, 10.0)
    engine.close()
    engine.store.close()
    for file in tmp_path.glob("index.sqlite*"):
        file.unlink()
    engine = start(workers=1)
    assert engine.state("done") == replace(before, watchers=0)
    assert all_frames(engine, "done") == wires(PLAN, "done")
    assert all_frames(engine, "trains") == wires(PLAN, "trains")


def test_a_full_disk_drops_old_runs_until_there_is_room_again(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = start(workers=1)
    for number in range(3):
        engine.submit(Plan(payload=20_000).job(f"run{number}"), "ann")
        finished(engine, f"run{number}")
    size = engine.store.folder("run0").size()
    short = 1.5 * size

    def missing() -> int:
        return max(0, int(short - size * sum(not engine.store.folder(f"run{n}").path.exists() for n in range(3))))

    monkeypatch.setattr(engine.store.reserve, "missing", missing)
    end = time.monotonic() + 5.0
    while "run1" in engine.store.index.ids() and time.monotonic() < end:
        time.sleep(0.01)
    assert engine.store.index.ids() == {"run2"}
    with pytest.raises(NotFound):
        engine.state("run0")


def test_on_a_full_disk_a_run_can_be_read_joined_and_deleted(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = start(workers=1)
    engine.submit(Plan(name="secret").job("run", private=True), "ann")
    finished(engine, "run")
    engine.store.hint("run", used=0.0)

    def full(*_: object, **__: object) -> None:
        raise OperationalError("", {}, sqlite3.OperationalError("database or disk is full"))

    for write in ("put", "update", "delete"):
        monkeypatch.setattr(engine.store.index, write, full)
    assert engine.about("run").id == "run"
    assert engine.submit(Plan(name="secret").job("run", private=True), "ann")[0].status == "done"
    assert len(engine.read("run")[1]) == 11
    with pytest.raises(StorageFailed):
        engine.submit(Plan().job("new"), "ann")
    engine.delete("run")
    with pytest.raises(NotFound):
        engine.state("run")
    assert not [path for room in ("runs", "trash") for path in (engine.store.path / room).rglob("*.json")]
    monkeypatch.undo()
    engine.submit(Plan().job("new"), "ann")
    assert finished(engine, "new").status == "done"


def test_workers_end_with_the_process_that_started_them(start: Start) -> None:
    engine = start(workers=2)
    engine.submit(PLAN.job("run"), "ann")
    engine.read("run", 2, 10.0)
    processes = [worker.process for worker in engine._pool.workers]
    engine.close()
    end = time.monotonic() + 5.0
    while any(process.is_alive() for process in processes) and time.monotonic() < end:
        time.sleep(0.01)
    assert not any(process.is_alive() for process in processes)


def test_the_quota_drops_the_least_recently_used_first_and_no_running_one(start: Start, tmp_path: Path) -> None:
    plan = Plan(payload=20_000)  # some 220 kB a run
    engine = start(workers=1, quota_bytes=800_000)
    for number in range(3):
        engine.submit(plan.job(f"run{number}"), "ann")
        finished(engine, f"run{number}")
    engine.store.index.update("run0", used=time.time() + 1)  # somebody looked at it since
    engine.submit(Plan(steps=22, payload=20_000, name="next").job("next"), "ann")
    engine.submit(Plan(steps=2000, pause=0.01, name="long").job("long"), "ann")
    finished(engine, "next")
    engine.read("long", -1, 10.0)
    assert engine.store.index.ids() == {"run0", "run2", "next", "long"}
    assert {path.name for path in tmp_path.glob("runs/*/*")} == {"run0", "run2", "next", "long"}
    assert engine.stored <= 800_000
    state, new = engine.submit(plan.job("run1"), "ann")
    assert (state.status, new) == ("queued", True), "what was dropped is trained anew"


def test_a_run_that_takes_half_of_the_quota_ends_with_a_reason(start: Start) -> None:
    engine = start(workers=1, quota_bytes=100_000)
    engine.submit(Plan(steps=500, pause=0.005, payload=20_000).job("run"), "ann")
    state = finished(engine, "run")
    assert (state.status, state.code) == ("failed", "storage")
    assert "disk" in (state.reason or "")
