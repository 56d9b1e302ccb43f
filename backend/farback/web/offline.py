"""Offline: a snapshot's page as one file, which replays from a disk without any network."""

from __future__ import annotations

import hashlib
from html import escape

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from ..snapshots import Snapshot, frames_name
from .access import InSnapshots
from .address import Base
from .alone import Alone, Place
from .assets import ASK_AGAIN, has_already
from .edition import editions
from .shared import digest

router = APIRouter()


@router.get("/s/{id}/offline.html")
def offline(id: str, request: Request, base: Base, snapshots: InSnapshots) -> Response:
    """The snapshot's page in one file, to be kept. Its links lead to this server. It is asked for again each time, as
    the page that it holds changes with the program."""
    kept = snapshots.get(id)
    edition = editions.newest()
    etag = hashlib.sha256(f"{kept.etag} {edition.version} {base}".encode()).hexdigest()[:40]
    headers = {"ETag": f'"{etag}"', "Cache-Control": ASK_AGAIN}
    if has_already(request, headers["ETag"]):
        return Response(None, 304, headers)
    folder = snapshots.folder(id)
    if not all((folder / frames_name(n)).is_file() for n in range(len(kept.manifest.runs))):
        raise snapshots.lost(id)
    page = Alone(kept, id, edition, Place(base, base), said(f"{base}s/{id}"), title(kept))
    headers |= {
        "Content-Disposition": f'attachment; filename="farback-{id}.html"',
        "Content-Length": str(page.size()),
    }
    return StreamingResponse(page.pieces(), 200, headers, "text/html")


def said(link: str) -> str:
    """What a file says of itself.

    Args:
        link: where the snapshot is on a server; empty where none is known.
    """
    where = f'open it <a href="{escape(link)}">where it came from</a>' if link else "take its .farback file to a server"
    return (
        '<p class="copied">This file replays a snapshot and needs no network. To ask its models something new, or to '
        f"train others, {where}.</p>"
    )


def title(kept: Snapshot) -> str:
    """The title of its page."""
    return f"<title>{escape(digest(kept).title)} · Farback</title>"
