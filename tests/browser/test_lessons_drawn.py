"""The lessons on the chain rule and on vanishing gradients, as a reader goes through them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from playwright.sync_api import Page, expect

from farback.lessons import lessons
from farback.lessons.figures import FIGURES

from .conftest import NewPage, wait_for_state

PARTS = """() => [...document.querySelectorAll("farback-figure [data-part]")]
  .flatMap((part) => part.dataset.part.split(" "))"""

UNNAMED = """() => {
  const seen = (one) => one.checkVisibility();
  const named = (one) => one.getAttribute("aria-label") || one.labels?.length || one.textContent.trim() || one.title;
  const asked = "button, input, select, [role=slider], [role=img], [role=group], [role=region], [tabindex='0']";
  return [...document.querySelectorAll(`main :is(${asked})`)]
    .filter((one) => seen(one) && !named(one)).map((one) => one.outerHTML.slice(0, 120));
}"""
"""What can be reached, or stands for itself, and has no name for those who do not see it."""


def go(page: Page, step: int) -> None:
    page.evaluate("(step) => { location.hash = `#step-${step}`; }", step)
    expect(page.locator(f"#step-{step}")).to_be_visible()
    wait_for_state(page, of="farback-figure")


def walk(page: Page, name: str, act: Any) -> None:
    """Through all steps of a lesson: every place that a text can name is there, and everything has a name."""
    lesson = lessons().find(name)
    page.goto(f"/learn/{name}")
    found: dict[str, set[str]] = {}
    for n, step in enumerate(lesson.steps, 1):
        go(page, n)
        if step.prediction is not None and step.prediction.choices:
            page.locator(f"#step-{n} input[type=radio]").nth(step.prediction.right or 0).check()
            page.locator(f"#step-{n}").get_by_role("button", name="Look").click()
            expect(page.locator(f"#step-{n} .verdict")).to_have_text("That is what happens.")
            wait_for_state(page, of="farback-figure")
        act(n)
        assert page.evaluate(UNNAMED) == []
        shown = (step.revealed_figure or step.figure).show
        found.setdefault(shown, set()).update(page.evaluate(PARTS))
    for show, parts in found.items():
        assert FIGURES[show].parts.keys() <= parts, show


def told(page: Page) -> str:
    return page.locator("farback-figure .told").inner_text()


def test_through_the_chain_rule(page: Page) -> None:
    def act(step: int) -> None:
        if step == 1:
            assert "1.08" in page.locator("farback-figure [data-part=product]").last.inner_text()
            page.get_by_role("button", name="Put one around").press("Enter")
            page.get_by_role("combobox", name="Function 3 of 3").select_option("double")
            assert "2·sin(x²)" not in told(page)  # the bracket of a function is its own
            assert "= 2 × 0.54 × 2 = 2.16" in told(page)
            page.get_by_role("slider", name="x, the innermost value").press("Home")
            assert "at x = −3" in told(page)
            page.get_by_role("button", name="One step").press("Enter")
            assert "Outwards: 1 of 3" in told(page)
        if step in (3, 4):
            expect(page.get_by_role("button", name="× all")).to_be_enabled()
            for key in ("End", "Home"):
                page.get_by_role("slider", name="Step t").press(key)
            expect(page.get_by_role("button", name="× next factor")).to_be_enabled()
            page.get_by_role("button", name="× next factor").press("Enter")
            assert "1 of" in told(page)
            page.get_by_role("button", name="× all").press("Enter")
            assert "Autograd" in told(page)
            expect(page.get_by_role("button", name="Start again")).to_be_enabled()
            product, autograd = page.locator("farback-figure dd").all_inner_texts()
            assert product.removeprefix("−") == autograd

    walk(page, "chain-rule", act)


def test_through_vanishing_with_the_gradient_drawn_by_keyboard(page: Page) -> None:
    def act(step: int) -> None:
        if step == 2:
            draw()
        if step == 3:
            slider = page.get_by_role("slider", name="Spectral radius of the recurrent weights")
            slider.press("End")
            assert "radius of 2.5" in told(page)
            page.get_by_role("button", name="as trained").press("Enter")
            assert "The net as it was trained" in told(page)
            page.get_by_role("combobox", name="Squashing function").select_option("sigmoid")
            assert "never trained" in told(page)
            assert "at most 0.25" in told(page)
        if step == 4:
            assert "explodes" in told(page)
            assert "points the same way" in told(page)
            slider = page.get_by_role("slider", name="Spectral radius of the recurrent weights")
            slider.press("Home")
            assert "vanishes" in told(page)
            assert "Clipping changes nothing" in told(page)
            assert "certain here" in told(page)

    def draw() -> None:
        asked = page.locator("#step-2 .asked")
        look = asked.get_by_role("button", name="Look")
        look.press("Enter")
        expect(asked.locator(".verdict")).to_contain_text("Draw it first")
        assert page.locator("farback-figure [data-part=gradient]").is_hidden()
        points = asked.get_by_role("slider")
        assert points.count() == 7
        points.first.press("End")
        assert points.first.get_attribute("aria-valuetext") == "10⁶ or more"
        points.last.press("Home")
        points.last.press("ArrowUp")
        points.last.press("ArrowUp")
        assert points.last.get_attribute("aria-valuenow") == "4"
        assert points.last.get_attribute("aria-label") == "Point 7 of 7: 29 steps back"
        look.press("Enter")
        wait_for_state(page, of="farback-figure")
        expect(asked.locator("path.true")).to_be_visible()
        expect(asked.locator(".verdict")).to_contain_text("At the right end you drew")
        expect(page.locator("farback-figure [data-part=gradient]")).to_be_visible()
        points.last.press("End")  # what was answered stays
        assert points.last.get_attribute("aria-valuenow") == "4"

    walk(page, "vanishing", act)


def test_a_curve_is_drawn_with_the_pointer(page: Page) -> None:
    """A stroke from corner to corner sets all points on its way."""
    page.goto("/learn/vanishing#step-2")
    pad = page.locator("#step-2 .sketch svg")
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 46, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 10, box["y"] + box["height"] - 38)
    page.mouse.up()
    values = [int(point.get_attribute("aria-valuenow") or -1) for point in page.locator("#step-2 [role=slider]").all()]
    assert values[0] > 95
    assert values[-1] < 5
    assert values == sorted(values, reverse=True)
    apart = [before - after for before, after in pairwise(values)]
    assert max(apart) - min(apart) <= 2


def test_a_class_predicts_together(new_page: Any) -> None:
    """Two readers answer a choice and a curve; each sees what both said, and reads on in the class."""
    for n in (1, 2):
        page = new_page()
        if n == 1:
            code = page.request.post("/api/classes", data={"title": "Tuesday"}).json()["code"]
        page.goto(f"/learn/chain-rule?class={code}#step-2")
        asked = page.locator("#step-2 .asked")
        expect(asked.locator(".together")).to_contain_text("nothing says that it is yours")
        asked.locator("input[type=radio]").nth(n).check()
        asked.get_by_role("button", name="Look").press("Enter")
        expect(asked.locator(".together")).to_contain_text(f"so far: {n} answer")
        expect(asked.locator("farback-tally .count").nth(n)).to_contain_text("1 (")
        onward = page.locator(".onward .after").get_attribute("href") or ""
        assert onward.endswith(f"learn/vanishing?class={code}")

        page.goto(f"/learn/vanishing?class={code}#step-2")
        asked = page.locator("#step-2 .asked")
        asked.get_by_role("slider").last.press("PageDown")
        asked.get_by_role("button", name="Look").press("Enter")
        expect(asked.locator(".together")).to_contain_text(f"so far: {n} answer")
        expect(asked.locator("farback-tally path.true")).to_be_visible(timeout=60_000)
        assert page.evaluate(UNNAMED) == []


def test_a_class_that_is_gone_is_said_so(page: Page, complaints: list[str]) -> None:
    page.goto("/learn/chain-rule?class=FHJKLMR#step-2")
    asked = page.locator("#step-2 .asked")
    asked.locator("input[type=radio]").first.check()
    asked.get_by_role("button", name="Look").press("Enter")
    expect(asked.locator(".together")).to_contain_text("Your answer stays in this browser.")
    expect(asked.get_by_role("button", name="Try again")).to_be_hidden()  # there is nothing to try
    expect(page.locator("#step-2 .revealed")).to_be_visible()
    assert complaints
    complaints.clear()


IN_SIGHT = """(selector) => {
  const [shape, place] = [document.querySelector(selector), document.querySelector("farback-figure .copies")];
  const [a, b] = [shape, place].map((one) => one.getBoundingClientRect());
  return a.left >= b.left - 1 && a.right <= b.right + 1;
}"""


def test_a_narrow_place_is_scrolled_to_what_moved_and_the_page_is_not(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page.goto("/learn/chain-rule#step-3")
    onward = page.get_by_role("button", name="× next factor")
    expect(onward).to_be_enabled(timeout=60_000)
    onward.scroll_into_view_if_needed()
    top = page.evaluate("scrollY")
    newest = "farback-figure [data-part=product] [data-back='{}']"
    for count in range(5):
        assert page.evaluate(IN_SIGHT, newest.format(count)), count
        if count < 4:
            onward.press("Enter")
    assert page.evaluate("scrollY") == top
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.goto("/learn/unfolding#step-3")
    wait_for_state(page, of="farback-figure")
    page.get_by_label("How far it is drawn out").press("End")
    assert page.evaluate(IN_SIGHT, "farback-figure [data-part=y] [data-part=loss]")  # beside the answer
