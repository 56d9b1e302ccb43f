"""The catalog: all that the page needs to build its controls."""

from __future__ import annotations

import json
from functools import cache

from fastapi import APIRouter, Request, Response

from ..catalog import catalog
from .assets import Asset

router = APIRouter()


@router.get("/api/catalog")
def get_catalog(request: Request) -> Response:
    """Tasks, cells, options, limits, presets and words; the same for everybody until the server changes."""
    return _catalog().response(request)


@cache
def _catalog() -> Asset:
    return Asset.of(json.dumps(catalog(), allow_nan=False).encode(), "application/json")
