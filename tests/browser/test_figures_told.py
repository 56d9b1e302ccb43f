"""The figures of the lessons for who hears or counts: their tables, their sound, and what a screen reader is told."""

from __future__ import annotations

import base64
import csv
import io
import math
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect
from safetensors.numpy import load

from farback.lessons import Lesson, read_file

from .conftest import TEXTS, NewPage, wait_for_state
from .test_accessible import complaints_of
from .test_heard import SILENT

NETS, UNFOLD, FUNCTIONS, STEPS, VANISH, NOT_YET, UPDATES, CELL, RACE, PANELS = range(1, 11)

Array = NDArray[np.float32]


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return read_file(TEXTS / "91-told.md")


@pytest.fixture
def reader(new_page: NewPage, place: str) -> Page:
    return new_page(base_url=place)


def opened(page: Page, step: int) -> Page:
    page.goto("about:blank")
    page.goto(f"/learn/told#step-{step}")
    wait_for_state(page)
    return page


def asked(place: str, lesson: Lesson, model: str, **question: Any) -> Any:
    """What the server answers about a model."""
    with httpx.Client(base_url=place, timeout=30) as http:
        run = http.post("/api/runs", json=lesson.models[model].as_json()).json()["id"]
        return http.post(f"/api/runs/{run}/probe", json=question).json()


def looked(place: str, lesson: Lesson, model: str, **more: Any) -> dict[str, Any]:
    """The server's frame of a model, its arrays read."""
    frame = asked(place, lesson, model, name="look", full=True, **more)["frame"]
    layer = frame["layers"][0]
    arrays = {name: layer[name] for name in ("h", "c", "grad_h")} | layer["gates"] | {"output": frame["output"]}
    found: dict[str, Any] = frame | {name: array(wire) for name, wire in arrays.items() if wire}
    return found


def array(wire: dict[str, str]) -> Array:
    return np.frombuffer(base64.b64decode(wire["bdata"]), np.float32).reshape(*map(int, wire["shape"].split(",")))


def listed(page: Page) -> Locator:
    return page.locator("farback-figure details.listed")


def table(page: Page, name: str = "") -> dict[str, list[str]]:
    """The columns of a figure's table, each under its name."""
    shown = listed(page)
    if not shown.evaluate("(one) => one.open"):
        shown.locator("summary").press("Enter")
    if name:
        shown.locator("select").select_option(name)
    expect(shown.locator("tbody tr").first).to_be_visible()
    head = shown.locator("thead th").all_inner_texts()
    rows = shown.locator("tbody tr").evaluate_all("rows => rows.map(row => [...row.children].map(c => c.innerText))")
    assert all(len(row) == len(head) for row in rows)
    return {name: [row[i] for row in rows] for i, name in enumerate(head)}


def number(text: str) -> float:
    """A number as the page writes it."""
    head, times, power = text.replace("−", "-").partition(" × ")
    if not times and head.startswith("10") and head[2:3] in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹" and len(head) > 2:
        head, power = "1", head
    digits = power.removeprefix("10").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(head) * math.pow(10, int(digits or 0))


def same(texts: list[str], values: Any) -> None:
    """Three digits stand in a table, and two of what is written as a power of ten."""
    np.testing.assert_allclose([number(text) for text in texts], values, rtol=0.0051, atol=1e-3 * 0.06)


def units(page: Page, net: str) -> Array:
    """(T, H) what stands in the units of a net that is drawn."""
    texts = page.locator(f"svg[data-part={net}] .copy").evaluate_all(
        "copies => copies.map(copy => [...copy.querySelectorAll('.unit text')].map(text => text.textContent))"
    )
    return np.array([[float(text.replace("−", "-")) for text in column] for column in texts], np.float32)


def test_the_table_of_two_nets_is_what_is_drawn_and_what_the_server_tells(
    reader: Page, place: str, lesson: Lesson
) -> None:
    page = opened(reader, NETS)
    expect(listed(page).locator("table")).to_have_count(0)
    frame = looked(place, lesson, "rnn")
    for name in ("states, own weights", "states, recurrent"):
        found = table(page, name)
        assert found["step"] == [str(t) for t in range(5)]
        for unit in range(3):
            same(found[f"unit {unit + 1}"], frame["h"][:, unit])
    answer = table(page, "answer")
    same(answer["recurrent"][:-1], frame["output"][-1])
    same(answer["recurrent"][-1:], [-math.log(frame["output"][-1, frame["y"][-1]])])
    page.get_by_label("Change of the marked weight").press("Home")
    for name, net in (("states, own weights", "own"), ("states, recurrent", "shared")):
        found = table(page, name)
        columns = [[number(text) for text in found[f"unit {unit}"]] for unit in (1, 2, 3)]
        np.testing.assert_allclose(np.array(columns).T, units(page, net), atol=0.0055)
    assert np.abs(units(page, "shared") - frame["h"]).max() > 0.1
    page.get_by_role("button", name="Longer sequence").click()
    assert table(page, "states, own weights")["unit 1"][5] == ""
    grown = table(page, "parameters")
    with httpx.Client(base_url=place) as http:
        run = http.post("/api/runs", json=lesson.models["rnn"].as_json()).json()["id"]
        facts = http.get(f"/api/runs/{run}").json()["facts"]
    own = [facts["parameters"] + t * facts["shared"] - 3 * 3 for t in range(12)]  # no layer stands before the first
    assert [int(text) for text in grown["weights of its own at each"]] == own
    assert set(grown["shared"]) == {str(facts["parameters"])}


