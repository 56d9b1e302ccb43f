"""docs/lessons.md tells of the lessons and figures there are, and its example is a lesson."""

from __future__ import annotations

import re
from pathlib import Path

from farback.lessons.figures import FIGURES
from farback.lessons.manual import written
from farback.lessons.reader import read_lesson


def test_the_lists_are_as_the_command_makes_them(root: Path) -> None:
    page = (root / "docs" / "lessons.md").read_text()
    assert page == written(page), "make it anew: .venv/bin/python -m farback.lessons.manual docs/lessons.md"


def test_every_setting_and_place_has_its_words(root: Path) -> None:
    page = (root / "docs" / "lessons.md").read_text()
    for name, figure in FIGURES.items():
        section = page.partition(f"### `{name}`\n")[2].partition("\n### ")[0]
        for part in figure.parts:
            assert re.search(rf"^- `{part}`: \w", section, re.MULTILINE), f"{name}: {part}"
        for key in figure.model_fields.keys() - {"show", "caption"}:
            assert re.search(rf"^\| `{key}` \| \S.* \| \S.* \|", section, re.MULTILINE), f"{name}: {key}"


def test_the_example_is_a_lesson(root: Path) -> None:
    page = (root / "docs" / "lessons.md").read_text()
    example = re.search(r"^````markdown\n(.*?)^````", page, re.MULTILINE | re.DOTALL)
    assert example is not None
    lesson = read_lesson("9-our-own.md", example[1])
    assert [prediction.name for prediction in lesson.predictions] == ["longer"]
