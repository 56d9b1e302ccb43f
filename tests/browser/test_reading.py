"""The text as every model reads it: a sentence is typed, gone through by key, and coloured by what autograd says."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page, Response, expect
from safetensors.numpy import load

from farback.model import Model
from farback.probing.derivatives import targets
from farback.spec import parse_spec
from tests.probing.test_connectivity import by_autograd

NewPage = Callable[..., Page]

DONE_WITHIN = 180_000
ANSWERED_WITHIN = 60_000
CELLS = ["feedforward", "rnn", "gru", "lstm", "nested_lstm"]
SMALL = ",".join(f"{cell}~hidden:12" for cell in CELLS)
PATH = f"/?task=autocomplete&vocabulary=50&length=32&models={SMALL}&training.steps=30"
SENTENCE = "the value of the object is the"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DARKEST = 62
"""Percent of the model's colour behind the character that moves the answer most."""

PERCENTS = """(text) => Array.from(text.children, (span) => {
  const found = /(\\d+)%/.exec(span.style.backgroundColor);
  return found ? Number(found[1]) : 0;
})"""


@pytest.fixture
def runs(page: Page) -> dict[str, str]:
    """Ids of the page's runs by their cell, filled as they are asked for."""
    ids: dict[str, str] = {}

    def note(response: Response) -> None:
        if response.request.method == "POST" and response.url.endswith("/api/runs"):
            asked: Any = response.request.post_data_json
            ids[asked["cell"]["name"]] = response.json()["id"]

    page.on("response", note)
    return ids


def open_done(page: Page, path: str = PATH) -> Page:
    page.goto(path)
    page.wait_for_selector("html[data-state=done]", state="attached", timeout=DONE_WITHIN)
    page.get_by_test_id("last").click()
    return page


def texts(page: Page) -> list[Locator]:
    return page.get_by_test_id("text").all()


def write(page: Page, sentence: str) -> None:
    page.get_by_test_id("sentence").fill(sentence)
    shown = sentence.replace(" ", "␣")
    for text in texts(page):
        expect(text).to_have_text(shown, timeout=ANSWERED_WITHIN)


def number(text: str) -> float:
    """A number as the page writes it: "0.001", "100", "10⁻⁴"."""
    raised = text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))
    return 10.0 ** int(raised[2:]) if text[2:] != raised[2:] else float(raised)


def test_a_sentence_is_typed_and_gone_through_by_key(page: Page) -> None:
    open_done(page)
    write(page, SENTENCE)
    rows = texts(page)
    assert len(rows) == len(CELLS)
    rows[2].focus()
    seen = []
    for key, step in (("End", 29), ("ArrowLeft", 28), ("ArrowUp", 26), ("ArrowUp", 23), ("ArrowRight", 24)):
        page.keyboard.press(key)
        there = f"[data-testid=text][aria-valuenow='{step}']:has(.chosen[data-t='{step}'])"
        expect(page.locator(there)).to_have_count(len(rows))
        expect(page).to_have_url(re.compile(r"row=k" + str(step) if step < 29 else "."))
        hidden = page.locator("farback-plot:has(canvas[data-panel=hidden]) [role=slider]").first
        expect(hidden).to_have_attribute("aria-valuenow", str(step))  # every panel marks it
        seen.append(
            [(row.evaluate(PERCENTS), said.inner_text()) for row, said in zip(rows, suggested(page), strict=True)]
        )
        for row, (percents, _) in zip(rows, seen[-1], strict=True):
            assert any(percents[: step + 1]), f"{row} has no colours at step {step}"
            assert not any(percents[step + 1 :]), "what comes later moves nothing"
    for model in range(len(CELLS)):
        assert len({str(looks[model][0]) for looks in seen}) == len(seen), "the colours did not follow"
        assert len({looks[model][1] for looks in seen}) > 1, "the suggestions did not follow"
    page.keyboard.press("Escape")
    for row in rows:
        expect(row).to_have_attribute("aria-valuenow", "29")
    page.get_by_test_id("sentence").press("Escape")
    expect(rows[0]).not_to_have_text(SENTENCE.replace(" ", "␣"))


def suggested(page: Page) -> list[Locator]:
    return page.get_by_test_id("suggestions").all()


