"""The main job as a person does it: open the page, watch, change the lag, train again, rewind, come back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

MODELS = ["Feed-forward", "RNN", "GRU", "LSTM"]
DONE_WITHIN = 120_000
"""Milliseconds for four runs on a machine that may be busy with something else; alone it takes some ten seconds."""

INK = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let hash = 0;
  for (const value of data) hash = (Math.imul(hash, 31) + value) | 0;
  return hash;
}"""


def heatmap(page: Page, panel: str, model: str) -> Any:
    return page.locator(f'canvas[data-panel="{panel}"][data-model="{model}"]').first


def ink(page: Page, panel: str, model: str) -> int:
    """A checksum of what is painted."""
    canvas = heatmap(page, panel, model)
    canvas.scroll_into_view_if_needed()
    return int(canvas.evaluate(INK))


def painted_step(page: Page, panel: str, model: str) -> int:
    shown = heatmap(page, panel, model).get_attribute("data-step", timeout=DONE_WITHIN)  # its run may wait for its turn
    return int(shown or -1)


def wait_until_done(page: Page) -> None:
    """Until all runs are over, and then at their end: runs that were over before are replayed from the start."""
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    page.get_by_test_id("last").click()
    for row in page.get_by_test_id("reach-row").all():
        expect(row).to_contain_text("200 trials")


def reach(page: Page, model: str) -> str:
    row = page.get_by_test_id("reach-row").and_(page.locator(f'[data-model="{model}"]'))
    return row.locator(".number").inner_text()


def test_the_main_job(page: Page) -> None:
    page.goto("/")

    # The opening comparison starts by itself, and its heatmaps change while it trains.
    expect(page.locator('canvas[data-panel="hidden"]').first).to_be_visible(timeout=DONE_WITHIN)
    moved = 'canvas[data-panel="hidden"][data-step]:not([data-step="0"])'
    page.wait_for_selector(moved, state="attached", timeout=DONE_WITHIN)
    early = {model: (painted_step(page, "hidden", model), ink(page, "hidden", model)) for model in MODELS}
    wait_until_done(page)
    late = {model: (painted_step(page, "hidden", model), ink(page, "hidden", model)) for model in MODELS}
    changed = [model for model in MODELS if early[model][0] != late[model][0]]
    assert changed, "nothing trained while the page was watched"
    for model in changed:
        assert early[model][1] != late[model][1], f"the {model}'s picture stood still while its weights moved"
    assert reach(page, "Feed-forward") == "7"
    assert reach(page, "GRU") == "≥ 40"
    assert reach(page, "LSTM") == "≥ 40"

    # Another lag, trained again: the natural next thing.
    page.get_by_test_id("main-number").fill("12")
    page.get_by_test_id("main-number").press("Tab")
    expect(page.get_by_test_id("main-slider")).to_have_attribute("aria-valuetext", re.compile(r"\b12\b"))
    page.get_by_test_id("train").click()
    expect(page).to_have_url(re.compile(r"lag=12(&|$)"))
    expect(page.get_by_test_id("reach-row").last).not_to_contain_text("≥ 40", timeout=DONE_WITHIN)
    wait_until_done(page)
    assert reach(page, "LSTM") == "≥ 12"

    # Rewind: every panel goes back, and forth again.
    end = {model: ink(page, "hidden", model) for model in MODELS}
    page.locator("farback-timeline").focus()
    page.keyboard.press("Home")
    for model in MODELS:
        expect(heatmap(page, "hidden", model)).to_have_attribute("data-step", "0")
    start = {model: ink(page, "hidden", model) for model in MODELS}
    assert all(start[model] != end[model] for model in MODELS)
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("timeline-text")).to_contain_text(re.compile(r"step 40\b"))
    middle = {model: ink(page, "hidden", model) for model in MODELS}
    text = page.get_by_test_id("timeline-text").inner_text()

    # The link holds the whole state: opened again it shows the same.
    expect(page).to_have_url(re.compile(r"step=40\b"))
    page.reload()
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    expect(page.get_by_test_id("main-number")).to_have_value("12")
    expect(page.get_by_test_id("timeline-text")).to_have_text(text)
    again = {model: ink(page, "hidden", model) for model in MODELS}
    assert again == middle


