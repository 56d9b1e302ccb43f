"""Runs by the API: start, join, ask, cancel, delete, download."""

from __future__ import annotations

import gzip
import json

import httpx
import pytest
from safetensors.numpy import load

from farback.cells import CELLS

from .site import Site, spec

TEXT = "to be or not to be, that is the question; " * 50


def test_the_first_post_starts_and_the_second_joins(site: Site) -> None:
    first = site.http.post("/api/runs", json=spec(seed=1))
    second = site.http.post("/api/runs", json=spec(seed=1), headers={"X-Farback-Viewer": "bob"})
    assert (first.status_code, second.status_code) == (201, 200)
    run = first.json()["id"]
    assert first.json() == {"id": run, "status": "queued", "position": 1, "url": f"r/{run}"}
    assert second.json()["id"] == run
    done = site.finished(run)
    assert (done["status"], done["step"], done["steps"], done["position"]) == ("done", 20, 20, None)
    assert done["spec"]["task"]["lag"] == 5
    assert done["spec"]["cell"]["activation"], "presets are expanded"
    assert done["facts"]["length"] == 6
    assert done["result"]["steps"] == 20
    assert site.http.post("/api/runs", json=spec(seed=1)).json()["status"] == "done"


def test_a_spec_written_differently_is_the_same_run(site: Site) -> None:
    text = json.dumps(spec(seed=2), ensure_ascii=False, indent=3)
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert site.http.post("/api/runs", content=text, headers=headers).json()["id"] == site.post(seed=2)


def test_the_list_of_frames_comes_in_pages(site: Site) -> None:
    run = site.post(seed=3, steps=200, lr=1e-4)
    site.finished(run)
    first = site.http.get(f"/api/runs/{run}/frames").json()
    assert [frame["seq"] for frame in first["frames"]] == list(range(50))
    seqs = []
    after = -1
    while page := site.http.get(f"/api/runs/{run}/frames", params={"after": after}).json():
        if not page["frames"]:
            break
        seqs += [frame["seq"] for frame in page["frames"]]
        after = page["next"]
    assert seqs == list(range(101))


def test_a_frame_in_full_and_the_weights_of_a_step(site: Site) -> None:
    run = site.post(seed=4)
    site.finished(run)
    full = site.http.get(f"/api/runs/{run}/frames/8").json()
    assert (full["step"], full["seq"], full["x"]) == (8, 4, "in full at 8")
    answer = site.http.get(f"/api/runs/{run}/weights", params={"step": 8})
    assert answer.headers["content-disposition"] == f'attachment; filename="farback-{run}-8.safetensors"'
    assert load(answer.content)["readout.weight"][0] == 8
    newest = site.http.get(f"/api/runs/{run}/weights")
    assert load(newest.content)["readout.weight"][0] == 20
    for path in (f"/api/runs/{run}/frames/3", f"/api/runs/{run}/weights?step=3"):
        missing = site.http.get(path)
        assert missing.status_code == 404
        assert "0, 2, 4" in missing.json()["error"]["message"]


def test_a_page_of_large_frames_stays_small(site: Site) -> None:
    run = site.post(seed=11, steps=12, cell={"name": "rnn", "hidden": 256}, lr=1e-4)  # 7 frames of 256 kB
    site.finished(run)
    site.engine.store.folder(run).frame(3).write_bytes(b'{"seq": 3, "x": "' + b"x" * 4_000_000 + b'"}')
    after, pages = -1, []
    while (page := site.http.get(f"/api/runs/{run}/frames", params={"after": after}).json())["frames"]:
        pages.append([frame["seq"] for frame in page["frames"]])
        after = page["next"]
    assert pages == [[0, 1, 2], [3], [4, 5, 6]]


def test_a_cursor_from_the_future_starts_over(site: Site) -> None:
    run = site.post(seed=12)
    site.finished(run)
    page = site.http.get(f"/api/runs/{run}/frames", params={"after": 100_000}).json()
    assert page == {"frames": [], "next": -1, "status": "done"}
    page = site.http.get(f"/api/runs/{run}/frames", params={"after": 10}).json()
    assert page == {"frames": [], "next": 10, "status": "done"}


def test_a_run_that_lost_frames_says_so_and_is_trained_again(site: Site) -> None:
    run = site.post(seed=13)
    site.finished(run)
    site.engine.store.folder(run).frame(4).write_bytes(b"")
    page = site.http.get(f"/api/runs/{run}/frames").json()
    assert ([frame["seq"] for frame in page["frames"]], page["status"]) == ([0, 1, 2, 3], "failed")
    told = site.http.get(f"/api/runs/{run}").json()
    assert (told["status"], told["code"], told["seq"]) == ("failed", "storage", 3)
    assert site.http.post("/api/runs", json=spec(seed=13)).json() == {
        "id": run, "status": "queued", "position": 1, "url": f"r/{run}",
    }  # fmt: skip
    site.finished(run)
    assert len(site.http.get(f"/api/runs/{run}/frames").json()["frames"]) == 11


