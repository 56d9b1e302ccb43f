"""How far back, in detail: any output's inputs, the horizon at any threshold, the gradient in training, five seeds."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

NewPage = Callable[..., Page]

DONE_WITHIN = 120_000
"""Milliseconds for small runs on a machine that may be busy with something else; alone they take seconds."""
MODELS = ["Feed-forward", "RNN", "GRU", "LSTM"]
PATH = "/?task=recall&lag=12&models=feedforward,rnn,gru,lstm"

INK = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let hash = 0;
  for (const value of data) hash = (Math.imul(hash, 31) + value) | 0;
  return hash;
}"""

AGREES = """async (run) => {
  const [{ decodeFrame }, { horizonAt }] = await Promise.all([import("./decode.js"), import("./threshold.js")]);
  const { frames } = await (await fetch(`api/runs/${run}/frames?after=-1`)).json();
  const apart = [];
  for (const wire of frames) {
    const full = decodeFrame(await (await fetch(`api/runs/${run}/frames/${wire.step}`)).json());
    const { value, threshold } = full.horizon;
    // As it travels, a share is known to half a step of its scale.
    const half = 10 ** (wire.profile.scale / 2);
    const live = decodeFrame(wire);
    const [least, most] = [horizonAt(live, threshold * half), horizonAt(live, threshold / half)];
    const fits = horizonAt(full, threshold) === value && least <= value && value <= most;
    if (!fits) apart.push([wire.step, value, horizonAt(full, threshold), least, most]);
  }
  return [frames.length, apart];
}"""
"""The page's reading of the gradient horizon beside the server's, at every frame of a run."""


def open_done(page: Page, path: str = PATH) -> Page:
    """The page at the end of its runs."""
    page.goto(path)
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    page.get_by_test_id("last").click()
    return page


def panel(page: Page, name: str, model: str) -> Locator:
    return page.get_by_test_id(f"panel-{name}").nth(MODELS.index(model))


def matrix(page: Page, model: str) -> Locator:
    return panel(page, "connectivity", model).locator('farback-plot[data-kind="heatmap"] .area')


def row(page: Page, model: str) -> Locator:
    return page.locator(f'[data-testid="reach-row"][data-model="{model}"]')


def input_colours(page: Page) -> list[int]:
    return [panel(page, "input", model).locator("canvas").first.evaluate(INK) for model in MODELS]


def first_run(page: Page) -> str:
    asked = page.evaluate(
        "performance.getEntriesByType('resource').map((r) => r.name).filter((n) => n.includes('run='))"
    )
    found = re.search(r"run=([\w-]+)", asked[0])
    assert found is not None
    return found[1]


def test_a_row_that_is_chosen_by_key_colours_the_input_of_every_model(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 2400})
    open_done(page)
    expect(matrix(page, "LSTM")).to_be_visible()
    plain = input_colours(page)
    matrix(page, "LSTM").focus()
    for _ in range(4):
        page.keyboard.press("ArrowUp")
    for model in MODELS:
        expect(panel(page, "connectivity", model)).to_contain_text(re.compile(r"output at 8: sees \d+ steps? back"))
    expect(page).to_have_url(re.compile(r"row=k8(&|$)"))
    chosen = input_colours(page)
    assert all(one != other for one, other in zip(plain, chosen, strict=True))
    expect(matrix(page, "LSTM")).to_have_attribute("aria-valuetext", re.compile("output at step 8"))
    page.keyboard.press("ArrowUp")
    expect(page).to_have_url(re.compile(r"row=k7(&|$)"))
    assert input_colours(page) != chosen

    # The link shows it again; Escape and the button lead back to the answer.
    open_done(page, page.url)
    expect(panel(page, "connectivity", "GRU")).to_contain_text("output at 7: sees")
    page.keyboard.press("Escape")
    expect(panel(page, "connectivity", "GRU")).to_contain_text("share of the largest; horizon")
    assert input_colours(page) == plain
    expect(page).not_to_have_url(re.compile("row="))
    box = matrix(page, "RNN").bounding_box()
    assert box is not None
    matrix(page, "RNN").click(position={"x": 3, "y": box["height"] / 2})
    expect(page).to_have_url(re.compile(r"row=k6(&|$)"))
    page.mouse.move(2, 2)
    page.get_by_test_id("back-to-answer").click()
    expect(page).not_to_have_url(re.compile("row="))
    assert input_colours(page) == plain

    # Pointing alone shows it, for as long as it lasts; the answer itself colours the input as well.
    matrix(page, "RNN").hover(position={"x": 3, "y": box["height"] - 2})
    page.wait_for_function("() => new Promise((painted) => requestAnimationFrame(() => painted(true)))")
    pointed = input_colours(page)
    assert all(one != other for one, other in zip(plain, pointed, strict=True))
    page.mouse.move(2, 2)
    page.wait_for_function("() => new Promise((painted) => requestAnimationFrame(() => painted(true)))")
    assert input_colours(page) == plain


