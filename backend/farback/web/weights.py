"""Weights: what a model had learned at a step, in a file that a stranger can open without running code."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from ..errors import NotFound
from .access import InEngine
from .frames import LARGEST, kept, stored

router = APIRouter(prefix="/api/runs/{id}/weights")


@router.get("")
def get_weights(id: str, engine: InEngine, step: Annotated[int | None, Query(ge=0, le=LARGEST)] = None) -> Response:
    """The weights at a step that has a frame, the newest by default; safetensors."""
    engine.about(id)
    folder = engine.store.folder(id)
    steps = folder.steps()
    chosen = max(steps, default=0) if step is None else step
    answer = stored(folder.weights(chosen), "application/octet-stream", f"farback-{id}-{chosen}.safetensors")
    if answer is None:
        raise NotFound(f"Run {id} has no weights at step {chosen}; {kept(steps)}.", "step")
    return answer
