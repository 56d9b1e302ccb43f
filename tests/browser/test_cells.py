"""The inside of a cell, the race and the explorer's panels in a lesson: what they show is what the server tells."""

from __future__ import annotations

import base64
from itertools import pairwise
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Frame, Page, expect

from farback.lessons import Lesson, read_file

from .conftest import TEXTS, NewPage, wait_for_state
from .test_embedded import teaching

Array = NDArray[np.float32]


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return read_file(TEXTS / "90-cells.md")


@pytest.fixture
def reader(new_page: NewPage, place: str) -> Page:
    return new_page(base_url=place)


def opened(page: Page, step: int) -> Page:
    page.goto("about:blank")
    page.goto(f"/learn/cells#step-{step}")
    wait_for_state(page)
    return page


def looked(place: str, lesson: Lesson, model: str, **asked: Any) -> dict[str, Any]:
    """The server's frame of a model, its arrays read."""
    with httpx.Client(base_url=place, timeout=30) as http:
        run = http.post("/api/runs", json=lesson.models[model].as_json()).json()["id"]
        frame = http.post(f"/api/runs/{run}/probe", json={"name": "look", "full": True, **asked}).json()["frame"]
    layer = frame["layers"][0]
    arrays = {"h": layer["h"], "c": layer["c"], **layer["gates"], "output": frame["output"]}
    found: dict[str, Any] = frame | {name: _read(wire) for name, wire in arrays.items() if wire}
    return found


def _read(wire: dict[str, str]) -> Array:
    return np.frombuffer(base64.b64decode(wire["bdata"]), np.float32).reshape(*map(int, wire["shape"].split(",")))


def number(text: str) -> float:
    return float(text.replace("−", "-").removesuffix(" %"))


def inside(page: Page) -> dict[str, float]:
    """What stands in the diagram: the gates by name, and the states at the step."""
    texts = page.locator(".inside .chamber").evaluate_all(
        "all => all.map(one => [...one.querySelectorAll('text')].map(text => text.textContent))"
    )
    said = {over if " " in over else under.partition(" ")[0]: under.rpartition(" ")[2] for over, under in texts}
    return {name.partition(" at ")[0]: number(value) for name, value in said.items()}


def pick(page: Page, unit: int, step: int) -> None:
    page.get_by_label("Unit", exact=True).select_option(str(unit))
    page.get_by_label("Step of the sequence").fill(str(step))


@pytest.mark.parametrize(("step", "model", "names"), [(1, "lstm", "cifgoh"), (2, "gru", "rznh")])
def test_the_diagram_has_the_numbers_of_the_server(
    reader: Page, place: str, lesson: Lesson, step: int, model: str, names: str
) -> None:
    page = opened(reader, step)
    holds = {"hold": [{"gate": "z", "value": 0, "start": 2}]} if model == "gru" else {}
    frame = looked(place, lesson, model, **holds)
    if holds:
        expect(page.locator(".chamber.held")).to_have_count(1)
        expect(page.locator("[data-of=changed]")).to_be_visible()
    for unit, t in ((0, 0), (3, 4), (1, 6)):
        pick(page, unit, t)
        shown = inside(page)
        for name in names:
            assert shown[name] == pytest.approx(frame[name][t, unit], abs=0.0051), (name, unit, t)
        before = "c before" if model == "lstm" else "h before"
        memory = frame[before[0]]
        assert shown[before] == pytest.approx(memory[t - 1, unit] if t else 0, abs=0.0051)