def test_an_empty_file_is_none(site: Site) -> None:
    run = site.post(seed=14)
    site.finished(run)
    site.engine.store.folder(run).weights(8).write_bytes(b"")
    assert site.http.get(f"/api/runs/{run}/weights?step=8").status_code == 404


def test_cancel_and_resume(site: Site) -> None:
    run = site.post(seed=5, steps=400, lr=0.01)
    page: dict[str, object] = {}
    while not page.get("frames"):
        page = site.http.get(f"/api/runs/{run}/frames", headers={"X-Farback-Viewer": "ann"}).json()
    cancelled = site.http.post(f"/api/runs/{run}/cancel", headers={"X-Farback-Viewer": "ann"}).json()
    assert (cancelled["id"], cancelled["status"]) == (run, "cancelled")
    assert site.http.get(f"/api/runs/{run}/frames").json()["frames"]
    again = site.http.post("/api/runs", json=spec(seed=5, steps=400, lr=0.01))
    assert (again.status_code, again.json()["id"]) == (200, run)


def test_an_exploded_run_is_a_result(site: Site) -> None:
    run = site.post(seed=6, optimizer="sgd")
    failed = site.finished(run)
    assert (failed["status"], failed["reason"]) == ("failed", "exploded at step 5")
    assert len(site.http.get(f"/api/runs/{run}/frames").json()["frames"]) == failed["seq"] + 1
    assert site.http.post("/api/runs", json=spec(seed=6, optimizer="sgd")).json()["status"] == "failed"


def test_a_persons_text_is_never_told_and_can_be_deleted(site: Site) -> None:
    task = {"name": "characters", "text": TEXT}
    run, other = site.post(seed=7, task=task), site.post(seed=7, task=task)
    assert run != other, "the id must not follow from the text"
    site.finished(run)
    told = site.http.get(f"/api/runs/{run}")
    assert "question" not in told.text
    assert (told.json()["spec"]["task"]["text"], told.json()["spec"]["task"]["text_length"]) == (None, len(TEXT))
    assert site.http.delete(f"/api/runs/{run}").status_code == 204
    assert site.http.get(f"/api/runs/{run}").status_code == 404
    assert site.http.get(f"/api/runs/{run}/weights").status_code == 404
    assert not site.engine.store.folder(run).path.exists()


def test_a_shared_run_is_not_deleted(site: Site) -> None:
    run = site.post(seed=8)
    refused = site.http.delete(f"/api/runs/{run}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")
    assert site.finished(run)["status"] == "done"


def test_a_queue_that_is_full_says_when_to_come_back(site: Site) -> None:
    limit = site.engine.settings.max_queue_client
    answers: list[httpx.Response] = []
    for number in range(limit + 5):
        task = {"name": "recall", "lag": 6}
        run = spec(seed=number, task=task, steps=2000, lr=0.05)
        answers.append(site.http.post("/api/runs", json=run, headers={"X-Farback-Viewer": "greedy"}))
    assert {answer.status_code for answer in answers} == {201, 429}
    refused = answers[-1]
    assert (refused.json()["error"]["code"], refused.headers["retry-after"]) == ("busy", "5")
    for answer in answers:
        if answer.is_success:
            run_id = answer.json()["id"]
            site.http.post(f"/api/runs/{run_id}/cancel", headers={"X-Farback-Viewer": "greedy"})


def test_the_catalog_is_kept_by_the_browser(site: Site) -> None:
    first = site.http.get("/api/catalog")
    assert [cell["name"] for cell in first.json()["cells"]] == list(CELLS)
    again = site.http.get("/api/catalog", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/api/catalog", "/api/runs/{run}/frames"])
def test_json_is_packed_where_that_is_understood(site: Site, path: str) -> None:
    run = site.post(seed=9)
    site.finished(run)
    with site.http.stream("GET", path.format(run=run), headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    for accepted in ("identity", "gzip;q=0", "gzip; q=0.00, br", "*;q=0, identity"):
        plain = site.http.get(path.format(run=run), headers={"Accept-Encoding": accepted})
        assert "content-encoding" not in plain.headers, accepted
        assert gzip.decompress(packed) == plain.content
    for accepted in ("*", "br, gzip;q=0.5", "GZIP"):
        answer = site.http.get(path.format(run=run), headers={"Accept-Encoding": accepted})
        assert answer.headers["content-encoding"] == "gzip", accepted


def test_numbers_for_operators(site: Site) -> None:
    run = site.post(seed=10)
    site.finished(run)
    list(site.events(run))
    text = site.http.get("/metrics").text
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(values["farback_workers"]) == 2
    assert float(values['farback_runs{status="done"}']) >= 1
    assert float(values["farback_frames_sent_total"]) >= 11
    assert float(values["farback_stored_bytes"]) > 1000
    assert float(values['farback_requests_total{method="POST",route="/api/runs",status="201"}']) >= 1
    assert site.http.get("/healthz").json()["status"] == "ok"
