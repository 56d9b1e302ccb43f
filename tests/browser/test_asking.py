"""What a person asks of trained models: Jacobians, the chain rule, replaced inputs, longer sequences, held gates."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

NewPage = Callable[..., Page]

DONE_WITHIN = 120_000
"""Milliseconds for small runs on a machine that may be busy with something else; alone they take seconds."""
ANSWERED_WITHIN = 60_000
MODELS = ["Feed-forward", "RNN", "GRU", "LSTM"]
PATH = "/?task=recall&lag=12&models=feedforward,rnn,gru,lstm"

INKED = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value) => value > 0);
}"""


@pytest.fixture
def done(page: Page) -> Page:
    """The page at the end of its runs, on a screen that shows most of it."""
    page.set_viewport_size({"width": 1280, "height": 1200})
    return open_done(page, PATH)


def open_done(page: Page, path: str) -> Page:
    page.goto(path)
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    page.get_by_test_id("last").click()
    return page


def band(page: Page, name: str) -> Locator:
    return page.get_by_test_id(f"band-{name}")


def panel(page: Page, name: str, model: str) -> Locator:
    return page.get_by_test_id(f"panel-{name}").nth(MODELS.index(model))


def unfold(page: Page, name: str) -> Locator:
    found = band(page, name)
    found.locator(".fold").click()
    found.scroll_into_view_if_needed()
    return found


def reach(page: Page, model: str) -> Locator:
    return page.locator(f'[data-testid="reach-row"][data-model="{model}"] .number')


def count_questions(page: Page) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/probe") else None)
    return asked


def test_folded_panels_ask_nothing(page: Page) -> None:
    asked = count_questions(page)
    open_done(page, PATH)
    for name in ("jacobians", "chain", "causal", "lengths"):
        expect(band(page, name).locator(".fold")).to_have_attribute("aria-expanded", "false")
    assert asked == []


def test_jacobians_show_what_is_left_of_a_change(done: Page) -> None:
    asked = count_questions(done)
    unfold(done, "jacobians")
    for model in ("RNN", "GRU", "LSTM"):
        curves = panel(done, "jacobians", model).locator("canvas[data-panel]").nth(1)
        expect(panel(done, "jacobians", model)).to_contain_text(
            re.compile("Gradient (stays|vanishes)"), timeout=ANSWERED_WITHIN
        )
        expect(curves).to_be_visible()
        assert curves.evaluate(INKED)
    expect(panel(done, "jacobians", "Feed-forward")).to_contain_text("hands no state from step to step")
    expect(panel(done, "jacobians", "RNN")).to_contain_text("recurrent weights")
    expect(panel(done, "jacobians", "LSTM")).to_contain_text("by gate f alone")
    assert len(asked) == 3
    expect(done).to_have_url(re.compile("open=jacobians"))
    # Asked once: folded and unfolded again it is there at once.
    band(done, "jacobians").locator(".fold").click()
    unfold(done, "jacobians")
    expect(panel(done, "jacobians", "LSTM")).to_contain_text("by gate f alone")
    # At another training step it is another model.
    done.keyboard.press("Escape")
    done.keyboard.press("Home")
    expect(panel(done, "jacobians", "LSTM").locator("canvas[data-panel]").nth(1)).to_have_attribute("data-step", "0")
    expect(done.locator("farback-panel[data-asking]")).to_have_count(0, timeout=ANSWERED_WITHIN)
    assert len(asked) == 6


def test_the_chain_rule_is_stepped_by_keyboard_to_its_end(done: Page) -> None:
    unfold(done, "chain")
    lstm = panel(done, "chain", "LSTM")
    expect(lstm).to_contain_text("J₁₂: its size is", timeout=ANSWERED_WITHIN)
    done.get_by_test_id("factors").focus()
    done.keyboard.press("ArrowRight")
    expect(lstm).to_contain_text(re.compile(r"‖J₁₂·J₁₁‖ = \S+, at most"))
    expect(lstm).not_to_contain_text("autograd")
    for _ in range(4):
        done.keyboard.press("ArrowRight")
    for model in ("RNN", "GRU", "LSTM"):
        told = re.compile(r"∂s₁₂/∂s₆ = .*: product (.+), at most .*; autograd \1, entries (apart by at most|the same)")
        expect(panel(done, "chain", model)).to_contain_text(told)
        expect(panel(done, "chain", model)).to_contain_text("ring: autograd")
    expect(band(done, "chain")).to_contain_text("6 of 6 factors, from step 12 back to 6")
    # The marked step is where it begins: beyond the window a feed-forward net has exactly nothing.
    canvas = panel(done, "chain", "LSTM").locator(".area").nth(1)
    canvas.focus()
    done.keyboard.press("Home")
    expect(panel(done, "chain", "Feed-forward")).to_contain_text(
        "moves the answer by exactly 0", timeout=ANSWERED_WITHIN
    )
    expect(band(done, "chain")).to_contain_text("6 of 12 factors, from step 12 back to 0")