def test_a_held_gate_does_what_the_server_says(reader: Page, place: str, lesson: Lesson) -> None:
    page = opened(reader, 1)
    plain = looked(place, lesson, "lstm")
    k, target = plain["answers"][-1], plain["y"][plain["answers"][-1]]
    told = page.locator("[data-of=plain] dd")
    assert number(told.inner_text()) == pytest.approx(100 * plain["output"][k, target], abs=0.1)
    pick(page, 2, 3)
    shut = page.get_by_role("group", name="Forget gate").get_by_role("button", name="shut")
    shut.focus()
    page.keyboard.press("Enter")
    expect(shut).to_have_attribute("aria-pressed", "true")
    held = looked(place, lesson, "lstm", hold=[{"gate": "f", "value": 0, "start": 3}])
    changed = page.locator("[data-of=changed]")
    expect(changed).to_contain_text("f held shut from step 3")
    assert number(changed.locator("dd").inner_text()) == pytest.approx(100 * held["output"][k, target], abs=0.1)
    expect(page.locator(".strip .since")).to_have_count(1)
    pick(page, 2, 5)
    assert inside(page)["c"] == pytest.approx(held["c"][5, 2], abs=0.0051)
    assert inside(page)["f"] == 0
    expect(shut).to_be_visible()
    shut.click()
    expect(changed).to_have_count(0)
    shut.click()  # from where the slider stands now, as the line above the buttons says
    expect(changed).to_contain_text("f held shut from step 5")
    pick(page, 2, 6)
    page.get_by_role("group", name="Forget gate").get_by_role("button", name="open").click()
    expect(changed).to_contain_text("f held open from step 6")


SEEN = """async () => {
  const { lightness } = await import("/scales.js");
  return [...document.querySelectorAll(".inside .chamber")].map((one) => {
    const [over, under] = [...one.querySelectorAll("text")].map((text) => text.textContent);
    const light = one.querySelector("rect").style.fill.match(/\\d+/g).slice(0, 3).map(Number);
    return [over, Math.abs(Number(under.split(" ").at(-1).replace("−", "-"))), lightness(light)];
  });
}"""
"""Of each box in the diagram: its name, how large its value is, and how light it is in the light theme."""


def test_one_colour_is_one_value_of_memory_state_and_candidate(reader: Page) -> None:
    page = opened(reader, 1)
    for unit, t in ((0, 0), (3, 4), (1, 6)):
        pick(page, unit, t)
        seen = [(value, light) for name, value, light in page.evaluate(SEEN) if name[:2] in ("c ", "h ", "ca")]
        assert len(seen) == 5
        for (small, lighter), (large, darker) in pairwise(sorted(seen)):
            assert darker <= lighter + 0.01, (small, large)  # as |v| alone says how light a colour is
    full = page.locator("farback-figure .legend span").first.inner_text()
    assert float(full.rpartition(" to ")[2]) >= 1  # what holds next to nothing is pale


def test_what_is_to_be_predicted_is_not_listed(reader: Page) -> None:
    page = opened(reader, 1)
    expect(page.locator("[data-part=reach] dt")).to_have_text(["reach, trained", "gradient horizon, trained"])
    page = opened(reader, 2)
    expect(page.locator("[data-part=reach] dt")).to_have_count(4)


def test_the_share_on_the_road_is_the_product_of_forget_gates(reader: Page, place: str, lesson: Lesson) -> None:
    page = opened(reader, 1)
    f = looked(place, lesson, "lstm")["f"]
    for option in page.get_by_label("Unit", exact=True).locator("option").all_inner_texts():
        unit, _, share = option.partition(", whose road leaves ")
        if "×" not in share:
            assert float(share) == pytest.approx(f[1:, int(unit) - 1].prod(), rel=0.01)


def test_a_dot_of_the_race_is_a_run(reader: Page, place: str) -> None:
    page = opened(reader, 3)
    dots = page.locator(".race .dot")
    expect(dots).to_have_count(4)
    with httpx.Client(base_url=place) as http:
        for dot in dots.all():
            result = http.get(f"/api/runs/{dot.get_attribute('data-run')}").json()["result"]
            assert float(dot.get_attribute("data-value") or "nan") == result["reach"]["value"]
        page.get_by_text("Numbers as a table").click()
        rows = page.locator("farback-numbers tbody tr")
        expect(rows).to_have_count(4)
        for row in rows.all():
            result = http.get(f"/api/{row.locator('a').get_attribute('href')}".replace("/r/", "/runs/")).json()[
                "result"
            ]
            assert row.locator("td").nth(4).inner_text() in (str(result["solved_at"]), "not solved")
            assert row.locator("td").nth(5).inner_text() == str(result["steps"])
    page.get_by_role("button", name="Train 2 more seeds (2 to 3)").click()
    expect(dots).to_have_count(8, timeout=20_000)
    expect(page.locator(".told")).to_contain_text("Seeds: 4.")


