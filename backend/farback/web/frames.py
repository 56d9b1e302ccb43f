"""Frames: by polling, and one by one in full precision."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse

from ..errors import Conflict, NotFound
from ..frame import VERSION
from ..inquiries import Arrays
from .access import InEngine, Viewer

router = APIRouter(prefix="/api/runs/{id}/frames")

ARRAYS = json.dumps(Arrays().model_dump(mode="json"))

LARGEST = 2**31
"""Larger than any number of frames or steps."""


@router.get("")
def get_frames(
    id: str, engine: InEngine, viewer: Viewer, after: Annotated[int, Query(ge=-1, le=LARGEST)] = -1
) -> Response:
    """The frames after a seq, a page of them; `next` is the seq to ask after next time."""
    state, frames = engine.read(id, after)
    engine.touch(id, viewer)
    last = frames[-1][0] if frames else after
    if after > state.seq:  # it has frames of a run that was begun anew since: start over, as a stream's `reset` has it
        last = -1
    joined = b",".join(frame for _, frame in frames)  # as they lie on disk: encoded once, for everybody
    tail = json.dumps({"next": last, "status": state.status}).encode()[1:]
    return Response(b'{"frames": [' + joined + b"], " + tail, media_type="application/json")


@router.get("/{step}")
def get_frame(id: str, step: Annotated[int, InPath(ge=0, le=LARGEST)], engine: InEngine) -> Response:
    """The frame of one training step in float32.

    Its numbers are kept; its arrays are measured again on the weights of that step, which gives the same bits as then
    on the same machine and program.
    """
    engine.about(id)
    steps = engine.store.folder(id).steps()
    if step not in steps:
        raise NotFound(f"Run {id} has no frame at step {step}; {kept(steps)}.", "step")
    frame = json.loads(engine.frame(id, steps.index(step)))
    if frame["version"] != VERSION:
        raise Conflict("This run was made by an older version of the program: train it again for its arrays.", "step")
    arrays = json.loads(engine.ask(id, ARRAYS, step))["arrays"]
    return Response(json.dumps(frame | arrays, separators=(",", ":")), media_type="application/json")


def stored(path: Path, kind: str, name: str | None = None) -> FileResponse | None:
    """A file as it lies on the disk, sent piece by piece, since some have megabytes; None where there is none.

    Args:
        path: the file.
        kind: its media type.
        name: under which it is to be downloaded; None where it is not.
    """
    try:
        stat = path.stat()
    except OSError:
        return None
    return FileResponse(path, media_type=kind, filename=name, stat_result=stat) if stat.st_size else None


def kept(steps: list[int]) -> str:
    """The steps there is something of, in words."""
    if not steps:
        return "it has none yet"
    shown = ", ".join(map(str, steps[:8]))
    return f"there is one at {shown}" + (f" and so on up to {steps[-1]}" if len(steps) > 8 else "")
