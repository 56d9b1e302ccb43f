"""Runs: start or join one, ask how it stands, cancel it, delete one's own text."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from ..engine import Job, LocalEngine, job_of
from ..errors import Gone, InvalidInput, NotFound
from ..snapshots import Snapshots, Source, asked_start
from ..spec import parse_spec
from .access import InEngine, InSettings, InSnapshots, Viewer, viewer_of
from .body import parse, read, receiving

router = APIRouter(prefix="/api/runs")

MAX_CANCEL_BYTES = 1000
"""A cancel carries a viewer's token at most."""


@router.post("")
async def post_run(
    request: Request, engine: InEngine, snapshots: InSnapshots, settings: InSettings, viewer: Viewer
) -> JSONResponse:
    """Start the run of a spec, or join it."""
    async with receiving(request, settings.max_body_bytes) as body, request.app.state.one_at_a_time:
        job = await run_in_threadpool(_job, body, engine, snapshots)
    return await submitted(job, engine, viewer)


async def submitted(job: Job, engine: LocalEngine, viewer: str) -> JSONResponse:
    """Start a run, or join it, and tell where it is."""
    state, new = await run_in_threadpool(engine.submit, job, viewer)
    content = {"id": state.run, "status": state.status, "position": state.position, "url": f"r/{state.run}"}
    return JSONResponse(content, 201 if new else 200)


@router.get("/{id}")
def get_run(id: str, engine: InEngine, viewer: Viewer) -> JSONResponse:
    """Everything about a run but its frames."""
    row = engine.about(id)
    engine.touch(id, viewer)
    return JSONResponse(
        _told(engine.state(id).as_json()) | {"spec": json.loads(row.public), "facts": json.loads(row.facts)}
    )


@router.post("/{id}/cancel")
async def cancel(id: str, request: Request, engine: InEngine, viewer: Viewer) -> JSONResponse:
    """Withdraw a viewer; the answer tells how the run stands then, and who still watches."""
    body = await read(request, MAX_CANCEL_BYTES)
    if body:  # a page that is closing can send no header, only a body
        viewer = _viewer_in(request, parse(body), viewer)
    state = await run_in_threadpool(engine.cancel, id, viewer)
    return JSONResponse(_told(state.as_json()))


@router.delete("/{id}")
def delete(id: str, engine: InEngine) -> Response:
    """Delete a run with a person's own text."""
    engine.delete(id)
    return Response(status_code=204)


def _job(body: bytes, engine: LocalEngine, snapshots: Snapshots) -> Job:
    return job_for(parse(body), engine, snapshots)


def job_for(raw: object, engine: LocalEngine, snapshots: Snapshots) -> Job:
    """What is to be trained by a spec as it came.

    Raises:
        FarbackError: it is none, or goes on from what is not there.
    """
    if not isinstance(raw, dict) or "start" not in raw:
        return job_of(parse_spec(raw))
    try:
        source = Source.of(asked_start(raw["start"]), snapshots)
    except (Gone, NotFound) as error:
        return _known_job(raw, engine, error)
    spec = parse_spec(raw | {"start": source.start.model_dump()})
    source.check(spec)
    return job_of(spec, source.weights)


def _known_job(raw: dict[str, Any], engine: LocalEngine, error: Gone | NotFound) -> Job:
    """A run whose start is gone can be joined by its whole spec, which names the weights: it has its own copy of them.

    Raises:
        Gone, NotFound: it was never started.
    """
    try:
        job = job_of(parse_spec(raw))
    except InvalidInput:  # it does not name them
        raise error from None
    if engine.store.get(job.id) is None:
        raise error
    return job


def _told(state: dict[str, Any]) -> dict[str, Any]:
    return {"id": state["run"]} | state


def _viewer_in(request: Request, body: object, viewer: str) -> str:
    if not isinstance(body, dict) or set(body) - {"viewer"} or not isinstance(body.get("viewer", ""), str):
        raise InvalidInput('A cancel\'s body is empty or {"viewer": TOKEN}.', "viewer")
    return viewer_of(request, body["viewer"]) if "viewer" in body else viewer
