"""Lessons in brief: as Farback brings them, but with models that are trained in a moment."""

from __future__ import annotations

import re
from pathlib import Path

from farback.lessons import Lesson, lessons
from farback.lessons.reader import read_lesson
from farback.lessons.shelf import TEXTS

UPDATES = 4
SEEDS = 1
HIDDEN = 8
"""Units where the lesson leaves that to the preset."""

HEAD = re.compile(r"(?<=^```lesson\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
MODEL = re.compile(r"^\[models\.[^\]]+\]\n(?:(?!\[).+\n)+", re.MULTILINE)
TRAINING = re.compile(r"^training = \{.*\}\n", re.MULTILINE)
PRESET = re.compile(r'^cell = \{ name = "[a-z]+"(?= \}$)', re.MULTILINE)
RACE = re.compile(r'^show = "race"\n', re.MULTILINE)


def put_in_brief(folder: Path, *names: str) -> None:
    """Put some of the lessons into a server's folder of lessons, where they replace those of the same names."""
    folder.mkdir(parents=True)
    for name in names:
        lesson = lessons().find(name)
        text = in_brief((TEXTS / lesson.file).read_text(encoding="utf-8"))
        check(read_lesson(lesson.file, text), lesson)
        (folder / lesson.file).write_text(text, encoding="utf-8")


def in_brief(text: str) -> str:
    """A lesson's text with a few updates for every model, small where that is open, and one seed for every race."""

    def shorten(head: re.Match[str]) -> str:
        small = PRESET.sub(lambda cell: f"{cell[0]}, hidden = {HIDDEN}", head[0])
        return MODEL.sub(lambda model: TRAINING.sub("", model[0]) + f"training = {{ steps = {UPDATES} }}\n", small)

    return RACE.sub(f'show = "race"\nseeds = {SEEDS}\n', HEAD.sub(shorten, text))


def check(brief: Lesson, whole: Lesson) -> None:
    """See that it is the same lesson, and that nothing in it takes long."""
    assert brief.models.keys() == whole.models.keys()
    for name, spec in brief.models.items():
        assert spec.training.steps == UPDATES, name
        assert spec.cell.hidden <= max(HIDDEN, 16), name
        assert (spec.task, spec.cell.name) == (whole.models[name].task, whole.models[name].cell.name)
    assert brief.seeds == min(whole.seeds, SEEDS)
    assert [step.title for step in brief.steps] == [step.title for step in whole.steps]
