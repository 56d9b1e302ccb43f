"""Page: a lesson as HTML that can be read without a script, and the data from which the script makes its figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from typing import Any

from ..glossary import GLOSSARY
from ..identity import run_id
from .lesson import Lesson, Prediction, Step

EMBED = "embed/"
"""Before a lesson's address where it is framed: other sites may frame no other page of it."""


def article(
    lesson: Lesson, place: int, of: int, before: Lesson | None, after: Lesson | None, framed: bool = False
) -> str:
    """The lesson's text.

    Args:
        lesson: the lesson.
        place: counted from 1, among `of`.
        of: all lessons there are.
        before: the lesson before it.
        after: the lesson after it.
        framed: whether another site shows it. Then it leads only to what may be framed as well, or opens beside.
    """
    steps = "\n".join(_step(step, n) for n, step in enumerate(lesson.steps, 1))
    onward = "".join(
        f'<a class="{kind}" href="learn/{other.name}"><small>{said}</small> {escape(other.title)}</a>'
        for kind, said, other in (("before", "Lesson before", before), ("after", "Next lesson", after))
        if other is not None
    )
    among = "" if framed else f'<a href="learn">Lesson {place} of {of}</a> · '
    teaching = "" if framed or not lesson.predictions else f'<p class="teaching">{_teaching(lesson)}</p>\n'
    text = (
        f'<article class="lesson" data-lesson="{lesson.name}">\n'
        f'<div class="opening"><p class="place">{among}{minutes(lesson)}</p>'
        f'<h2>{escape(lesson.title)}</h2><p class="idea">{escape(lesson.idea)}</p></div>\n'
        f'{steps}\n<nav class="onward" aria-label="Lessons">{onward}</nav>\n{teaching}</article>'
    )
    return text.replace('href="learn/', f'href="{EMBED}learn/') if framed else text


def path(lessons: list[Lesson]) -> str:
    """All lessons in order, as a list of links."""
    items = "".join(
        f'<li data-lesson="{one.name}"><a href="learn/{one.name}">{escape(one.title)}</a> '
        f"<span>{escape(one.idea)}</span> <small>{minutes(one)}</small></li>"
        for one in lessons
    )
    return f'<ol class="path">{items}</ol>\n<p class="teaching">{_teaching()}</p>'


def data(lesson: Lesson, known: Callable[[str], bool]) -> dict[str, Any]:
    """What the script needs: models by name, with the ids of their runs, and each step's figure.

    Args:
        lesson: the lesson.
        known: whether there is a run of that id; what is not there, the script has trained.
    """
    return {
        "name": lesson.name,
        "title": lesson.title,
        "models": {
            name: {
                "spec": spec.as_json(),
                "runs": runs,
                "known": [known(run) for run in runs],
            }
            for name, spec in lesson.models.items()
            for runs in [[run_id(spec.model_copy(update={"seed": spec.seed + n})) for n in range(lesson.seeds)]]
        },
        "steps": [
            {
                "title": step.title,
                "figure": step.figure.model_dump(),
                "prediction": step.prediction and _asked(step.prediction),
                "revealed": step.revealed_figure and step.revealed_figure.model_dump(),
            }
            for step in lesson.steps
        ],
        "terms": {name: term._asdict() for name, term in GLOSSARY.items()},
    }


def block(values: dict[str, Any]) -> str:
    """Data within a page; what could end the block is written otherwise."""
    text = json.dumps(values, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="lesson-data">{text}</script>'


def minutes(lesson: Lesson) -> str:
    """How long it takes to read."""
    return f"{lesson.minutes:g} minute{'' if lesson.minutes == 1 else 's'}"


def told(lesson: Lesson) -> dict[str, Any]:
    """The lesson in a list of lessons."""
    return {
        "name": lesson.name,
        "title": lesson.title,
        "minutes": lesson.minutes,
        "idea": lesson.idea,
        "predictions": [_asked(prediction) for prediction in lesson.predictions],
    }


def _teaching(lesson: Lesson | None = None) -> str:
    """Where a teacher goes on, with this lesson if it is one."""
    place = f"class?lesson={lesson.name}" if lesson else "class"
    return f'For teachers: <a href="{place}">let a class predict together</a>, without names.'


def _asked(prediction: Prediction) -> dict[str, Any]:
    return {
        "name": prediction.name,
        "question": prediction.question,
        "kind": prediction.kind,
        "choices": prediction.choices,
        "right": prediction.right,
        "points": prediction.points,
        "x": prediction.x,
        "y": prediction.y,
        "truth": prediction.truth,
    }


def _step(step: Step, n: int) -> str:
    asked = ""
    if step.prediction is not None:
        asked = f'<div class="predict" data-predict="{step.prediction.name}"></div>'
        asked += f'<div class="revealed">{step.revealed}</div>'
    return (
        f'<section class="step" id="step-{n}" aria-labelledby="step-{n}-title">'
        f'<h3 id="step-{n}-title" tabindex="-1">{escape(step.title)}</h3>{step.text}{asked}</section>'
    )
