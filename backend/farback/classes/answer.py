"""Answer: what one reader predicts, and the other things that may be sent to a class; each checked at the door."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from .. import config
from ..errors import InvalidInput
from ..lessons import Prediction
from ..snapshots.words import plain
from ..strict import Strict, checked

Name: TypeAlias = Annotated[str, Field(max_length=64)]
"""Of a lesson or a prediction."""

Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]

LEVELS = 1000
"""Heights that are told apart in a drawn curve: more than a finger can draw."""


class Title(Strict):
    """What a class is made with."""

    title: Annotated[str, Field(max_length=config.MAX_CLASS_TITLE), AfterValidator(plain)] = ""


class Answer(Strict):
    """One reader's prediction."""

    lesson: Name
    prediction: Name
    client: str = Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")
    """By which a reader's second answer replaces the first: random, made anew by each tab."""
    choice: int | None = None
    curve: list[Share] | None = Field(None, max_length=config.MAX_CURVE_POINTS)


class Act(Strict):
    """What a teacher does with a prediction."""

    act: Literal["ask", "open", "close", "reveal", "hide", "clear"]


@dataclass(frozen=True)
class Curve:
    """A drawn curve, each point a number of 1 / LEVELS."""

    points: array[int]

    @classmethod
    def of(cls, heights: Sequence[float]) -> Curve:
        """From numbers in [0, 1]."""
        return cls(array("H", (round(height * LEVELS) for height in heights)))


Value: TypeAlias = int | Curve
"""Which choice, or the curve."""


def parse_title(raw: object) -> str:
    """The title of a class to be made.

    Raises:
        InvalidInput: it is none; names the field.
    """
    return checked(Title, _object(raw, 'A class is made by a JSON object like {"title": "Monday"}.'), None).title


def parse_answer(raw: object) -> Answer:
    """Check an answer for all that needs no look at its prediction.

    Raises:
        InvalidInput: it is none; names the field.
    """
    example = '{"lesson": .., "prediction": .., "client": .., "choice": 0}'
    return checked(Answer, _object(raw, f"An answer is a JSON object like {example}."), None)


def parse_act(raw: object) -> Act:
    """Check what a teacher wants to be done.

    Raises:
        InvalidInput: it is nothing that can be done.
    """
    return checked(Act, _object(raw, 'What is to be done is said by a JSON object like {"act": "reveal"}.'), None)


def value_of(answer: Answer, prediction: Prediction) -> Value:
    """What is answered, if it can be an answer to this.

    Raises:
        InvalidInput: it cannot; names the field.
    """
    wanted, other = ("choice", "curve") if prediction.kind == "choice" else ("curve", "choice")
    if getattr(answer, other) is not None or getattr(answer, wanted) is None:
        raise InvalidInput(f"This prediction is answered by a `{wanted}`, and by nothing else.", wanted)
    if answer.choice is not None:
        last = len(prediction.choices) - 1
        if not 0 <= answer.choice <= last:
            raise InvalidInput(f"`choice` is {answer.choice}: there are the choices 0 to {last}.", "choice")
        return answer.choice
    heights = answer.curve or []
    if len(heights) != prediction.points:
        raise InvalidInput(f"`curve` has {len(heights)} points: this one is drawn by {prediction.points}.", "curve")
    return Curve.of(heights)


def _object(raw: object, said: str) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise InvalidInput(said)
    return raw