def test_each_row_by_itself_is_another_picture_that_the_link_keeps(page: Page) -> None:
    open_done(page)
    canvas = matrix(page, "RNN").locator("canvas")
    matrix(page, "RNN").scroll_into_view_if_needed()
    shared = canvas.evaluate(INK)
    page.get_by_test_id("band-connectivity").get_by_role("button", name="each row by itself").click()
    expect(page).to_have_url(re.compile("connectivity=row"))
    assert canvas.evaluate(INK) != shared


def test_the_threshold_moves_the_horizon_and_the_link_keeps_it(page: Page) -> None:
    # An untrained RNN's gradient shrinks with every step.
    open_done(page)
    page.get_by_test_id("first").click()
    rnn = row(page, "RNN")
    expect(page.get_by_test_id("timeline-text")).to_contain_text(re.compile(r"step 0\b"))
    usual = rnn.locator(".horizon").inner_text()
    start = rnn.locator(".start").get_attribute("style")
    slider = page.get_by_test_id("threshold")
    slider.focus()
    page.keyboard.press("End")
    expect(rnn.locator(".horizon")).to_contain_text("at 50 %")
    assert rnn.locator(".horizon").inner_text() != f"{usual} at 50 %"
    assert rnn.locator(".start").get_attribute("style") != start
    expect(panel(page, "connectivity", "LSTM")).to_contain_text("at 50 %")
    expect(page).to_have_url(re.compile(r"threshold=0\.5(&|$)"))
    page.keyboard.press("Home")
    expect(page).to_have_url(re.compile(r"threshold=0\.001(&|$)"))
    least = rnn.locator(".horizon").inner_text()
    page.reload()
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    expect(rnn.locator(".horizon")).to_have_text(least)
    page.goto(f"{PATH}&threshold=0.9")
    expect(page.get_by_test_id("notices")).to_contain_text("must be a share from 0.001 to 0.5")


@pytest.mark.parametrize("path", ["task=recall&lag=12&models=rnn", "task=copying&models=gru&training.steps=60"])
def test_the_page_reads_the_horizon_as_the_server_does(page: Page, path: str) -> None:
    open_done(page, f"/?{path}")
    count, apart = page.evaluate(AGREES, first_run(page))
    assert count > 5
    assert apart == []


def test_the_gradient_through_training_grows_a_row_a_frame(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 2400})
    page.goto("/?task=recall&lag=30&models=lstm&training.steps=600&training.stop=never&seed=3")
    history = page.locator('canvas[data-panel="flow"]').first
    expect(history).to_be_visible(timeout=DONE_WITHIN)
    rows = "(canvas) => canvas.closest('farback-plot').picture.matrix.rows"
    early = history.evaluate(rows)
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    page.get_by_test_id("last").click()
    late = history.evaluate(rows)
    assert early < late
    assert late >= 30
    flow = page.get_by_test_id("panel-flow")
    expect(flow).to_contain_text(re.compile(r"clipped: \d+ % of updates, \d+ % overall"))
    expect(page.get_by_test_id("panel-signal")).to_contain_text(re.compile("vanishing|steady|exploding"))
    # Every row is a training step to go to.
    area = flow.locator(".area").first
    area.click(position={"x": 20, "y": 1})
    expect(page.get_by_test_id("timeline-text")).to_contain_text(re.compile(r"step 0\b"))
    area.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_test_id("timeline-text")).to_contain_text(re.compile(r"step 1\b"))


