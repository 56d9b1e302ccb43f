"""The picture of a snapshot: legible, small, in the page's colours, whatever is in it."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from farback.arrays import Floats
from farback.web import preview
from farback.web.digest import Digest, Model, Steps, colours_of, shortened
from farback.web.lettering import Lettering, written
from farback.web.preview import drawn

MATRIX = np.tril(np.ones((40, 40), np.float32))


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    return image.convert("RGB")


def made(*models: Model, title: str = "A title", longest: int = 40) -> Digest:
    return Digest(title, "Recall a symbol", "", list(models), longest)


def model(place: int, name: str = "LSTM") -> Model:
    return Model(name, place, Steps(20, False), Steps(40, True), 35)


def test_bars_have_the_page_s_colours_and_the_numbers_lengths() -> None:
    models = [Model("LSTM", place, Steps(10 + 10 * place, False), None, None) for place in range(4)]
    image = np.asarray(opened(drawn(made(*models), MATRIX)))
    lengths = []
    for place in range(4):
        colour = [int(preview.MODELS[place][at : at + 2], 16) for at in (1, 3, 5)]
        near = (np.abs(image.astype(int) - colour).max(axis=2) <= 6)[200:540, :700]
        lengths.append(int(near.sum(axis=1).max()))
    assert lengths[0] * 1.8 < lengths[1] < lengths[2] < lengths[3]
    assert lengths[3] == pytest.approx(4 * lengths[0], rel=0.1)


WIDE = [Model("W" * 60, place, Steps(399, True), Steps(399, True), 399) for place in range(8)]


@pytest.mark.parametrize(
    "digest",
    [
        made(model(0)),
        made(*(model(place, f"LSTM, seed {place}") for place in range(8))),
        made(*WIDE, title="W" * 200, longest=399),
        made(model(0), title="a " * 100),
        made(model(0), title="日本語のタイトル"),
        made(model(0), title="Größe – Übung, ¿qué? ≥ ½ 😀 ﷽"[:30]),
        made(Model("RNN", 1, None, None, None), title="", longest=1),
        made(Model("RNN", 1, Steps(0, False), Steps(0, False), 0)),
    ],
)
def test_any_picture_is_small_and_the_same_each_time(digest: Digest) -> None:
    png = drawn(digest, MATRIX)
    assert len(png) < 150_000
    assert png == drawn(digest, MATRIX)
    image = np.asarray(opened(png))
    page = [int(preview.PAGE[at : at + 2], 16) for at in (1, 3, 5)]
    edge = np.concatenate([image[180:, :40].reshape(-1, 3), image[180:, -40:].reshape(-1, 3)])
    assert np.abs(edge.astype(int) - page).max() <= 6, "nothing is cut off at the sides"


def test_a_heatmap_of_noise_is_small_enough() -> None:
    noise = 10 ** np.random.default_rng(0).uniform(-5, 0, (200, 400))
    noise[3, 5], noise[7, 9] = np.nan, 0.0
    assert len(drawn(made(*WIDE, title="Wm " * 60, longest=399), noise.astype(np.float32))) < 150_000


@pytest.mark.parametrize("matrix", [np.zeros((4, 4), np.float32), np.full((4, 4), np.nan, np.float32), None])
def test_a_heatmap_that_shows_nothing(matrix: Floats | None) -> None:
    opened(drawn(made(model(0)), matrix))


def test_the_heatmap_is_coloured_as_on_the_page() -> None:
    painted = drawn(made(model(0)), np.array([[1, 1e-4, 0, np.nan]], np.float32))
    row = np.asarray(opened(painted))[300]
    found = [row[848 + at] for at in (37, 112, 187, 262)]
    for colour, expected in zip(found, [(254, 232, 56), (0, 34, 78), (0, 34, 78), (225, 29, 132)], strict=True):
        assert np.abs(colour.astype(int) - expected).max() <= 6


def test_colours_are_those_of_the_page(root: Path) -> None:
    style = (root / "frontend" / "style.css").read_text()
    assert tuple(re.findall(r"--model-\d: light-dark\((#\w+)", style)) == preview.MODELS
    for name in ("PAGE", "CARD", "TEXT", "MUTED", "FAINT"):
        assert f"--{name.lower()}: light-dark({getattr(preview, name)}," in style
    scales = (root / "frontend" / "scales.js").read_text()
    anchors = re.search(r"const CIVIDIS = \[(.*?)\]", scales, re.DOTALL)
    assert anchors
    assert tuple(re.findall(r'"(\w+)"', anchors[1])) == preview.CIVIDIS
    assert f"([{', '.join(map(str, preview.NOT_FINITE))}])" in scales


def test_letters_that_cannot_be_drawn() -> None:
    assert written("Größe ≥ 40 – naïve Ångström, İ, ŁØ, ½") is not None
    assert written("plain  text\t") == "plain text"
    assert written("Wie? 😀 ✓") == "Wie?", "signs are left out"
    for text in ("日本", "Привет", "한국어", "שלום"):
        assert written(text) is None, "half a word would be another one"
    pen = Lettering(ImageDraw.Draw(Image.new("RGB", (10, 10))), 2)
    for text in ("a" * 300, "word " * 80, written("Übergrößenträger " * 20) or ""):
        lines = pen.lines(text, 44, 500, 2)
        assert len(lines) <= 2
        assert all(pen.width(line, 44) <= 500 for line in lines)
        assert lines[-1].endswith("…")
    assert pen.lines("short", 44, 500, 2) == ["short"]


def test_a_model_keeps_the_colour_of_its_cell() -> None:
    assert colours_of(["feedforward", "rnn", "gru", "lstm", "nested_lstm"]) == [0, 1, 2, 3, 4]
    assert colours_of(["lstm", "lstm", "rnn", "lstm"]) == [3, 5, 1, 6]
    assert sorted(colours_of(["gru"] * 8)) == list(range(8))


def test_numbers_are_told_as_the_page_tells_them() -> None:
    assert [str(Steps(*each)) for each in ((21, False), (40, True), (21, False, True), (40, True, True))] == [
        "21", "≥ 40", "≈ 21", "≥ 40",
    ]  # fmt: skip
    assert shortened("one two three", 9) == "one two…"
    assert shortened("x" * 20, 9) == "xxxxxxxx…"
    assert shortened("one two", 9) == "one two"
