"""oEmbed (version 1.0, oembed.com): how a site that is given a snapshot's link shows it."""

from __future__ import annotations

import re
from html import escape
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, Field

from ..errors import NotFound
from . import preview
from .access import InSettings, InSnapshots
from .address import Base, host_of
from .digest import Digest
from .shared import ID, digest

router = APIRouter()

WIDTH, HEIGHT = 960, 720
"""Size of a frame that nobody limits, in pixels: two models side by side with the panels that are unfolded at first."""

SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
"""What a frame may do: draw, and open links in a new tab. It reads nothing of the page around it."""

CACHE_S = 3600
"""Seconds that a site may keep the answer: nothing in it changes, but a snapshot can be deleted."""

LONGEST = 2000
"""Most characters of a link, the longest that every browser takes."""

Pixels = Annotated[
    Annotated[int, Field(ge=1, le=100_000)] | None, BeforeValidator(lambda said: None if said == "" else said), Query()
]
"""Some clients send all that the standard names, and leave empty what they do not care about."""


def _only_json(format: str = "json") -> None:
    """Another format is not offered, whatever else is asked for: that is said before the rest is read."""
    if format not in ("json", ""):
        raise HTTPException(501, f"The format {format[:20]!r} is not offered, only `json` is.")


@router.get("/oembed", dependencies=[Depends(_only_json)])
def oembed(
    request: Request,
    base: Base,
    settings: InSettings,
    snapshots: InSnapshots,
    url: Annotated[str, Query(max_length=LONGEST)],
    maxwidth: Pixels = None,
    maxheight: Pixels = None,
) -> JSONResponse:
    """A snapshot as a frame for another site's page."""
    bases = [base, f"//{host_of(request)}/", f"//{host_of(request)}{settings.prefix.rstrip('/')}/"]
    id, query = _named(url, bases)
    about = digest(snapshots.get(id))
    source = f"{base}embed/{id}{query and f'?{query}'}"
    return JSONResponse(answer_of(about, base, source, f"{base}s/{id}/preview.png", maxwidth, maxheight))


def answer_of(
    about: Digest, base: str, source: str, picture: str, maxwidth: int | None = None, maxheight: int | None = None
) -> dict[str, str | int]:
    """What oEmbed says of a snapshot.

    Args:
        about: what is shown.
        base: address of the site.
        source: address of what a frame shows.
        picture: address of its picture.
        maxwidth: the room there is, in pixels; None where it is not limited.
        maxheight: the same.
    """
    width, height = min(WIDTH, maxwidth or WIDTH), min(HEIGHT, maxheight or HEIGHT)
    answer: dict[str, str | int] = {
        "version": "1.0", "type": "rich", "title": about.title,
        "provider_name": "Farback", "provider_url": base, "cache_age": CACHE_S,
        "html": f'<iframe src="{escape(source)}" title="{escape(about.title)}" width="{width}" height="{height}" '
                f'sandbox="{SANDBOX}" loading="lazy" style="border:0;max-width:100%"></iframe>',
        "width": width, "height": height,
    }  # fmt: skip
    if (maxwidth or preview.WIDTH) >= preview.WIDTH and (maxheight or preview.HEIGHT) >= preview.HEIGHT:
        answer |= {
            "thumbnail_url": picture, "thumbnail_width": preview.WIDTH, "thumbnail_height": preview.HEIGHT,
        }  # fmt: skip
    return answer


def _named(url: str, bases: list[str]) -> tuple[str, str]:
    """The id of the snapshot that a link of this server leads to, and how the link looks at it. What stands behind `#`
    is left out: it may be the secret by which a snapshot is deleted.

    Raises:
        NotFound: it is no such link.
    """
    try:
        parts, site = urlsplit(url), _site(url)
    except ValueError:  # a port that is no number, brackets that do not close
        parts, site = urlsplit(""), ("", None)
    for base in bases:
        found = re.fullmatch(rf"{re.escape(urlsplit(base).path)}(?:s|embed)/({ID})/?", parts.path)
        if found and parts.scheme in ("http", "https") and site == _site(base):
            return found[1], urlencode(parse_qsl(parts.query, keep_blank_values=True))
    raise NotFound("This is no link to a snapshot of this server: it ends in `/s/` or `/embed/` and an id.", "url")


def _site(url: str) -> tuple[str | None, int | None]:
    """Host and port; the usual ports are one, since the same link is written with either scheme."""
    parts = urlsplit(url)
    return parts.hostname, None if parts.port in (80, 443) else parts.port