def test_the_colours_are_what_autograd_says_of_the_downloaded_weights(page: Page, runs: dict[str, str]) -> None:
    open_done(page)
    write(page, SENTENCE)
    page.get_by_test_id("text").first.focus()
    page.keyboard.press("ArrowLeft")
    k = 28
    low, high = (number(end) for end in page.locator(".depths > span").all_inner_texts())
    for cell, text, said in zip(CELLS, texts(page), suggested(page), strict=True):
        expect(text).to_have_attribute("aria-valuenow", str(k))
        spec = parse_spec(page.request.get(f"/api/runs/{runs[cell]}").json()["spec"])
        weights = load(page.request.get(f"/api/runs/{runs[cell]}/weights").body())
        model = Model(spec.cell, spec.task.inputs, spec.task.outputs, weights)
        batch = spec.task.read(SENTENCE)
        x = torch.from_numpy(batch.x)
        output = model.readout(model.scan(x)[-1].h)
        y = torch.from_numpy(targets(batch, output.numpy(), "classification"))
        row = by_autograd(model, x, y)[0, k].numpy()
        place = np.log(np.maximum(row, low) / low) / math.log(high / low)
        np.testing.assert_allclose(text.evaluate(PERCENTS), DARKEST * np.minimum(place, 1) ** 2, atol=2, err_msg=cell)
        best = output[k, 0].softmax(-1).topk(3)
        told = re.findall(r"(\S+) ([\d.]+) %", said.inner_text())[:3]
        labels = spec.task.labels()["y"]
        assert [word for word, _ in told] == [labels[word] for word in best.indices.tolist()]
        # A probability comes in a byte.
        np.testing.assert_allclose([float(share) for _, share in told], 100 * best.values.numpy(), atol=0.5)


def test_a_pointer_at_rest_does_not_hold_the_keys(page: Page) -> None:
    open_done(page, PATH.replace(SMALL, "gru~hidden:12"))
    text = page.get_by_test_id("text")
    text.locator("[data-t='12']").click()
    for key, step in (("ArrowRight", 13), ("ArrowRight", 14), ("End", 31)):
        page.keyboard.press(key)
        expect(text).to_have_attribute("aria-valuenow", str(step))


def test_a_choice_stands_in_the_link_and_a_tap_takes_it_away(new_page: NewPage) -> None:
    page = open_done(new_page(**PHONE))
    character = page.get_by_test_id("text").first.locator("[data-t='12']")
    character.tap()
    for text in texts(page):
        expect(text).to_have_attribute("aria-valuenow", "12")
    expect(page).to_have_url(re.compile("row=k12"))
    again = open_done(new_page(**PHONE), page.url)
    expect(again.get_by_test_id("text").first).to_have_attribute("aria-valuenow", "12")
    character.tap()
    expect(page.get_by_test_id("text").first).to_have_attribute("aria-valuenow", "31")
    expect(page).not_to_have_url(re.compile("row=k12"))


def test_passages_are_found_by_measuring_and_open_where_they_were_measured(page: Page) -> None:
    open_done(page)
    page.get_by_test_id("passages").click()
    first = page.get_by_test_id("passage").first
    expect(first).to_be_visible(timeout=ANSWERED_WITHIN)
    first.click()
    expect(page.get_by_test_id("sentence")).not_to_have_value("")
    expect(page).to_have_url(re.compile(r"row=k\d+"))


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("日本語 no model has seen", "never seen"),
        ("a" + "\u0301" * 40 + "b", "never seen"),
        ("x" * 500, "400"),
    ],
)
def test_what_cannot_be_read_is_refused_and_stays_in_the_field(
    page: Page, complaints: list[str], sentence: str, said: str
) -> None:
    open_done(page, PATH.replace(SMALL, "gru~hidden:12"))
    before = page.get_by_test_id("text").inner_text()
    page.get_by_test_id("sentence").fill(sentence)
    expect(page.get_by_test_id("sentence-error")).to_contain_text(said, timeout=ANSWERED_WITHIN)
    expect(page.get_by_test_id("sentence")).to_have_value(sentence)
    expect(page.get_by_test_id("sentence")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_test_id("notices").locator("li")).to_have_count(0)
    expect(page.get_by_test_id("text")).to_have_text(before)
    complaints.clear()  # the refusal was the point
