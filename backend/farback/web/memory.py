"""The memory table: what every model came to on every task, measured beforehand."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache

from fastapi import APIRouter, Request, Response

from ..memory import MEASURED, measured, read, summaries
from .assets import Asset

router = APIRouter()


@router.get("/api/memory")
def get_memory(request: Request) -> Response:
    """A summary of the seeds for each task and model, and where and when they were measured."""
    return _table().response(request)


@cache
def _table() -> Asset:
    rows = read(MEASURED)
    whole = measured(rows) | {"rows": [asdict(summary) for summary in summaries(rows)]}
    return Asset.of(json.dumps(whole, allow_nan=False).encode(), "application/json")