def test_the_table_of_a_vanishing_gradient_is_the_servers(new_page: NewPage, place: str, lesson: Lesson) -> None:
    page = new_page(base_url=place, permissions=["clipboard-read", "clipboard-write"])
    opened(page, VANISH)
    frame = looked(place, lesson, "rnn")
    norms = np.linalg.norm(frame["grad_h"], axis=1)[::-1]
    found = table(page, "gradient left")
    assert found["steps back"] == [str(d) for d in range(5)]
    same(found["left"], norms / norms[0])
    h = table(page, "units")
    same(h["tanh"], frame["h"].reshape(-1))
    same(h["slope"], 1 - frame["h"].reshape(-1) ** 2)
    same([str(math.atanh(min(number(value), 0.999))) for value in h["tanh"][:1]], [number(h["squashes"][0])])
    radius = page.get_by_role("slider", name="Spectral radius of the recurrent weights")
    radius.press("Home")
    found = table(page, "gradient left")
    assert f"{found['left'][-1]} of it is left" in page.locator(".told").inner_text()
    at_every = table(page, "left at every radius")
    same(found["left"][-1:], [number(at_every["left"][at_every["radius"].index("0.1")])])
    page.get_by_role("button", name="as trained").click()
    table(page, "gradient left")
    listed(page).get_by_role("button", name="Copy as CSV").click()
    expect(listed(page)).to_contain_text("are copied, in full")
    rows = list(csv.reader(io.StringIO(page.evaluate("navigator.clipboard.readText()"))))
    assert rows[0] == ["steps back", "left"]
    np.testing.assert_allclose([float(row[1]) for row in rows[1:]], norms / norms[0], rtol=1e-4)


def test_what_is_to_be_drawn_first_stands_in_no_table(reader: Page) -> None:
    page = opened(reader, NOT_YET)
    assert "tanh" in table(page)
    expect(listed(page).locator(".which")).to_be_hidden()
    expect(page.get_by_test_id("listen")).to_be_hidden()


def test_the_table_of_a_cell_is_the_servers_with_a_gate_held_too(reader: Page, place: str, lesson: Lesson) -> None:
    page = opened(reader, CELL)
    page.get_by_label("Unit", exact=True).select_option("2")
    frame = looked(place, lesson, "lstm")

    def agrees(found: dict[str, list[str]], frame: dict[str, Any]) -> None:
        for name in "ifgoch":
            same(found[name], frame[name][:, 2])
        road = [frame["f"][t + 1 :, 2].astype(float).prod() for t in range(len(frame["f"]))]
        same(found["left on the road"], road)

    agrees(table(page), frame)
    page.get_by_role("group", name="Forget gate").get_by_role("button", name="shut").click()
    expect(listed(page).locator("thead")).to_contain_text("c, nothing held")
    found = table(page)
    agrees(found, looked(place, lesson, "lstm", hold=[{"gate": "f", "value": 0, "start": 3}]))
    same(found["c, nothing held"], frame["c"][:, 2])
    assert found["left on the road"][0] == "0"


