"""The stream: every frame once and in order, wherever a connection breaks."""

from __future__ import annotations

import itertools
import json
import socket
import time
from pathlib import Path

import pytest

from tests.engine.fake import plan_of, wires

from .site import Event, Site, running, spec


def frames(events: list[Event]) -> list[tuple[str, int]]:
    return [event.place for event in events if event.kind == "frame"]


def expected(run: str, first: int = 0, **training: object) -> list[tuple[str, int]]:
    plan = plan_of(json.loads(json.dumps(spec(**training) | {"training": {"optimizer": "adam"} | spec()["training"]})))
    return [(run, seq) for seq in range(first, len(wires(plan, run)))]


def test_a_stream_from_the_start_carries_everything_once(site: Site) -> None:
    run = site.post(seed=1, lr=0.01)
    events = list(site.events(run))
    assert frames(events) == expected(run)
    assert events[-1].kind == "end"
    statuses = [event.data["status"] for event in events if event.kind == "status"]
    assert set(statuses) <= {"queued", "running", "done"}
    assert statuses[-1] == "done"
    assert events[-2].data["result"]["steps"] == 20
    kinds = [event.kind for event in events]
    assert max(place for place, kind in enumerate(kinds) if kind == "frame") < kinds.index("end") - 1


def test_a_frame_is_the_same_whichever_way_it_comes(site: Site) -> None:
    run = site.post(seed=2)
    streamed = [event.data for event in site.events(run) if event.kind == "frame"]
    polled = site.http.get(f"/api/runs/{run}/frames").json()
    assert polled["frames"] == streamed
    assert (polled["next"], polled["status"]) == (10, "done")
    assert site.http.get(f"/api/runs/{run}/frames", params={"after": 7}).json()["frames"] == streamed[8:]
    beyond = site.http.get(f"/api/runs/{run}/frames", params={"after": 10}).json()
    assert beyond == {"frames": [], "next": 10, "status": "done"}


def test_several_runs_share_a_connection_and_advance_in_turns(site: Site) -> None:
    runs = [site.post(seed=seed, cell={"name": cell, "hidden": 1}) for seed, cell in ((3, "rnn"), (3, "lstm"))]
    for run in runs:
        site.finished(run)
    events = list(site.events(*runs))
    for run in runs:
        assert [place for place in frames(events) if place[0] == run] == expected(run)
    seqs = [seq for _, seq in frames(events)]
    assert all(abs(a - b) <= 1 for a, b in itertools.pairwise(seqs)), "neither column runs ahead"


def test_resuming_after_any_event_gives_exactly_the_rest(site: Site) -> None:
    runs = [site.post(seed=seed) for seed in (4, 5)]
    for run in runs:
        site.finished(run)
    whole = [event for event in site.events(*runs) if event.kind == "frame"]
    for cut in range(len(whole)):
        rest = [event for event in site.events(*runs, last=whole[cut].id) if event.kind == "frame"]
        for run in runs:  # which run comes first may differ
            due = [event.data for event in whole[cut + 1 :] if event.data["run"] == run]
            assert [event.data for event in rest if event.data["run"] == run] == due


def test_resuming_while_the_run_goes_on(site: Site) -> None:
    run = site.post(seed=6, lr=0.005, steps=100)
    seen: list[tuple[str, int]] = []
    last = None
    ended = False
    while not ended:  # the connection breaks after every third frame
        events = site.events(run, last=last)
        for event in events:
            if event.kind == "frame":
                seen.append(event.place)
                last = event.id
            ended = event.kind == "end"
            if ended or (event.kind == "frame" and len(seen) % 3 == 0):
                break
        events.close()
    assert seen == [(run, seq) for seq in range(51)]


@pytest.mark.parametrize("last", ["nonsense", "{run}:99", "{run}:-2", "{run}:1,", "other:3,{run}:x"])
def test_an_id_that_is_not_ours_is_answered_by_a_reset(site: Site, last: str) -> None:
    run = site.post(seed=7)
    site.finished(run)
    events = list(site.events(run, last=last.format(run=run)))
    assert [event.place for event in events if event.kind == "reset"] == [(run, 10)]
    assert frames(events) == []


def test_an_id_may_come_in_the_query_and_may_lack_a_run(site: Site) -> None:
    runs = [site.post(seed=seed) for seed in (8, 9)]
    for run in runs:
        site.finished(run)
    text = site.http.get("/api/stream", params={"run": runs, "last": f"{runs[0]}:8"}).text
    assert text.count("event: frame") == 2 + 11


