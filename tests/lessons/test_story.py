"""The list that maps ideas to lessons leads to steps that there are, and no lesson is left out."""

from __future__ import annotations

import re
from pathlib import Path

from farback.lessons import lessons

ROW = re.compile(r"^\| (?P<idea>[^|]+) \| (?P<lesson>[a-z-]+) \| (?P<step>\d+) \| (?P<figure>[a-z]+) \|", re.MULTILINE)


def test_every_idea_leads_to_a_step_that_shows_its_figure(root: Path) -> None:
    rows = list(ROW.finditer((root / "docs" / "story.md").read_text()))
    for row in rows:
        steps = lessons().find(row["lesson"]).steps
        assert 1 <= int(row["step"]) <= len(steps), row["idea"]
        step = steps[int(row["step"]) - 1]
        shown = {figure.show for figure in (step.figure, step.revealed_figure) if figure is not None}
        assert row["figure"] in shown, row["idea"]
    assert {row["lesson"] for row in rows} == {lesson.name for lesson in lessons()}


def test_every_idea_that_the_story_begins_with_is_listed(root: Path) -> None:
    ideas = {row["idea"] for row in ROW.finditer((root / "docs" / "story.md").read_text())}
    assert ideas >= {
        "independent layers against shared ones",
        "a loop unfolded in time",
        "the forward pass",
        "the backward pass",
        "the chain rule",
        "back-propagation through time",
        "vanishing gradients",
        "exploding gradients",
        "squashing functions and their slopes",
        "the memory cell",
        "gates",
        "memorization in text",
    }
