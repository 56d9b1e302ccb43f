"""A class from the teacher's first click to its end: readers answer, the projector counts, nobody looks too early."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from farback.classes.code import LETTERS
from tests.classes.stand_in import SERVE, TOLD
from tests.hosting import hosting_files
from tests.serving import free_port
from tests.web.test_process import Process

from .test_accessible import complaints_of

NewPage = Callable[..., Page]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "color_scheme": "dark"}

FRAMED = """<!doctype html><title>x</title><link rel="icon" href="data:,">
<iframe title="x" sandbox="allow-scripts" srcdoc="
<base href='{address}/'>
<script type='module'>
  import {{ answer, counts, join }} from '{address}/classroom.js';
  const said = [];
  try {{ sessionStorage.length; said.push('stored'); }} catch {{ said.push('nothing is stored'); }}
  const {{ title }} = await join('{code}');
  const before = await counts('{code}', 'memory', 'which');
  await answer('{code}', 'memory', 'which', 0);
  const after = await answer('{code}', 'memory', 'which', 2);
  const looked = await counts('{code}', 'memory', 'which');
  const wrong = await answer('{code}', 'memory', 'which', 7).catch((error) => error.message);
  document.body.textContent = JSON.stringify([...said, title, before.counts, after.counts, looked.counts, wrong]);
