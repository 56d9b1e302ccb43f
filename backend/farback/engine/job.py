"""The job that a spec is: what an engine is handed of it."""

from __future__ import annotations

import json

from ..facts import facts
from ..identity import run_id
from ..spec import RunSpec
from .base import Job


def job_of(spec: RunSpec, start: bytes | None = None) -> Job:
    """The job of training a spec, from these weights (safetensors) where it goes on from some."""
    return Job(
        id=run_id(spec),
        spec=json.dumps(spec.as_json(), allow_nan=False, ensure_ascii=False),
        public=json.dumps(spec.public_json(), allow_nan=False),
        facts=json.dumps(facts(spec), allow_nan=False),
        steps=spec.training.steps,
        private=spec.private,
        start=start,
    )