def test_connectivity_is_that_of_the_states_on_a_switch(done: Page) -> None:
    asked = count_questions(done)
    connectivity = band(done, "connectivity")
    connectivity.scroll_into_view_if_needed()
    states = connectivity.get_by_role("button", name="of the states")
    states.focus()
    done.keyboard.press("Enter")
    expect(states).to_have_attribute("aria-pressed", "true")
    expect(states).to_be_focused()
    expect(done).to_have_url(re.compile(r"of=states(&|$)"))
    for model in ("RNN", "GRU", "LSTM"):
        expect(panel(done, "connectivity", model)).to_contain_text(
            re.compile(r"logits per unit of state.*output at 12: sees states \d+ back"), timeout=ANSWERED_WITHIN
        )
    expect(panel(done, "connectivity", "Feed-forward")).to_contain_text("No states to depend on")
    assert len(asked) == 3
    # A row is chosen as ever, without asking again; at another training step it is another matrix.
    matrix = panel(done, "connectivity", "LSTM").locator('farback-plot[data-kind="heatmap"] .area')
    matrix.focus()
    done.keyboard.press("ArrowUp")
    expect(panel(done, "connectivity", "GRU")).to_contain_text("output at 11: sees states")
    assert len(asked) == 3
    done.keyboard.press("Escape")
    done.get_by_test_id("first").click()
    expect(matrix.locator("canvas")).to_have_attribute("data-step", "0")
    expect(done.locator("farback-panel[data-asking]")).to_have_count(0, timeout=ANSWERED_WITHIN)
    assert len(asked) == 6
    connectivity.get_by_role("button", name="of the inputs").click()
    expect(panel(done, "connectivity", "Feed-forward")).to_contain_text("logits per unit of input")
    expect(done).not_to_have_url(re.compile("of=states"))


def test_the_link_to_the_states_of_a_lower_layer_asks_for_them(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 1200})
    with page.expect_request(
        lambda request: request.url.endswith("/probe") and '"layer":0' in (request.post_data or ""),
        timeout=DONE_WITHIN,
    ) as asked:
        page.goto("/?task=recall&lag=6&models=gru~layers:2~hidden:8&training.steps=20&layers=1&of=states")
        band(page, "connectivity").scroll_into_view_if_needed()
    assert '"name":"states"' in (asked.value.post_data or "")
    expect(page.get_by_test_id("panel-connectivity")).to_contain_text("sees states", timeout=ANSWERED_WITHIN)


def test_states_that_cannot_be_had_are_told_in_a_sentence(page: Page, complaints: list[str]) -> None:
    refusal = {"error": {"code": "too_large", "message": "That would take too long.", "field": None}}
    page.route("**/probe", lambda route: route.fulfill(status=413, json=refusal))
    open_done(page, "/?task=recall&lag=4&models=rnn&training.steps=20&of=states")
    band(page, "connectivity").scroll_into_view_if_needed()
    expect(page.get_by_test_id("panel-connectivity")).to_contain_text("That would take too long.")
    complaints.clear()  # the refusal was the point


def test_replacing_an_input_is_compared_with_the_gradient(done: Page) -> None:
    unfold(done, "causal")
    for model in MODELS:
        expect(panel(done, "causal", model)).to_contain_text(
            re.compile(r"agrees \(rank correlation −?[\d.]+\)"), timeout=ANSWERED_WITHIN
        )


def test_longer_sequences_are_tested_on_a_click(done: Page) -> None:
    asked = count_questions(done)
    unfold(done, "lengths")
    expect(panel(done, "lengths", "LSTM")).to_contain_text("Press “Test longer sequences”")
    assert asked == []
    done.get_by_test_id("test-lengths").click()
    for model in MODELS:
        expect(panel(done, "lengths", model)).to_contain_text(
            re.compile(r"Trained on 13 steps\. On 52 "), timeout=ANSWERED_WITHIN
        )
    expect(done.get_by_test_id("test-lengths")).to_be_disabled()
    described = panel(done, "lengths", "LSTM").locator('[role="img"]').first
    expect(described).to_have_attribute("aria-label", re.compile(r"13: \d+ %; 19: .*; 52: "))
    # What was tested stays while training is rewound, and says when it was.
    done.keyboard.press("Escape")
    done.keyboard.press("Home")
    expect(panel(done, "lengths", "LSTM")).to_contain_text("tested at training step")
    expect(done.get_by_test_id("test-lengths")).to_be_enabled()


