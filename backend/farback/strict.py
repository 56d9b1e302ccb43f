"""The base of everything a person may send: strict types, no unknown keys, no NaN."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic_core import ErrorDetails

from .errors import InvalidInput


class Strict(BaseModel):
    """Refuses rather than converts: a boolean, a string or 2.0 is not an integer, and NaN is not a number."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="after")
    @classmethod
    def _one_zero(cls, value: object) -> object:
        """-0.0 becomes 0.0: one number, so that it names one run."""
        return value + 0.0 if isinstance(value, float) else value


LONGEST_SHOWN = 60
"""Most characters of a value in a sentence."""

Model = TypeVar("Model", bound=Strict)


def checked(model: type[Model], values: Mapping[str, Any], part: str | None) -> Model:
    """The model made of these values.

    Args:
        model: what they are to be.
        values: as a person sent them.
        part: where they stand in what was sent, None for all of it.

    Raises:
        InvalidInput: something is unknown, missing, of the wrong type or out of range; names the field.
    """
    refuse_unknown(values, model, part)
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        first, *others = error.errors(include_url=False)
        place = _place(first["loc"])
        path = ".".join([part or "", *place]).strip(".")
        if first["type"] == "extra_forbidden":  # in an entry of a list: what the whole has was checked above
            [entry] = get_args(model.model_fields[place[0]].annotation)
            refuse_unknown(place[-1:], entry, path.removesuffix(f".{place[-1]}"))
        if first["type"] == "model_type" and len(place) > 1:
            [entry] = get_args(model.model_fields[place[0]].annotation)
            needed = listed(name for name, field in entry.model_fields.items() if field.is_required())
            said = f"`{path}` is {shown(first['input'])}: it must be a JSON object with {needed}."
            raise InvalidInput(said, path) from None
        if first["type"] == "too_long":
            said = f"`{path}` has {len(first['input'])} entries, at most {first['ctx']['max_length']} are allowed."
            raise InvalidInput(said, path) from None
        if first["type"] == "too_short" and isinstance(first["input"], list):
            least = first["ctx"]["min_length"]
            said = (
                f"`{path}` has {len(first['input'])} entries, at least {least} {'is' if least == 1 else 'are'} needed."
            )
            raise InvalidInput(said, path) from None
        messages = [first["msg"], *(other["msg"] for other in others if _is_alternative(first, other))]
        raise InvalidInput(_sentence(path, messages, first["input"], first["type"]), path or None) from None


def refuse_unknown(values: Iterable[str], model: type[Strict], part: str | None) -> None:
    """Refuse keys that the model does not have.

    Raises:
        InvalidInput: there is one; says what there is instead.
    """
    for key in values:
        if key not in model.model_fields:
            where = f"`{part}` has" if part else "This has"
            raise InvalidInput(
                f"{where} no option {shown(key)}; there are {listed(model.model_fields)}.",
                f"{part}.{key[:40]}" if part else key[:40],
            )


def listed(names: Iterable[str]) -> str:
    """Names for a sentence."""
    return ", ".join(names)


def shown(value: object) -> str:
    """A value for a sentence, as JSON, shortened."""
    text = ""
    for piece in json.JSONEncoder(ensure_ascii=False, default=repr).iterencode(value):
        text += piece
        if len(text) > LONGEST_SHOWN:  # the rest may be a million characters long
            return f"{text[:LONGEST_SHOWN]}…"
    return text


def _is_alternative(first: ErrorDetails, other: ErrorDetails) -> bool:
    """Whether two errors tell of one value that may be this or that and is neither, like a bias of 99."""
    return len(other["loc"]) == 2 and other["loc"][:1] == first["loc"][:1] and other["input"] is first["input"]


def _place(loc: Sequence[int | str]) -> list[str]:
    """The field, and where it is a list the entry's number and field; what else pydantic tells is a union's branch."""
    place = [str(step) for step in loc[:1]]
    if len(loc) > 1 and isinstance(loc[1], int):
        place += [str(step) for step in loc[1:3]]
    return place


def _sentence(path: str, messages: list[str], value: object, kind: str) -> str:
    if kind == "missing":
        return f"`{path}` is missing."
    if kind == "value_error":  # a sentence that one of our own checks wrote
        return messages[0].removeprefix("Value error, ")
    first, *others = (f"{message[0].lower()}{message[1:]}" for message in messages)
    wanted = " or ".join([first, *(other.removeprefix("input should be ") for other in others)])
    return f"`{path}` is {shown(value)}: {wanted}."
