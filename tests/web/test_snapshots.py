"""Snapshots by the API: saved, asked for, asked questions, handed on, deleted."""

from __future__ import annotations

import gzip
import hashlib
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load

from farback.errors import Busy
from farback.frame import decode
from farback.store import Store
from farback.web.allowance import Allowance
from tests.serving import free_port
from tests.snapshots.made import trained

from .site import Site, running
from .test_process import Process

TEXT = "to be or not to be, that is the question; " * 50
ZIP = {"Content-Type": "application/zip"}
FOR_EVER = "public, max-age=31536000, immutable"


def save(site: Site, *runs: Any, **values: Any) -> dict[str, Any]:
    answer = site.http.post("/api/snapshots", json={"runs": runs, **values})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def frames_of(site: Site, run: str) -> list[bytes]:
    folder = site.engine.store.folder(run)
    return [folder.frame(seq).read_bytes() for seq in range(folder.newest()[0] + 1)]


@pytest.fixture(scope="module")
def runs(site: Site) -> list[str]:
    """Two finished fake runs of one task."""
    ids = [site.post(seed=number) for number in (700, 701)]
    for run in ids:
        site.finished(run)
    return ids


def test_what_was_saved_is_what_the_runs_have(site: Site, runs: list[str]) -> None:
    view = {"speed": 1.5, "panels": ["hidden", None, True]}
    made = save(site, {"id": runs[0], "step": 8}, runs[1], title="Two – “RNNs”", note="a\nb", view=view)
    assert made.keys() == {"id", "url", "etag", "secret"}
    assert made["url"] == f"s/{made['id']}"
    assert len(made["id"]) == 12
    path = f"/api/snapshots/{made['id']}"
    answer = site.http.get(path)
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"' == f'"{made["etag"]}"'
    assert answer.headers["cache-control"] == "no-cache"
    manifest = answer.json()
    written = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert written.encode() == answer.content, "canonical"
    assert (manifest["title"], manifest["note"], manifest["view"]) == ("Two – “RNNs”", "a\nb", view)
    for n, (run, step) in enumerate(zip(runs, (8, 20), strict=True)):
        about, kept = site.http.get(f"/api/runs/{run}").json(), manifest["runs"][n]
        for name in ("run", "spec", "facts", "status", "code", "reason", "result"):
            assert kept[name] == about[name], name
        assert (kept["step"], kept["steps"]) == (step, list(range(0, 21, 2)))
        answer = site.http.get(f"{path}/runs/{n}/frames")
        assert answer.content == b'{"frames":[\n' + b",\n".join(frames_of(site, run)) + b"\n]}\n"
        assert answer.json()["frames"][4]["step"] == 8
        weights = site.http.get(f"{path}/runs/{n}/weights")
        assert weights.content == site.http.get(f"/api/runs/{run}/weights", params={"step": step}).content
        file = manifest["files"][f"runs/{n}/weights.safetensors"]
        assert file == {"sha256": hashlib.sha256(weights.content).hexdigest(), "size": len(weights.content)}
    assert (
        f"farback-{made['id']}-0-8.safetensors"
        in site.http.get(f"{path}/runs/0/weights").headers["content-disposition"]
    )


