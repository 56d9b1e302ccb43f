"""What the controls, the link and the text promise, as a person tries it: with small lags, so that it takes seconds."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

NewPage = Callable[..., Page]

DONE_WITHIN = 120_000
"""Milliseconds for a small run on a machine that may be busy with something else; alone it takes a second."""
SMALL = "task=recall&lag=4&models=rnn&training.steps=20"
LONG = "task=recall&lag=60&models=lstm~hidden:64&training.steps=20000&training.stop=never"
TEXT = "task=characters&length=8&models=rnn~hidden:4&training.steps=10"


def wait_until_done(page: Page) -> None:
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)


def open_task(page: Page) -> None:
    """The options of the task, unfolded."""
    page.get_by_test_id("options").click()
    page.locator("summary").filter(has_text=re.compile(r"^Task")).click()


def field(name: str) -> str:
    """Where an option stands in the section that is unfolded."""
    return f'details[open] [data-field="{name}"]'


def choose(page: Page, name: str, content: bytes) -> None:
    file: FilePayload = {"name": name, "mimeType": "text/plain", "buffer": content}
    page.locator("farback-text input[type=file]").set_input_files(file)


def own_text() -> str:
    return "A text of one's own, which nobody else needs to see. " * 40


def notices(page: Page) -> str:
    return page.get_by_test_id("notices").inner_text()


@pytest.fixture
def listed(page: Page) -> Page:
    """A page whose link is refused, so that it trains nothing and only its controls are there."""
    page.goto("/?task=recall&lag=100000")
    page.wait_for_selector("html[data-state=refused]", state="attached")
    return page


UNTOLD = """() => [...document.querySelectorAll(
    ":is(farback-toolbar, farback-controls, farback-hold, farback-head, .tool, .switches, farback-timeline)"
    + " :is(button, input, select, textarea, [role=slider])")]
  .filter((control) => control.checkVisibility())
  .filter((control) => {
    const ids = (control.getAttribute("aria-describedby") ?? "").split(" ");
    const said = ids.map((id) => document.getElementById(id)?.textContent ?? "").join("");
    return !said && !control.title && control.getAttribute("aria-label") !== control.dataset.hint;
  })
  .map((control) => control.outerHTML)"""
"""Controls of which nothing says what they will change."""


def test_every_control_says_what_it_will_change(page: Page) -> None:
    page.goto(f"/?{SMALL}&models=rnn,lstm~layers:2".replace("models=rnn&", ""))
    wait_until_done(page)
    page.get_by_test_id("hold-open").click()
    page.get_by_test_id("own-sequence").click()
    page.get_by_test_id("options").click()
    for panel in ("chain", "lengths"):
        page.get_by_test_id(f"band-{panel}").locator(".fold").press("Enter")
    for section in page.locator("farback-options summary").all():
        section.click()
        assert page.evaluate(UNTOLD) == []
        for number in page.locator("farback-options details[open] input[type=number]").all():
            expect(number).to_have_accessible_description(re.compile(r"From \S+ to \S+\.|Above"))
    bubble = page.locator(".bubble")
    expect(bubble).to_be_hidden()
    page.get_by_test_id("help").focus()
    page.keyboard.press("Tab")
    expect(bubble).to_contain_text("Changes what all models must remember")
    page.keyboard.press("Escape")
    expect(bubble).to_be_hidden()
    page.get_by_test_id("threshold").hover()
    expect(bubble).to_contain_text("it moves the gradient horizon. From 0.1 % to 50 %.")
    box: Any = bubble.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + box["height"] - 5)
    page.wait_for_timeout(400)
    expect(bubble).to_be_visible()
    page.mouse.move(1, 1)
    expect(bubble).to_be_hidden()


SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""
"""A person's own style sheet, as far as WCAG 1.4.12 asks a page to bear it."""
CUT = """() => [...document.querySelectorAll("farback-reach *, farback-controls *, farback-hold *, nav *, .brand *")]
  .filter((element) => element.checkVisibility() && getComputedStyle(element).overflow !== "visible")
  .filter(({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
    scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1)
  .map((element) => `${element.className}: ${element.textContent}`)"""