def test_the_table_of_a_race_is_its_runs(reader: Page) -> None:
    page = opened(reader, RACE)
    expect(page.locator(".race .dot")).to_have_count(4)
    found = table(page)
    links = listed(page).locator("tbody a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    for i, link in enumerate(links):
        run = page.request.get(f"/api/runs/{link.removeprefix('r/')}").json()
        result = run["result"]
        reach = f"{'≥ ' if result['reach']['at_least'] else ''}{result['reach']['value']}"
        assert (found["reach"][i], found["seed"][i]) == (reach, str(run["spec"]["seed"]))
        same([found["right answers"][i]], [result["accuracy"]])
        assert found["updates"][i] == str(result["steps"])


def test_the_other_tables_are_what_the_server_and_mathematics_say(reader: Page, place: str, lesson: Lesson) -> None:
    frame = looked(place, lesson, "rnn")
    norms = np.linalg.norm(frame["grad_h"], axis=1)
    page = opened(reader, UNFOLD)
    found = table(page, "states")
    same(found["gradient"], norms)
    for _ in range(3):
        page.get_by_role("button", name="One step", exact=True).click()
    found = table(page)
    assert [bool(text) for text in found["unit 2"]] == [True, True, False, False, False]
    assert set(found["gradient"]) == {""}

    page = opened(reader, FUNCTIONS)
    found = table(page)
    same(found["makes of it"], [1, math.sin(1)])
    same(found["its slope there"], [2, math.cos(1)])
    same(found["slopes from here on, multiplied"], [2 * math.cos(1), math.cos(1)])

    page = opened(reader, STEPS)
    expect(page.get_by_role("button", name="× all")).to_be_enabled()
    found = table(page)
    assert found["size of the product"] == ["1", "", "", "", ""]
    page.get_by_role("button", name="× all").press("Enter")
    chain = asked(place, lesson, "rnn", name="chain", t=0, k=4)
    found = table(page)
    same(found["size of the product"], [1, *(10**log for log in chain["product_spectral"])])
    same(found["factor"][1:], chain["spectral"])

    page = opened(reader, UPDATES)
    run = page.request.post("/api/runs", data=lesson.models["rnn"].as_json()).json()["id"]
    frames = page.request.get(f"/api/runs/{run}/frames").json()["frames"]
    found = table(page)
    assert found["update"] == [str(each["step"]) for each in frames]
    same(found["rnn"], [each["loss"] for each in frames])
    found = table(page, "size of the gradient")
    same(found["rnn"][1:], [each["updates"]["norm"] for each in frames[1:]])
    found = table(page, "length of the weights")
    lengths = dict(zip(found["update"], found["rnn"], strict=True))
    for step in (0, 20, frames[-1]["step"]):
        weights = load(page.request.get(f"/api/runs/{run}/weights?step={step}").body())
        same([lengths[str(step)]], [np.sqrt(sum(np.sum(np.square(w, dtype=float)) for w in weights.values()))])

    page = opened(reader, PANELS)  # its panels have tables of their own
    expect(listed(page)).to_be_hidden()


def test_a_table_is_opened_and_closed_by_keyboard_and_stays_for_the_next_step(reader: Page) -> None:
    page = opened(reader, UNFOLD)
    page.get_by_role("button", name="One step of gradient descent").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("listen")).to_be_focused()
    page.keyboard.press("Tab")
    expect(listed(page).locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(listed(page).get_by_role("table")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(listed(page).get_by_role("button", name="Copy as CSV")).to_be_focused()
    page.keyboard.press("Escape")
    expect(listed(page).locator("summary")).to_be_focused()
    expect(listed(page).get_by_role("table")).to_be_hidden()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Next →").click()
    expect(listed(page).locator("caption")).to_contain_text("From the innermost function outwards")


def test_a_table_that_does_not_come_says_so(reader: Page, complaints: list[str]) -> None:
    page = opened(reader, CELL)
    page.route("**/numbers*.js", lambda route: route.abort())
    listed(page).locator("summary").press("Enter")
    expect(listed(page).get_by_role("alert")).to_contain_text("could not be loaded")
    page.unroute("**/numbers*.js")
    for _ in range(2):
        listed(page).locator("summary").press("Enter")
    expect(listed(page).get_by_role("table")).to_be_visible()
    assert complaints
    complaints.clear()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_open_tables_are_no_complaint_and_fit_a_phone(new_page: NewPage, place: str, root: Path, theme: str) -> None:
    page = new_page(base_url=place, color_scheme=theme, viewport={"width": 390, "height": 844})
    for step in (NETS, VANISH, CELL, RACE):
        opened(page, step)
        table(page)
        assert complaints_of(page, root) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_is_left_is_heard_until_it_is_another_or_the_step_is_left(
    new_page: NewPage, place: str, lesson: Lesson
) -> None:
    page = new_page(base_url=place)
    page.add_init_script(SILENT)
    opened(page, VANISH)
    button = page.get_by_test_id("listen")
    assert page.evaluate("window.contexts") == 0
    table(page, "gradient left")
    frame = looked(place, lesson, "rnn")
    norms = np.linalg.norm(frame["grad_h"].astype(float), axis=1)[::-1]
    button.press("Enter")
    expect(page.get_by_test_id("heard")).to_contain_text("The gradient: starts at 880 Hz")
    expected = [880 * 2 ** (math.log10(share) / 2) for share in norms / norms[0]]
    assert [hz for hz, _ in page.evaluate("window.tones")] == pytest.approx(expected, rel=1e-4)
    expect(button).to_have_attribute("aria-pressed", "false", timeout=5_000)  # it comes to its end
    expect(page.locator("svg .sounding")).to_have_count(0)

    steps = page.get_by_role("slider", name="Steps of the sequence")
    for act in ("slider", "Escape", "next"):
        steps.press("End")  # it takes seconds then
        button.press("Enter")
        expect(page.locator("svg .sounding")).to_have_count(1)
        expect(button).to_have_attribute("aria-pressed", "true")
        assert page.evaluate("window.contexts") == 1
        if act == "slider":
            steps.press("Home")
            expect(page.get_by_test_id("heard")).to_have_text("")
        elif act == "Escape":
            page.keyboard.press("Escape")
        else:
            page.get_by_role("button", name="Next →").click()
        expect(button).to_have_attribute("aria-pressed", "false")
        assert page.evaluate("window.contexts") == 0
    assert listed(page).evaluate("(one) => one.open")


def test_where_less_motion_is_asked_for_the_sound_marks_nothing(new_page: NewPage, place: str) -> None:
    page = new_page(base_url=place, reduced_motion="reduce")
    page.add_init_script(SILENT)
    page.add_init_script(
        "new MutationObserver(() => { window.marked ||= document.querySelector('.sounding') !== null })"
        ".observe(document, {subtree: true, attributes: true})"
    )
    opened(page, UNFOLD)
    page.get_by_test_id("listen").press("Enter")
    expect(page.get_by_test_id("heard")).to_contain_text("4 steps back")
    expect(page.get_by_test_id("listen")).to_have_attribute("aria-pressed", "false", timeout=5_000)
    assert not page.evaluate("window.marked")


def test_only_as_much_is_heard_as_is_shown(reader: Page) -> None:
    reader.add_init_script(SILENT)
    page = opened(reader, STEPS)
    listen = page.get_by_test_id("listen")
    expect(page.get_by_role("button", name="× next factor")).to_be_enabled()
    expect(listen).to_be_disabled()
    page.get_by_role("button", name="× next factor").press("Enter")
    listen.press("Enter")
    expect(page.get_by_test_id("heard")).to_contain_text("1 step back")
    assert len(page.evaluate("window.tones")) == 2


NOTED = """() => {
  window.noted = [];
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const near = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
      const live = near?.closest("[role=status], [role=alert], [aria-live], output");
      if (live) window.noted.push(live.textContent);
    }
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
"""Notes what any live region of the page says from now on."""


def test_a_figure_is_read_out_once_it_rests(reader: Page) -> None:
    page = opened(reader, UNFOLD)
    slider = page.get_by_label("How far it is drawn out")
    slider.fill("2")
    expect(page.get_by_test_id("said")).to_contain_text("1 step back")
    page.evaluate(NOTED)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=15_000)
    told = page.locator(".told").inner_text()
    expect(page.get_by_test_id("said")).to_have_text(told)
    assert [text for text in page.evaluate("noted") if text] == [told]
    page.evaluate("noted.length = 0")
    for _ in range(3):
        slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "5 copies")
    told = page.locator(".told").inner_text()
    expect(page.get_by_test_id("said")).to_have_text(told)
    assert page.evaluate("noted") == [told]


def test_everything_in_a_figure_has_a_name_and_a_value(reader: Page) -> None:
    """As Chromium tells a screen reader: pictures are one thing with a name, sliders say their unit."""
    page = reader
    session = page.context.new_cdp_session(page)
    for step in (NETS, UNFOLD, FUNCTIONS, STEPS, VANISH, UPDATES, CELL, RACE):
        opened(page, step)
        expect(page.locator("farback-figure .told")).not_to_have_text("")
        nodes = {node["nodeId"]: node for node in session.send("Accessibility.getFullAXTree")["nodes"]}
        shown = [node for node in nodes.values() if not node.get("ignored")]
        pictures = 0
        for node in shown:
            role, name = node["role"]["value"], node.get("name", {}).get("value", "")
            properties = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
            if properties.get("focusable") or role in ("image", "slider", "region", "group", "combobox"):
                assert name or role == "group", (step, role)
            if role == "image":
                pictures += 1
                inner = [nodes[child] for child in node.get("childIds", []) if child in nodes]
                assert all(child.get("ignored") for child in inner), name
        assert pictures, step
        for slider in page.locator("farback-figure input[type=range]:visible").all():
            assert slider.get_attribute("aria-valuetext"), (step, slider.get_attribute("aria-label"))
