"""A snapshot's page in one file, as the server gives it: what is in it, how it is kept, and that it is closed."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from farback.snapshots import Snapshot, frames_name
from farback.store import Store
from tests.links import Links
from tests.snapshots.made import trained

from .site import Site, running
from .test_snapshots import TEXT, save

TITLE = "</script><!-- <b>bold</b>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("offline")


@pytest.fixture(scope="module")
def runs(folder: Path) -> list[str]:
    """Two real runs, and one on a text of one's own."""
    store = Store(folder)
    ids = [trained(store, cell={"name": cell, "hidden": 3}) for cell in ("gru", "lstm")]
    ids.append(
        trained(store, task={"name": "characters", "text": TEXT, "length": 20}, cell={"name": "rnn", "hidden": 3})
    )
    store.close()
    return ids


@pytest.fixture(scope="module")
def site(folder: Path, runs: list[str]) -> Iterator[Site]:
    assert runs
    with running(folder) as site:
        yield site


@pytest.fixture(scope="module")
def id(site: Site, runs: list[str]) -> str:
    made: str = save(site, *runs[:2], title=TITLE)["id"]
    return made


def test_the_file_holds_all_and_leads_back(site: Site, id: str) -> None:
    answer = site.http.get(f"/s/{id}/offline.html")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="farback-{id}.html"'
    read = Links(answer.text)
    kept = Snapshot.open(site.app.state.snapshots.folder(id))
    assert read.texts[f"api/snapshots/{id}"].encode() == kept.manifest_bytes.replace(b"<", b"\\u003c")
    for n in range(2):
        packed = base64.b64decode(read.texts[f"api/snapshots/{id}/runs/{n}/frames"], validate=True)
        assert hashlib.sha256(packed).hexdigest() == kept.manifest.files[frames_name(n)].sha256
    assert read.base == f"{site.address}/"
    assert read.texts["title"] == f"{TITLE} · Farback"
    assert {link.partition(":")[0] for link in read.links if not link.startswith(site.address)} <= {"data", "#timeline"}
    bare = site.http.get(f"/s/{id}/offline.html", headers={"Accept-Encoding": "identity"})
    assert int(bare.headers["content-length"]) == len(bare.content)


def test_it_runs_its_own_script_and_nothing_else(site: Site, id: str) -> None:
    html = site.http.get(f"/s/{id}/offline.html").text
    found = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', html)
    script = re.search(r'<script type="module">(.*?)</script>', html, re.DOTALL)
    assert found
    assert script
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    rule = dict(part.strip().split(" ", 1) for part in found[1].split(";"))
    assert rule["default-src"] == "'none'", "which is that of connections, frames and all that is not named"
    assert rule["script-src"] == f"'sha256-{digest}' blob:"
    assert html.index(found[0]) < html.index("<script")
    assert (
        len(re.findall(r"<script(?! type=\"(?:application/json|text/plain)\" data-holds)", html.replace(script[1], "")))
        == 1
    )


def test_it_is_asked_for_again_each_time(site: Site, id: str, runs: list[str]) -> None:
    path = f"/s/{id}/offline.html"
    first = site.http.get(path)
    assert first.headers["cache-control"] == "no-cache"
    known = site.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    elsewhere = site.http.get(path, headers={"If-None-Match": first.headers["etag"], "Host": "course.example"})
    assert elsewhere.status_code == 200, "it names the address that it was taken from"
    private = save(site, runs[2], with_text=True)
    answer = site.http.get(f"/s/{private['id']}/offline.html")
    assert answer.headers["cache-control"] == "no-cache"


def test_of_no_snapshot_there_is_no_file(site: Site, runs: list[str]) -> None:
    assert site.http.get(f"/s/{'a' * 12}/offline.html").status_code == 404
    made = save(site, runs[0])
    lost = site.app.state.snapshots.folder(made["id"]) / frames_name(0)
    lost.unlink()
    assert site.http.get(f"/s/{made['id']}/offline.html").status_code == 507
    site.http.request("DELETE", f"/api/snapshots/{made['id']}", json={"secret": made["secret"]})
    assert site.http.get(f"/s/{made['id']}/offline.html").status_code == 410
