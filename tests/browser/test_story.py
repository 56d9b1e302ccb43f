"""The first lessons as a reader goes through them: what the figures say is what the server says of the same models."""

from __future__ import annotations

import base64
import json
import re
import time
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import FrameLocator, Page, expect

from farback.lessons import lessons

from .conftest import NewPage, wait_for_state
from .test_embedded import teaching

Array = NDArray[np.float32]


def opened(page: Page, name: str, step: int = 1) -> Page:
    page.goto(f"/learn/{name}#step-{step}")
    page.wait_for_selector("html[data-state=done]", timeout=60_000)
    return page


def values(page: Page, net: str) -> Array:
    """(T, H) what stands in the units of a net that is drawn."""
    texts = page.locator(f"svg[data-part={net}] .copy").evaluate_all(
        "copies => copies.map(copy => [...copy.querySelectorAll('.unit text')].map(text => text.textContent))"
    )
    return np.array([[float(text.replace("−", "-")) for text in column] for column in texts], np.float32)


def looked(server: str, name: str, model: str) -> tuple[dict[str, Any], Array, Array]:
    """The server's own frame of a lesson's model: all of it, its states (T, H), and its gradients (T, H)."""
    lesson = lessons().find(name)
    with httpx.Client(base_url=server, timeout=30) as http:
        run = http.post("/api/runs", json=lesson.models[model].as_json()).json()["id"]
        frame = http.post(f"/api/runs/{run}/probe", json={"name": "look", "full": True}).json()["frame"]
    layer = frame["layers"][0]
    read = {key: np.frombuffer(base64.b64decode(layer[key]["bdata"]), np.float32) for key in ("h", "grad_h")}
    shape = tuple(int(size) for size in layer["h"]["shape"].split(","))
    h, grad_h = (read[key].reshape(shape) for key in ("h", "grad_h"))
    return frame, (h if len(h) == len(frame["y"]) else h.T), (grad_h if len(h) == len(frame["y"]) else grad_h.T)


def test_the_units_show_the_states_that_the_server_tells(new_page: NewPage, server: str) -> None:
    page = opened(new_page(), "unfolding", 2)
    _, h, _ = looked(server, "unfolding", "rnn")
    np.testing.assert_allclose(values(page, "shared"), h, atol=0.0051)


def test_the_gradient_is_the_one_that_the_server_tells(new_page: NewPage, server: str) -> None:
    page = opened(new_page(), "forward-backward", 4)
    _, _, grad_h = looked(server, "forward-backward", "beginner")
    said = page.locator("[data-part=grad] text").all_text_contents()
    norms = np.linalg.norm(grad_h, axis=1)
    np.testing.assert_allclose([float(text) for text in said], norms, rtol=0.06)  # two digits stand there


def test_a_nudge_does_what_the_gradient_foretold(new_page: NewPage) -> None:
    page = opened(new_page(), "forward-backward", 4)
    slider = page.get_by_label("Change of this weight")
    slider.focus()
    for _ in range(2):
        slider.press("ArrowRight")
    foretold, measured = (
        float(page.locator(f"[data-part={part}] dd").inner_text().replace("−", "-"))
        for part in ("foretold", "measured")
    )
    assert foretold != 0
    assert measured == pytest.approx(foretold, rel=0.1)


def test_descent_lowers_the_loss(new_page: NewPage) -> None:
    page = opened(new_page(), "forward-backward", 4)

    def loss() -> float:
        return float((page.locator("text[data-part=loss]").text_content() or "").removeprefix("loss "))

    seen = [loss()]
    for _ in range(10):
        page.locator("button[data-part=descend]").click()
        seen.append(loss())
    assert sorted(seen, reverse=True) == seen
    assert seen[-1] < seen[0] / 2
    page.get_by_role("button", name="Next").click()  # there the ten steps are done already
    expect(page.locator("farback-figure .caption")).to_contain_text("after ten steps")
    assert loss() == seen[-1]