def test_every_place_that_a_text_may_name_is_there(reader: Page, lesson: Lesson) -> None:
    there: dict[str, set[str]] = {}
    for n, step in enumerate(lesson.steps, 1):
        opened(reader, n)
        if step.figure.show == "race":
            expect(reader.locator(".race .dot").first).to_be_visible()
        parts = reader.locator("[data-part]").evaluate_all("all => all.map(one => one.dataset.part)")
        there.setdefault(step.figure.show, set()).update(" ".join(parts).split())
    for step in lesson.steps:
        assert set(step.figure.parts) <= there[step.figure.show], step.figure.show


def test_the_panels_are_as_high_as_what_they_show(reader: Page) -> None:
    page = opened(reader, 5)
    frame = page.frame_locator(".explorer iframe")
    wait_for_state(frame)
    expect(frame.locator("[data-testid=band-gates]")).to_be_visible()
    expect(frame.locator("[data-testid=band-hidden]")).to_be_hidden()
    page.wait_for_function("document.querySelector('.explorer iframe').offsetHeight !== 620")
    inner = next(one for one in page.frames if "/embed/" in one.url)
    height = inner.evaluate("Math.ceil(document.body.getBoundingClientRect().height)")
    page.wait_for_function(f"Math.abs(document.querySelector('.explorer iframe').offsetHeight - {height}) < 30")


def _inner(page: Page) -> Frame:
    return next(frame for frame in page.frames if "/embed/learn/" in frame.url)


def test_a_lesson_works_in_a_closed_frame_of_another_site(page: Page, place: str) -> None:
    body = (
        f'<iframe src="{place}/embed/learn/cells" title="x" width="390" height="300" sandbox="allow-scripts"></iframe>'
        "<script>addEventListener('message', ({data}) => { if (data.context === 'iframe.resize') "
        "document.querySelector('iframe').height = data.height })</script>"
    )
    with teaching(body, {}) as course:
        page.goto(course)
        frame = page.frame_locator("iframe").first
        wait_for_state(frame)
        expect(frame.locator(".inside")).to_be_visible()
        inner = _inner(page)
        assert inner.evaluate("origin") == "null"
        page.wait_for_function("document.querySelector('iframe').offsetHeight > 500")
        height = inner.evaluate("document.body.getBoundingClientRect().height")
        page.wait_for_function(f"Math.abs(document.querySelector('iframe').offsetHeight - {height}) < 40")
        frame.get_by_role("group", name="Forget gate").get_by_role("button", name="shut").click()
        expect(frame.locator("[data-of=changed]")).to_be_visible()
        assert inner.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for _ in range(2):
            frame.get_by_role("button", name="Next").click()
        expect(frame.locator(".race .dot")).to_have_count(4)
        frame.locator("[data-part=again]").click()
        expect(frame.locator(".progress")).to_contain_text("open the lesson itself")
        for _ in range(2):
            frame.get_by_role("button", name="Next").click()
        panels = frame.frame_locator(".explorer iframe")
        expect(panels.locator("[data-testid=band-gates] canvas").first).to_be_visible(timeout=10_000)


def test_a_closed_frame_says_where_models_that_are_not_trained_will_be(page: Page, place: str) -> None:
    popups = "allow-popups allow-popups-to-escape-sandbox"
    source = f"{place}/embed/learn/untrained"
    body = f'<iframe src="{source}" title="x" width="390" height="600" sandbox="allow-scripts {popups}"></iframe>'
    with teaching(body, {}) as course:
        page.goto(course)
        frame = page.frame_locator("iframe").first
        for step in (1, 3, 5):  # a cell, a race and panels
            expect(frame.locator(".steps .at")).to_have_text(f"Step {step} of 5")
            expect(frame.locator(".place .error")).to_contain_text("has not trained the models of this step")
            at = f"#step-{step}" if step > 1 else ""
            expect(frame.locator(".place .error a")).to_have_attribute("href", f"{place}/learn/untrained{at}")
            if step < 5:
                for _ in range(2):
                    frame.get_by_role("button", name="Next").click()
        for _ in range(2):
            frame.get_by_role("button", name="Back").click()
        with page.expect_popup() as popup:
            frame.locator(".place .error a").click()
        expect(popup.value.locator(".race .dot")).to_have_count(4, timeout=20_000)
        frame.get_by_role("button", name="Try again").click()
        expect(frame.locator(".race .dot")).to_have_count(4)