def test_too_far_behind_is_answered_by_a_reset(tmp_path: Path) -> None:
    with running(tmp_path, stream_backlog=5) as site:
        run = site.post()
        site.finished(run)
        near, far = list(site.events(run, last=f"{run}:5")), list(site.events(run, last=f"{run}:4"))
        assert frames(near) == [(run, seq) for seq in range(6, 11)]
        assert [event.place for event in far if event.kind != "status" and event.kind != "end"] == [(run, 10)]
        assert far[0].kind == "reset" or far[1].kind == "reset"


def test_a_slow_viewer_skips_and_neither_the_run_nor_memory_feels_it(tmp_path: Path) -> None:
    with running(tmp_path, stream_skip=4) as site:
        run = site.post(lr=0.004, steps=400, cell={"name": "rnn", "hidden": 128})  # 200 frames of 128 kB
        with socket.socket() as viewer:
            viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            viewer.connect(("127.0.0.1", site.port))
            viewer.sendall(f"GET /api/stream?run={run} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            began = time.monotonic()
            site.finished(run)
            assert time.monotonic() - began < 6, "a viewer that does not read must not slow the run"
            assert site.app.state.hub.open == 1
            viewer.settimeout(10)
            text = b""
            while b"event: end" not in text:
                text += viewer.recv(2**20)
        seqs = [int(line.rpartition(b":")[2]) for line in text.split(b"\n") if line.startswith(b"id: ")]
        assert seqs == sorted(set(seqs))
        assert seqs[-1] == 200, "the newest frame always comes"
        assert len(seqs) < 150
        assert len(seqs) + site.app.state.hub.skipped == 201


def test_silence_is_broken_by_a_heartbeat(tmp_path: Path) -> None:
    with running(tmp_path, heartbeat_s=0.1, workers=1) as site:
        site.post(seed=1, lr=10.0)
        waits = site.post(seed=2)
        with site.http.stream("GET", "/api/stream", params={"run": waits}) as answer:
            lines = answer.iter_lines()
            began = time.monotonic()
            beats = [line for line, _ in zip((line for line in lines if line == ": ping"), range(3), strict=False)]
        assert len(beats) == 3
        assert 0.2 < time.monotonic() - began < 2.0


def test_an_open_stream_is_a_watcher_until_it_closes(site: Site) -> None:
    run = site.post(seed=10, lr=0.05, steps=2000, viewer="ann")
    stream = site.events(run, viewer="bob")
    next(stream)
    cancel = site.http.post(f"/api/runs/{run}/cancel", headers={"X-Farback-Viewer": "ann"}).json()
    assert (cancel["status"] in ("queued", "running"), cancel["watchers"]) == (True, 1)
    stream.close()
    end = time.monotonic() + 5
    while site.engine.state(run).watchers and time.monotonic() < end:
        time.sleep(0.01)
    cancel = site.http.post(f"/api/runs/{run}/cancel", json={"viewer": "ann"}).json()
    assert cancel["status"] == "cancelled"


def test_a_run_deleted_under_a_viewers_eyes_ends_its_stream(site: Site) -> None:
    text = "to be or not to be, " * 100
    run = site.post(seed=11, lr=0.05, steps=1000, task={"name": "characters", "text": text})
    events = site.events(run)
    while next(events).kind != "frame":
        pass
    assert site.http.delete(f"/api/runs/{run}").status_code == 204
    rest = list(events)
    assert rest[-1].kind == "end"
    assert rest[-2].data["status"] in ("cancelled", "failed")


def test_a_stream_over_a_run_that_lost_a_frame_ends_with_the_reason(site: Site) -> None:
    run = site.post(seed=12)
    site.finished(run)
    site.engine.store.folder(run).frame(6).write_bytes(b"")
    events = list(site.events(run))
    assert frames(events) == [(run, seq) for seq in range(6)]
    assert events[-1].kind == "end"
    last = [event.data for event in events if event.kind == "status"][-1]
    assert (last["status"], last["code"]) == ("failed", "storage")
    assert "train it again" in last["reason"]


def test_streams_are_bounded(tmp_path: Path) -> None:
    with running(tmp_path, max_streams=1) as site:
        run = site.post(lr=0.1, steps=1000)
        first = site.events(run)
        next(first)
        refused = site.http.get("/api/stream", params={"run": run})
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "busy")
        first.close()