def test_five_seeds_give_a_median_and_a_range(page: Page) -> None:
    open_done(page, "/?task=recall&lag=12&models=rnn~hidden:8,gru~hidden:8&training.steps=150")
    button = page.get_by_test_id("seeds")
    expect(button).to_have_text("Train 5 seeds")
    button.click()
    expect(button).to_have_text(re.compile(r"\d+ of 10 runs"))
    expect(button).to_have_text("One seed", timeout=DONE_WITHIN)
    rows = page.get_by_test_id("reach-row")
    for index in range(2):
        expect(rows.nth(index)).to_contain_text(re.compile(r"median of 5 seeds, (\d+ to|all) (≥ )?\d+"))
        expect(rows.nth(index)).to_contain_text(re.compile(r"gradient (≥ )?[\d.]+, (\d+ to|all)"))
        expect(rows.nth(index)).to_contain_text("solved it")
    expect(page).to_have_url(re.compile("seeds=5"))
    page.get_by_test_id("every-seed").click()
    every = page.locator("farback-every-seed tbody tr")
    expect(every).to_have_count(10)
    expect(every.nth(6)).to_have_text(re.compile(r"GRU.*1(≥ )?\d+ \(.+\)(≥ )?\d+ \(.+\)(at step \d+|not solved)"))
    text = rows.all_inner_texts()

    # The runs are kept, so the link shows them again; at another threshold the horizon is another one.
    open_done(page, page.url)
    expect(button).to_have_text("One seed", timeout=DONE_WITHIN)
    assert rows.all_inner_texts() == text
    page.get_by_test_id("threshold").focus()
    page.keyboard.press("End")
    for index in range(2):
        expect(rows.nth(index)).to_contain_text(re.compile(r"gradient (≥ )?[\d.]+ at 50 %, (\d+ to|all)"))
    button.click()
    expect(page).not_to_have_url(re.compile("seeds="))
    expect(rows.first).not_to_contain_text("median")
    expect(page.locator("farback-every-seed")).to_be_hidden()
    # Of one seed the trials tell how far its numbers are spread; at the usual threshold of the horizon as well.
    expect(rows.first).to_contain_text(re.compile(r"trials a lag, 5–95 %: (≥ )?\d+"))
    expect(rows.first).not_to_contain_text("middle half")
    page.goto(re.sub("&?threshold=[^&]*", "", page.url))
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    expect(rows.first).to_contain_text(re.compile(r"gradient (≥ )?\d+, middle half (≥ )?\d+"))


def test_cancel_stops_the_other_seeds(page: Page, complaints: list[str]) -> None:
    open_done(page, "/?task=recall&lag=4&models=rnn&training.steps=20")
    page.route("**/api/runs/*", lambda route: route.abort())  # none of them is ever seen to end
    page.get_by_test_id("seeds").click()
    expect(page.get_by_test_id("cancel")).to_be_visible()
    with page.expect_request(re.compile("/cancel$")):
        page.get_by_test_id("cancel").click()
    expect(page.get_by_test_id("cancel")).to_be_hidden()
    complaints.clear()  # that nothing was answered was the point


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_it_all_fits(new_page: NewPage, scheme: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme=scheme)
    open_done(page, f"{PATH}&row=k5&threshold=0.05&seeds=2")
    expect(page.get_by_test_id("seeds")).to_have_text("One seed", timeout=DONE_WITHIN)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    page.get_by_role("tab", name="LSTM").click()
    area = matrix(page, "LSTM")
    area.scroll_into_view_if_needed()
    area.tap(position={"x": 20, "y": 4})
    expect(page).to_have_url(re.compile(r"row=k\d"))
    expect(row(page, "LSTM")).to_contain_text("median of 2 seeds")
    # Unfolded, a row tells the range of its horizon, and all of it is on the screen.
    row(page, "LSTM").locator(".more").tap()
    told = row(page, "LSTM").locator(".range")
    expect(told).to_be_visible()
    box = told.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390
