"""On from a snapshot: its weights trained on, or its set-up taken over, from the button to the reload."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Page, expect

NewPage = Callable[..., Page]
Json = dict[str, Any]

DONE_WITHIN = 120_000
STEP = 40
TASK: Json = {"name": "recall", "lag": 8}


def post(http: APIRequestContext, path: str, body: Json) -> Json:
    answer = http.post(path, data=body)
    assert answer.ok, answer.text()
    told: Json = answer.json()
    return told


def trained(http: APIRequestContext, cell: str, seed: int) -> str:
    spec = {"task": TASK, "cell": {"name": cell}, "training": {"steps": STEP, "stop": "never"}, "seed": seed}
    run: str = post(http, "/api/runs", spec)["id"]
    while http.get(f"/api/runs/{run}").json()["status"] != "done":
        time.sleep(0.05)
    return run


def kept(page: Page, seed: int) -> tuple[list[str], Json]:
    """Trains an RNN and an LSTM and keeps them; their runs, and what was told of the snapshot."""
    runs = [trained(page.request, cell, seed) for cell in ("rnn", "lstm")]
    return runs, post(page.request, "/api/snapshots", {"runs": runs, "title": "Week 3"})


def wait_done(page: Page) -> None:
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)


def posted(page: Page) -> list[Json]:
    """What the page is told of the runs that it asks for from now on."""
    told: list[Json] = []
    page.on(
        "response",
        lambda answer: told.append(answer.json()) if answer.url.endswith("/api/runs") else None,
    )
    return told


def accuracy(page: Page) -> list[str]:
    """The share of right answers, as it is written beside each model's bar."""
    return re.findall(r"[\d.]+ % right", page.locator("farback-reach").inner_text())


def test_its_models_are_trained_on_from_what_they_were(new_page: NewPage) -> None:
    page = new_page()
    runs, made = kept(page, 7)
    page.goto(f"/s/{made['id']}")
    wait_done(page)
    page.get_by_test_id("last").click()
    expect(page.locator("farback-head").first).to_contain_text(f"step {STEP}")
    before = accuracy(page)
    assert len(before) == 2
    told = posted(page)
    page.get_by_test_id("onward").click()
    origin = page.locator("farback-origin")
    expect(origin).to_contain_text(f"Continues from “Week 3”, step {STEP}. Steps count from 0 again")
    expect(origin.get_by_role("link")).to_have_attribute("href", re.compile(f"/s/{made['id']}$"))
    expect(page.get_by_test_id("snapshot-title")).to_be_hidden()
    expect(page.get_by_test_id("train")).to_be_focused()
    expect(page).to_have_title(re.compile("^Farback"))
    wait_done(page)
    page.get_by_test_id("first").click()
    expect(page.locator("farback-head").first).to_contain_text("step 0")
    assert accuracy(page) == before
    for entry in told:
        start = page.request.get(f"/api/runs/{entry['id']}").json()["spec"]["start"]
        last = page.request.get(f"/api/runs/{runs[start['run']]}/frames/{STEP}").json()
        first = page.request.get(f"/api/runs/{entry['id']}/frames/0").json()
        for name in ("x", "y", "output", "layers", "connectivity", "profile", "loss", "accuracy"):
            assert first[name] == last[name], name
    page.get_by_test_id("last").click()
    page.reload()
    again = posted(page)
    wait_done(page)
    expect(origin).to_contain_text("Week 3")
    expect(page).to_have_url(re.compile(rf"models=rnn~start:{made['id']}\.0,lstm~start:{made['id']}\.1"))
    assert {entry["id"] for entry in again} == {entry["id"] for entry in told}, "a reload joins the same runs"

    joined = len(again)
    page.get_by_test_id("main-number").fill("12")
    page.get_by_test_id("main-number").press("Enter")
    page.get_by_test_id("train").click()
    while len(again) < joined + 2:  # so few steps are over before anybody could see them begin
        page.wait_for_timeout(50)
    wait_done(page)
    expect(origin).to_contain_text("Week 3")
    spec = page.request.get(f"/api/runs/{again[-1]['id']}").json()["spec"]
    assert (spec["task"]["lag"], spec["start"]["step"]) == (12, STEP)


