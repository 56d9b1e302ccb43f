"""Reading a request's JSON: strictly, and no more of it than is allowed."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, BinaryIO, NoReturn

from fastapi import HTTPException, Request
from fastapi.concurrency import run_in_threadpool

from ..errors import InvalidInput, TooLarge
from ..strict import shown

LONGEST_NUMBER = 40
"""Most digits of a number: nothing here needs more, and reading thousands of digits takes ever longer."""

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
"""An escape that is only half of a character; the other half should be beside it."""


SMALL = 64 * 1024
"""Bytes that any number of requests may hold: a spec without a text of one's own has a few hundred."""
LARGE_AT_ONCE = 4
"""Bodies beyond that which are held at a time, from their first byte until their JSON was read."""
PATIENCE_S = 30.0
"""Seconds within which a body must have come, its turn included: the longest text at 2 Mbit/s."""


IMPORTS_AT_ONCE = 2
"""Files that are taken in at a time: each may take the disk's room, and some seconds of a core."""
FILE_PATIENCE_S = 120.0
"""Seconds within which a file must have come: the largest one at some 5 Mbit/s."""


@asynccontextmanager
async def receiving(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The body of a request that says it is JSON, for `parse`; one that is large waits for its turn, and keeps it until
    the block ends.

    Raises:
        TooLarge: the body is longer than `limit` bytes; it is not read to its end.
        HTTPException: it does not call itself JSON (415), or does not come in time (408).
    """
    _must_be_json(request)
    async with AsyncExitStack() as held:
        yield await read(request, limit, held)


async def read_json(request: Request, limit: int) -> bytes:
    """As `receiving`, of a body that is never large."""
    _must_be_json(request)
    return await read(request, limit)


async def read(request: Request, limit: int, held: AsyncExitStack | None = None) -> bytes:
    """The body, unless it is longer than `limit` bytes, whatever length it claims to have.

    Args:
        request: the request.
        limit: bytes.
        held: what a large body's turn is kept in; None where `limit` is small.

    Raises:
        TooLarge: it is longer.
        HTTPException: it does not come in time (408).
    """
    too_large = TooLarge(f"The request's body is larger than {limit / 2**20:.3g} MiB, which is the most allowed.")
    if _claimed(request) > limit:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for chunk in request.stream():
                if held is not None and len(body) <= SMALL < len(body) + len(chunk):
                    await held.enter_async_context(request.app.state.large_bodies)
                body += chunk
                if len(body) > limit:
                    raise too_large
    except TimeoutError:
        message = f"The request's body did not come within {PATIENCE_S:g} s: try again."
        raise HTTPException(408, message, {"Connection": "close"}) from None
    return bytes(body)


async def read_into(file: BinaryIO, request: Request, limit: int) -> None:
    """Put a body that is a file on the disk, unless it is longer than `limit` bytes.

    Raises:
        TooLarge: it is longer.
        OSError: it cannot be written.
        HTTPException: it does not come in time (408).
    """
    too_large = TooLarge(f"The file is larger than {limit / 2**20:.3g} MiB, which is the most allowed.")
    if _claimed(request) > limit:
        raise too_large
    size = 0
    try:
        async with asyncio.timeout(FILE_PATIENCE_S):
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise too_large
                await run_in_threadpool(file.write, chunk)
    except TimeoutError:
        message = f"The file did not come within {FILE_PATIENCE_S:g} s: try again."
        raise HTTPException(408, message, {"Connection": "close"}) from None


def _claimed(request: Request) -> int:
    """How long a body says it is; 0 where it does not."""
    claimed = request.headers.get("content-length", "0")
    return int(claimed[:20]) if claimed.isdecimal() else 0


def _must_be_json(request: Request) -> None:
    """A form on another site can send anything but this."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "Send JSON, with the header `Content-Type: application/json`.")


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
