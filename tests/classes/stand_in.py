"""A lesson that asks two things, for tests that are not about what Farback's own lessons ask."""

from __future__ import annotations

from farback.errors import NotFound
from farback.lessons import Prediction

CHOICE = Prediction("which", "Which of them remembers the longest?", ["RNN", "GRU", "LSTM"], 2, 0, "", "", None)
DRAWN = Prediction("how", "How large is the gradient?", [], None, 5, "steps back", "gradient", None)


class Lessons:
    """In the place of the shelf of all lessons, as far as classes ask it."""

    def prediction(self, lesson: str, name: str) -> Prediction:
        for prediction in (CHOICE, DRAWN):
            if (lesson, name) == ("memory", prediction.name):
                return prediction
        raise NotFound(f"The lesson {lesson[:60]} asks for no prediction {name[:60]}.")

    def find(self, name: str) -> type:
        if name != "memory":
            raise NotFound("There is no such lesson.")
        return type("Lesson", (), {"name": name})


SERVE = """
import farback.web.app as app
from farback.web.serve import serve
from tests.classes.stand_in import Lessons

app.shelf_of = lambda _: Lessons()
serve({{'port': {port}, 'workers': 1, 'prepare_lessons': False}}, 'tests.engine.fake')
"""
"""What a server in a process of its own runs, to ask these."""

TOLD = {
    "lessons": [
        {
            "name": "memory",
            "title": "Memory",
            "predictions": [
                {"name": one.name, "question": one.question, "kind": one.kind, "choices": one.choices}
                | {"right": one.right, "points": one.points, "x": one.x, "y": one.y}
                for one in (CHOICE, DRAWN)
            ],
        }
    ]
}
"""What `GET /api/lessons` tells of them."""
