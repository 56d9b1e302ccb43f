"""Probe: questions to a trained model beside its frames."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from ..engine import LocalEngine
from ..errors import InvalidInput, NotFound
from ..inquiries import parse_inquiry
from ..spec import parse_spec
from ..strict import shown
from .access import InEngine
from .body import parse, read_json
from .frames import LARGEST

router = APIRouter(prefix="/api/runs/{id}/probe")

MAX_BYTES = 64 * 1024
"""An inquiry carries a sequence of 400 steps at most."""


@router.post("")
async def post_probe(id: str, request: Request, engine: InEngine) -> Response:
    """Answer an inquiry about the model at a step, the newest by default."""
    body = await read_json(request, MAX_BYTES)
    async with request.app.state.one_at_a_time:
        inquiry, step = await run_in_threadpool(_inquiry, body, id, engine)
    answer = await run_in_threadpool(engine.ask, id, inquiry, step)
    return Response(answer, media_type="application/json")


def _inquiry(body: bytes, run: str, engine: LocalEngine) -> tuple[str, int | None]:
    engine.about(run)
    try:
        return asked(body, engine.store.folder(run).spec)
    except OSError:
        raise NotFound(f"There is no run {run[:40]} any more: train it again.", "id") from None


def asked(body: bytes, path: Path) -> tuple[str, int | None]:
    """The checked inquiry, as JSON that is the same whenever the same is asked, and the step it is about.

    Args:
        body: as it was sent.
        path: the file of the run's spec.

    Raises:
        OSError: the spec cannot be read.
        InvalidInput: it is no inquiry, or none for this run; names the field.
        TooLarge: the answer would take longer than anybody waits.
    """
    spec = parse_spec(json.loads(path.read_text(encoding="utf-8")))
    values = parse(body)
    step = values.pop("step", None) if isinstance(values, dict) else None
    if step is not None and (type(step) is not int or not 0 <= step <= LARGEST):
        raise InvalidInput(f"`step` is {shown(step)}; it must be the whole number of a training step.", "step")
    inquiry: dict[str, Any] = parse_inquiry(values, spec).model_dump(mode="json")
    return json.dumps(inquiry, sort_keys=True), step
