"""Preparation: the lessons' models are trained when the server starts, so that a lesson opens at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from ..engine import BACKGROUND, LocalEngine, job_of
from ..errors import FarbackError, NotFound
from ..identity import run_id
from .lesson import Lesson

LOG = logging.getLogger(__name__)


def prepare(engine: LocalEngine, lessons: Iterable[Lesson]) -> None:
    """Queue every model that is not trained yet, in the background: whoever comes meanwhile does not wait for them, and
    a lesson that somebody opens comes first."""
    for lesson in lessons:
        for spec in lesson.runs():
            try:
                engine.submit(job_of(spec), f"{BACKGROUND}{lesson.name}")
            except FarbackError as error:  # a server that takes on no more still shows the rest
                LOG.warning("A model of the lesson %s is not prepared: %s", lesson.name, error)
                break


def progress(engine: LocalEngine, lesson: Lesson) -> tuple[int, int]:
    """How many of the lesson's models are trained, and how many there are."""
    runs = [run_id(spec) for spec in lesson.runs()]
    return sum(is_there(engine, run) and engine.state(run).finished for run in runs), len(runs)


def is_there(engine: LocalEngine, run: str) -> bool:
    """Whether there is a run of that id that is trained, or will be."""
    try:
        return engine.state(run).status != "cancelled"
    except NotFound:
        return False