def test_frames_were_packed_once_and_are_read_by_those_who_cannot_unpack(site: Site, runs: list[str]) -> None:
    path = f"/api/snapshots/{save(site, runs[0])['id']}"
    file = site.http.get(path).json()["files"]["runs/0/frames.json.gz"]
    with site.http.stream("GET", f"{path}/runs/0/frames") as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert (len(packed), hashlib.sha256(packed).hexdigest()) == (file["size"], file["sha256"])
    plain = site.http.get(f"{path}/runs/0/frames", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == gzip.decompress(packed)
    assert len(plain.content) == site.http.get(path).json()["runs"][0]["inflated"]


def test_what_is_asked_for_by_its_hash_may_be_kept_and_the_manifest_is_asked_for_again(
    site: Site, runs: list[str]
) -> None:
    made = save(site, runs[0])
    path = f"/api/snapshots/{made['id']}"
    files = site.http.get(path).json()["files"]
    hashes = {
        "runs/0/frames": files["runs/0/frames.json.gz"]["sha256"],
        "runs/0/weights": files["runs/0/weights.safetensors"]["sha256"],
        "file": made["etag"],
    }
    for part, sha256 in hashes.items():
        kept = site.http.get(f"{path}/{part}", params={"v": sha256})
        assert (kept.headers["cache-control"], kept.headers["etag"]) == (FOR_EVER, f'"{sha256}"')
        for v in ("", "0" * 64):
            assert site.http.get(f"{path}/{part}", params={"v": v}).headers["cache-control"] == "no-cache"
        known = site.http.get(f"{path}/{part}", headers={"If-None-Match": f'"{sha256}"'})
        assert (known.status_code, known.content) == (304, b"")
    assert site.http.get(path, headers={"If-None-Match": f'"{made["etag"]}"'}).status_code == 304
    assert site.http.get(path, params={"v": made["etag"]}).headers["cache-control"] == "no-cache"


def test_a_run_that_trains_is_saved_as_far_as_it_came(site: Site) -> None:
    run = site.post(seed=702, steps=5000, lr=0.005)
    while site.http.get(f"/api/runs/{run}").json()["step"] < 4:
        pass
    made = save(site, run)
    kept = site.http.get(f"/api/snapshots/{made['id']}").json()["runs"][0]
    assert (kept["status"], kept["result"]) == ("running", None)
    assert kept["step"] == kept["steps"][-1]
    frames = site.http.get(f"/api/snapshots/{made['id']}/runs/0/frames").json()["frames"]
    assert [frame["step"] for frame in frames] == kept["steps"]
    assert site.http.post(f"/api/runs/{run}/cancel", headers={"X-Farback-Viewer": "ann"}).is_success


def test_a_text_of_ones_own_is_published_only_when_told_to(site: Site) -> None:
    run = site.post(seed=703, task={"name": "characters", "length": 16, "text": TEXT})
    site.finished(run)
    refused = site.http.post("/api/snapshots", json={"runs": [run]})
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "with_text")
    assert "everyone" in refused.json()["error"]["message"]
    path = f"/api/snapshots/{save(site, run, with_text=True)['id']}"
    manifest = site.http.get(path).json()
    assert manifest["runs"][0]["spec"]["task"]["text"] == TEXT
    everything = site.http.get(path).content + site.http.get(f"{path}/file").content
    everything += site.http.get(f"{path}/runs/0/frames").content + site.http.get(f"{path}/runs/0/weights").content
    assert run.encode() not in everything, "with its id everybody could delete the run"
    frames = site.http.get(f"{path}/runs/0/frames").json()["frames"]
    assert {frame["run"] for frame in frames} == {manifest["runs"][0]["run"]}
    for part, name in (("frames", "frames.json.gz"), ("weights", "weights.safetensors")):
        version = manifest["files"][f"runs/0/{name}"]["sha256"]
        assert site.http.get(f"{path}/runs/0/{part}", params={"v": version}).headers["cache-control"] == "no-cache"
    assert site.http.delete(f"/api/runs/{run}").status_code == 204
    assert site.http.get(path).status_code == 200


def test_the_model_can_be_asked_as_it_was_saved(site: Site, runs: list[str]) -> None:
    made = save(site, {"id": runs[0], "step": 8})
    path = f"/api/snapshots/{made['id']}/runs/0/probe"
    answer = site.http.post(path, json={"name": "jacobians", "k": 3})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["step"], answer.json()["asked"]["k"]) == (8, 3)
    assert site.http.post(path, json={"name": "jacobians", "k": 3, "step": 8}).json() == answer.json()
    for body, status, field, says in (
        ({"name": "lengths", "step": 20}, 404, "step", "at step 8, not at step 20"),
        ({"name": "guess"}, 422, "name", "there are look"),
        ({"name": "chain", "t": 5}, 422, "t", "before the output time"),
        ([], 422, None, "JSON object"),
    ):
        refused = site.http.post(path, json=body)
        assert (refused.status_code, refused.json()["error"]["field"]) == (status, field), refused.text
        assert says in refused.json()["error"]["message"]
    assert site.http.post(path.replace("/0/", "/1/"), json={"name": "lengths"}).status_code == 404
    assert site.http.post(path, content=b"{}").status_code == 415