def test_a_gate_that_is_held_shut_costs_the_model_its_memory(done: Page) -> None:
    expect(reach(done, "LSTM")).to_have_text("≥ 12")
    done.get_by_test_id("hold-open").click()
    for gate in ("f", "i"):
        done.get_by_test_id("hold-gate").select_option(gate)
        done.get_by_test_id("hold-from").fill("5")
        done.get_by_test_id("hold-to").fill("6")
        done.get_by_test_id("hold").click()
    expect(done.get_by_test_id("held")).to_have_text("f and i held shut at steps 5–6")
    expect(reach(done, "LSTM")).to_have_text("5", timeout=ANSWERED_WITHIN)
    expect(reach(done, "GRU")).to_have_text("≥ 12")
    expect(done.locator("farback-head").nth(3)).to_contain_text("f and i held shut at steps 5–6")
    expect(done.locator("farback-head").nth(2)).not_to_contain_text("held")
    expect(done).to_have_url(re.compile(r"hold=f:0:5-6,i:0:5-6"))

    # Scrubbing keeps it, and so does a reload.
    done.keyboard.press("Escape")
    done.locator("farback-timeline").focus()
    done.keyboard.press("Home")
    expect(done.locator('canvas[data-panel="hidden"][data-model="LSTM"]')).to_have_attribute("data-step", "0")
    expect(done.locator("farback-head").nth(3)).to_contain_text("held shut")
    done.keyboard.press("End")
    expect(reach(done, "LSTM")).to_have_text("5", timeout=ANSWERED_WITHIN)
    open_done(done, done.url)
    expect(reach(done, "LSTM")).to_have_text("5", timeout=ANSWERED_WITHIN)

    done.get_by_test_id("release").click()
    expect(reach(done, "LSTM")).to_have_text("≥ 12")
    expect(done.locator("farback-head").nth(3)).not_to_contain_text("held")
    expect(done).not_to_have_url(re.compile("hold="))


def test_every_panel_that_asks_shows_the_model_as_it_is_held(done: Page) -> None:
    for name in ("jacobians", "chain"):
        unfold(done, name)
    band(done, "connectivity").get_by_role("button", name="of the states").click()
    done.get_by_role("button", name="Multiply all factors").click()
    states, jacobians, chain = (panel(done, name, "LSTM") for name in ("connectivity", "jacobians", "chain"))
    for found, told in (
        (states, r"output at 12: sees states (\d\d|[6-9]) back"),
        (jacobians, "The change that lasts longest"),
        (chain, r"product (?!0[,;]).*; autograd"),
    ):
        found.scroll_into_view_if_needed()
        expect(found).to_contain_text(re.compile(told), timeout=ANSWERED_WITHIN)
    before = panel(done, "chain", "GRU").inner_text()

    questions: list[str] = []
    done.on("request", lambda each: questions.append(each.post_data or "") if each.url.endswith("/probe") else None)
    done.get_by_test_id("hold-open").click()
    for gate in ("f", "i"):
        done.get_by_test_id("hold-gate").select_option(gate)
        done.get_by_test_id("hold-from").fill("9")
        done.get_by_test_id("hold-to").fill("9")
        done.get_by_test_id("hold").click()
    # What lies before step 9 is neither kept nor written, and autograd says so too.
    for found, told in (
        (states, r"output at 12: sees states [0-3] back"),
        (jacobians, r"lags too small to count"),
        (chain, r"product 0, at most .* = 0; autograd 0, entries the same to the last digit"),
    ):
        found.scroll_into_view_if_needed()
        expect(found).to_contain_text(re.compile(told), timeout=ANSWERED_WITHIN)
    assert panel(done, "chain", "GRU").inner_text() == before
    assert len(questions) >= 4
    assert all('"hold":[{' in question for question in questions)
    unheld = done.locator("farback-panel[data-unheld]")
    expect(unheld).to_have_count(0)
    unfold(done, "lengths")
    expect(unheld).to_have_count(1)  # longer sequences are of the task, and read by the model as it was trained
    expect(panel(done, "lengths", "LSTM")).to_have_attribute("data-unheld", "")

    done.get_by_test_id("release").click()
    expect(chain).to_contain_text(re.compile(r"product (?!0[,;]).*; autograd"), timeout=ANSWERED_WITHIN)
    expect(unheld).to_have_count(0)


