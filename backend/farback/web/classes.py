"""Classes: a teacher makes one and leads it, readers answer in it, a projector shows it."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import escape
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.responses import JSONResponse

from .. import config
from ..classes import (
    Class,
    Classes,
    NoSuchClass,
    parse_act,
    parse_answer,
    parse_title,
    read_code,
    value_of,
)
from ..errors import Forbidden, NotFound
from ..lessons import Shelf
from .access import InSettings
from .address import Base
from .assets import ASK_AGAIN, has_already
from .attempts import Door, address_of
from .body import parse, read_json
from .document import document
from .shared import qr_code

router = APIRouter()

MAX_BYTES = 8 * 1024
"""A drawn curve, each number as long as it may be."""


# All that an answer needs is asked for on the event loop: 300 come at once, and each hop to a thread takes a
# tenth of the time that an answer does.


async def _classes(request: Request) -> Classes:
    classes: Classes = request.app.state.classes
    return classes


async def _door(request: Request) -> Door:
    door: Door = request.app.state.door
    return door


async def _lessons(request: Request) -> Shelf:
    lessons: Shelf = request.app.state.lessons
    return lessons


InClasses: TypeAlias = Annotated[Classes, Depends(_classes)]
InDoor: TypeAlias = Annotated[Door, Depends(_door)]
InLessons: TypeAlias = Annotated[Shelf, Depends(_lessons)]
Secret: TypeAlias = Annotated[str | None, Header(alias="X-Farback-Secret")]
"""Of whoever made a class. Pages of other origins cannot send this header."""
Viewer: TypeAlias = Annotated[str | None, Header(alias="X-Farback-Viewer")]
"""What a reader's browser calls itself; in an answer it is the `client`."""


@router.get("/api/classes")
def get_rules(settings: InSettings) -> dict[str, float]:
    """How long a class is kept."""
    return {"hours": settings.class_hours, "days": config.MAX_CLASS_DAYS}


@router.post("/api/classes")
async def post_class(request: Request, classes: InClasses, door: InDoor) -> JSONResponse:
    """Make a class."""
    body = await read_json(request, MAX_BYTES)
    title, address = parse_title(parse(body)), address_of(request)
    door.make(address)
    made = await asyncio.wrap_future(classes.make(title))
    door.made(address, made.code)
    told = {"code": made.code, "secret": made.secret, "until": _moment(made.until)}
    return JSONResponse(told, 201, {"Cache-Control": "no-store"})  # the secret is for nobody else


@router.get("/api/classes/{code}")
def get_class(code: str, request: Request, classes: InClasses, door: InDoor, lessons: InLessons) -> Response:
    """A class, and how what is asked in it stands."""
    with _entering(request, door, code) as code:
        found = classes.find(code)
    return _told(request, _about(found) | {"asked": _asked(found, classes, lessons)})


@router.delete("/api/classes/{code}")
async def delete_class(
    code: str, request: Request, classes: InClasses, door: InDoor, secret: Secret = None
) -> Response:
    """Delete a class, for whoever made it."""
    with _entering(request, door, code) as code:
        await asyncio.wrap_future(classes.end(code, _given(secret)))
    return Response(status_code=204)


@router.post("/api/classes/{code}/answers")
async def post_answer(
    code: str, request: Request, classes: InClasses, door: InDoor, lessons: InLessons
) -> JSONResponse:
    """Take a reader's answer; the reply tells what the class has answered so far."""
    body = await read_json(request, MAX_BYTES)
    answer = parse_answer(parse(body))
    prediction = lessons.prediction(answer.lesson, answer.prediction)
    value = value_of(answer, prediction)
    with _entering(request, door, code) as code:
        await asyncio.wrap_future(classes.answer(code, answer.lesson, answer.prediction, answer.client, value))
    standing = classes.standing(code, answer.lesson, answer.prediction, prediction)  # counted once for many
    return JSONResponse(standing.told(all_of_it=True), headers={"Cache-Control": "no-store"})


