"""The base of everything a person may send: strict types, no unknown keys, no NaN."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, field_validator


class Strict(BaseModel):
    """Refuses rather than converts: a boolean, a string or 2.0 is not an integer, and NaN is not a number."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="after")
    @classmethod
    def _one_zero(cls, value: object) -> object:
        """-0.0 becomes 0.0: one number, so that it names one run."""
        return value + 0.0 if isinstance(value, float) else value
