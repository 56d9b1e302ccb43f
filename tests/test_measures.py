"""Definitions: the docs say what the page says, and nothing in a frame is without one."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from farback.config import MAX_STEPS_OF_TIME
from farback.frame import Frame, LayerFrame
from farback.inquiries import FACTORS, LAGS, PASSAGES, TRIALS
from farback.measures import MEASURES, as_markdown
from farback.probing.passages import DISTANCE
from farback.tasks.stocks import LONGEST

BOOKKEEPING = {
    "run", "seq", "step", "last", "version", "reason", "answers", "rows", "layers", "solved_at", "y", "by_lag",
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


def test_what_a_nested_memory_adds_is_in_every_definition_of_states() -> None:
    for name in ("signal", "grad_norm", "state_connectivity", "jacobian", "direct_path"):
        assert "c̃" in MEASURES[name].formula or "f̃" in MEASURES[name].formula, name


def test_a_definition_that_counts_says_what_the_program_does() -> None:
    factors = ", ".join(f"{factor:g}" for factor in FACTORS[:-1]) + f" and {FACTORS[-1]:g}"
    assert f"{factors} times" in MEASURES["lengths"].formula
    assert f"{MAX_STEPS_OF_TIME} steps, {LONGEST} of prices" in MEASURES["lengths"].formula
    assert f"{TRIALS} sequences for each of {LAGS} lags" in MEASURES["lengths"].formula
    assert f"k − t > {DISTANCE}" in MEASURES["share"].formula
    assert f"{PASSAGES} held-out windows" in MEASURES["share"].formula
    assert f"more than {2 * DISTANCE} characters" in MEASURES["share"].formula
