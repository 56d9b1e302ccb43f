"""A run's id: the same for everyone who asks for the same run."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets

from .machine import fingerprint
from .spec import RunSpec

ID_BYTES = 15
"""24 letters of base 32: short enough for a URL, and 120 bits before two runs could meet or one be guessed."""


def run_id(spec: RunSpec) -> str:
    """24 URL-safe characters: a hash over the resolved spec, its corpus and the machine.

    Of a run that goes on from a snapshot the weights count, not where they were kept: whoever goes on from the same
    ones shares the run. A spec with a person's own text gets a random id instead, so that knowing the text does not
    open the run.
    """
    if spec.private:
        return _letters(secrets.token_bytes(ID_BYTES))
    values = spec.as_json() | ({} if spec.start is None else {"start": spec.start.content()})
    whole = {"spec": values, "corpus": spec.task.corpus_sha256(), "machine": fingerprint()}
    canonical = json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()
    return _letters(hashlib.sha256(canonical).digest()[:ID_BYTES])


def _letters(data: bytes) -> str:
    return base64.b32encode(data).decode().lower()
