"""Snapshots: save some runs for good, ask for what was saved, hand it on as a file, delete one's own."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from starlette.convertors import Convertor, register_url_convertor

from ..engine import Job, LocalEngine
from ..errors import Conflict, InvalidInput, NotFound
from ..snapshots import (
    Made,
    Selection,
    Snapshot,
    Snapshots,
    Subject,
    archived,
    file_names,
    frames_name,
    parse_selection,
    spec_name,
    weights_name,
)
from .access import InAllowance, InEngine, InSettings, InSnapshots, Viewer
from .assets import ASK_AGAIN, FOR_EVER, has_already
from .body import parse, read, read_into, read_json
from .frames import kept
from .probe import MAX_BYTES as MAX_PROBE_BYTES
from .probe import asked
from .runs import job_for, submitted

router = APIRouter(prefix="/api/snapshots")

MAX_BYTES = 128 * 1024
"""A view and a note, each character at its widest in JSON."""

MAX_SECRET_BYTES = 1000
"""A delete carries a secret at most."""

FILE_KIND = "application/zip"

SAVED = "saved snapshots"


class Number(Convertor[int]):
    """Which run of a snapshot, counted from 0 and written in one way: `00`, `+1` and `1.0` are nobody's address."""

    regex = "0|[1-9][0-9]{0,8}"

    def convert(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """As it is written."""
        return str(value)


register_url_convertor("number", Number())


@router.post("")
async def post_snapshot(
    request: Request, engine: InEngine, snapshots: InSnapshots, allowance: InAllowance, viewer: Viewer
) -> JSONResponse:
    """Save some runs, each at a step."""
    body = await read_json(request, MAX_BYTES)
    async with request.app.state.saves:
        allowance.check(viewer, SAVED)
        made = await run_in_threadpool(_save, body, engine, snapshots)
        allowance.count(viewer)
        return _told(made)


@router.post("/import")
async def post_file(
    request: Request, settings: InSettings, snapshots: InSnapshots, allowance: InAllowance, viewer: Viewer
) -> JSONResponse:
    """Take in a snapshot that was saved elsewhere, from its file."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FILE_KIND:  # a form on another site can send anything but this
        raise HTTPException(415, f"Send a .farback file, with the header `Content-Type: {FILE_KIND}`.")
    allowance.check(viewer, SAVED)  # before a file is sent in vain
    async with request.app.state.imports:
        with snapshots.receiving() as file:
            await read_into(file, request, settings.max_snapshot_bytes)
            allowance.check(viewer, SAVED)
            made = await run_in_threadpool(snapshots.take_in, file)
            allowance.count(viewer)
            return _told(made)


@router.get("/{id}")
def get_snapshot(id: str, request: Request, snapshots: InSnapshots) -> Response:
    """The manifest: all about a snapshot but its frames and weights. It is asked for again each time, so that one that
    was deleted is gone at once."""
    snapshot = snapshots.get(id)
    return _cached(request, snapshot.etag, ASK_AGAIN) or Response(
        snapshot.manifest_bytes, 200, _headers(snapshot.etag, ASK_AGAIN), "application/json"
    )


@router.delete("/{id}")
async def delete_snapshot(
    id: str,
    request: Request,
    engine: InEngine,
    snapshots: InSnapshots,
    x_farback_secret: Annotated[str | None, Header()] = None,
) -> Response:
    """Delete a snapshot for whoever holds its secret."""
    body = await read(request, MAX_SECRET_BYTES)
    secret = x_farback_secret if x_farback_secret is not None else _secret_in(parse(body) if body else {})
    engine.forget(await run_in_threadpool(snapshots.delete, id, secret))
    return Response(status_code=204)


@router.get("/{id}/runs/{n:number}/frames")
def get_frames(id: str, n: int, request: Request, snapshots: InSnapshots, v: str = "") -> Response:
    """All frames of a run, as it has them; they were packed once, when they were saved."""
    snapshot = snapshots.get(id)
    run, name = snapshot.run(n), frames_name(n)
    etag, caching = _version(snapshot, name, v)
    known = _cached(request, etag, caching)
    if known is not None:
        return known
    headers = _headers(etag, caching) | {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return _file(snapshots, id, name, headers | {"Content-Encoding": "gzip"}, "application/json")
    return StreamingResponse(
        snapshot.unpacked(n), headers=headers | {"Content-Length": str(run.inflated)}, media_type="application/json"
    )


@router.get("/{id}/runs/{n:number}/weights")
def get_weights(id: str, n: int, request: Request, snapshots: InSnapshots, v: str = "") -> Response:
    """The weights of a run at its step; safetensors."""
    snapshot = snapshots.get(id)
    run, name = snapshot.run(n), weights_name(n)
    etag, caching = _version(snapshot, name, v)
    called = f"farback-{id}-{n}-{run.step}.safetensors"
    return _cached(request, etag, caching) or _file(
        snapshots, id, name, _headers(etag, caching), "application/octet-stream", called
    )


@router.post("/{id}/runs/{n:number}/probe")
async def post_probe(id: str, n: int, request: Request, engine: InEngine, snapshots: InSnapshots) -> Response:
    """Answer an inquiry about a model as it was saved."""
    body = await read_json(request, MAX_PROBE_BYTES)
    async with request.app.state.one_at_a_time:
        inquiry, step = await run_in_threadpool(_inquiry, body, snapshots, id, n)
    folder = snapshots.folder(id)
    answer = await run_in_threadpool(engine.ask_of, folder / spec_name(n), folder / weights_name(n), step, inquiry)
    return Response(answer, media_type="application/json")


@router.post("/{id}/runs/{n:number}/train")
async def post_train(
    id: str, n: int, request: Request, engine: InEngine, snapshots: InSnapshots, viewer: Viewer
) -> JSONResponse:
    """Train a run again by the spec that it was saved with, or join that training: what an embed does when it is told
    to run live. The caller names no spec, so other origins may ask for this as well."""
    async with request.app.state.one_at_a_time:
        job = await run_in_threadpool(_again, snapshots, engine, id, n)
    return await submitted(job, engine, viewer)


@router.get("/{id}/file")
def get_file(id: str, request: Request, snapshots: InSnapshots, v: str = "") -> Response:
    """The whole snapshot as one file, which any server can take in."""
    snapshot = snapshots.get(id)
    caching = FOR_EVER if v == snapshot.etag and not snapshot.manifest.private else ASK_AGAIN
    known = _cached(request, snapshot.etag, caching)
    if known is not None:
        return known
    try:
        size, pieces = archived(snapshots.folder(id), file_names(snapshot.manifest))
    except OSError as error:
        raise snapshots.lost(id) from error
    headers = {
        "Content-Length": str(size),
        "Content-Disposition": f'attachment; filename="farback-{id}.farback"',
    }
    return StreamingResponse(pieces, headers=headers | _headers(snapshot.etag, caching), media_type=FILE_KIND)


def _save(body: bytes, engine: LocalEngine, snapshots: Snapshots) -> Made:
    said = parse_selection(parse(body))
    return snapshots.save(_subjects(said, engine), said)


def _subjects(said: Selection, engine: LocalEngine) -> list[Subject]:
    """The runs that are meant, as they stand.

    Raises:
        NotFound: there is no such run, or nothing of it at that step.
        Conflict: a run has no frame yet.
        InvalidInput: they cannot be shown side by side, or would publish a text without being told to.
    """
    subjects: list[Subject] = []
    for chosen in said.runs:
        row, state = engine.about(chosen.id), engine.state(chosen.id)
        if row.private and not said.with_text:
            raise InvalidInput(
                f"Run {row.id} was trained on a text of your own, and a snapshot would publish all of it to everyone "
                'who has its address. If that is what you want, send `"with_text": true`.',
                "with_text",
            )
        steps = engine.store.folder(row.id).steps()[: state.seq + 1]
        if not steps:
            raise Conflict(f"Run {row.id} has no frame yet: save it once it has begun.", "runs")
        step = steps[-1] if chosen.step is None else chosen.step
        if step not in steps:
            raise NotFound(f"Run {row.id} has no frame at step {step}; {kept(steps)}.", "runs")
        outcome = (state.status, state.code, state.reason, state.result)
        subjects.append(Subject(row.id, row.public, row.facts, row.private, *outcome, state.seq, step))
    return subjects


def _inquiry(body: bytes, snapshots: Snapshots, id: str, n: int) -> tuple[str, int]:
    """The checked inquiry as JSON, and the step it is about."""
    run = snapshots.get(id).run(n)
    inquiry, step = asked(body, snapshots.folder(id) / spec_name(n))
    if step not in (None, run.step):
        raise NotFound(f"This snapshot keeps the weights of run {n} at step {run.step}, not at step {step}.", "step")
    return inquiry, run.step


def _again(snapshots: Snapshots, engine: LocalEngine, id: str, n: int) -> Job:
    """The run of a snapshot as one that trains.

    Raises:
        Conflict: it was trained on a text of somebody's own: that run would be theirs, and they could not delete it.
    """
    snapshot = snapshots.get(id)
    run = snapshot.run(n)
    if snapshot.manifest.private:
        raise Conflict("What was trained on a text of one's own is shown as it was kept, and not trained again.")
    return job_for(run.spec, engine, snapshots)


def _told(made: Made) -> JSONResponse:
    content = {"id": made.id, "url": f"s/{made.id}", "etag": made.etag, "secret": made.secret}
    return JSONResponse(content, 201, {"Cache-Control": "no-store"})  # the secret is for nobody else


def _secret_in(body: object) -> str:
    secret: Any = body.get("secret") if isinstance(body, dict) and set(body) == {"secret"} else None
    if not isinstance(secret, str):
        raise InvalidInput(
            'A snapshot is deleted with its secret, in the header `X-Farback-Secret` or as {"secret": ..}.', "secret"
        )
    return secret


def _file(
    snapshots: Snapshots, id: str, name: str, headers: dict[str, str], kind: str, called: str | None = None
) -> Response:
    """A file as it lies on the disk, sent piece by piece."""
    path = snapshots.folder(id) / name
    try:
        stat = path.stat()
    except OSError as error:
        raise snapshots.lost(id) from error
    return FileResponse(path, 200, headers, kind, filename=called, stat_result=stat)


def _version(snapshot: Snapshot, name: str, v: str) -> tuple[str, str]:
    """What a file's content is called, and how long it may be kept: for ever where it is asked for by its hash, since
    only the manifest tells that. A text of one's own is asked for each time, so that deleting it deletes it."""
    etag = snapshot.manifest.files[name].sha256
    return etag, FOR_EVER if v == etag and not snapshot.manifest.private else ASK_AGAIN


def _cached(request: Request, etag: str, caching: str) -> Response | None:
    """The word that the browser has it already, if it has."""
    return Response(None, 304, _headers(etag, caching)) if has_already(request, f'"{etag}"') else None


def _headers(etag: str, caching: str) -> dict[str, str]:
    return {"ETag": f'"{etag}"', "Cache-Control": caching}