def test_other_seeds_read_other_sequences_from_the_same_weights(new_page: NewPage) -> None:
    page = new_page()
    _, made = kept(page, 8)
    told = posted(page)
    page.goto(f"/?task=recall&lag=8&models=lstm~start:{made['id']}.1&training.steps=4&seed=8")
    wait_done(page)
    expect(page.get_by_test_id("seeds")).to_have_accessible_description(re.compile("from the same weights"))
    page.get_by_test_id("seeds").click()
    expect(page.get_by_test_id("seeds")).to_have_text("One seed", timeout=DONE_WITHIN)
    specs = [page.request.get(f"/api/runs/{entry['id']}").json()["spec"] for entry in told]
    assert sorted(spec["seed"] for spec in specs) == [8, 9, 10, 11, 12]
    assert len({spec["start"]["sha256"] for spec in specs}) == 1


def test_its_set_up_is_taken_over_and_nothing_trains_yet(new_page: NewPage) -> None:
    page = new_page()
    _, made = kept(page, 9)
    page.goto(f"/s/{made['id']}")
    wait_done(page)
    told = posted(page)
    page.get_by_test_id("fork").focus()
    page.keyboard.press("Enter")
    expect(page.locator("p.nothing")).to_contain_text("Press Train")
    expect(page.get_by_test_id("snapshot-title")).to_be_hidden()
    expect(page.locator("farback-head")).to_have_count(0)
    expect(page.get_by_test_id("train")).to_be_focused()
    expect(page).not_to_have_url(re.compile("/s/"))
    expect(page).to_have_url(re.compile(r"models=rnn,lstm&training.steps=40"))
    assert told == []
    page.get_by_test_id("train").click()
    wait_done(page)
    expect(page.locator("farback-origin")).to_be_hidden()
    expect(page.locator("farback-head")).to_have_count(2)
    page.reload()
    wait_done(page)
    assert len({entry["id"] for entry in told}) == 2, "a reload joins the same runs"
    assert all("start" not in page.request.get(f"/api/runs/{entry['id']}").json()["spec"] for entry in told)


def test_a_cell_that_continues_is_locked_until_it_starts_afresh(new_page: NewPage) -> None:
    page = new_page()
    _, made = kept(page, 10)
    page.goto(f"/?task=recall&lag=8&models=rnn~start:{made['id']}.0,lstm~start:{made['id']}.1&training.steps=4&seed=10")
    wait_done(page)
    page.get_by_test_id("options").click()
    section = page.locator("details[data-section=model-1]")
    section.locator("summary").click()
    hidden = section.locator("[data-field='cell.hidden'] input")
    expect(hidden).to_be_disabled()
    expect(section.locator("[data-field='training.lr'] input")).to_be_enabled()
    expect(section).to_contain_text("fit no other cell")
    section.get_by_test_id("afresh").click()
    expect(hidden).to_be_enabled()
    page.get_by_test_id("train").click()
    expect(page.locator("farback-origin")).to_contain_text("RNN, continued: from “Week 3”, step 40")
    wait_done(page)
    page.get_by_test_id("task").select_option("adding")
    expect(page.get_by_test_id("notices")).to_contain_text("do not fit another task")
    expect(page.get_by_test_id("model-rnn")).to_have_attribute("aria-label", "RNN")


def test_what_was_trained_on_stays_when_the_snapshot_goes(new_page: NewPage, complaints: list[str]) -> None:
    page = new_page()
    _, made = kept(page, 11)
    told = posted(page)
    link = f"/?task=recall&lag=8&models=lstm~start:{made['id']}.1&training.steps=4&seed=11"
    page.goto(link)
    wait_done(page)
    answer = page.request.delete(f"/api/snapshots/{made['id']}", headers={"X-Farback-Secret": made["secret"]})
    assert answer.status == 204
    page.goto(link)
    expect(page.get_by_test_id("notices")).to_contain_text("was deleted by whoever saved it")
    page.goto(f"/r/{told[0]['id']}")
    wait_done(page)
    expect(page.locator("farback-origin")).to_contain_text("a snapshot that cannot be asked any more, step 40")
    complaints.clear()  # that it is gone was the point


@pytest.mark.parametrize("path", ["/embed/{id}", "/embed/{run}"])
def test_an_embed_shows_and_does_not_train(new_page: NewPage, path: str) -> None:
    page = new_page()
    runs, made = kept(page, 7)
    page.goto(path.format(id=made["id"], run=runs[0]))
    wait_done(page)
    for button in ("onward", "fork"):
        expect(page.get_by_test_id(button)).to_have_count(0)
