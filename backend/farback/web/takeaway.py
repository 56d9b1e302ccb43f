"""Take it with you: what a snapshot keeps of a run, as arrays, tables, a script and a notebook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import iterate_in_threadpool

from ..snapshots import Snapshot
from ..takeaway.arrays import arrays
from ..takeaway.notebook import notebook
from ..takeaway.script import script
from ..takeaway.tables import tables
from ..takeaway.written import written_by
from .access import InSnapshots
from .assets import ASK_AGAIN, has_already

router = APIRouter(prefix="/api/snapshots")

AT_ONCE = 2
"""Files of arrays that are made at a time: each holds up to 64 MB, and others wait here without a thread."""

Pieces = Callable[[Snapshot, int], Iterator[bytes]]


@router.get("/{id}/runs/{n:number}/arrays.npz")
def get_arrays(id: str, n: int, request: Request, snapshots: InSnapshots) -> Response:
    """All arrays of a run's frames, for numpy."""
    return _streamed(request, snapshots.get(id), id, n, "npz", arrays)


@router.get("/{id}/runs/{n:number}/csv.zip")
def get_tables(id: str, n: int, request: Request, snapshots: InSnapshots) -> Response:
    """The curves and profiles of a run as tables, packed together."""
    return _streamed(request, snapshots.get(id), id, n, "csv.zip", tables)


@router.get("/{id}/runs/{n:number}/load.py")
def get_script(id: str, n: int, request: Request, snapshots: InSnapshots) -> Response:
    """A script that loads the weights into torch and reproduces what the page shows."""
    snapshot = snapshots.get(id)
    return _known(request, snapshot, n, "py") or Response(
        script(snapshot, n, f"farback-{id}"), 200, _headers(snapshot, id, n, "py"), "text/x-python; charset=utf-8"
    )


@router.get("/{id}/runs/{n:number}/notebook.ipynb")
def get_notebook(id: str, n: int, request: Request, snapshots: InSnapshots) -> Response:
    """A notebook that trains the run again in plain PyTorch."""
    snapshot = snapshots.get(id)
    return _known(request, snapshot, n, "ipynb") or Response(
        notebook(snapshot, n, f"farback-{id}"), 200, _headers(snapshot, id, n, "ipynb"), "application/x-ipynb+json"
    )


def _streamed(request: Request, snapshot: Snapshot, id: str, n: int, form: str, pieces: Pieces) -> Response:
    known = _known(request, snapshot, n, form)
    if known is not None:
        return known
    turn: asyncio.Semaphore = request.app.state.takeaways
    headers = _headers(snapshot, id, n, form)
    return StreamingResponse(_in_turn(turn, pieces(snapshot, n)), 200, headers, "application/zip")


async def _in_turn(turn: asyncio.Semaphore, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    async with turn:
        async for piece in iterate_in_threadpool(pieces):
            if piece:
                yield piece


def _known(request: Request, snapshot: Snapshot, n: int, form: str) -> Response | None:
    """The word that the browser has it already, if it has.

    Raises:
        NotFound: there is no such run.
    """
    snapshot.run(n)
    etag = _etag(snapshot, n, form)
    return Response(None, 304, {"ETag": etag, "Cache-Control": ASK_AGAIN}) if has_already(request, etag) else None


def _headers(snapshot: Snapshot, id: str, n: int, form: str) -> dict[str, str]:
    called = f"farback-{id}-{n}-{snapshot.run(n).step}.{form}"
    return {
        "ETag": _etag(snapshot, n, form),
        "Cache-Control": ASK_AGAIN,
        "Content-Disposition": f'attachment; filename="{called}"',
    }


def _etag(snapshot: Snapshot, n: int, form: str) -> str:
    """The manifest's hash and the form; the program too, since another one may write the same form otherwise. So these
    files are asked for again each time, as what is made of a snapshot is not for ever what the snapshot is."""
    return f'"{snapshot.etag}-{n}-{form}-{written_by()}"'