def test_only_the_secret_deletes_and_then_every_route_says_gone(site: Site, runs: list[str]) -> None:
    before = site.http.get("/metrics").text
    made = save(site, runs[0], title="for a while")
    path = f"/api/snapshots/{made['id']}"
    assert site.http.post(f"{path}/runs/0/probe", json={"name": "lengths"}).status_code == 200
    for secret in ("", made["secret"][:-1], made["secret"] + "x", save(site, runs[0])["secret"]):
        wrong = site.http.delete(path, headers={"X-Farback-Secret": secret})
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (403, "forbidden")
    bodies: list[Any] = [{}, {"secret": 1}, {"secret": "x", "more": 1}, []]
    for body in bodies:
        assert site.http.request("DELETE", path, json=body).status_code == 422
    kept = [file for file in site.engine.store.path.rglob("*") if file.is_file()]
    assert not [file for file in kept if made["secret"].encode() in file.read_bytes()], "only its hash is kept"
    assert site.http.get(path).status_code == 200
    assert site.http.request("DELETE", path, json={"secret": made["secret"]}).status_code == 204
    for method, part, content in (
        ("GET", "", {}),
        ("GET", "/runs/0/frames", {}),
        ("GET", "/runs/0/weights", {}),
        ("GET", "/file", {}),
        ("POST", "/runs/0/probe", {"json": {"name": "lengths"}}),
        ("DELETE", "", {"json": {"secret": made["secret"]}}),
    ):
        gone = site.http.request(method, path + part, **content)
        assert (gone.status_code, gone.json()["error"]["code"]) == (410, "gone"), part
        assert made["id"] in gone.json()["error"]["message"]
    assert not list(site.engine.store.path.glob(f"snapshots/*/{made['id']}/*"))
    after = site.http.get("/metrics").text
    counts = [float(text.partition("\nfarback_snapshots ")[2].split()[0]) for text in (before, after)]
    assert counts[1] == counts[0] + 1, "the one whose secret was tried"


@pytest.mark.parametrize(
    ("values", "status", "field"),
    [
        ([], 422, None),
        ({}, 422, "runs"),
        ({"runs": []}, 422, "runs"),
        ({"runs": "RUN"}, 422, "runs"),
        ({"runs": [1]}, 422, "runs.0"),
        ({"runs": [{"id": 1}]}, 422, "runs.0.id"),
        ({"runs": [{"id": "RUN", "step": 1.0}]}, 422, "runs.0.step"),
        ({"runs": [{"id": "RUN", "step": True}]}, 422, "runs.0.step"),
        ({"runs": [{"id": "RUN", "stop": 1}]}, 422, "runs.0.stop"),
        ({"runs": ["nobody"]}, 404, "id"),
        ({"runs": ["../../etc"]}, 404, "id"),
        ({"runs": [{"id": "RUN", "step": 3}]}, 404, "runs"),
        ({"runs": ["RUN", "RUN"]}, 422, "runs"),
        ({"runs": ["RUN"] * 9}, 422, "runs"),
        ({"runs": ["RUN"], "tilte": ""}, 422, "tilte"),
        ({"runs": ["RUN"], "title": "x" * 201}, 422, "title"),
        ({"runs": ["RUN"], "title": "two\nlines"}, 422, "title"),
        ({"runs": ["RUN"], "title": "\u202edecilam"}, 422, "title"),
        ({"runs": ["RUN"], "note": "x" * 4001}, 422, "note"),
        ({"runs": ["RUN"], "note": "\x1b[31m"}, 422, "note"),
        ({"runs": ["RUN"], "with_text": 1}, 422, "with_text"),
        ({"runs": ["RUN"], "view": []}, 422, "view"),
        ({"runs": ["RUN"], "view": {"a": "x" * 20_000}}, 422, "view"),
        ({"runs": ["RUN"], "view": {"a": [[[[[[[[[1]]]]]]]]]}}, 422, "view"),
        ({"runs": ["RUN"], "view": {"a": 2**60}}, 422, "view"),
        ({"runs": ["RUN"], "view": {"a\x00": 1}}, 422, "view"),
        ({"runs": ["RUN"], "view": {"a": "x" * 200_000}}, 413, None),
    ],
)
def test_what_cannot_be_saved_is_told(site: Site, runs: list[str], values: Any, status: int, field: str | None) -> None:
    count = site.app.state.snapshots.count
    content = json.dumps(values).replace('"RUN"', f'"{runs[0]}"')
    answer = site.http.post("/api/snapshots", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["field"]) == (status, field), answer.text
    assert answer.json()["error"]["message"][-1] in ".…"
    assert site.app.state.snapshots.count == count


