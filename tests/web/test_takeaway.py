"""What is handed on of a snapshot, by the API."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from farback.store import Store
from tests.snapshots.made import trained

from .site import Site, running

FORMS = {"arrays.npz": "npz", "csv.zip": "csv.zip", "load.py": "py", "notebook.ipynb": "ipynb"}
TEXT = "to be or not to be, that is the question; " * 50


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, dict[str, Any], dict[str, Any]]]:
    """A site with a snapshot of two real runs, and one that publishes a text."""
    folder = tmp_path_factory.mktemp("real")
    store = Store(folder)
    runs = [trained(store), trained(store, cell={"name": "lstm", "hidden": 2})]
    own = trained(store, task={"name": "characters", "length": 8, "text": TEXT})
    store.close()
    with running(folder) as site:
        made = site.http.post("/api/snapshots", json={"runs": runs, "title": "“Two”"}).json()
        private = site.http.post("/api/snapshots", json={"runs": [own], "with_text": True}).json()
        yield site, made, private


@pytest.mark.parametrize(("form", "ending"), FORMS.items())
def test_each_form_is_a_file_that_is_asked_for_again(
    real: tuple[Site, dict[str, Any], dict[str, Any]], form: str, ending: str
) -> None:
    site, made, private = real
    path = f"/api/snapshots/{made['id']}/runs/1/{form}"
    answer = site.http.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="farback-{made["id"]}-1-2.{ending}"'
    assert answer.headers["etag"].startswith(f'"{made["etag"]}-1-{ending}')
    assert answer.headers["cache-control"] == "no-cache"
    known = site.http.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    weak = site.http.get(path, headers={"If-None-Match": f"W/{answer.headers['etag']}"})
    assert weak.status_code == 304, "a proxy that packs calls it weak"
    assert site.http.get(path).content == answer.content
    own = f"/api/snapshots/{private['id']}/runs/0/{form}"
    assert site.http.get(own).headers["cache-control"] == "no-cache"
    for missing in (f"/api/snapshots/{made['id']}/runs/2/{form}", f"/api/snapshots/aaaaaaaaaaaa/runs/0/{form}"):
        assert site.http.get(missing).status_code == 404


def test_what_is_sent_is_what_it_is_called(real: tuple[Site, dict[str, Any], dict[str, Any]]) -> None:
    site, made, private = real
    path = f"/api/snapshots/{made['id']}/runs/1"
    arrays = np.load(io.BytesIO(site.http.get(f"{path}/arrays.npz").content), allow_pickle=False)
    assert arrays["steps"].tolist() == [0, 1, 2]
    assert arrays["layers.0.h"].shape == (3, 4, 2)
    weights = site.http.get(f"{path}/weights").headers["content-disposition"].split('"')[1]
    program = site.http.get(f"{path}/load.py").text
    assert f'load_file("{weights}")' in program
    compile(program, "load.py", "exec")
    own = site.http.get(f"/api/snapshots/{private['id']}/runs/0/notebook.ipynb").json()
    assert any(TEXT in "".join(cell["source"]) for cell in own["cells"])
    book = site.http.get(f"{path}/notebook.ipynb").content
    assert json.loads(book)["nbformat"] == 4


def test_nothing_is_handed_on_of_what_was_deleted(real: tuple[Site, dict[str, Any], dict[str, Any]]) -> None:
    site, made, _ = real
    again = site.http.get(f"/api/snapshots/{made['id']}/file").content
    copy = site.http.post("/api/snapshots/import", content=again, headers={"Content-Type": "application/zip"}).json()
    path = f"/api/snapshots/{copy['id']}"
    assert site.http.delete(path, headers={"X-Farback-Secret": copy["secret"]}).status_code == 204
    for form in FORMS:
        assert site.http.get(f"{path}/runs/0/{form}").status_code == 410
