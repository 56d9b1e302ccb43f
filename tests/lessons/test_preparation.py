"""All models of all lessons are trained beforehand, however many a lesson has."""

from __future__ import annotations

from collections import Counter

from farback.config import Settings
from farback.lessons import lessons
from farback.lessons.preparation import prepare


class Queue:
    """An engine that only counts what it is given."""

    def __init__(self) -> None:
        self.by_viewer: Counter[str] = Counter()

    def submit(self, _: object, viewer: str) -> None:
        self.by_viewer[viewer] += 1


def test_no_lesson_has_more_runs_than_may_wait() -> None:
    queue, settings = Queue(), Settings()
    prepare(queue, lessons())  # type: ignore[arg-type]
    assert queue.by_viewer.total() == sum(len(lesson.runs()) for lesson in lessons()) <= settings.max_queue
    assert max(queue.by_viewer.values()) <= settings.max_queue_client
