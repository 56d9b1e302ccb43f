"""Lesson: one idea, told in steps beside a figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..errors import FarbackError
from ..spec import RunSpec
from .figures import Figure


class BrokenLesson(FarbackError):
    """A lesson's file is not written as docs/lessons.md says.

    Args:
        file: its name.
        line: counted from 1.
        reason: a sentence.
    """

    code = "broken_lesson"

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}")
        self.line = line


@dataclass(frozen=True)
class Prediction:
    """A question that the reader answers before the rest of the step is shown."""

    name: str
    question: str
    choices: list[str]
    """Empty where a curve is drawn."""
    right: int | None
    """The choice that turns out right, if one does."""
    points: int
    """Of the drawn curve; 0 where there are choices. Each is a number in [0, 1]."""
    x: str
    y: str
    """What the axes of the drawn curve are."""
    truth: str | None
    """The figure's curve that turns out right."""

    @property
    def kind(self) -> Literal["choice", "draw"]:
        """How it is answered."""
        return "choice" if self.choices else "draw"


@dataclass(frozen=True)
class Step:
    """A part of a lesson that is read at once."""

    title: str
    text: str
    """HTML."""
    figure: Figure
    prediction: Prediction | None
    revealed: str
    """HTML that is shown once the prediction is made."""
    revealed_figure: Figure | None
    """The figure then; None where it stays as it was."""


@dataclass(frozen=True)
class Lesson:
    """A lesson as it was written. Its models are trained beforehand."""

    name: str
    """By which its address ends."""
    title: str
    idea: str
    minutes: float
    models: dict[str, RunSpec]
    seeds: int
    """Runs of each model, with the seeds from its spec's upwards."""
    steps: list[Step]
    file: str = ""
    """In which it is written."""
    links: Mapping[str, int] = field(default_factory=dict)
    """Names of lessons that its text leads to, and the line of each."""

    @property
    def predictions(self) -> list[Prediction]:
        """All of them, in order."""
        return [step.prediction for step in self.steps if step.prediction is not None]

    def runs(self) -> list[RunSpec]:
        """All that is trained for it."""
        specs = self.models.values()
        return [spec.model_copy(update={"seed": spec.seed + n}) for n in range(self.seeds) for spec in specs]
