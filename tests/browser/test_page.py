"""What a person sees of the comparison: on screens of every width, by keyboard, without a network, on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

NewPage = Callable[..., Page]

DONE_WITHIN = 120_000
"""Milliseconds for small runs on a machine that may be busy with something else; alone they take seconds."""
SMALL = "/?task=recall&lag=12&training.steps=40"
LONG = "/?task=recall&lag=60&models=lstm~hidden:64&training.steps=20000&training.stop=never&seed=77"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
DRAWN = "canvas[data-step]:not([data-panel=input])"
STEPS = f"Array.from(document.querySelectorAll('{DRAWN}'), (canvas) => canvas.dataset.step)"
"""The training steps that are painted; the input is the same at all of them, and painted once."""


def open_done(page: Page, path: str = SMALL) -> Page:
    """The page at the end of its runs."""
    page.goto(path)
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    page.get_by_test_id("last").click()
    return page


def box(page: Page, selector: str) -> Any:
    found = page.locator(selector).first.bounding_box()
    assert found is not None, f"{selector} is not shown"
    return found


def test_a_lost_connection_is_told_and_goes_by_itself(page: Page, complaints: list[str]) -> None:
    # Without a stream, as behind a proxy that closes it, the page polls; then the server is away altogether.
    page.route("**/api/stream*", lambda route: route.abort())
    page.goto(LONG)
    expect(page.locator(".status")).to_contain_text("training", timeout=DONE_WITHIN)
    expect(page.get_by_test_id("timeline-text")).to_contain_text(re.compile(r"step [1-9]"), timeout=DONE_WITHIN)
    expect(page.get_by_test_id("notices").locator("li")).to_have_count(0)
    page.route("**/api/**", lambda route: route.abort())
    expect(page.locator(".status")).to_have_text("connection lost, trying again", timeout=30_000)
    expect(page.get_by_test_id("notices")).to_contain_text("connection to the server is lost")
    expect(page.get_by_test_id("timeline-text")).to_contain_text("connection lost")
    expect(page.get_by_test_id("live")).to_have_attribute("aria-pressed", "false")
    page.get_by_test_id("cancel").click()
    expect(page.get_by_test_id("notices")).to_contain_text("cannot be reached")
    page.unroute_all()
    expect(page.get_by_test_id("notices").locator("li")).to_have_count(0, timeout=30_000)
    expect(page.locator(".status")).to_contain_text("training")
    page.get_by_test_id("cancel").click()
    expect(page.locator(".status")).to_contain_text("cancelled", timeout=DONE_WITHIN)
    complaints.clear()  # that the network was away was the point


def test_rows_without_a_frame_show_no_bars_of_the_comparison_before(page: Page, complaints: list[str]) -> None:
    open_done(page)
    row = page.get_by_test_id("reach-row").last
    expect(row.locator(".track")).to_have_attribute("aria-label", re.compile("reach"))
    page.route("**/api/stream*", lambda route: route.abort())
    page.get_by_test_id("main-number").fill("13")
    page.get_by_test_id("main-number").press("Tab")
    page.get_by_test_id("train").click()
    expect(row.locator(".number")).to_have_text("–")
    expect(row.locator(".track")).to_have_attribute("aria-label", re.compile("nothing is measured yet"))
    assert row.locator(".solid, .outline").evaluate_all("(bars) => bars.map((bar) => bar.style.width)") == ["0%", "0%"]
    page.goto("about:blank")  # it tries again and again
    complaints.clear()  # the stream was cut off on purpose


def test_the_gradient_is_seen_at_once_on_a_laptop(page: Page) -> None:
    page.goto(SMALL)
    page.wait_for_selector("canvas[data-panel=signal]", state="attached", timeout=DONE_WITHIN)
    signal, timeline = box(page, "[data-testid=band-signal]"), box(page, "farback-timeline")
    assert signal["y"] + signal["height"] <= timeline["y"]


def test_the_gradient_is_that_of_the_memory_first(page: Page) -> None:
    open_done(page)
    captions = page.get_by_test_id("panel-gradient").locator(".caption")
    expect(captions.last).to_have_text(re.compile("^of memory c"))
    expect(captions.nth(1)).to_have_text(re.compile("^of hidden state h"))
    page.get_by_test_id("band-gradient").get_by_role("button", name="shown state h").click()
    expect(captions.last).to_have_text(re.compile("^of shown state h"))
    expect(page).to_have_url(re.compile("state=h"))


def test_an_ended_run_is_not_a_solved_one(page: Page) -> None:
    open_done(page, "/?task=recall&lag=12&models=feedforward&training.steps=20")
    expect(page.locator(".status")).to_have_text("not solved after 20 steps")
    assert page.locator(".status").evaluate("(status) => getComputedStyle(status, '::before').content") != '"✓ "'


@pytest.mark.parametrize("phone", [False, True])
def test_nothing_jumps_while_models_train(new_page: NewPage, phone: bool) -> None:
    page = new_page(**(PHONE if phone else {}))
    page.add_init_script(SHIFTS)
    page.goto(f"/?task=recall&lag=12&training.steps=150&training.stop=never&seed={5 + phone}")
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    assert page.evaluate("window.shifts") < 0.05


def test_no_width_scrolls_sideways_and_the_time_axis_stays_in_sight(page: Page) -> None:
    open_done(page)
    for width in (360, 390, 641, 700, 768, 900, 1024, 1100, 1101, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
        page.evaluate("scrollTo(0, 700)")
        ruler = box(page, "farback-head.shown .ruler")
        assert 0 <= ruler["y"] < 120, f"at {width} the axis is at {ruler['y']}"
        page.evaluate("scrollTo(0, 0)")


def test_columns_that_do_not_fit_scroll_with_their_heads(page: Page) -> None:
    page.set_viewport_size({"width": 900, "height": 800})
    open_done(page, "/?task=recall&lag=6&training.steps=10&models=" + ",".join(f"rnn~seed:{seed}" for seed in range(8)))
    page.locator(".wide").evaluate("(wide) => { wide.scrollLeft = 400; }")
    page.wait_for_function("() => document.querySelector('.heads').scrollLeft === 400")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 900


def test_a_phone_shows_a_model_with_memory_in_its_first_screen(new_page: NewPage) -> None:
    page = open_done(new_page(**PHONE))
    expect(page.get_by_role("tab", name="RNN")).to_have_attribute("aria-selected", "true")
    timeline = box(page, "farback-timeline")
    shown = box(page, "[data-testid=panel-input].shown")
    assert shown["y"] + shown["height"] <= timeline["y"]
    row = page.get_by_test_id("reach-row").nth(1)
    expect(row.locator(".compare")).to_be_hidden()
    row.get_by_role("button", name="What this says about RNN").click()
    expect(row.locator(".compare")).to_be_visible()
    assert row.evaluate("(row) => row.scrollWidth <= row.clientWidth")
    page.get_by_role("tab", name="LSTM").click()
    expect(page.get_by_role("tabpanel", name="LSTM")).to_be_visible()
    small = page.locator(
        "farback-band .fold, .segments button, .enlarge:visible, .options:visible, farback-timeline button:visible"
    )
    for target in small.all():
        size = target.bounding_box()
        assert size is None or (size["height"] >= 24 and size["width"] >= 24), target.evaluate("(t) => t.outerHTML")
    expect(page.get_by_text("How far back can a network remember?")).to_be_in_viewport(ratio=1)  # what this is


HIT = """(button) => {
  button.scrollIntoView({ block: "center" });
  const { x, y, width, height } = button.getBoundingClientRect();
  const [mid, half] = [[x + width / 2, y + height / 2], 11.9];
  return [[-half, 0], [half, 0], [0, -half], [0, half]].every(([dx, dy]) =>
    document.elementFromPoint(mid[0] + dx, mid[1] + dy)?.closest(".enlarge, summary") === button);
}"""
"""Whether a square of 24 pixels around its middle presses it."""


def test_small_buttons_are_pressed_within_24_pixels(page: Page) -> None:
    open_done(page)
    for button in (page.locator(".enlarge"), page.locator(".explain > summary")):
        for one in (button.first, button.nth(4), button.last):
            assert one.evaluate(HIT)


def test_panels_out_of_sight_follow_for_a_screen_reader_and_for_paper(page: Page) -> None:
    open_done(page)
    assert page.locator("canvas[data-panel=gates]").last.evaluate("(c) => c.getBoundingClientRect().top > innerHeight")
    page.wait_for_function(f"() => ({STEPS}).every((step) => step === '40')")
    page.keyboard.press("Home")
    expect(page.get_by_test_id("timeline-text")).to_contain_text(re.compile(r"step 0\b"))
    page.evaluate("new Promise((painted) => requestAnimationFrame(painted))")
    assert set(page.evaluate(f"(dispatchEvent(new Event('beforeprint')), {STEPS})")) == {"0"}
    page.emulate_media(media="print")
    expect(page.locator("farback-timeline")).to_be_hidden()


def test_every_slider_answers_to_all_its_keys(page: Page) -> None:
    open_done(page)
    end = "step 40 of 40"
    expect(page.get_by_test_id("timeline-text")).to_have_text(end)
    page.get_by_role("slider", name="Training step").focus()
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_test_id("timeline-text")).not_to_have_text(end)
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_test_id("timeline-text")).to_have_text(end)
    learning = page.get_by_test_id("panel-learning").first.get_by_role("slider").first
    learning.focus()
    expect(learning).to_have_attribute("aria-valuetext", re.compile("training step 40"))
    page.keyboard.press("Home")
    expect(page.get_by_test_id("timeline-text")).to_contain_text(re.compile(r"step 0\b"))
    page.keyboard.press("ArrowUp")
    expect(learning).to_have_attribute("aria-valuenow", "1")


def test_single_characters_can_be_switched_off(page: Page) -> None:
    open_done(page)
    page.keyboard.press("?")
    page.get_by_label("The single characters t and ? act as keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.reload()
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Help and keys").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_buttons_say_whose_they_are(page: Page) -> None:
    open_done(page)
    for model in ("Feed-forward", "RNN", "GRU", "LSTM"):
        expect(page.get_by_role("button", name=f"Options of {model}")).to_be_visible()


def test_models_keep_their_colours_where_a_person_chose_all_others(new_page: NewPage) -> None:
    page = open_done(new_page(forced_colors="active"))
    colours = page.locator("farback-reach .solid, .rail .done").evaluate_all(
        "(bars) => bars.map((bar) => getComputedStyle(bar).backgroundColor)"
    )
    assert len(set(colours)) >= 4


def test_enlarged_skill_is_counted_in_lags(page: Page) -> None:
    open_done(page)
    panel = page.get_by_test_id("panel-skill").last
    panel.scroll_into_view_if_needed()
    panel.get_by_role("button", name="Enlarge").click()
    dialog = page.get_by_test_id("enlarged")
    expect(dialog.locator(".xtitle")).to_contain_text("lag", timeout=30_000)
    expect(dialog.locator(".ytitle")).to_contain_text("skill")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "series,lag,value"
    lags = [line.split(",")[1] for line in lines if line.startswith("skill,")]
    assert lags == [str(lag) for lag in range(1, 13)]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_numbers_of_the_axis_do_not_touch(new_page: NewPage, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 844})
    for lag in (23, 40, 99):
        page.goto(f"/?task=recall&lag={lag}&models=rnn&training.steps=1")
        page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
        expect(page.locator("farback-reach .axis span").nth(2)).to_be_attached()  # it is written after the last frame
        boxes = page.locator("farback-reach .axis span").evaluate_all(
            "spans => spans.map(span => span.getBoundingClientRect()).map(({left, right}) => [left, right])"
        )
        assert all(before[1] < after[0] for before, after in pairwise(boxes)), (lag, boxes)
