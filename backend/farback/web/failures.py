"""Failures: every error leaves the server in one JSON shape."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from ..errors import Busy, FarbackError, InvalidInput
from ..store import StorageFailed

LOG = logging.getLogger(__name__)

LONGEST = 500
"""Most characters of a message: it may repeat what was sent."""

HUNG_UP = 499
"""What is counted of a client that went away while it was sending, as nginx counts it; nobody reads the answer."""


def install(app: FastAPI) -> None:
    """Give the application its answers to all that can go wrong."""
    app.add_exception_handler(FarbackError, _known)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(SQLAlchemyError, _storage)
    app.add_exception_handler(ClientDisconnect, _hung_up)
    app.add_exception_handler(Exception, _unknown)


def answer(error: FarbackError) -> JSONResponse:
    """The error as it is told to the outside."""
    headers = {"Retry-After": str(math.ceil(error.retry_s))} if isinstance(error, Busy) else None
    return _shaped(error.status, error.code, error.message[:LONGEST], error.field, headers)


def _shaped(
    status: int, code: str, message: str, field: str | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The one JSON shape of every error."""
    return JSONResponse({"error": {"code": code, "message": message, "field": field}}, status, headers)


async def _known(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, FarbackError)
    return answer(error)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    message = {
        404: f"There is nothing at {request.url.path[:80]}.",
        405: f"{request.method[:20]} is not possible here; {error.headers and error.headers.get('Allow')} is.",
    }.get(error.status_code, error.detail)
    return _shaped(error.status_code, phrase.lower().replace(" ", "_"), message, headers=error.headers)


async def _validation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    name = str(first["loc"][-1])
    return answer(InvalidInput(f"`{name}`: {first['msg'][0].lower()}{first['msg'][1:]}.", name))


async def _storage(_: Request, error: Exception) -> JSONResponse:
    LOG.error("The index failed: %s", error)
    message = "The server cannot read or write its index at the moment; if this stays, a restart makes it anew."
    return answer(StorageFailed(message))


async def _hung_up(_: Request, __: Exception) -> Response:
    return Response(status_code=HUNG_UP)


async def _unknown(_: Request, __: Exception) -> JSONResponse:
    # The server logs the traceback by itself; the caller learns nothing about its inside.
    return _shaped(500, "internal", "The server made an error; it was logged.")
