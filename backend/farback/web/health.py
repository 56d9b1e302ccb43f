"""Whether the server lives, and its numbers."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from .access import InEngine, InMetrics

router = APIRouter()


@router.get("/healthz")
async def healthz(engine: InEngine) -> JSONResponse:
    """200 while runs can be taken on, also while workers are still starting; 503 when the server needs a restart."""
    alive = engine.alive
    content = {"status": "ok" if alive else "broken", **engine.capacity()._asdict()}
    return JSONResponse(content, 200 if alive else 503)


@router.get("/metrics")
def metrics(metrics: InMetrics) -> Response:
    """Numbers in Prometheus' text form."""
    return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)