@router.get("/api/classes/{code}/{lesson}/{prediction}")
def get_standing(
    code: str,
    lesson: str,
    prediction: str,
    request: Request,
    classes: InClasses,
    door: InDoor,
    lessons: InLessons,
    viewer: Viewer = None,
) -> Response:
    """How a prediction stands; what was answered is told to those who have answered, and once it is revealed."""
    asked = lessons.prediction(lesson, prediction)
    with _entering(request, door, code) as code:
        answered = classes.has_answered(code, lesson, prediction, viewer or "")
    return _told(request, classes.standing(code, lesson, prediction, asked).told(all_of_it=answered))


@router.post("/api/classes/{code}/{lesson}/{prediction}")
async def post_act(
    code: str,
    lesson: str,
    prediction: str,
    request: Request,
    classes: InClasses,
    door: InDoor,
    lessons: InLessons,
    secret: Secret = None,
) -> JSONResponse:
    """Do what the teacher wants with a prediction: show, open, close, clear, reveal, or hide again."""
    body = await read_json(request, MAX_BYTES)
    act = parse_act(parse(body))
    asked = lessons.prediction(lesson, prediction)
    with _entering(request, door, code) as code:
        await asyncio.wrap_future(classes.act(code, _given(secret), lesson, prediction, act))
    standing = classes.standing(code, lesson, prediction, asked)
    return JSONResponse(standing.told(all_of_it=False), headers={"Cache-Control": "no-store"})


@router.get("/class")
def making() -> Response:
    """The page on which a class is made or joined."""
    return document("./", name="class.html")


@router.get("/class/{code}")
def projector(code: str) -> Response:
    """The page for the projector. It asks for the class by itself, and tells people where there is none."""
    return document("../", name="class.html", head=f"<title>Class {escape(code[:20])} · Farback</title>")


@router.get("/class/{code}/qr.svg")
def join_code(
    code: str,
    request: Request,
    base: Base,
    classes: InClasses,
    door: InDoor,
    lessons: InLessons,
    lesson: str = "",
) -> Response:
    """The link by which readers come to a lesson in their class, as a QR code; without a lesson, to the class."""
    with _entering(request, door, code) as code:
        classes.find(code)
    link = f"{base}learn/{lessons.find(lesson).name}?class={code}" if lesson else f"{base}class/{code}"
    return _tagged(request, qr_code(link), "image/svg+xml")


@contextmanager
def _entering(request: Request, door: Door, typed: str) -> Iterator[str]:
    """While a class is asked for by a code as a person typed it; the code as it is written.

    Raises:
        NotFound: it can be no code.
        Busy: too many wrong codes came from there.
    """
    code, address = read_code(typed), address_of(request)
    door.knock(address, code)
    try:
        yield code
    except NoSuchClass:
        door.answered(address, code, there=False)
        raise
    door.answered(address, code, there=True)


def _asked(found: Class, classes: Classes, lessons: Shelf) -> dict[str, Any] | None:
    """What the projector shows; nothing where its lesson does not ask that any more."""
    if found.asked is None:
        return None
    lesson, name = found.asked
    try:
        prediction = lessons.prediction(lesson, name)
    except NotFound:
        return None
    standing = classes.standing(found.code, lesson, name, prediction)
    return {"lesson": lesson, "prediction": name} | standing.told(all_of_it=False)


def _about(found: Class) -> dict[str, Any]:
    return {"code": found.code, "title": found.title, "until": _moment(found.until)}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _given(secret: str | None) -> str:
    if not secret:
        raise Forbidden("Only who made this class may do this: send its secret in the header `X-Farback-Secret`.")
    return secret


def _told(request: Request, content: dict[str, Any]) -> Response:
    return _tagged(request, json.dumps(content, allow_nan=False).encode(), "application/json")


def _tagged(request: Request, body: bytes, kind: str) -> Response:
    """What is asked for again and again, and has mostly not changed."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"ETag": etag, "Cache-Control": ASK_AGAIN, "Vary": "X-Farback-Viewer"}
    if has_already(request, etag):
        return Response(None, 304, headers)
    return Response(body, 200, headers, kind)
