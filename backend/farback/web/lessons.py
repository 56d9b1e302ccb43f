"""Lessons: the path through the story, each lesson's page, and how far its models are trained."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from ..engine import LocalEngine
from ..lessons import Shelf, page
from ..lessons.preparation import is_there, progress
from .access import InEngine, InLessons
from .document import document, framed

router = APIRouter()

PLACE = '<div data-place="lesson"></div>'
"""What the text of a lesson stands in place of, in `lesson.html`."""


@router.get("/learn")
def learn(lessons: InLessons) -> Response:
    """The path: all lessons in order."""
    return _filled(document("./", name="learn.html"), page.path(list(lessons)))


@router.get("/learn/{name}")
def lesson(name: str, engine: InEngine, lessons: InLessons) -> Response:
    """A lesson."""
    return _page(name, engine, lessons, "../")


@router.get("/embed/learn/{name}")
def embed(name: str, engine: InEngine, lessons: InLessons) -> Response:
    """A lesson without what leads away from it, for other sites to frame."""
    return framed(_page(name, engine, lessons, "../../", embedded=True))


@router.get("/api/lessons")
def get_lessons(engine: InEngine, lessons: InLessons) -> dict[str, Any]:
    """All lessons in order, and how many of each one's models are trained."""
    told = []
    for one in lessons:
        trained, models = progress(engine, one)
        told.append(page.told(one) | {"trained": trained, "models": models})
    return {"lessons": told}


def _page(name: str, engine: LocalEngine, lessons: Shelf, base: str, embedded: bool = False) -> HTMLResponse:
    found = lessons.find(name)
    everything = list(lessons)
    text = page.article(found, everything.index(found) + 1, len(everything), *lessons.beside(name), framed=embedded)
    head = (
        f'<title>{escape(found.title)} · Farback</title>\n    <meta name="description" content="{escape(found.idea)}">'
    )
    return _filled(
        document(base, "embed" if embedded else "", "lesson.html", head),
        text + page.block(page.data(found, partial(is_there, engine))),
    )


def _filled(made: HTMLResponse, text: str) -> HTMLResponse:
    html = bytes(made.body).decode().replace(PLACE, text)
    return HTMLResponse(html, made.status_code)