def test_the_panels_that_ask_read_a_sequence_of_ones_own(done: Page) -> None:
    for name in ("chain", "causal"):
        unfold(done, name)
    done.get_by_test_id("own-sequence").click()
    field = done.get_by_test_id("sequence")
    field.fill("·1 ·2 C ·1 ·3 ?")
    field.press("Enter")
    band(done, "chain").scroll_into_view_if_needed()
    expect(band(done, "chain")).to_contain_text("from step 5 back to 2", timeout=ANSWERED_WITHIN)
    for model in ("RNN", "GRU", "LSTM"):
        expect(panel(done, "chain", model)).to_contain_text("J₅: its size is", timeout=ANSWERED_WITHIN)
    band(done, "causal").scroll_into_view_if_needed()
    for model in MODELS:
        expect(panel(done, "causal", model)).to_contain_text("rank correlation", timeout=ANSWERED_WITHIN)


def test_a_hold_that_makes_no_sense_is_refused_in_a_sentence(page: Page) -> None:
    open_done(page, "/?task=recall&lag=12&models=rnn,lstm&hold=q:0:1-2,f:0:3-40")
    notices = page.get_by_test_id("notices")
    expect(notices).to_contain_text("No model here has a gate “q”")
    expect(notices).to_contain_text("the sequence ends at step 12")
    expect(page).not_to_have_url(re.compile("hold="))
    page.get_by_test_id("hold-from").fill("9")
    page.get_by_test_id("hold-to").fill("3")
    page.get_by_test_id("hold").click()
    expect(page.locator("farback-hold")).to_contain_text("from a step to a later one, between 0 and 12")


def test_a_sequence_of_ones_own_is_read_by_every_model(done: Page) -> None:
    done.get_by_test_id("own-sequence").click()
    field = done.get_by_test_id("sequence")
    expect(field).to_have_value(re.compile(r"^\S+( \S+){12}$"))
    field.fill("·1 Q ?")
    field.press("Enter")
    expect(band(done, "input")).to_contain_text("There is no input “Q”")
    field.fill("·1 ·2 C ·1 ·3 ?")
    field.press("Enter")
    for model in range(4):
        expect(done.locator("farback-head").nth(model)).to_contain_text("your sequence", timeout=ANSWERED_WITHIN)
    expect(panel(done, "output", "LSTM")).to_contain_text("right: C")
    expect(reach(done, "LSTM")).to_have_text("≥ 12")
    expect(done).to_have_url(re.compile("sequence="))
    field.press("Escape")
    expect(done.locator("farback-head").first).not_to_contain_text("your sequence")
    expect(done).not_to_have_url(re.compile("sequence="))


def test_while_it_trains_the_newest_model_is_asked_and_one_question_is_under_way(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 1200})
    underway: set[object] = set()
    most = 0

    def begin(request: object) -> None:
        nonlocal most
        underway.add(request)
        most = max(most, len(underway))

    def end(request: object) -> None:
        underway.discard(request)

    page.on("request", lambda request: begin(request) if request.url.endswith("/probe") else None)
    page.on("requestfinished", end)
    page.on("requestfailed", end)
    page.goto("/?task=recall&lag=20&models=lstm&training.steps=400&training.stop=never&open=jacobians,causal&seed=5")
    band(page, "jacobians").scroll_into_view_if_needed()
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    curves = page.locator('canvas[data-panel="jacobians"]').nth(1)
    expect(curves).to_have_attribute("data-step", "400", timeout=ANSWERED_WITHIN)
    expect(page.locator("farback-panel[data-asking]")).to_have_count(0, timeout=ANSWERED_WITHIN)
    assert most == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_it_all_fits(new_page: NewPage, scheme: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme=scheme)
    open_done(page, f"{PATH}&open=jacobians,chain,causal,lengths&hold=z:0:5-6")
    page.get_by_role("tab", name="GRU").click()
    expect(page.locator("farback-head").nth(2)).to_contain_text("z held shut at steps 5–6", timeout=ANSWERED_WITHIN)
    band(page, "jacobians").scroll_into_view_if_needed()
    expect(panel(page, "jacobians", "GRU")).to_contain_text("Gradient", timeout=ANSWERED_WITHIN)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