@pytest.mark.parametrize("width", [1280, 640, 320])
def test_text_is_not_cut_where_there_is_little_room_or_it_is_spaced_out(new_page: NewPage, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    page.goto("/?task=recall&lag=4&models=feedforward~hidden:16,lstm&training.steps=20")
    wait_until_done(page)
    page.get_by_test_id("options").click()
    page.get_by_test_id("hold-open").click()
    for style in ("/* as it is */", SPACED):
        page.add_style_tag(content=style)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT) == []


def test_steps_of_a_hold_follow_sequences_of_another_length(page: Page) -> None:
    page.goto(f"/?{SMALL}".replace("lag=4&models=rnn", "lag=12&models=lstm"))
    wait_until_done(page)
    page.get_by_test_id("hold-open").click()
    page.get_by_test_id("hold-from").fill("9")
    page.get_by_test_id("hold-to").fill("11")
    page.get_by_test_id("main-number").fill("4")
    page.get_by_test_id("train").click()
    expect(page.get_by_test_id("hold-to")).to_have_attribute("max", "4")
    expect(page.get_by_test_id("hold-to")).to_have_value("2")
    page.get_by_test_id("hold").click()
    expect(page.get_by_test_id("held")).to_contain_text("step 2")


def test_a_finger_that_is_held_on_a_button_is_told_and_presses_nothing(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True)
    page.goto(f"/?{SMALL}")
    wait_until_done(page)
    box: Any = page.get_by_test_id("seeds").bounding_box()
    touch = page.context.new_cdp_session(page)
    point = {"x": box["x"] + 10, "y": box["y"] + 10}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    expect(page.locator(".bubble")).to_contain_text("five seeds")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(200)
    expect(page.get_by_test_id("seeds")).to_have_text("Train 5 seeds")
    page.get_by_test_id("seeds").tap()
    expect(page.get_by_test_id("seeds")).not_to_have_text("Train 5 seeds")


def test_the_drawer_follows_the_task(listed: Page) -> None:
    open_task(listed)
    expect(listed.locator(field("task.lag"))).to_be_visible()
    listed.get_by_test_id("task").select_option("characters")
    expect(listed.locator(field("task.text"))).to_be_visible()
    expect(listed.locator('[data-field="task.lag"]')).to_have_count(0)


def test_a_bad_text_does_not_outlive_its_task(page: Page) -> None:
    page.goto(f"/?{SMALL}")
    wait_until_done(page)
    page.get_by_test_id("task").select_option("characters")
    open_task(page)
    choose(page, "picture.png", b"\x89PNG\r\n\x1a\n\x00\x00")
    expect(page.locator("farback-text .error")).to_contain_text("not a plain text")
    page.get_by_test_id("task").select_option("recall")
    page.get_by_test_id("main-number").fill("4")
    page.get_by_test_id("main-number").press("Enter")
    expect(page).to_have_url(re.compile(r"lag=4(&|$)"))
    wait_until_done(page)


def test_every_press_of_a_key_moves_the_slider(listed: Page) -> None:
    slider = listed.get_by_test_id("main-slider")
    slider.focus()
    told = []
    for key in ["ArrowRight"] * 3 + ["ArrowLeft"] * 5 + ["Home", "End"]:
        listed.keyboard.press(key)
        told.append(slider.get_attribute("aria-valuetext"))
    assert told == ["45", "50", "55", "50", "45", "40", "35", "30", "1", "399"]
    expect(listed.get_by_test_id("main-number")).to_have_value("399")


def test_the_text_says_what_is_wrong_and_there_is_a_way_back(listed: Page) -> None:
    listed.get_by_test_id("task").select_option("characters")
    open_task(listed)
    error = listed.locator("farback-text .error")
    for content, sentence in [
        (b"", "empty"),
        ("Größe ".encode("latin-1") * 500, "save it as UTF-8"),
        (b"\x00\x01" * 2000, "not a plain text"),
        (b"short", "at least 1,000"),
    ]:
        choose(listed, "own.txt", content)
        expect(error).to_contain_text(sentence)
    listed.get_by_test_id("built-in").click()
    expect(error).to_be_hidden()
    choose(listed, "own.txt", own_text().encode())
    expect(listed.locator("farback-text .state")).to_contain_text("characters")
    expect(error).to_be_hidden()


