"""What a picture shows is heard, read and listed in numbers: by keyboard, by a screen reader, by ear."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from farback.arrays import Floats
from farback.frame import unpack

from .conftest import NewPage
from .test_accessible import complaints_of

SILENT = """
window.tones = [];
window.contexts = 0;
window.AudioContext = class {
  constructor() { window.contexts++; this.began = performance.now(); this.destination = {}; }
  get currentTime() { return (performance.now() - this.began) / 1000; }
  param(kept) {
    return {
      setValueAtTime: (value, at) => { if (kept) kept.push([value, at]); },
      linearRampToValueAtTime: () => null,
    };
  }
  createOscillator() {
    return { frequency: this.param(window.tones), connect: (next) => next, start: () => null };
  }
  createGain() { return { gain: this.param(null), connect: (next) => next }; }
  close() { this.closed = true; window.contexts--; return Promise.resolve(); }
};
"""
"""An AudioContext that notes what it is to sound: [hertz, seconds]."""


def opened(page: Page, link: str) -> Page:
    page.goto(link)
    page.wait_for_selector("html[data-state=done]", timeout=60_000)
    return page


def last_layer(link: str, model: int = 0) -> dict[str, Any]:
    """The last layer of a model's last frame, as the snapshot has it."""
    base, _, name = link.rpartition("/s/")
    frames = httpx.get(f"{base}/api/snapshots/{name.strip('/')}/runs/{model}/frames").json()["frames"]
    layer: dict[str, Any] = frames[-1]["layers"][-1]
    return layer


def written(page: Page, values: Floats) -> list[list[str]]:
    """Numbers as the page writes them."""
    found: list[list[str]] = page.evaluate(
        "async rows => { const { number } = await import(new URL('format.js', document.baseURI));"
        "return rows.map((row) => row.map(number)); }",
        values.astype(float).tolist(),
    )
    return found


def accessible_description(slider: Locator) -> str:
    """What the element that describes it says, once that stands."""
    expect(slider).to_have_accessible_description(re.compile("."))
    return str(slider.evaluate("(s) => document.getElementById(s.getAttribute('aria-describedby')).textContent"))


def enlarge(page: Page, panel: str) -> Locator:
    """The dialog with a panel of the first model, opened by keyboard."""
    page.get_by_test_id(f"panel-{panel}").first.get_by_role("slider").first.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_test_id("enlarged")
    expect(dialog).to_be_visible()
    return dialog


def cells(dialog: Locator) -> list[list[str]]:
    found: list[list[str]] = dialog.locator("tbody tr").evaluate_all(
        "rows => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.innerText))"
    )
    return found


def test_the_cell_under_the_keyboard_is_said_once_it_rests(page: Page, link: str) -> None:
    opened(page, link)
    slider = page.get_by_test_id("panel-hidden").first.get_by_role("slider")
    slider.focus()
    page.evaluate(
        "window.heard = [];"
        "new MutationObserver(() => heard.push(document.querySelector('[data-testid=said]').textContent))"
        ".observe(document.querySelector('[data-testid=said]'), {childList: true, subtree: true, characterData: true})"
    )
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expect(slider).to_have_attribute("aria-valuetext", "step 2")
    h = unpack(last_layer(link)["h"])
    back = len(h) - 1 - 2
    value = written(page, h[2:3, 1:2])[0][0]
    said = f"RNN, unit 1 at step 2, {back} steps before the answer: h is {value}."
    expect(page.get_by_test_id("said")).to_have_text(said)
    assert page.evaluate("heard") == [said]
    # Other frames change the picture and its sentence, and say nothing by themselves.
    before = accessible_description(slider)
    page.evaluate("document.dispatchEvent(new CustomEvent('farback:move', { detail: -1 }))")
    page.wait_for_function(
        "(before) => document.querySelector('[data-testid=panel-hidden] [id^=sentence]').textContent !== before",
        arg=before,
    )
    expect(slider).to_have_attribute("aria-valuetext", "step 2")
    assert page.evaluate("heard") == [said]