def test_a_weight_is_moved_at_one_step_or_at_all(new_page: NewPage, server: str) -> None:
    page = opened(new_page(), "two-nets", 2)
    _, h, _ = looked(server, "two-nets", "rnn")
    for net in ("own", "shared"):
        np.testing.assert_allclose(values(page, net), h, atol=0.0051)
    slider = page.get_by_label("Change of the marked weight")
    slider.focus()
    slider.press("Home")
    own, shared = values(page, "own"), values(page, "shared")
    np.testing.assert_allclose(own[:2], h[:2], atol=0.0051)  # the way to step 2 alone was changed
    assert np.abs(shared[1] - h[1]).max() > 0.1
    assert page.locator("svg[data-part=own] .marked").count() == 1
    assert page.locator("svg[data-part=shared] .marked").count() == len(h) - 1


def test_a_longer_sequence_has_no_weights_in_the_upper_net(new_page: NewPage) -> None:
    page = opened(new_page(), "two-nets", 2)
    page.get_by_role("button", name="Longer sequence").click()
    expect(page.locator("svg[data-part=own] .missing")).to_have_count(1)
    expect(page.locator("svg[data-part=own]")).to_contain_text("no answer")
    expect(page.locator("svg[data-part=shared] .missing")).to_have_count(0)
    expect(page.locator("[data-part=count] p")).to_contain_text("161")
    facts = page.evaluate(
        "async () => { const id = JSON.parse(document.getElementById('lesson-data').textContent).models.rnn.runs[0];"
        "return (await (await fetch(new URL(`api/runs/${id}`, document.baseURI))).json()).facts }"
    )
    # No layer stands before the first step, so it has no 3 × 3 recurrent weights.
    assert 6 * facts["shared"] + facts["parameters"] - facts["shared"] - 9 == 161


def test_text_and_figure_point_at_each_other(new_page: NewPage) -> None:
    page = opened(new_page(), "unfolding", 2)
    page.locator("#step-2 button.figure", has_text="from each copy").hover()
    assert page.locator("farback-figure [data-part=w_hh].lit").count() == 4
    page.locator("svg [data-part=x]").first.hover()
    expect(page.locator("farback-figure .lit")).to_have_count(0)
    page.locator("#step-2 button.term").click()
    expect(page.locator(".meaning")).to_contain_text("Shared weights")


def test_one_whole_lesson_by_keyboard_alone(new_page: NewPage) -> None:
    page = opened(new_page(), "forward-backward")
    lesson = lessons().find("forward-backward")

    def tab_to(name: str) -> None:
        for _ in range(60):
            if page.evaluate("document.activeElement.textContent.trim()").startswith(name):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"{name} is not reached")

    for n, step in enumerate(lesson.steps, 1):
        expect(page.locator(f"#step-{n}")).to_be_visible()
        if n > 1:
            assert page.evaluate("document.activeElement.textContent") == step.title
        if step.prediction is not None:
            expect(page.locator(f"#step-{n} .revealed")).to_be_hidden()
            while page.evaluate("document.activeElement.type") != "radio":
                page.keyboard.press("Tab")
            page.keyboard.press("ArrowDown")
            tab_to("Look")
            page.keyboard.press("Enter")
            expect(page.locator(f"#step-{n} .revealed")).to_be_visible()
        if n < len(lesson.steps):
            tab_to("Next →")
            page.keyboard.press("Enter")
    expect(page.locator("nav.onward")).to_be_visible()
    assert page.url.endswith(f"#step-{len(lesson.steps)}")


def choose(page: Page | FrameLocator, step: int, choice: int = 0) -> None:
    page.locator(f"#step-{step} .asked").get_by_role("radio").nth(choice).check()
    page.locator(f"#step-{step}").get_by_role("button", name="Look").click()


def train(server: str, name: str, step: int) -> None:
    """Have the model of a step trained, which a closed frame may not."""
    lesson = lessons().find(name)
    [model] = lesson.steps[step - 1].figure.named()
    with httpx.Client(base_url=server, timeout=30) as http:
        run = http.post("/api/runs", json=lesson.models[model].as_json()).json()["id"]
        end = time.monotonic() + 60
        while http.get(f"/api/runs/{run}").json()["status"] != "done":
            assert time.monotonic() < end
            time.sleep(0.1)


@pytest.fixture
def code(server: str) -> str:
    """Of a new class."""
    made: str = httpx.post(f"{server}/api/classes", json={"title": "Week 3"}).json()["code"]
    return made