def test_a_text_of_ones_own_is_asked_for_again_and_deleted_only_by_its_owner(page: Page, new_page: NewPage) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/?{TEXT}")
    wait_until_done(page)
    open_task(page)
    page.locator("farback-text textarea").fill(own_text())
    page.get_by_test_id("train").click()
    expect(page).to_have_url(re.compile(r"runs=\w+"))
    wait_until_done(page)

    # The link shows the models to others, says so, and gives them no way to delete.
    page.get_by_test_id("share").click()
    expect(page.get_by_test_id("notices")).to_contain_text("Whoever has it sees")
    link = page.evaluate("navigator.clipboard.readText()")
    other = new_page()
    other.goto(link)
    wait_until_done(other)
    expect(other.get_by_test_id("reach-row")).to_have_count(1)
    expect(other.get_by_test_id("delete-text")).to_be_hidden()

    # After a reload the text is not here: what is changed is not trained on another one.
    page.reload()
    wait_until_done(page)
    address = page.url
    page.get_by_test_id("main-number").fill("9")
    page.get_by_test_id("main-number").press("Tab")
    page.get_by_test_id("train").click()
    expect(page.locator("farback-text .error")).to_contain_text("no longer here")
    assert page.url == address
    expect(page.get_by_test_id("built-in")).to_be_visible()

    # Deleting asks first.
    page.get_by_test_id("delete-text").click()
    page.get_by_test_id("keep").click()
    expect(page.get_by_test_id("delete-text")).to_be_visible()
    page.get_by_test_id("delete-text").click()
    page.get_by_test_id("go").click()
    expect(page.get_by_test_id("notices")).to_contain_text("is deleted")
    expect(page.get_by_test_id("delete-text")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("runs="))
    expect(page.locator("farback-text .error")).to_be_hidden()


def test_a_link_whose_text_is_gone_asks_for_it(page: Page, complaints: list[str]) -> None:
    page.goto(f"/?{TEXT}&runs=gone")
    page.wait_for_selector("html[data-state=refused]", state="attached")
    assert "no longer kept" in notices(page)
    expect(page.get_by_test_id("timeline-text")).to_be_hidden()
    page.get_by_test_id("train").click()
    expect(page.locator("farback-text .error")).to_contain_text("no longer here")
    page.get_by_test_id("built-in").click()
    page.get_by_test_id("train").click()
    wait_until_done(page)
    assert complaints.pop().startswith("console: Failed to load resource")


def test_the_address_is_right_while_it_replays(page: Page) -> None:
    page.goto("/?task=recall&lag=4&models=rnn,gru&training.steps=200&training.stop=never")
    wait_until_done(page)
    page.get_by_test_id("model-gru").click()
    page.get_by_test_id("train").click()
    expect(page).to_have_url(re.compile(r"models=rnn&"))
    # The replay takes seconds, and the address tells neither where it stands nor that it stands.
    expect(page.get_by_test_id("play")).to_have_class(re.compile("playing"))
    assert not re.search(r"[?&]step=", page.url)


def test_the_button_says_what_it_does(page: Page) -> None:
    page.goto(f"/?{SMALL}")
    wait_until_done(page)
    train = page.get_by_test_id("train")
    expect(train).to_have_text("Replay")
    number = page.get_by_test_id("main-number")
    number.fill("5")
    number.press("Tab")
    expect(train).to_have_text("Train")
    number.fill("4")
    number.press("Tab")
    expect(train).to_have_text("Replay")
    page.keyboard.press("Home")
    train.click()
    expect(page.get_by_test_id("timeline-text")).to_contain_text(re.compile(r"step 20\b"))


def test_a_link_says_what_of_it_is_wrong_and_still_trains(page: Page) -> None:
    page.goto(f"/?{SMALL}&utm_source=moodle&step=99999&layers=7&folded=zzz")
    wait_until_done(page)
    expect(page.get_by_test_id("reach-row")).to_have_count(1)
    list_ = page.get_by_test_id("notices")
    for sentence in ["utm_source", "no training step 99,999", "no layer 7", "“zzz”"]:
        expect(list_).to_contain_text(sentence)
    expect(page).not_to_have_url(re.compile(r"utm_source|99999|layers|folded"))


