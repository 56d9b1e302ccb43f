"""Selection: what a person asks to be saved."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from .. import config
from ..errors import InvalidInput
from ..strict import Strict, checked
from .words import Note, Title, View

Step: TypeAlias = Annotated[int, Field(ge=0, le=config.MAX_TRAINING_STEPS)]


class Chosen(Strict):
    """One run, at one step."""

    id: str = Field(max_length=64)
    step: Step | None = None
    """Null: the last step that there is."""


class Selection(Strict):
    """Some runs, and what is said about them."""

    runs: list[Chosen] = Field(min_length=1, max_length=config.MAX_SNAPSHOT_RUNS)
    title: Title = ""
    note: Note = ""
    view: View = Field(default_factory=dict)
    with_text: bool = False
    """Whether a text of one's own may be published."""


def parse_selection(raw: object) -> Selection:
    """Check what is asked to be saved.

    Args:
        raw: JSON values as in `{"runs": [{"id": .., "step": ..}], "title": ..}`; a run's id may stand for it.

    Raises:
        InvalidInput: it is none; names the field.
    """
    if not isinstance(raw, dict):
        raise InvalidInput('A snapshot is asked for by a JSON object like {"runs": ["ID"]}.')
    values = dict(raw)
    if isinstance(values.get("runs"), list):
        values["runs"] = [{"id": run} if isinstance(run, str) else run for run in values["runs"]]
    return checked(Selection, values, None)
