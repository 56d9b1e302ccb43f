"""Pages: the explorer under its three addresses, the memory table, and the files they consist of."""

from __future__ import annotations

import importlib.metadata
import re

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from starlette.convertors import StringConvertor, register_url_convertor

from . import assets
from .document import document, framed
from .edition import editions


class FileName(StringConvertor):
    """What can be the name of a file of the page. Any other path is nobody's, whatever the method."""

    regex = rf".+(?:{'|'.join(map(re.escape, assets.KINDS))})"


register_url_convertor("file", FileName())

router = APIRouter()
shelf = assets.Shelf()

IDS = re.compile(r"[a-z0-9]{1,64}(,[a-z0-9]{1,64}){0,15}")


CATALOG = "api/catalog"
"""What every page but the memory table asks for first."""


def _checked(ids: str) -> None:
    """Only what can be ids: the page repeats them, and a wrong path is better told at once."""
    if not IDS.fullmatch(ids):
        raise HTTPException(404)


CHECKED = Depends(_checked)


@router.get("/")
def explorer() -> Response:
    """The page that starts with the opening comparison."""
    return document("./", data=[CATALOG])


@router.get("/r/{ids}", dependencies=[CHECKED])
def runs() -> Response:
    """The page on given runs; it asks for them itself, so a link to a run that is gone still opens."""
    return document("../", data=[CATALOG])


@router.get("/embed/{ids}", dependencies=[CHECKED])
def embed() -> Response:
    """The same without controls, for other sites to frame."""
    return framed(document("../", "embed", data=[CATALOG]))


@router.get("/memory")
def memory() -> Response:
    """The memory table: every task with every model."""
    return document("./", name="memory.html")


@router.get("/own")
def own() -> Response:
    """How to measure a model of one's own."""
    return document("./", name="own.html")


@router.get("/plotly.js")
def plotly(request: Request) -> Response:
    """Plotly.js; for ever where it is asked for by version."""
    versioned = request.query_params.get("v") == importlib.metadata.version("plotly")
    return shelf.get(assets.plotly()).response(request, assets.FOR_EVER if versioned else assets.ASK_AGAIN)


@router.get("/v/{version}/{name:file}")
def versioned(request: Request, version: str, name: str) -> Response:
    """A part of a page, for ever. Of a version that is no more there is nothing, but in the place of the script that a
    page begins with there is one that gets the page as it is now."""
    edition = editions.get(version)
    if edition is None:
        outdated = assets.find("outdated.js") if name in editions.newest().entries else None
        if outdated is None:
            raise HTTPException(404)
        return Response(outdated.read_bytes(), 200, {"Cache-Control": "no-store"}, assets.KINDS[".js"])
    asset = edition.asset(name)
    if asset is None:
        raise HTTPException(404)
    return asset.response(request, assets.FOR_EVER)


@router.get("/{name:file}")
def file(request: Request, name: str) -> Response:
    """A file of the page."""
    path = assets.find(name)
    if path is None:
        raise HTTPException(404)
    return shelf.get(path).response(request)