def test_pointing_at_a_step_tells_its_values_in_every_column(page: Page) -> None:
    page.goto("/?task=recall&lag=12")
    wait_until_done(page)
    canvas = heatmap(page, "hidden", "GRU")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    canvas.hover(position={"x": box["width"] / 3, "y": box["height"] / 2})
    panels = page.get_by_test_id("panel-hidden")
    expect(panels).to_have_count(4)
    for index in range(4):
        expect(panels.nth(index)).to_contain_text(re.compile(r"unit \d+: −?\d"))


def test_the_keyboard_is_enough(page: Page) -> None:
    page.goto("/?task=recall&lag=12")
    wait_until_done(page)
    page.keyboard.press("Home")
    expect(page.get_by_test_id("timeline-text")).to_contain_text(re.compile(r"step 0\b"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("timeline-text")).to_contain_text(re.compile(r"step 1\b"))
    page.keyboard.press("End")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    missing = {"task", "main-slider", "train", "play", "model-lstm", "share"}
    for _ in range(300):  # three stops a panel, ten panels a model
        page.keyboard.press("Tab")
        missing.discard(page.evaluate("document.activeElement.dataset.testid ?? ''"))
        if not missing:
            break
    assert not missing


def test_a_panel_enlarges_into_a_figure_that_can_be_zoomed_and_taken_along(page: Page) -> None:
    page.goto("/?task=recall&lag=12")
    wait_until_done(page)
    panel = page.get_by_test_id("panel-hidden").last
    panel.scroll_into_view_if_needed()
    panel.get_by_role("button", name=re.compile("enlarge", re.I)).click()
    dialog = page.get_by_test_id("enlarged")
    expect(dialog.locator(".js-plotly-plot")).to_be_visible(timeout=30_000)
    assert "chart-studio" not in dialog.inner_html().lower()
    with page.expect_download() as download:
        dialog.get_by_role("button", name=re.compile("csv", re.I)).click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) > 13


def test_a_run_that_explodes_is_shown_as_a_result(page: Page) -> None:
    page.goto(
        "/?task=adding&length=40&models=rnn~activation:relu&training.optimizer=sgd&training.lr=10&training.clip=none"
    )
    expect(page.locator("farback-columns")).to_contain_text(re.compile(r"exploded at step \d+"), timeout=DONE_WITHIN)
    page.keyboard.press("Home")
    expect(page.get_by_test_id("timeline-text")).to_contain_text(re.compile(r"step 0\b"))
    expect(heatmap(page, "hidden", "RNN, relu")).to_have_attribute("data-step", "0")


def test_a_phone_shows_it_without_sideways_scrolling(new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark")
    page.goto("/")
    wait_until_done(page)
    expect(page.get_by_test_id("reach-row")).to_have_count(4)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    page.get_by_role("tab", name="LSTM").click()
    expect(heatmap(page, "hidden", "LSTM")).to_be_visible()


def test_bad_values_are_told_beside_their_field_and_nothing_is_lost(page: Page) -> None:
    page.goto("/?task=recall&lag=12")
    wait_until_done(page)
    page.get_by_test_id("main-number").fill("0")
    page.get_by_test_id("train").click()
    expect(page.locator("farback-controls")).to_contain_text(re.compile(r"at least 1|between 1 and|from 1", re.I))
    assert reach(page, "LSTM") == "≥ 12"


def test_a_link_that_asks_for_too_much_is_refused_in_a_sentence(page: Page) -> None:
    page.goto("/?task=recall&lag=100000")
    page.wait_for_selector("html[data-state=refused]", state="attached")
    expect(page.get_by_test_id("notices")).to_contain_text("Lag")


def test_embedded_it_has_no_controls(page: Page) -> None:
    page.goto("/?task=recall&lag=12&models=lstm")
    wait_until_done(page)
    runs = page.evaluate(
        "performance.getEntriesByType('resource').map((r) => r.name).filter((n) => n.includes('run='))"
    )
    run = re.search(r"run=(\w+)", runs[0])
    assert run is not None
    page.goto(f"/embed/{run[1]}")
    wait_until_done(page)
    assert reach(page, "LSTM") == "≥ 12"
    expect(page.get_by_test_id("train")).to_be_hidden()