def test_a_picture_is_told_in_a_sentence_of_its_numbers(page: Page, link: str) -> None:
    opened(page, link)
    G = unpack(last_layer(link)["signal"])
    answer = len(G) - 1
    falls = next((lag for lag in range(1, answer + 1) if G[answer - lag] < 0.01), None)
    told = "stays at" if falls is None else f"falls below one hundredth {falls} step"
    slider = page.get_by_test_id("panel-signal").first.get_by_role("slider")
    expect(slider).to_have_accessible_description(re.compile(f"^Gradient signal G of RNN at training step .*{told}"))
    h = unpack(last_layer(link)["h"])
    t, unit = np.unravel_index(h.argmax(), h.shape)
    value = written(page, h[t : t + 1, unit : unit + 1])[0][0]
    slider = page.get_by_test_id("panel-hidden").first.get_by_role("slider")
    expect(slider).to_have_accessible_description(re.compile(rf"to {value} \(unit {unit}, step {t}\)\.$"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_panel_is_a_table_of_its_numbers(new_page: NewPage, root: Path, link: str, theme: str) -> None:
    page = opened(new_page(color_scheme=theme), link)
    dialog = enlarge(page, "hidden")
    dialog.get_by_role("button", name="Table").press("Enter")
    table = dialog.get_by_role("table")
    expect(table.locator("caption")).to_contain_text("Hidden state h of RNN at training step")
    assert complaints_of(page, root) == []
    h = unpack(last_layer(link)["h"])
    expected = written(page, h)
    assert table.locator("thead th").all_inner_texts() == ["step", *(f"unit {unit}" for unit in range(12))]
    assert table.locator("tbody th").all_inner_texts() == [str(t) for t in range(len(h))]
    found = cells(dialog)
    after = dialog.get_by_role("button", name="Columns after")
    while after.get_attribute("aria-disabled") == "false":
        after.press("Enter")
        found = [row + more for row, more in zip(found, cells(dialog), strict=True)]
    assert found == expected
    with page.expect_download() as download:
        dialog.get_by_role("button", name="CSV", exact=True).click()
    lines = list(csv.reader(download.value.path().read_text().splitlines()))
    assert np.array_equal(np.array([line[1:] for line in lines[1:]], dtype=np.float32), h)


def test_curves_stand_side_by_side_in_their_table(page: Page, link: str) -> None:
    opened(page, link)
    dialog = enlarge(page, "signal")
    dialog.get_by_role("button", name="Table").click()
    G = unpack(last_layer(link)["signal"])
    expect(dialog.locator("thead th")).to_have_text(["step", "G"])
    assert cells(dialog) == [[value] for value in written(page, G[None])[0]]


def test_the_gradient_is_heard_step_by_step_until_somebody_stops_it(page: Page, link: str) -> None:
    page.add_init_script(SILENT)
    opened(page, link)
    button = page.get_by_test_id("listen")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("window.contexts") == 0
    assert "sound.js" not in page.evaluate("performance.getEntriesByType('resource').map((e) => e.name).join()")
    button.press("Enter")
    expect(page.get_by_test_id("heard")).to_contain_text("RNN: starts at 880 Hz")
    expect(page.locator("farback-head.marking")).not_to_have_count(0)
    tones = page.evaluate("window.tones")
    expected = [
        880 * 2 ** (math.log10(G) / 2)
        for model in (0, 1)
        for G in unpack(last_layer(link, model)["signal"])[::-1].astype(float)
        if G >= 1e-6
    ]
    assert [hz for hz, _ in tones] == pytest.approx(expected, rel=1e-6)
    assert tones[1][1] - tones[0][1] == pytest.approx(0.14)
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("window.contexts") == 0
    expect(page.locator("farback-head.marking")).to_have_count(0)


def test_nothing_moves_while_it_sounds_where_less_motion_is_asked_for(new_page: NewPage, link: str) -> None:
    page = new_page(reduced_motion="reduce")
    page.add_init_script(SILENT)
    opened(page, link)
    page.get_by_test_id("listen").click()
    expect(page.get_by_test_id("heard")).to_contain_text("LSTM", timeout=10_000)
    expect(page.locator("farback-head.marking")).to_have_count(0)
    page.get_by_test_id("listen").click()
    expect(page.get_by_test_id("listen")).to_have_attribute("aria-pressed", "false")
