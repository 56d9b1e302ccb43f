"""The first lessons as a reader goes through them: what the figures say is what the server says of the same models."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from farback.lessons import lessons

from .conftest import NewPage

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
    page = opened(new_page(), "forward-backward", 5)

    def loss() -> float:
        return float((page.locator("text[data-part=loss]").text_content() or "").removeprefix("loss "))

    seen = [loss()]
    for _ in range(4):
        page.locator("button[data-part=descend]").click()
        seen.append(loss())
    assert sorted(seen, reverse=True) == seen
    assert seen[-1] < seen[0] / 2


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
    expect(page.locator("[data-part=count] p")).to_contain_text("170")
    facts = page.evaluate(
        "async () => { const id = JSON.parse(document.getElementById('lesson-data').textContent).models.rnn.runs[0];"
        "return (await (await fetch(new URL(`api/runs/${id}`, document.baseURI))).json()).facts }"
    )
    assert 6 * facts["shared"] + facts["parameters"] - facts["shared"] == 170


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
