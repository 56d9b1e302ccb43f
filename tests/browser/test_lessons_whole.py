"""Every lesson, step by step, as a reader goes through it: nothing is out of reach, cut, or without a number."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from farback.lessons import lessons

from .conftest import NewPage, wait_for_state
from .test_accessible import complaints_of

LEAST_TEXT = 10.5
"""Size of the smallest text of a figure on a phone, in pixels."""

WRONG = """([least, whole]) => {
  const wrong = [];
  const seen = (one) => one.checkVisibility({ visibilityProperty: true });
  const short = (text) => text.trim().replace(/\\s+/g, " ").slice(0, 60);

  const aside = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (aside > 0) wrong.push(`scrolls sideways by ${aside} px`);

  const told = [...document.querySelectorAll(".told")].filter(seen);
  if (whole && !told.length && !document.querySelector(".explorer")) wrong.push("tells nothing");
  for (const one of told) if (!one.textContent.trim()) wrong.push("tells nothing");

  const spoken = ["aria-label", "aria-valuetext", "aria-description", "title", "alt"];
  for (const one of document.querySelectorAll("body, body *:not(script, style)")) {
    const texts = [...one.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
    const own = texts.map(({ data }) => data).join(" ");
    for (const text of [own, ...spoken.map((name) => one.getAttribute(name) ?? "")]) {
      if (/NaN|undefined|Infinity|\\[object/.test(text)) wrong.push(`says "${short(text)}"`);
    }
    if (!own.trim() || !seen(one) || one.closest(".skip")) continue;
    const box = one.getBoundingClientRect();
    if (one instanceof SVGElement) {
      const frame = one.ownerSVGElement.getBoundingClientRect();
      const aside = Math.max(frame.left - box.left, box.right - frame.right);
      const out = Math.max(aside, frame.top - box.top, box.bottom - frame.bottom);
      if (out > 1) wrong.push(`"${short(own)}" is cut by ${out.toFixed(1)} px`);
      const size = parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a;
      if (size < least) wrong.push(`"${short(own)}" is ${size.toFixed(1)} px high`);
      continue;
    }
    const range = document.createRange();
    range.selectNodeContents(one);
    const text = range.getBoundingClientRect();
    for (let around = one; around && around !== document.body; around = around.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(around);
      const edge = around.getBoundingClientRect();
      if (edge.width <= 1 || getComputedStyle(around).position === "fixed") break;
      const cuts = (overflow) => overflow === "hidden" || overflow === "clip";
      const aside = cuts(overflowX) ? Math.max(edge.left - text.left, text.right - edge.right) : 0;
      const above = cuts(overflowY) ? Math.max(edge.top - text.top, text.bottom - edge.bottom) : 0;
      if (aside > 1 || above > 4) wrong.push(`"${short(own)}" is cut by ${Math.max(aside, above).toFixed(1)} px`);
    }
  }

  for (const picture of document.querySelectorAll("svg")) {
    const texts = [...picture.querySelectorAll("text")].filter((one) => one.textContent.trim() && seen(one));
    const boxes = texts.map((one) => one.getBoundingClientRect());
    boxes.forEach((a, i) => boxes.slice(0, i).forEach((b, j) => {
      const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (width > 1.5 && height > 4) wrong.push(`"${texts[j].textContent}" and "${texts[i].textContent}" overlap`);
    }));
  }
  return [...new Set(wrong)];
}"""
"""What is wrong with a page as it stands: what it says, where it is cut, and what is too small."""


@pytest.mark.parametrize("name", [lesson.name for lesson in lessons()])
@pytest.mark.parametrize(("theme", "width"), [("light", 390), ("dark", 1280)])
def test_one_reads_through_a_whole_lesson(new_page: NewPage, root: Path, name: str, theme: str, width: int) -> None:
    page = new_page(color_scheme=theme, viewport={"width": width, "height": 800})
    page.goto(f"/learn/{name}")
    found: list[str] = []
    steps = lessons().find(name).steps
    for n, step in enumerate(steps, 1):
        section = page.locator(f"#step-{n}")
        expect(page.locator(".steps .at")).to_have_text(f"Step {n} of {len(steps)}")
        found += [f"step {n}: {wrong}" for wrong in wrong_in(page, root)]
        if step.prediction:
            expect(section.locator(".revealed")).to_be_hidden()
            answer(page, n)
            expect(section.locator(".revealed")).to_be_visible()
            found += [f"step {n}, answered: {wrong}" for wrong in wrong_in(page, root)]
        if n < len(steps):
            page.get_by_role("button", name="Next →").click()
    assert not found, "\n".join(found)


def answer(page: Page, step: int) -> None:
    """Answer a step's prediction: the first choice, or a curve moved at its first point."""
    asked = page.locator(f"#step-{step} .asked")
    if asked.get_by_role("radio").count():
        asked.get_by_role("radio").first.check()
    else:
        asked.get_by_role("slider").first.press("End")
    asked.get_by_role("button", name="Look").click()


def wrong_in(page: Page, root: Path) -> list[str]:
    """What is wrong once the figure is drawn and its models are trained, in it and in frames that it holds."""
    drawn(page)
    found = complaints_of(page, root)
    for frame in page.frames:
        found += frame.evaluate(WRONG, [LEAST_TEXT, frame is page.main_frame])
    return found


def drawn(page: Page) -> None:
    figure = page.locator("farback-figure")
    wait_for_state(page, of="farback-figure")
    if figure.locator(".race").count():
        expect(figure.locator(".progress")).to_be_empty(timeout=60_000)
        expect(figure.locator(".dot").first).to_be_visible()
    if figure.locator(".explorer").count():
        # Else the frame of the step before would be taken for this one's, and be loaded anew while it is looked at.
        expect(figure.locator(".explorer")).not_to_have_attribute("aria-busy", "true")
        wait_for_state(figure.frame_locator("iframe"))
        expect(figure.locator(".told")).to_be_hidden(timeout=60_000)
