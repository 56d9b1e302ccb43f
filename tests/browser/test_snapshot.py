"""A snapshot from the page: kept, opened by somebody else as it was, asked, and deleted by its link."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

NewPage = Callable[..., Page]

DONE_WITHIN = 120_000
ANSWERED_WITHIN = 60_000
PATH = "/?task=recall&lag=8&models=rnn,lstm&training.steps=40&training.stop=never&seed=6"

PICTURES = """() => Promise.all(Array.from(document.querySelectorAll("canvas[data-step]"), async (canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return `${canvas.dataset.panel} ${digest.join()}`;
}))"""
"""Every picture on the page by its panel, and a hash of its pixels."""
PAINTED = """() => Array.from(document.querySelectorAll("canvas[data-step]:not([data-panel=input])"))
  .every((canvas) => canvas.dataset.step === "40" && canvas.width > 1)"""
"""Whether all pictures are of the last step; those out of sight follow a moment later."""


def open_done(page: Page, path: str) -> Page:
    page.goto(path)
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    page.get_by_test_id("last").click()
    return page


def open_done_embed(page: Page, path: str) -> Page:
    page.goto(path)
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    return page


def keep(page: Page, title: str) -> tuple[str, str]:
    """Keeps what the page shows; returns the link and the one that deletes."""
    page.get_by_test_id("save").click()
    page.get_by_test_id("save-title").fill(title)
    page.get_by_test_id("save-note").fill("For week 3.\n<b>Look</b> at the cell.")
    page.get_by_test_id("save-go").click()
    expect(page.get_by_test_id("kept-link")).to_be_visible(timeout=ANSWERED_WITHIN)
    removal: Any = page.get_by_test_id("delete-link").get_attribute("href")
    return page.get_by_test_id("kept-link").inner_text(), removal


def test_a_snapshot_opens_bit_for_bit_and_is_asked_like_a_run(new_page: NewPage) -> None:
    page = open_done(new_page(), PATH)
    page.wait_for_function(PAINTED)
    shown = page.evaluate(PICTURES)
    link, _ = keep(page, "Two memories")
    code = page.get_by_test_id("code")
    expect(code).to_have_value(re.compile(r'^<iframe src="[^"]+/embed/[a-z2-7]{12}"'))
    page.get_by_test_id("code-kind").select_option("Jupyter")
    expect(code).to_have_value(re.compile("^from IPython.display import IFrame"))

    other = open_done(new_page(), link)
    expect(other.get_by_test_id("snapshot-title")).to_have_text("Two memories")
    expect(other.get_by_test_id("snapshot-note")).to_contain_text("<b>Look</b>")
    assert len(shown) > 8
    expect(other.locator("canvas[data-step]")).to_have_count(len(shown))
    other.wait_for_function(PAINTED)
    assert sorted(other.evaluate(PICTURES)) == sorted(shown)
    other.get_by_test_id("own-sequence").click()
    other.get_by_test_id("sequence").fill("A ·1 ·2 ·1 ?")
    other.get_by_test_id("sequence").press("Enter")
    for head in other.locator("farback-head").all():
        expect(head).to_contain_text("your sequence", timeout=ANSWERED_WITHIN)


def test_what_an_embed_shows_is_ticked(new_page: NewPage, link: str) -> None:
    page = open_done(new_page(viewport={"width": 390, "height": 800}), f"{link}?theme=dark&hide=legend")
    page.get_by_test_id("embed").click()
    dialog = page.get_by_test_id("codes")
    ticks, code = dialog.get_by_test_id("ticks"), dialog.get_by_test_id("code")
    expect(ticks.locator("summary")).to_have_text("What the embed shows • 1 left out")
    ticks.locator("summary").press("Enter")
    ticks.get_by_label("Timeline").press("Space")
    for panel in ticks.get_by_role("group").nth(1).get_by_role("checkbox").all()[1:]:
        panel.press("Space")
    for panel in ticks.get_by_role("group").nth(2).get_by_role("checkbox").all():
        panel.press("Space")
    query = "theme=dark&hide=legend,timeline&show=letters"
    kinds = dialog.get_by_test_id("code-kind")
    for kind in kinds.get_by_role("option").all_inner_texts():
        kinds.select_option(kind)
        assert query in code.input_value().replace("&amp;", "&"), kind
    assert dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
    shown = open_done_embed(new_page(), code.input_value().replace("/s/", "/embed/"))
    expect(shown.locator("farback-timeline")).to_be_hidden()
    expect(shown.locator("farback-reach")).to_be_visible()


def test_what_is_trained_from_a_snapshot_is_one_no_more(new_page: NewPage) -> None:
    page = open_done(new_page(), PATH)
    link, _ = keep(page, "To go on from")
    other = open_done(new_page(), link)
    expect(other.get_by_test_id("snapshot-title")).to_be_visible()
    other.get_by_test_id("seeds").click()
    expect(other.get_by_test_id("snapshot-title")).to_be_hidden()
    expect(other).not_to_have_url(re.compile("/s/"))
    expect(other.get_by_test_id("seeds")).to_have_text("One seed", timeout=DONE_WITHIN)
    expect(other.get_by_test_id("notices").locator("li")).to_have_count(0)


def test_whoever_has_the_delete_link_deletes_it(new_page: NewPage, complaints: list[str]) -> None:
    page = open_done(new_page(), PATH)
    link, removal = keep(page, "Short-lived")
    owner = new_page()
    owner.goto(removal)
    expect(owner.get_by_test_id("confirm")).to_contain_text("Short-lived", timeout=ANSWERED_WITHIN)
    owner.get_by_test_id("go").click()
    expect(owner.get_by_test_id("notices")).to_contain_text("is deleted", timeout=ANSWERED_WITHIN)
    visitor = new_page()
    answer = visitor.goto(link)
    assert answer is not None
    assert answer.status == 410
    expect(visitor.locator("body")).to_contain_text("deleted")
    complaints.clear()  # that it is gone was the point


def test_nothing_is_kept_before_there_is_something(page: Page) -> None:
    page.goto("/?models=rnn&training.steps=0")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("notices")).to_contain_text("nothing to keep yet")