def test_one_predicts_with_a_class_in_a_closed_frame_and_reads_on(page: Page, server: str, code: str) -> None:
    train(server, "unfolding", 3)
    train(server, "vanishing", 2)
    address = f"{server}/embed/learn/unfolding?class={code}#step-3"
    frame = f'<iframe src="{address}" title="x" width="900" height="900" sandbox="allow-scripts"></iframe>'
    with teaching(frame, {}) as course:
        page.goto(course)
        inner = page.frame_locator("iframe")
        expect(inner.locator(".together")).to_contain_text("In the class “Week 3”")
        inner.get_by_role("button", name="Look").click()
        expect(inner.locator("#step-3 .revealed")).to_be_hidden()  # nothing is chosen yet
        choose(inner, 3)
        expect(inner.locator("#step-3 .revealed")).to_be_visible()
        expect(inner.locator(".together")).to_contain_text("so far: 1 answer")
        # On to a lesson with a curve to be drawn; the link that a text has to it is one of the frame.
        entries = page.evaluate("history.length")
        inner.get_by_role("button", name="Back").click()
        assert page.evaluate("history.length") == entries, "the history is the course page's"
        page.locator("iframe").evaluate("(frame, src) => frame.src = src", f"{server}/embed/learn/chain-rule#step-4")
        inner.locator("#step-4 a", has_text="next lesson").click()
        expect(inner.get_by_role("heading", name="Vanishing and exploding")).to_be_visible()
        inner.get_by_role("button", name="Next").click()
        inner.locator("#step-2").get_by_role("slider").first.press("End")
        inner.get_by_role("button", name="Look").click()
        expect(inner.locator("#step-2 .revealed")).to_be_visible()
        expect(inner.locator("#step-2 .verdict")).to_contain_text("At the right end you drew")


def test_a_class_is_not_named_before_it_is_found(new_page: NewPage, code: str, complaints: list[str]) -> None:
    page = new_page()
    page.route("**/api/classes/*", lambda route: None)  # no answer yet
    page.goto(f"/learn/unfolding?class={code}#step-3")
    expect(page.locator(".together")).to_contain_text(f"Looking for the class {code[:3]} {code[3:]}")
    page.unroute("**/api/classes/*")
    for wrong, words in (
        ("NOPE123", "is no class code"),
        ("../x", "is no class code"),
        ("FHJKLMR", "There is no class"),
    ):
        page.goto("about:blank")
        page.goto(f"/learn/unfolding?class={wrong}#step-3")
        expect(page.locator(".together")).to_contain_text(words)
        expect(page.locator(".together")).to_contain_text("Your answer stays in this browser.")
        choose(page, 3)
        expect(page.locator("#step-3 .revealed")).to_be_visible()
        expect(page.locator(".together")).to_contain_text("Your answer stays in this browser.")
        expect(page.locator(".together").get_by_role("button")).to_be_hidden()
    assert all("404" in complaint for complaint in complaints), complaints
    complaints.clear()  # that there is no such class was the point


def test_a_class_goes_along_to_other_lessons(new_page: NewPage, code: str) -> None:
    page = opened(new_page(), f"unfolding?class={code}", 3)
    there = page.locator('a[href*="learn/"], a[href*="/learn?"]').evaluate_all("all => all.map(link => link.href)")
    assert len(there) >= 4
    assert all(address.endswith(f"?class={code}") for address in there), there
    page.locator(".opening a").click()
    page.wait_for_url(f"**/learn?class={code}")
    page.get_by_role("link", name="Two nets").click()
    page.wait_for_url(f"**/learn/two-nets?class={code}")


def test_back_leads_to_the_step_before(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/learn")
    page.get_by_role("link", name="Unfolding").click()
    at, last = page.locator(".steps .at"), len(lessons().find("unfolding").steps)
    for n in range(2, last + 1):
        page.get_by_role("button", name="Next →").click()
        expect(at).to_have_text(f"Step {n} of {last}")
    for n in range(last - 1, 0, -1):
        page.go_back()
        expect(at).to_have_text(f"Step {n} of {last}")
    page.go_forward()
    expect(at).to_have_text(f"Step 2 of {last}")
    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile(r"/learn$"))
    page.goto("/learn/unfolding#step-99")
    expect(at).to_have_text(f"Step {last} of {last}")
    expect(page).to_have_url(re.compile(rf"/learn/unfolding#step-{last}$"))