def test_runs_of_different_tasks_are_not_saved_together(site: Site, runs: list[str]) -> None:
    other = site.post(seed=704, task={"name": "recall", "lag": 6})
    site.finished(other)
    answer = site.http.post("/api/snapshots", json={"runs": [runs[0], other]})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "runs")
    assert "time axis" in answer.json()["error"]["message"]


@pytest.mark.parametrize("id", ["nobody", "a" * 12, "A" * 12, "%2e%2e%2f%2e%2e", "import", "gone", "x" * 3000])
def test_a_snapshot_that_was_never_there(site: Site, id: str) -> None:
    for part in ("", "/file", "/runs/0/frames", "/runs/0/weights"):
        assert site.http.get(f"/api/snapshots/{id}{part}").status_code == 404
    headers = {"X-Farback-Secret": "x"}
    assert site.http.delete(f"/api/snapshots/{id}", headers=headers).status_code == 404
    assert site.http.post(f"/api/snapshots/{id}/runs/0/probe", json={"name": "lengths"}).status_code == 404


ODD = ("00", "01", "1.0", "+0", "-1", "x", "٣", "9" * 5000)
"""What is no run's number, or is one written otherwise."""


@pytest.mark.parametrize(("n", "field"), [*((n, "n") for n in ("1", "7", "8", "9" * 9)), *((n, None) for n in ODD)])
def test_a_run_that_a_snapshot_lacks(site: Site, runs: list[str], n: str, field: str | None) -> None:
    path = f"/api/snapshots/{save(site, runs[0])['id']}/runs/{n}"
    for part in ("frames", "weights", "arrays.npz", "load.py"):
        answer = site.http.get(f"{path}/{part}")
        assert (answer.status_code, answer.json()["error"]["field"]) == (404, field)


def test_a_full_share_refuses_and_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path, quota_snapshots_bytes=12_000) as site:
        run = site.post()
        site.finished(run)
        made = [save(site, run) for _ in range(2)]
        for _ in range(10):
            refused = site.http.post("/api/snapshots", json={"runs": [run]})
            if refused.status_code != 201:
                break
        assert (refused.status_code, refused.json()["error"]["code"]) == (507, "storage")
        assert "sets aside for snapshots" in refused.json()["error"]["message"]
        assert not list((tmp_path / "snapshots" / "drafts").iterdir())
        headers = {"X-Farback-Secret": made[0]["secret"]}
        assert site.http.delete(f"/api/snapshots/{made[0]['id']}", headers=headers).status_code == 204
        save(site, run)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, list[str]]]:
    """A site with two real runs."""
    folder = tmp_path_factory.mktemp("real")
    store = Store(folder)
    trained_runs = [trained(store), trained(store, cell={"name": "lstm", "hidden": 2})]
    store.close()
    with running(folder) as site:
        yield site, trained_runs


def test_a_file_goes_out_and_comes_in_bit_by_bit(real: tuple[Site, list[str]]) -> None:
    site, runs = real
    made = save(site, *runs, title="out and in")
    path = f"/api/snapshots/{made['id']}"
    file = site.http.get(f"{path}/file")
    assert file.headers["content-disposition"] == f'attachment; filename="farback-{made["id"]}.farback"'
    assert int(file.headers["content-length"]) == len(file.content)
    for _ in range(2):
        answer = site.http.post("/api/snapshots/import", content=file.content, headers=ZIP)
        assert answer.status_code == 201, answer.text
        again = answer.json()
        assert again["etag"] == made["etag"]
        assert again["id"] != made["id"]
        assert again["secret"] != made["secret"]
        other = f"/api/snapshots/{again['id']}"
        for part in ("", "/runs/0/frames", "/runs/1/frames", "/runs/0/weights", "/runs/1/weights", "/file"):
            assert site.http.get(other + part).content == site.http.get(path + part).content, part
        assert site.http.post(f"{other}/runs/1/probe", json={"name": "lengths"}).status_code == 200


