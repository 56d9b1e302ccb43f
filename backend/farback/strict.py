"""The base of everything a person may send: strict types, no unknown keys, no NaN."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Refuses rather than converts: a boolean, a string or 2.0 is not an integer, and NaN is not a number."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)
