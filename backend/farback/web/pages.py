"""Pages: the explorer under its three addresses, the memory table, and the files they consist of."""

from __future__ import annotations

import re
from importlib.metadata import version

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from starlette.convertors import StringConvertor, register_url_convertor

from . import assets
from .document import document, framed


class FileName(StringConvertor):
    """What can be the name of a file of the page. Any other path is nobody's, whatever the method."""

    regex = rf".+(?:{'|'.join(map(re.escape, assets.KINDS))})"


register_url_convertor("file", FileName())

router = APIRouter()
shelf = assets.Shelf()

IDS = re.compile(r"[a-z0-9]{1,64}(,[a-z0-9]{1,64}){0,15}")


def _checked(ids: str) -> None:
    """Only what can be ids: the page repeats them, and a wrong path is better told at once."""
    if not IDS.fullmatch(ids):
        raise HTTPException(404)


CHECKED = Depends(_checked)


@router.get("/")
def explorer() -> Response:
    """The page that starts with the opening comparison."""
    return document("./")


@router.get("/r/{ids}", dependencies=[CHECKED])
def runs() -> Response:
    """The page on given runs; it asks for them itself, so a link to a run that is gone still opens."""
    return document("../")


@router.get("/embed/{ids}", dependencies=[CHECKED])
def embed() -> Response:
    """The same without controls, for other sites to frame."""
    return framed(document("../", "embed"))


@router.get("/memory")
def memory() -> Response:
    """The memory table: every task with every model."""
    return document("./", name="memory.html")


@router.get("/plotly.js")
def plotly(request: Request) -> Response:
    """Plotly.js; for ever where it is asked for by version."""
    versioned = request.query_params.get("v") == version("plotly")
    return shelf.get(assets.plotly()).response(request, assets.FOR_EVER if versioned else assets.ASK_AGAIN)


@router.get("/{name:file}")
def file(request: Request, name: str) -> Response:
    """A file of the page."""
    path = assets.find(name)
    if path is None:
        raise HTTPException(404)
    return shelf.get(path).response(request)
