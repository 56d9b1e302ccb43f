"""Reading a request's JSON: strictly, and no more of it than is allowed."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from fastapi import HTTPException, Request

from ..errors import InvalidInput, TooLarge
from ..strict import shown

LONGEST_NUMBER = 40
"""Most digits of a number: nothing here needs more, and reading thousands of digits takes ever longer."""

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
"""An escape that is only half of a character; the other half should be beside it."""


async def read_json(request: Request, limit: int) -> bytes:
    """The body of a request that says it is JSON; for `parse`, which takes long where the body is.

    Raises:
        TooLarge: the body is longer than `limit` bytes; it is not read to its end.
        HTTPException: it does not call itself JSON (415). A form on another site can therefore not send it.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "Send JSON, with the header `Content-Type: application/json`.")
    return await read(request, limit)


async def read(request: Request, limit: int) -> bytes:
    """The body, unless it is longer than `limit` bytes, whatever length it claims to have.

    Raises:
        TooLarge: it is.
    """
    too_large = TooLarge(f"The request's body is larger than {limit / 2**20:.3g} MiB, which is the most allowed.")
    claimed = request.headers.get("content-length", "0")
    if claimed.isdecimal() and int(claimed[:20]) > limit:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_large
    return bytes(body)


def parse(body: bytes) -> object:
    """The JSON value in some bytes.

    Raises:
        InvalidInput: it is not JSON, or JSON that programs read differently: a key given twice, NaN, half a character.
    """
    try:
        value = json.loads(
            body.decode(), parse_constant=_refuse, parse_int=_whole, parse_float=_real, object_pairs_hook=_object
        )
        if SURROGATE.search(body):
            json.dumps(value, ensure_ascii=False).encode()  # half of a surrogate pair is no character
    except UnicodeDecodeError as error:
        raise InvalidInput(f"The body is not UTF-8 text: byte {error.start} does not fit.") from None
    except UnicodeEncodeError:
        raise InvalidInput("The body holds half of a character: a \\u escape without its other half.") from None
    except RecursionError:
        raise InvalidInput("The JSON is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise InvalidInput(f"The body is not JSON: {error.msg} at line {error.lineno}.") from None
    return value


def _refuse(constant: str) -> NoReturn:
    raise InvalidInput(f"The body holds {constant}, which is no number in JSON.")


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise InvalidInput(f"A number has {len(digits)} digits, at most {LONGEST_NUMBER} are read.")
    return int(digits)


def _real(digits: str) -> float:
    if len(digits) > LONGEST_NUMBER:
        raise InvalidInput(f"A number has {len(digits)} digits, at most {LONGEST_NUMBER} are read.")
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise InvalidInput(f"The number {digits} is too large.")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise InvalidInput(f"The key {shown(name)} is given twice.", name[:40])
        values[name] = value
    return values
