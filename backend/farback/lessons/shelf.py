"""Shelf: all lessons, in the order in which they lead from one to the next."""

from __future__ import annotations

import logging
from collections.abc import Container, Iterator
from functools import cache
from pathlib import Path

from ..errors import NotFound
from ..strict import listed, shown
from .lesson import BrokenLesson, Lesson, Prediction
from .reader import read_lesson

LOG = logging.getLogger(__name__)

TEXTS = Path(__file__).parent / "texts"
"""The lessons that Farback brings."""


class Shelf:
    """The lessons of some folders, each folder's in the order of its files' names.

    Args:
        folders: with Markdown files; a later folder's lesson replaces an earlier one's of the same name.

    Raises:
        BrokenLesson: names the file and the line.
    """

    def __init__(self, *folders: Path) -> None:
        self._lessons: dict[str, Lesson] = {}
        for folder in folders:
            for path in sorted(folder.glob("*.md"), key=_place):
                lesson = read_file(path)
                self._lessons[lesson.name] = lesson
        for lesson in self:
            check_links(lesson, self._lessons)

    def __iter__(self) -> Iterator[Lesson]:
        return iter(self._lessons.values())

    def find(self, name: str) -> Lesson:
        """The lesson of that name.

        Raises:
            NotFound: there is none.
        """
        if name not in self._lessons:
            raise NotFound(f"There is no lesson {shown(name)}; there are {listed(self._lessons)}.")
        return self._lessons[name]

    def prediction(self, lesson: str, name: str) -> Prediction:
        """A lesson's prediction of that name.

        Raises:
            NotFound: there is none.
        """
        for prediction in self.find(lesson).predictions:
            if prediction.name == name:
                return prediction
        raise NotFound(f"The lesson {shown(lesson)} asks for no prediction {shown(name)}.")

    def beside(self, name: str) -> tuple[Lesson | None, Lesson | None]:
        """The lessons before and after one."""
        names = list(self._lessons)
        at = names.index(name)
        before = self._lessons[names[at - 1]] if at else None
        return before, self._lessons[names[at + 1]] if at + 1 < len(names) else None


def shelf_of(data_dir: Path) -> Shelf:
    """The lessons that Farback brings, and those of one's own in `lessons` within the data folder. One that is broken
    is logged, and then all of one's own are left out: the server starts all the same."""
    try:
        return Shelf(TEXTS, data_dir / "lessons")
    except BrokenLesson as error:
        LOG.error("The lessons in %s are left out: %s", data_dir / "lessons", error)
        return lessons()


@cache
def lessons() -> Shelf:
    """The lessons that Farback brings."""
    return Shelf(TEXTS)


def _place(path: Path) -> tuple[int, str]:
    """By number, and those without one at the end."""
    number, _, rest = path.name.partition("-")
    return (int(number), rest) if number.isdecimal() else (10**6, path.name)


def read_file(path: Path) -> Lesson:
    """The lesson in a file.

    Raises:
        BrokenLesson: names the line.
        OSError: the file cannot be read.
    """
    try:
        return read_lesson(path.name, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise BrokenLesson(path.name, 1, "the file is not UTF-8.") from None


def check_links(lesson: Lesson, known: Container[str]) -> None:
    """See that there is each lesson that one leads to.

    Raises:
        BrokenLesson: there is not; names the line.
    """
    for name, line in lesson.links.items():
        if name not in known:
            raise BrokenLesson(lesson.file, line, f"there is no lesson {shown(name)} to lead to.")
