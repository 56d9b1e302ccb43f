"""What a person takes along from a snapshot's page: files of each model, and panels as pictures."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Page, expect

NewPage = Callable[..., Page]

DONE_WITHIN = 120_000
SHOWN_WITHIN = 30_000
SPEC = {"task": {"name": "recall", "lag": 6}, "training": {"steps": 10, "stop": "never"}, "seed": 41}


def snapshot(request: APIRequestContext) -> str:
    """Trains two models and keeps them; the snapshot's id."""
    runs = []
    for cell in ("rnn", "lstm"):
        run: Any = request.post("api/runs", data=SPEC | {"cell": {"name": cell}}).json()["id"]
        while request.get(f"api/runs/{run}").json()["status"] in ("queued", "running"):
            time.sleep(0.1)
        runs.append(run)
    made: dict[str, str] = request.post("api/snapshots", data={"runs": runs, "title": "To go"}).json()
    return made["id"]


@pytest.fixture
def opened(page: Page) -> tuple[Page, str]:
    """A snapshot's page, and its id."""
    id = snapshot(page.request)
    page.goto(f"/s/{id}")
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    return page, id


def test_every_file_is_there_under_a_name_that_tells_it(opened: tuple[Page, str]) -> None:
    page, id = opened
    page.get_by_test_id("takeaway").locator("summary").press("Enter")
    links = page.get_by_test_id("takeaway").get_by_role("link")
    expect(links).to_have_count(2 + 5 * 2)
    names = [link.get_attribute("download") for link in links.all()]
    assert len(set(names)) == len(names)
    for link, name in zip(links.all(), names, strict=True):
        assert name is not None
        answer = page.request.get(link.evaluate("link => link.href"))
        assert answer.ok, answer.url
        if "content-disposition" in answer.headers:
            assert f'"{name}"' in answer.headers["content-disposition"]
    assert f"farback-{id}-1-10.ipynb" in names
    expect(page.get_by_role("link", name=re.compile("Weights: LSTM"))).to_have_attribute("href", re.compile("runs/1"))


def test_a_frame_has_no_room_for_it(opened: tuple[Page, str], new_page: NewPage) -> None:
    _, id = opened
    page = new_page()
    page.goto(f"/embed/{id}")
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    expect(page.get_by_test_id("takeaway")).to_have_count(0)


@pytest.mark.parametrize(
    ("panel", "words"),
    [("input", ["Input", "time step t"]), ("connectivity", ["Connectivity", "output step k", "time step t"])],
)
def test_a_panel_is_saved_as_a_picture(opened: tuple[Page, str], panel: str, words: list[str]) -> None:
    page, id = opened
    plot = page.get_by_test_id(f"panel-{panel}").last.locator("farback-plot").nth(int(panel == "connectivity"))
    plot.locator(".area").press("Enter")
    dialog = page.get_by_test_id("enlarged")
    expect(dialog.locator(".main-svg").first).to_be_visible(timeout=SHOWN_WITHIN)
    which = "-2" if panel == "connectivity" else ""
    for form in ("SVG", "PNG"):
        with page.expect_download(timeout=SHOWN_WITHIN) as download:
            dialog.get_by_role("button", name=form, exact=True).click()
        assert download.value.suggested_filename == f"farback-{id}-lstm-{panel}{which}-step-10.{form.lower()}"
        content = download.value.path().read_bytes()
        if form == "PNG":
            assert content.startswith(b"\x89PNG")
            continue
        svg = content.decode()
        assert svg.startswith("<svg")
        assert "<image" in svg, "the heatmap itself"
        for word in [*words, "LSTM", "training step 10"]:
            assert word in svg
