"""Nothing is lost: workers and servers are killed, disks fill up, and readers see every frame once."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from farback.engine import LocalEngine

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
