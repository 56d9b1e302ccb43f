"""Manifest: what a snapshot says about itself. It names every file by its hash, so its own hash names them all."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from .. import config
from ..errors import InvalidInput
from ..strict import Strict, shown
from .words import Note, Plain, Title, View, canonical

NAME = "manifest.json"

VERSION = 1
"""Raised whenever a reader of the old form would misread the new one."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Step = Annotated[int, Field(ge=0, le=config.MAX_TRAINING_STEPS)]


class File(Strict):
    """One file of a snapshot."""

    size: int = Field(ge=1)
    sha256: Sha256


class Versions(Strict):
    """What saved the snapshot. What a run's bits depend on is told with each run."""

    farback: Plain
    torch: Plain


class SavedRun(Strict):
    """One run as it stood when it was saved."""

    run: str = Field(pattern=r"^[a-z0-9]{1,64}$")
    """The id that its frames carry."""
    spec: dict[str, Any]
    """Fully resolved, with a person's own text where it was to be published."""
    facts: dict[str, Any]
    status: Literal["queued", "running", "done", "failed", "cancelled"]
    code: Plain | None
    reason: Plain | None
    result: dict[str, Any] | None
    step: Step
    """The training step that was chosen: the weights are those of this step."""
    steps: list[Step] = Field(min_length=1)
    """The training step of each frame, rising."""
    inflated: int = Field(ge=1, le=config.MAX_FRAMES_BYTES)
    """Bytes of its frames when they are unpacked."""
    fingerprint: dict[Plain, Plain]
    """By what it was trained: `farback.machine.fingerprint`."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.step not in self.steps:
            raise ValueError(f"There is no frame at step {self.step}.")
        if any(later <= earlier for earlier, later in pairwise(self.steps)):
            raise ValueError("The steps of the frames do not rise.")
        return self

    @property
    def private(self) -> bool:
        """Whether it was trained on a person's own text, here or where it goes on from."""
        return self.spec["task"].get("text") is not None or self.start.get("private", False) is True

    @property
    def start(self) -> dict[str, Any]:
        """What its spec says of where it goes on from; empty where it does not."""
        start: dict[str, Any] = self.spec.get("start", {})
        return start


class Manifest(Strict):
    """All of a snapshot but its frames and weights."""

    format: Literal["farback snapshot"]
    version: int = Field(ge=VERSION, le=VERSION)
    saved: str = Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
    """When, in UTC."""
    title: Title
    note: Note
    view: View
    versions: Versions
    runs: list[SavedRun] = Field(min_length=1, max_length=config.MAX_SNAPSHOT_RUNS)
    files: dict[str, File]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if set(self.files) != set(self.names()):
            raise ValueError("The files are not those of the runs.")
        if sum(run.inflated for run in self.runs) > config.MAX_FRAMES_BYTES:
            raise ValueError("The frames are too large.")
        return self

    def names(self) -> list[str]:
        """The files beside the manifest, in the order in which they are packed."""
        return [name for n in range(len(self.runs)) for name in (frames_name(n), weights_name(n))]

    @property
    def private(self) -> bool:
        """Whether it publishes a person's own text."""
        return any(run.private for run in self.runs)


def file_names(manifest: Manifest) -> list[str]:
    """All files of a snapshot, the manifest first."""
    return [NAME, *manifest.names()]


def frames_name(n: int) -> str:
    """The file of a run's frames."""
    return f"runs/{n}/frames.json.gz"


def weights_name(n: int) -> str:
    """The file of a run's weights."""
    return f"runs/{n}/weights.safetensors"


def read_manifest(data: bytes) -> Manifest:
    """The manifest in some bytes.

    Raises:
        InvalidInput: they are none, or not written in the one way in which it is written.
    """
    try:
        values = json.loads(data)
        if canonical(values) != data:  # a key given twice, NaN and half a character are seen by this as well
            raise ValueError("it is not written as canonical JSON")
        return Manifest.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step)[:40] for step in first["loc"])
        raise InvalidInput(f"The manifest is none: `{place}` is {shown(first['input'])}: {first['msg']}.") from None
    except RecursionError:
        raise InvalidInput("The manifest is nested too deeply.") from None
    except ValueError as error:
        raise InvalidInput(f"The manifest is none: {str(error)[:100]}.") from None


def etag_of(data: bytes) -> str:
    """The hash that names a snapshot's content: sha256 of its manifest."""
    return hashlib.sha256(data).hexdigest()