def test_runs_that_are_gone_leave_a_way_on(page: Page, complaints: list[str]) -> None:
    page.goto("/r/gone")
    page.wait_for_selector("html[data-state=refused]", state="attached")
    assert "no longer kept" in notices(page)
    expect(page.locator("p.nothing")).to_contain_text("Press Train")
    expect(page.get_by_test_id("timeline-text")).to_be_hidden()
    page.goto("/embed/gone")
    page.wait_for_selector("html[data-state=refused]", state="attached")
    expect(page.locator("p.nothing")).not_to_contain_text("Press Train")
    expect(page.get_by_role("link", name="Open Farback")).to_have_attribute("href", "./")
    expect(page.get_by_test_id("timeline-text")).to_be_hidden()
    assert len(complaints) == 2
    assert all(complaint.startswith("console: Failed to load resource") for complaint in complaints)
    complaints.clear()


def test_models_of_one_cell_are_told_apart_and_read_the_same(page: Page) -> None:
    page.goto("/?task=recall&lag=4&models=rnn~hidden:8~training.lr:0.1,rnn~hidden:8&training.steps=10")
    wait_until_done(page)
    rows = page.get_by_test_id("reach-row")
    expect(rows.first).to_have_attribute("data-model", "RNN, Learning rate 0.1, Hidden units 8")
    expect(page.get_by_test_id("model-rnn")).to_contain_text("RNN, Learning rate 0.1")
    page.get_by_test_id("add-model").select_option("rnn")
    expect(page.locator(field("cell.hidden")).locator("input")).to_have_value("16")
    page.get_by_test_id("train").click()
    expect(rows).to_have_count(3)
    assert "seed" not in page.url


def test_a_model_can_train_in_its_own_way(page: Page) -> None:
    page.goto("/?task=recall&lag=4&models=rnn,lstm&training.steps=20")
    wait_until_done(page)
    page.get_by_role("button", name=re.compile("^Options of")).first.click()
    own = page.locator(field("training.steps"))
    expect(own.locator("input")).to_have_value("20")
    own.locator("input").fill("10")
    own.locator("input").press("Tab")
    page.get_by_test_id("train").click()
    expect(page).to_have_url(re.compile(r"models=rnn~training\.steps:10,lstm&training\.steps=20"))
    wait_until_done(page)
    own.locator(".reset").click()
    expect(own.locator("input")).to_have_value("20")
    expect(page.get_by_test_id("train")).to_have_text("Train")


def test_who_withdraws_from_what_others_watch_is_told_until_it_ends(page: Page, new_page: NewPage) -> None:
    page.goto(f"/?{LONG}")
    other = new_page()
    other.goto(f"/?{LONG}")
    for each in (page, other):
        expect(each.locator('canvas[data-panel="hidden"]').first).to_be_visible(timeout=DONE_WITHIN)
    page.get_by_test_id("cancel").click()
    expect(page.get_by_test_id("notices")).to_contain_text("You have withdrawn")
    expect(page.get_by_test_id("cancel")).to_be_hidden()
    other.get_by_test_id("cancel").click()
    wait_until_done(page)
    expect(page.get_by_test_id("notices")).not_to_contain_text("You have withdrawn")
    expect(page.get_by_test_id("train")).to_have_text("Train again")


def test_models_are_embedded_elsewhere_by_a_code_that_leads_back(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/?{SMALL}")
    wait_until_done(page)
    page.keyboard.press("Home")
    expect(page).to_have_url(re.compile(r"step=0\b"))
    page.get_by_test_id("embed").click()
    expect(page.get_by_test_id("notices")).to_contain_text("The code is copied")
    code = page.evaluate("navigator.clipboard.readText()")
    found = re.fullmatch(r'<iframe src="(http://[^"]+/embed/(\w+)\?step=0)" title="[^"]*RNN[^"]*"[^>]*></iframe>', code)
    assert found is not None, code
    page.goto(found[1])
    wait_until_done(page)
    expect(page.get_by_test_id("timeline-text")).to_contain_text(re.compile(r"step 0\b"))
    expect(page.get_by_test_id("embed")).to_have_count(0)
    page.get_by_test_id("share").click()
    expect(page.get_by_test_id("notices")).to_contain_text("all controls")
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"/r/{found[2]}?step=0")
