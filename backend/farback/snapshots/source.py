"""Source: a run of a snapshot, as what another run goes on from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from pydantic import Field

from .. import config
from ..errors import FarbackError, Gone, InvalidInput, NotFound
from ..spec import RunSpec
from ..start import Start
from ..strict import Strict, checked, shown
from .manifest import weights_name
from .snapshots import Snapshots

AS_THERE = "the weights that it is to go on from are of a model"


class Asked(Strict):
    """What a person says of a start. The snapshot tells the rest; where it is told as well, it must be the same."""

    snapshot: str = Field(max_length=64)
    run: int = Field(ge=0, lt=config.MAX_SNAPSHOT_RUNS)
    step: int | None = None
    updates: int | None = None
    sha256: str | None = Field(None, max_length=64)
    private: bool | None = None


@dataclass(frozen=True)
class Source:
    """Trained weights, with all that a run must know which goes on from them."""

    start: Start
    spec: RunSpec  # of the run that they are of
    weights: bytes  # safetensors

    @classmethod
    def of(cls, asked: Asked, snapshots: Snapshots) -> Self:
        """Look it up.

        Raises:
            NotFound: there is no such snapshot, or no such run in it.
            Gone: it was deleted.
            InvalidInput: it is not as it is told to be, or was spoilt.
            StorageFailed: the disk has lost it.
        """
        try:
            snapshot = snapshots.get(asked.snapshot)
        except Gone as error:
            said = f"{error.message} Nothing can be started from it any more; what was started before is still there."
            raise Gone(said, "start.snapshot") from None
        except FarbackError as error:
            raise type(error)(error.message, "start.snapshot") from None
        try:
            run = snapshot.run(asked.run)
        except NotFound as error:
            raise NotFound(error.message, "start.run") from None
        try:
            weights = snapshot.weights_file(asked.run)
        except OSError as error:
            raise snapshots.lost(asked.snapshot) from error
        kept = {
            "snapshot": asked.snapshot, "run": asked.run, "step": run.step,
            "updates": run.start.get("updates", 0) + run.step,
            "sha256": snapshot.manifest.files[weights_name(asked.run)].sha256, "private": run.private,
        }  # fmt: skip
        start = checked(Start, kept, "start")
        for name, value in asked.model_dump(exclude_none=True).items():
            if value != getattr(start, name):
                there = shown(getattr(start, name))
                raise InvalidInput(f"`start.{name}` is {shown(value)}, and there it is {there}.", f"start.{name}")
        return cls(start, snapshot.spec(asked.run), weights)

    def check(self, spec: RunSpec) -> None:
        """Refuse a run whose model these weights do not fit. The task may be longer or harder, as long as it has as
        many inputs and outputs.

        Raises:
            InvalidInput: they do not; names the field.
        """
        cell, there = spec.cell.model_dump(), self.spec.cell.model_dump()
        for name in there:
            if name not in cell or cell[name] != there[name]:
                raise InvalidInput(
                    f"`cell.{name}` is {shown(cell.get(name))}, and {AS_THERE} where it is {shown(there[name])}: "
                    "give it the same cell.",
                    f"cell.{name}",
                )
        sizes, wanted = ((task.inputs, task.outputs) for task in (spec.task, self.spec.task))
        if sizes != wanted:
            field = _resized(spec, self.spec)
            remedy = f"give `{field}` as there" if field else "choose a task with as many"
            raise InvalidInput(
                f"This task's inputs and outputs are {sizes[0]} and {sizes[1]}, and {AS_THERE} with {wanted[0]} and "
                f"{wanted[1]}: {remedy}.",
                field or "task",
            )


def asked_start(raw: object) -> Asked:
    """What is said of a start.

    Raises:
        InvalidInput: it is none; names the field.
    """
    if not isinstance(raw, dict):
        raise InvalidInput('`start` must be a JSON object like {"snapshot": "ID", "run": 0}.', "start")
    return checked(Asked, raw, "start")


def _resized(spec: RunSpec, there: RunSpec) -> str | None:
    """The one option of a task that makes it as large as another of its kind; None where there is none."""
    if spec.task.name != there.task.name:
        return None
    for name in type(spec.task).model_fields:
        if getattr(spec.task, name) != getattr(there.task, name):
            task = spec.task.model_copy(update={name: getattr(there.task, name)})
            if (task.inputs, task.outputs) == (there.task.inputs, there.task.outputs):
                return f"task.{name}"
    return None