def test_the_panels_of_a_step_are_no_entry_of_the_history(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/learn/text")
    for n in (2, 3):
        panels = page.frame_locator(".explorer iframe")
        wait_for_state(panels)
        page.get_by_role("button", name="Next →").click()
        expect(page.locator(".steps .at")).to_contain_text(f"Step {n}")
    wait_for_state(panels)
    for n in (2, 1):
        page.go_back()
        expect(page.locator(".steps .at")).to_contain_text(f"Step {n}")


def test_what_was_revealed_outlasts_a_reload_and_not_the_tab(new_page: NewPage) -> None:
    page = opened(new_page(), "unfolding", 3)
    choose(page, 3)
    opened(page, "vanishing", 2)
    page.locator("#step-2").get_by_role("slider").first.press("End")
    page.get_by_role("button", name="Look").click()
    expect(page.locator("#step-2 .verdict")).to_contain_text("you drew")
    page.reload()
    expect(page.locator("#step-2 .revealed")).to_be_visible()
    expect(page.locator("#step-2 .verdict")).to_contain_text("you drew", timeout=20_000)
    expect(page.locator("#step-2").get_by_role("slider").first).to_have_attribute("aria-valuenow", "100")
    opened(page, "unfolding", 3)
    expect(page.locator("#step-3 .revealed")).to_be_visible()
    expect(page.locator("#step-3").get_by_role("radio").first).to_be_checked()
    expect(opened(new_page(), "unfolding", 3).locator("#step-3 .revealed")).to_be_hidden()


def test_a_class_that_is_asked_anew_may_answer_anew(new_page: NewPage, server: str) -> None:
    made = httpx.post(f"{server}/api/classes", json={}).json()
    page = opened(new_page(), f"unfolding?class={made['code']}", 3)
    choose(page, 3)
    expect(page.locator(".together")).to_contain_text("so far: 1 answer")
    page.reload()
    expect(page.locator(".together")).to_contain_text("so far: 1 answer")
    expect(page.locator("#step-3 .revealed")).to_be_visible()
    asked = lessons().find("unfolding").steps[2].prediction
    assert asked is not None
    place = f"{server}/api/classes/{made['code']}/unfolding/{asked.name}"
    cleared = httpx.post(place, json={"act": "clear"}, headers={"X-Farback-Secret": made["secret"]})
    assert cleared.status_code == 200
    page.reload()
    expect(page.locator(".together")).to_contain_text("your answer is counted")
    expect(page.locator("#step-3 .revealed")).to_be_hidden()
    choose(page, 3)
    expect(page.locator(".together")).to_contain_text("so far: 1 answer")


def test_escape_closes_a_term_and_the_skip_link_stays_in_the_lesson(new_page: NewPage) -> None:
    page = opened(new_page(), "unfolding", 2)
    page.locator("#step-2 button.term").click()
    expect(page.locator(".meaning")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".meaning")).to_have_count(0)
    expect(page.locator("#step-2 button.term")).to_have_attribute("aria-expanded", "false")
    page.get_by_role("link", name="Skip to the figure").press("Enter")
    expect(page.locator("farback-figure")).to_be_focused()
    assert page.url.endswith("/learn/unfolding#step-2")


def test_a_teacher_finds_the_class_of_a_lesson(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/learn")
    expect(page.get_by_role("link", name="let a class predict together")).to_have_attribute("href", "class")
    opened(page, "unfolding").get_by_role("link", name="let a class predict together").click()
    expect(page.get_by_test_id("first-question")).to_have_value(re.compile("^unfolding/"))


def test_without_a_script_all_of_it_can_be_read(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/learn/forward-backward")
    for step in lessons().find("forward-backward").steps:
        expect(page.get_by_role("heading", name=step.title, exact=True)).to_be_visible()
    assert not re.search(r"undefined|NaN", page.inner_text("main"))


def test_the_data_block_cannot_be_ended_from_within() -> None:
    from farback.lessons.page import block

    made = block({"title": "</script><script>alert(1)</script>"})
    assert made.count("</script>") == 1
    inner = made.removeprefix('<script type="application/json" id="lesson-data">').removesuffix("</script>")
    assert json.loads(inner)["title"] == "</script><script>alert(1)</script>"
