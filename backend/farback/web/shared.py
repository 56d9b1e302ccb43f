"""Shared: a snapshot's own page, what other sites show of its link, and its code to be photographed."""

from __future__ import annotations

import hashlib
import io
import re
from html import escape
from typing import TypedDict
from urllib.parse import quote

import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.convertors import StringConvertor, register_url_convertor

from ..errors import FarbackError, Gone, NotFound
from ..snapshots import Snapshot, frames_name
from . import preview
from .access import InSnapshots
from .address import Base
from .assets import ASK_AGAIN, has_already
from .digest import Digest, connectivity_of, digest_of, shortened
from .document import FRAMED, document, framed
from .recent import Recent

router = APIRouter()

ID = r"[a-z2-7]{12}"
"""How a snapshot's id is written; a run's is twice as long."""


class SnapshotId(StringConvertor):
    """What can be a snapshot's id. Any other name of what is embedded is one of runs."""

    regex = ID


register_url_convertor("snapshot", SnapshotId())

digests: Recent[Digest] = Recent(512)
"""A digest takes a millisecond a model to read, and about 1 kB."""

pictures: Recent[bytes] = Recent(128)
"""A picture takes some 0.2 s to draw, and about 40 kB."""

QUIET_ZONE = 4
"""Modules of white around a QR code, as its standard asks for."""

EXPLANATIONS = {
    NotFound: ("There is no such snapshot", "Look at the address once more: the name at its end has 12 letters and "
               "digits, and neither 0, 1, 8 nor 9."),
    Gone: ("This snapshot was deleted", "Whoever saved it has deleted it, for everyone."),
}  # fmt: skip

SAID = re.compile(r'(data-say="(what|why)">)[^<]*')
"""What `missing.html` says."""


@router.get("/s/{id}")
def snapshot(id: str, base: Base, snapshots: InSnapshots) -> Response:
    """The explorer on a snapshot. The page asks for it by itself; what stands in its head is for other sites."""
    try:
        return document("../", **_about(snapshots.get(id), base, id))
    except FarbackError as error:
        return _refusal(error)


@router.get("/embed/{id:snapshot}")
def embed(id: str, base: Base, snapshots: InSnapshots) -> Response:
    """The same without controls, for other sites to frame."""
    try:
        return framed(document("../", "embed", **_about(snapshots.get(id), base, id)))
    except FarbackError as error:
        return framed(_refusal(error, "embed"))


@router.get("/s/{id:snapshot}/", include_in_schema=False)
def without_slash(id: str, request: Request) -> Response:
    """A link as some write it. The way is told relative to here, as a proxy in front knows another host and path."""
    query = request.url.query
    return RedirectResponse(f"../{id}{query and f'?{query}'}", 308)


@router.get("/embed/{id:snapshot}/", include_in_schema=False)
def embed_without_slash(id: str, request: Request) -> Response:
    """The same of an embed."""
    answer = without_slash(id, request)
    answer.headers.update(FRAMED)
    return answer


@router.get("/s/{id}/qr.svg")
def code(id: str, request: Request, base: Base, snapshots: InSnapshots) -> Response:
    """The snapshot's link as a QR code. It is asked for again each time: the code of a snapshot that was deleted leads
    nowhere, and the address may change with the proxy in front."""
    snapshots.folder(id)
    return _picture(request, qr_code(f"{base}s/{id}"), "image/svg+xml")


@router.get("/s/{id}/preview.png")
def picture(id: str, request: Request, snapshots: InSnapshots) -> Response:
    """The snapshot as a picture, for sites that show a link by one."""
    kept = snapshots.get(id)
    about = digest(kept)
    drawn = pictures.get(kept.etag, lambda: preview.drawn(about, connectivity_of(kept, about.best)))
    return _picture(request, drawn, "image/png")


def digest(kept: Snapshot) -> Digest:
    """A snapshot in a few words and numbers."""
    return digests.get(kept.etag, lambda: digest_of(kept))


def qr_code(link: str) -> bytes:
    """A QR code as SVG that takes the size it is given. A seventh of it may be unreadable (level M): it is shown by
    projectors."""
    file = io.BytesIO()
    made = segno.make(link, error="m", micro=False)
    made.save(file, kind="svg", border=QUIET_ZONE, omitsize=True, light="#fff", title=link, xmldecl=False)
    return file.getvalue()


def _picture(request: Request, body: bytes, kind: str) -> Response:
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"', "Cache-Control": ASK_AGAIN}
    if has_already(request, headers["ETag"]):
        return Response(None, 304, headers)
    return Response(body, 200, headers, kind)


class _About(TypedDict):
    head: str
    data: list[str]


def _about(kept: Snapshot, base: str, id: str) -> _About:
    """What a snapshot's page says to other sites, and what it will ask for."""
    place, files = f"api/snapshots/{id}", kept.manifest.files
    reels = [f"{place}/runs/{n}/frames?v={files[frames_name(n)].sha256}" for n in range(len(kept.manifest.runs))]
    link = f"{base}s/{id}"
    endpoint = f"{base}oembed?format=json&url={quote(link, safe='')}"
    return {"head": head_of(digest(kept), link, endpoint), "data": ["api/catalog", place, *reels]}


def head_of(about: Digest, link: str, endpoint: str) -> str:
    """The tags by which other sites show a link: Open Graph, Twitter's card and oEmbed's discovery.

    Args:
        about: what is shown there.
        link: absolute address of its page.
        endpoint: absolute address of its oEmbed answer.
    """
    title, words = about.title, about.words
    image = f"{link.rstrip('/')}/preview.png"
    alt = f"Bars of how many steps back each model connects. {words}"
    properties = {
        "og:site_name": "Farback", "og:type": "website", "og:title": title, "og:description": words, "og:url": link,
        "og:image": image, "og:image:type": "image/png", "og:image:width": str(preview.WIDTH),
        "og:image:height": str(preview.HEIGHT), "og:image:alt": alt,
    }  # fmt: skip
    names = {
        "description": words, "twitter:card": "summary_large_image", "twitter:title": title,
        "twitter:description": words, "twitter:image": image, "twitter:image:alt": shortened(alt, 420),
    }  # fmt: skip
    return "\n    ".join([
        f"<title>{escape(title)} · Farback</title>",
        *(f'<meta name="{name}" content="{escape(text)}">' for name, text in names.items()),
        *(f'<meta property="{name}" content="{escape(text)}">' for name, text in properties.items()),
        f'<link rel="canonical" href="{escape(link)}">',
        f'<link rel="alternate" type="application/json+oembed" href="{escape(endpoint)}" title="{escape(title)}">',
    ])  # fmt: skip


def _refusal(error: FarbackError, css_class: str = "") -> HTMLResponse:
    """A page for people that says why there is none."""
    title, reason = EXPLANATIONS.get(type(error), ("This snapshot cannot be shown", error.message))
    page = document("../", css_class, "missing.html", f"<title>{escape(title)} · Farback</title>")
    html = bytes(page.body).decode()
    texts = {"what": title, "why": reason}
    html = SAID.sub(lambda place: place[1] + escape(texts[place[2]]), html)
    if css_class:  # within a frame there is no room for the explorer, and it refuses to be framed
        html = html.replace("<a href", '<a target="_blank" rel="noopener" href')
    return HTMLResponse(html, error.status)