</script>"></iframe>"""
"""A lesson of another site's page, in a frame that is of no origin at all."""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server whose lessons ask two things."""
    server = Process(tmp_path_factory.mktemp("hall"), free_port(), SERVE)
    yield server
    assert "Traceback" not in server.log.read_text()
    server.end(signal.SIGTERM)


@pytest.fixture
def open_page(new_page: NewPage, hall: Process) -> NewPage:
    """A page of that server, in a browser of its own."""

    def open_page(path: str, **options: Any) -> Page:
        page = new_page(base_url=f"http://127.0.0.1:{hall.port}", **options)
        page.route("**/api/lessons", lambda route: route.fulfill(json=TOLD))
        page.goto(path)
        page.wait_for_selector("html[data-state=done]", state="attached")
        return page

    return open_page


def answers(hall: Process, code: str, count: int, first: int = 0, **value: Any) -> None:
    for number in range(first, first + count):
        said = {"lesson": "memory", "client": f"reader-{number:010}", "prediction": "which", **value}
        told = hall.http.post(f"/api/classes/{code}/answers", json=said)
        assert told.status_code == 200, told.text


def make(page: Page, title: str = "Week 3") -> str:
    """Make a class as a teacher does; its code."""
    page.get_by_test_id("class-title").fill(title)
    page.get_by_test_id("make-class").click()
    card = page.get_by_test_id("led-class").first
    expect(card).to_contain_text(title)
    return re.sub(r"\s", "", card.locator(".code").inner_text())


def test_a_class_from_its_making_to_its_end(open_page: NewPage, hall: Process, complaints: list[str]) -> None:
    teacher = open_page("/class")
    expect(teacher.locator("main")).to_contain_text("24 hours after it was last used, 30 days after it was made")
    code = make(teacher)
    teacher.get_by_test_id("projector").click()
    teacher.wait_for_url(f"**/class/{code}")
    expect(teacher.get_by_role("heading", name="Which of them remembers the longest?")).to_be_visible()
    expect(teacher.get_by_test_id("class-code")).to_have_text(f"{code[:3]} {code[3:]}")
    expect(teacher.get_by_role("link", name="All lessons")).to_have_attribute("href", re.compile(f"class={code}$"))
    picture = teacher.locator("img.qr")
    expect(picture).to_have_attribute("src", f"class/{code}/qr.svg?lesson=memory")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("(image) => image.naturalWidth") > 0

    # A reader's phone looks at the same page, with a way to answer and nothing that leads.
    reader = open_page(f"/class/{code.lower()}", **PHONE)
    expect(reader.get_by_test_id("answer-here")).to_have_attribute("href", f"learn/memory?class={code}")
    expect(reader.get_by_test_id("reveal")).to_be_hidden()
    assert reader.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out at 390 px"

    answers(hall, code, 3, choice=2)
    answers(hall, code, 1, first=3, choice=0)
    for page in (teacher, reader):
        expect(page.get_by_test_id("answers")).to_have_text("4")
        expect(page.get_by_test_id("choice").last).to_have_text("LSTM")
    teacher.keyboard.press("r")
    for page in (teacher, reader):
        expect(page.get_by_test_id("choice").last).to_contain_text("3 (75 %)")
        expect(page.get_by_test_id("choice").first).to_contain_text("1 (25 %)")
        expect(page.get_by_test_id("state")).to_have_text("No more answers are taken.")
    expect(reader.get_by_test_id("answer-here")).to_be_hidden()
    teacher.keyboard.press("t")
    expect(teacher.get_by_test_id("choice").last).to_contain_text("what happens")
    expect(reader.get_by_test_id("choice").last).not_to_contain_text("what happens")

    teacher.get_by_test_id("clear").click()
    teacher.get_by_test_id("go").click()
    expect(reader.get_by_test_id("answers")).to_have_text("0")
    expect(reader.get_by_test_id("answer-here")).to_be_visible()

    # Another question, that is drawn; the place of what happens is filled from the address.
    teacher.get_by_test_id("question").select_option("memory/how")
    expect(reader.get_by_role("heading", name="How large is the gradient?")).to_be_visible()
    for number in range(4):
        answers(hall, code, 1, number, prediction="how", curve=[1, 0.5, 0.25, 0.1 * number, 0])
    teacher.goto(f"/class/{code}?truth=1,0.5,0.3,0.2,0.1")
    teacher.get_by_test_id("reveal").click()
    expect(reader.get_by_role("group", name=re.compile("median.*: 100 %, 25 %, 0 %"))).to_be_visible()
    teacher.get_by_test_id("truth").click()
    expect(teacher.get_by_role("group", name=re.compile("What happens: 100 %, 30 %, 10 %"))).to_be_visible()

    teacher.get_by_test_id("end").click()
    teacher.get_by_test_id("go").click()
    for page in (teacher, reader):
        expect(page.get_by_role("heading", name="This class has ended.")).to_be_visible()
    expect(reader.get_by_test_id("problem")).to_contain_text("There is no class")
    assert hall.http.get(f"/api/classes/{code}").status_code == 404
    assert all("404" in complaint for complaint in complaints)
    complaints.clear()  # that the class is gone was the point


def test_a_class_is_led_from_another_machine_and_remembered_by_the_first(
    open_page: NewPage, complaints: list[str]
) -> None:
    teacher = open_page("/class")
    code = make(teacher, "Monday")
    link = teacher.get_by_test_id("leading-link").first.inner_text()
    other = open_page(link)
    expect(other.get_by_test_id("reveal")).to_be_visible()
    assert "secret" not in other.url
    other.reload()
    expect(other.get_by_test_id("reveal")).to_be_visible()
    other.goto("about:blank")
    stranger = open_page(f"/class/{code}#secret={'x' * 32}")
    stranger.get_by_test_id("reveal").click()
    expect(stranger.get_by_test_id("problem")).to_contain_text("the secret is another")
    teacher.reload()
    expect(teacher.get_by_test_id("led-class")).to_contain_text("Monday")
    teacher.get_by_test_id("end-class").click()
    teacher.get_by_test_id("go").click()
    expect(teacher.get_by_test_id("led-class")).to_have_count(0)
    teacher.reload()
    expect(teacher.get_by_test_id("led")).to_be_hidden()
    stranger.goto("about:blank")  # it would go on asking for what is gone
    assert all("403" in complaint or "404" in complaint for complaint in complaints)
    complaints.clear()


def test_a_typed_code_leads_to_the_question(open_page: NewPage) -> None:
    code = make(open_page("/class"))
    page = open_page("/class", **PHONE)
    typed = page.get_by_test_id("typed-code")
    for wrong in ("no code", "../x"):
        typed.fill(wrong)
        typed.press("Enter")
        said = f'"{wrong}" is no class code. A code has 7 letters and digits, out of {LETTERS}.'
        expect(page.get_by_test_id("wrong-code")).to_have_text(said)
    typed.fill(f"{code[:3]} {code[3:].lower()}")
    page.route("**/learn/memory*", lambda route: route.fulfill(body="<title>The lesson</title>"))
    typed.press("Enter")
    page.wait_for_url(f"**/learn/memory?class={code}")


def test_a_reader_in_a_closed_frame_that_stores_nothing(
    new_page: NewPage, hall: Process, tmp_path: Path, complaints: list[str]
) -> None:
    made = hall.http.post("/api/classes", json={"title": "Framed"}).json()
    address = f"http://127.0.0.1:{hall.port}"
    (tmp_path / "index.html").write_text(FRAMED.format(address=address, code=made["code"]))
    with hosting_files(tmp_path) as course:
        page = new_page()
        page.goto(course)
        told = page.frame_locator("iframe").locator("body")
        expect(told).to_contain_text(
            '["nothing is stored","Framed",null,[0,0,1],[0,0,1],"`choice` is 7: there are the choices 0 to 2."]'
        )
    assert all("422" in complaint for complaint in complaints), complaints
    complaints.clear()  # that one answer was none


def test_a_lost_connection_is_told_and_goes_by_itself(open_page: NewPage, complaints: list[str]) -> None:
    teacher = open_page("/class")
    code = make(teacher)
    page = open_page(f"/class/{code}")
    page.route("**/api/classes/**", lambda route: route.abort())
    expect(page.get_by_test_id("problem")).to_contain_text("cannot be reached")
    page.unroute("**/api/classes/**")
    expect(page.get_by_test_id("problem")).to_have_text("", timeout=10_000)
    complaints.clear()  # that the network was away was the point


def test_the_page_has_a_sentence_for_a_class_that_is_not_there(
    new_page: NewPage, hall: Process, complaints: list[str]
) -> None:
    page = new_page(base_url=f"http://127.0.0.1:{hall.port}")
    page.route("**/api/lessons", lambda route: route.fulfill(json=TOLD))
    for code, words in (("FHJKLMR", "There is no class FHJKLMR"), ("nonsense", "is no class code")):
        page.goto(f"/class/{code}")
        expect(page.get_by_role("alert")).to_contain_text(words)
        expect(page.get_by_role("link", name="Join or make a class")).to_be_visible()
    assert httpx.get(f"http://127.0.0.1:{hall.port}/class/nonsense").status_code == 200
    complaints.clear()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_accessibility_checker_finds_nothing(open_page: NewPage, hall: Process, root: Path, theme: str) -> None:
    page = open_page("/class", color_scheme=theme)
    code = make(page)
    found = complaints_of(page, root)
    answers(hall, code, 2, choice=1)
    answers(hall, code, 2, prediction="how", curve=[1, 0.5, 0.25, 0.1, 0])
    page.goto(f"/class/{code}?truth=1,0.5,0.3,0.2,0.1")
    expect(page.get_by_test_id("answers")).to_have_text("2")
    found += complaints_of(page, root)
    for question in ("which", "how"):
        page.get_by_test_id("question").select_option(f"memory/{question}")
        page.get_by_test_id("reveal").click()
        page.get_by_test_id("truth").click()
        expect(page.get_by_text("what happens", exact=False).first).to_be_visible()
        found += complaints_of(page, root)
    other = open_page(f"/class/{code}", color_scheme=theme)
    found += complaints_of(other, root)
    assert found == []
