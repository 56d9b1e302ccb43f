"""Definitions: the docs say what the page says, and nothing in a frame is without one."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from farback.frame import Frame, LayerFrame
from farback.measures import MEASURES, as_markdown

BOOKKEEPING = {
    "run", "seq", "step", "last", "version", "reason", "answers", "rows", "layers", "solved_at", "y", "train_loss",
    "by_lag",
}  # fmt: skip
"""Fields of a frame that say where it stands, or are the curve behind a measure that has its own definition."""


def test_the_docs_say_what_the_page_says() -> None:
    written = Path(__file__).parent.parent / "docs" / "definitions.md"
    assert written.read_text() == as_markdown()


def test_every_number_of_a_frame_has_a_definition() -> None:
    shown = {field.name for kind in (Frame, LayerFrame) for field in fields(kind)}
    assert shown - BOOKKEEPING <= set(MEASURES)
    for measure in MEASURES.values():
        assert all(measure), measure.title