def test_a_client_saves_so_many_within_an_hour(tmp_path: Path) -> None:
    with running(tmp_path, max_saves_client=2) as site:
        run = site.post()
        site.finished(run)
        assert site.http.post("/api/snapshots", json={"runs": ["nobody"]}).status_code == 404, "which does not count"
        made = save(site, run)
        file = site.http.get(f"/api/snapshots/{made['id']}/file").content
        save(site, run)
        again = ("/api/snapshots", {"json": {"runs": [run]}}), ("/api/snapshots/import", {"content": file})
        for path, body in again:
            headers = ZIP if path.endswith("import") else {}
            refused = site.http.post(path, headers=headers, **body)
            assert (refused.status_code, refused.json()["error"]["code"]) == (429, "busy")
            assert "2 times within an hour" in refused.json()["error"]["message"]
            assert 3590 < int(refused.headers["retry-after"]) <= 3600
            other = site.http.post(path, headers={"X-Farback-Viewer": "bob", **headers}, **body)
            assert other.status_code in (201, 422), "another client may"


def test_an_allowance_comes_back_after_an_hour() -> None:
    now = [0.0]
    allowance = Allowance(2, lambda: now[0])
    for now[0] in (0.0, 1800.0):
        allowance.check("ann", "saved")
        allowance.count("ann")
    now[0] = 3540.5
    with pytest.raises(Busy, match="again in a minute") as refused:
        allowance.check("ann", "saved")
    assert refused.value.retry_s == 59.5
    now[0] = 3600.0
    allowance.check("ann", "saved")


@pytest.mark.parametrize("kind", [None, "text/plain", "multipart/form-data", "application/json"])
def test_only_what_calls_itself_a_file_is_taken_in(site: Site, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    assert site.http.post("/api/snapshots/import", content=b"PK", headers=headers).status_code == 415


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    with running(tmp_path, max_snapshot_bytes=100_000) as site:

        def endless() -> Iterator[bytes]:
            yield from (b"x" * 65536 for _ in range(1000))

        answer = site.http.post("/api/snapshots/import", content=endless(), headers=ZIP)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
        assert not list((tmp_path / "snapshots" / "drafts").iterdir())


def test_a_snapshot_outlives_a_server_that_is_killed_and_its_runs(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    store = Store(tmp_path / "data")
    run = trained(store)
    store.close()
    server = Process(tmp_path, free_port())
    try:
        made = server.http.post("/api/snapshots", json={"runs": [{"id": run, "step": 1}], "title": "kept"}).json()
        page = server.http.get(f"/api/runs/{run}/frames").json()["frames"]
        weights = server.http.get(f"/api/runs/{run}/weights", params={"step": 1}).content
    finally:
        server.end(signal.SIGKILL)
    for file in (tmp_path / "data" / "runs").rglob("*"):
        if file.is_file():
            file.unlink()
    server = Process(tmp_path, free_port())
    try:
        path = f"/api/snapshots/{made['id']}"
        manifest = server.http.get(path)
        assert hashlib.sha256(manifest.content).hexdigest() == made["etag"]
        frames = server.http.get(f"{path}/runs/0/frames").json()["frames"]
        found = server.http.get(f"{path}/runs/0/weights").content
    finally:
        server.end(signal.SIGTERM)
    assert frames == page
    for one, other in zip(frames, page, strict=True):
        there, here = (decode(json.dumps(frame).encode()) for frame in (one, other))
        assert np.array_equal(there.connectivity, here.connectivity)
        assert np.array_equal(there.layers[0].h, here.layers[0].h)
    for name, array in load(weights).items():
        assert np.array_equal(load(found)[name], array), name


def test_a_snapshot_is_trained_again_by_whoever_shows_it(site: Site, runs: list[str]) -> None:
    made = save(site, *runs)
    frame = {"Origin": "null", "X-Farback-Viewer": "bob"}
    for n, run in enumerate(runs):
        answer = site.http.post(f"/api/snapshots/{made['id']}/runs/{n}/train", headers=frame)
        assert answer.status_code == 200, "it is here already: nothing is trained twice"
        assert (answer.json()["id"], answer.headers["access-control-allow-origin"]) == (run, "*")
        assert site.http.get(f"/api/runs/{run}", headers=frame).headers["access-control-allow-origin"] == "*"
    assert site.http.post(f"/api/snapshots/{made['id']}/runs/2/train").status_code == 404
    assert site.http.post(f"/api/snapshots/{'a' * 12}/runs/0/train").status_code == 404


def test_a_text_of_ones_own_is_not_trained_again(site: Site) -> None:
    run = site.post(task={"name": "characters", "length": 8, "text": TEXT}, seed=704)
    site.finished(run)
    made = save(site, run, with_text=True)
    refused = site.http.post(f"/api/snapshots/{made['id']}/runs/0/train")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")
