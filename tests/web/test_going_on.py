"""Runs that go on from a snapshot, by the API: joined, kept when it goes, refused where they cannot be."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.fake import advance
from tests.serving import free_port

from .site import Site, running, spec
from .test_process import Process
from .test_snapshots import TEXT, save

STEP = 8
JSON = {"Content-Type": "application/json"}


def values(site: Site, run: str) -> dict[int, int]:
    """The number that each frame of a fake run carries, by step."""
    answer = site.http.get(f"/api/runs/{run}/frames").json()
    return {frame["step"]: frame["value"] for frame in answer["frames"]}


def chain(value: int, steps: int) -> dict[int, int]:
    """The numbers that a run of so many steps must carry, every second one from `value` on."""
    numbers = {0: value}
    for step in range(1, steps + 1):
        value = advance(value)
        if step % 2 == 0:
            numbers[step] = value
    return numbers


def onward(site: Site, start: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """Start a run that goes on; returns how it stands once it is over."""
    answer = site.http.post("/api/runs", json=spec(**parts) | {"start": start})
    assert answer.is_success, answer.text
    return site.finished(answer.json()["id"])


@pytest.fixture(scope="module")
def run(site: Site) -> str:
    run = site.post(seed=800)
    site.finished(run)
    return run


@pytest.fixture(scope="module")
def kept(site: Site, run: str) -> str:
    """A snapshot of that run at step 8."""
    id: str = save(site, {"id": run, "step": STEP}, title="To go on from")["id"]
    return id


def test_it_goes_on_from_the_weights_and_counts_its_own_steps(site: Site, run: str, kept: str) -> None:
    about = onward(site, {"snapshot": kept, "run": 0}, seed=800, steps=30, task={"name": "recall", "lag": 9})
    assert (about["status"], about["step"], about["spec"]["task"]["lag"]) == ("done", 30, 9)
    assert values(site, about["id"]) == chain(values(site, run)[STEP], 30)
    files = site.http.get(f"/api/snapshots/{kept}").json()["files"]
    sha256 = files["runs/0/weights.safetensors"]["sha256"]
    assert about["spec"]["start"] == {
        "snapshot": kept, "run": 0, "step": STEP, "updates": STEP, "sha256": sha256, "private": False,
    }  # fmt: skip


def test_the_same_start_is_the_same_run_wherever_it_is_kept(site: Site, run: str, kept: str) -> None:
    answers = []
    for start in (
        {"snapshot": kept, "run": 0},
        {"snapshot": save(site, {"id": run, "step": 4}, {"id": run, "step": STEP})["id"], "run": 1},
    ):
        answers.append(site.http.post("/api/runs", json=spec(seed=801) | {"start": start}))
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    earlier = {"start": {"snapshot": save(site, {"id": run, "step": 4})["id"], "run": 0}}
    for other in (earlier, {}):
        answer = site.http.post("/api/runs", json=spec(seed=801) | other)
        assert answer.status_code == 201, "another start is another run"


def test_going_on_again_adds_up(site: Site, kept: str) -> None:
    first = onward(site, {"snapshot": kept, "run": 0}, seed=802)
    second = save(site, {"id": first["id"], "step": 6})["id"]
    manifest = site.http.get(f"/api/snapshots/{second}").json()
    assert manifest["runs"][0]["spec"] == first["spec"]
    about = onward(site, {"snapshot": second, "run": 0}, seed=802)
    assert (about["spec"]["start"]["step"], about["spec"]["start"]["updates"]) == (6, STEP + 6)
    assert values(site, about["id"])[0] == values(site, first["id"])[6]


def test_a_snapshot_that_is_deleted_takes_no_run_with_it(site: Site, run: str) -> None:
    made = save(site, {"id": run, "step": STEP})
    start = {"snapshot": made["id"], "run": 0}
    about = onward(site, start, seed=803)
    slow = site.http.post("/api/runs", json=spec(seed=804, steps=90, lr=0.01) | {"start": start}).json()["id"]
    assert site.http.post(f"/api/runs/{slow}/cancel").is_success
    assert site.http.delete(f"/api/snapshots/{made['id']}", headers={"X-Farback-Secret": made["secret"]}).is_success
    gone = site.http.post("/api/runs", json=spec(seed=803) | {"start": start})
    error = gone.json()["error"]
    assert (gone.status_code, error["code"], error["field"]) == (410, "gone", "start.snapshot")
    assert "was deleted" in error["message"]
    assert site.http.get(f"/api/runs/{about['id']}").json() == about
    joined = site.http.post("/api/runs", json=about["spec"])
    assert (joined.status_code, joined.json()["id"]) == (200, about["id"]), "by its whole spec it is joined"
    again = site.http.post("/api/runs", json=site.http.get(f"/api/runs/{slow}").json()["spec"])
    assert (again.status_code, again.json()["status"]) == (200, "queued"), "and goes on, from its own copy"
    assert site.finished(slow)["status"] == "done"
    assert values(site, slow)[2] == chain(values(site, run)[STEP], 2)[2]
    new = about["spec"] | {"seed": 805}
    assert site.http.post("/api/runs", json=new).status_code == 410


def test_what_grew_from_a_text_of_ones_own_is_ones_own_as_well(site: Site) -> None:
    task = {"name": "characters", "length": 16, "text": TEXT}
    first = site.post(seed=806, task=task)
    site.finished(first)
    id = save(site, first, with_text=True)["id"]
    start = {"snapshot": id, "run": 0}
    runs = [onward(site, start, seed=806, task=task | {"length": 24}) for _ in range(2)]
    assert runs[0]["id"] != runs[1]["id"], "nobody can guess it"
    assert runs[0]["spec"]["start"]["private"]
    assert TEXT not in json.dumps(runs[0])
    refused = site.http.post("/api/snapshots", json={"runs": [runs[0]["id"]]})
    assert refused.json()["error"]["field"] == "with_text"
    grown = save(site, runs[0]["id"], with_text=True)["id"]
    weights = site.http.get(f"/api/snapshots/{grown}").json()["files"]["runs/0/weights.safetensors"]["sha256"]
    answer = site.http.get(f"/api/snapshots/{grown}/runs/0/weights", params={"v": weights})
    assert answer.headers["cache-control"] == "no-cache"
    for about in runs:
        folder = site.engine.store.folder(about["id"]).path
        assert (folder / "start.safetensors").exists()
        assert site.http.delete(f"/api/runs/{about['id']}").status_code == 204
        assert not folder.exists()


BAD: list[tuple[str, Any, dict[str, Any], int, str, str]] = [
    ("no object", "ID", {}, 422, "start", "JSON object"),
    ("null", None, {}, 422, "start", "JSON object"),
    ("a list", [], {}, 422, "start", "JSON object"),
    ("nothing said", {}, {}, 422, "start.snapshot", "missing"),
    ("no run said", {"snapshot": "ID"}, {}, 422, "start.run", "missing"),
    ("no id", {"snapshot": 7, "run": 0}, {}, 422, "start.snapshot", "string"),
    ("an unknown id", {"snapshot": "a" * 12, "run": 0}, {}, 404, "start.snapshot", "There is no snapshot"),
    ("an odd id", {"snapshot": "../../etc", "run": 0}, {}, 404, "start.snapshot", "There is no snapshot"),
    ("a long id", {"snapshot": "a" * 65, "run": 0}, {}, 422, "start.snapshot", "64 characters"),
    ("a run beyond", {"snapshot": "ID", "run": 1}, {}, 404, "start.run", "no run 1"),
    ("a run far beyond", {"snapshot": "ID", "run": 8}, {}, 422, "start.run", "less than 8"),
    ("a run before", {"snapshot": "ID", "run": -1}, {}, 422, "start.run", "greater"),
    ("a boolean for a run", {"snapshot": "ID", "run": False}, {}, 422, "start.run", "integer"),
    ("0.0 for a run", {"snapshot": "ID", "run": 0.0}, {}, 422, "start.run", "integer"),
    ("an extra field", {"snapshot": "ID", "run": 0, "stpe": 8}, {}, 422, "start.stpe", "there are snapshot, run"),
    ("another step", {"snapshot": "ID", "run": 0, "step": 4}, {}, 422, "start.step", "there it is 8"),
    ("other weights", {"snapshot": "ID", "run": 0, "sha256": "0" * 64}, {}, 422, "start.sha256", "there it is"),
    ("privacy", {"snapshot": "ID", "run": 0, "private": True}, {}, 422, "start.private", "there it is false"),
    ("more units", {"snapshot": "ID", "run": 0}, {"cell": {"name": "rnn", "hidden": 2}}, 422, "cell.hidden", "is 1"),
    ("another cell", {"snapshot": "ID", "run": 0}, {"cell": {"name": "gru", "hidden": 1}}, 422, "cell.name", '"rnn"'),
    (
        "another layer", {"snapshot": "ID", "run": 0}, {"cell": {"name": "rnn", "hidden": 1, "layers": 2}}, 422,
        "cell.layers", "same cell",
    ),
    (
        "more symbols", {"snapshot": "ID", "run": 0}, {"task": {"name": "recall", "lag": 5, "symbols": 9}}, 422,
        "task.symbols", "inputs and outputs are 14 and 9",
    ),
    ("another task", {"snapshot": "ID", "run": 0}, {"task": {"name": "adding"}}, 422, "task", "as many"),
    ("an unknown task", {"snapshot": "ID", "run": 0}, {"task": {"name": "recalls"}}, 422, "task.name", "no task"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "parts", "status", "field", "says"), [r[1:] for r in BAD], ids=[r[0] for r in BAD])
def test_a_start_that_cannot_be(
    site: Site, kept: str, start: Any, parts: dict[str, Any], status: int, field: str, says: str
) -> None:
    before = site.engine.store.index.ids()
    content = json.dumps(spec(seed=807, **parts) | {"start": start}).replace('"ID"', f'"{kept}"')
    answer = site.http.post("/api/runs", content=content, headers=JSON)
    error = answer.json()["error"]
    assert (answer.status_code, error["field"]) == (status, field), error
    assert says in error["message"]
    assert error["message"][-1] in ".…"
    assert site.engine.store.index.ids() == before


def test_a_start_that_the_disk_lost_is_told_and_given_again(tmp_path: Path) -> None:
    with running(tmp_path) as site:
        first = site.post(seed=1)
        site.finished(first)
        start = {"snapshot": save(site, first)["id"], "run": 0}
        body = spec(seed=2, steps=90, lr=0.01) | {"start": start}
        run = site.http.post("/api/runs", json=body, headers={"X-Farback-Viewer": "ann"}).json()["id"]
        site.http.post(f"/api/runs/{run}/cancel", headers={"X-Farback-Viewer": "ann"})
        assert site.finished(run)["status"] == "cancelled"
        site.engine.store.folder(run).start.unlink()
        assert site.http.post("/api/runs", json=body | {"training": {"steps": 90, "lr": 0.01}}).is_success
        assert site.finished(run)["status"] == "done", "whoever asks for it brings the weights along"


@pytest.fixture
def servers() -> Iterator[list[Process]]:
    started: list[Process] = []
    yield started
    for server in started:
        server.process.kill()
        server.process.wait()
        server.http.close()


def test_a_server_that_was_killed_goes_on_with_it_although_the_snapshot_is_gone(
    tmp_path: Path, servers: list[Process]
) -> None:
    server = Process(tmp_path, free_port())
    servers.append(server)
    first = server.http.post("/api/runs", json=spec(seed=1)).json()["id"]
    while server.http.get(f"/api/runs/{first}").json()["status"] != "done":
        time.sleep(0.01)
    made = server.http.post("/api/snapshots", json={"runs": [{"id": first, "step": STEP}]}).json()
    value = server.http.get(f"/api/runs/{first}/frames").json()["frames"][STEP // 2]["value"]
    body = spec(seed=2, steps=60, lr=0.01) | {"start": {"snapshot": made["id"], "run": 0}}
    run = server.http.post("/api/runs", json=body).json()["id"]
    deleted = server.http.request("DELETE", f"/api/snapshots/{made['id']}", json={"secret": made["secret"]})
    assert deleted.status_code == 204
    while server.http.get(f"/api/runs/{run}").json()["step"] < 20:
        time.sleep(0.01)
    server.end(signal.SIGKILL)
    server = Process(tmp_path, free_port())
    servers.append(server)
    while (about := server.http.get(f"/api/runs/{run}").json())["status"] in ("queued", "running"):
        time.sleep(0.01)
    assert about["status"] == "done"
    frames = server.http.get(f"/api/runs/{run}/frames").json()["frames"]
    assert {frame["step"]: frame["value"] for frame in frames} == chain(value, 60)
