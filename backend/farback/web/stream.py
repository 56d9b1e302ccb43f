"""The stream: server-sent events of all runs of a page, on one connection."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.types import Receive, Scope, Send

from ..config import Settings
from ..engine import State
from ..errors import Busy, InvalidInput, NotFound
from .access import InEngine, InHub, InSettings, viewer_of
from .hub import Hub

router = APIRouter()

MAX_RUNS = 16
"""Most runs of one stream: more columns than a page can show side by side."""

PROGRESS_S = 0.25
"""Shortest time between two events that only tell of progress: a progress bar needs no more."""

RETRY_MS = 1000
"""When a browser connects again after the connection broke."""

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # proxies must pass each event on at once

SEEN = re.compile(r"([a-z0-9]{1,64}):(-1|\d{1,9})")


@router.get("/api/stream")
async def get_stream(
    request: Request,
    engine: InEngine,
    hub: InHub,
    settings: InSettings,
    run: Annotated[list[str], Query()],
    viewer: str | None = None,
    last: str | None = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Frames and states of up to 16 runs, from the beginning or from after the event that the browser saw last."""
    token = viewer_of(request, viewer)
    if len(set(run)) < len(run):
        raise InvalidInput("A run is named twice; each has one place on a stream.", "run")
    if len(run) > MAX_RUNS:
        raise InvalidInput(f"A stream carries {MAX_RUNS} runs at most, these are {len(run)}.", "run")
    if hub.open >= settings.max_streams:
        raise Busy("The server has as many streams open as it may: ask for the frames by polling, or try again later.")
    seen = parse_event_id(last_event_id or last)
    views = [
        View(state, None if seen is None else seen.get(state.run, -1), settings) for state in map(engine.state, run)
    ]
    return EventStream(hub, views, token)


def parse_event_id(text: str | None) -> dict[str, int] | None:
    """`run:seq,run:seq` as a mapping; nothing seen where there is no id, None where it is not one of ours."""
    if not text:
        return {}
    matches = [SEEN.fullmatch(part) for part in text.split(",")]
    return None if None in matches else {match[1]: int(match[2]) for match in matches if match}


class View:
    """How far one viewer has come with one run. This is all that is kept for a viewer, however slow it is.

    Args:
        state: how the run stands at the beginning.
        seen: seq of the last frame the viewer has; None where it names no frame of ours.
        settings: how many frames may pile up.
    """

    def __init__(self, state: State, seen: int | None, settings: Settings) -> None:
        self.run = state.run
        self.state = state
        self.stale = False  # whether the run has changed since
        self._settings = settings
        self._told: State | None = None
        self._told_at = 0.0
        lost = seen is None or seen > state.seq or state.seq - seen > settings.stream_backlog
        self._reset = lost
        self.cursor = -1 if seen is None or lost else seen
        self._behind = state.seq  # frames up to here are sent one by one: the viewer came late, it is not slow

    @property
    def over(self) -> bool:
        """Whether all has been sent that there will be."""
        return self.state.finished and self._complete and self._told == self.state

    @property
    def _complete(self) -> bool:
        return self.cursor >= self.state.seq

    def next_frame(self) -> tuple[str, int, int] | None:
        """The kind of the next frame's event, its seq, and how many frames are left out before it."""
        newest = self.state.seq
        if self._complete or newest < 0:
            return None
        kind, seq = "frame", self.cursor + 1
        if self._reset:
            kind, seq, skipped = "reset", newest, 0
        else:
            waiting = newest - self.cursor
            if waiting > self._settings.stream_skip and seq > self._behind:
                seq = newest
            skipped = seq - self.cursor - 1
        self._reset, self.cursor = False, seq
        return kind, seq, skipped

    def next_status(self, now: float) -> bytes | None:
        """The event that tells how the run stands, if that is news; the end is told after the last frame."""
        state, told = self.state, self._told
        if state == told or (state.finished and not self._complete):
            return None
        minor = told is not None and (state.status, state.reason) == (told.status, told.reason)
        if minor and now - self._told_at < PROGRESS_S:
            return None
        self._told, self._told_at = state, now
        return format_sse_event(event="status", data_str=json.dumps(state.as_json(), allow_nan=False))

    def waits(self, now: float) -> float | None:
        """Seconds until there is something to tell although nothing more happens."""
        return max(0.0, self._told_at + PROGRESS_S - now) if self.state != self._told else None

    def gone(self) -> None:
        """The run was deleted while it was watched."""
        last, reason = self.state, "This run is no longer kept: train it again."
        self.state = State(last.run, "failed", last.step, last.steps, self.cursor, None, 0, "gone", reason, None)


class EventStream(StreamingResponse):
    """The answer that stays open until all its runs are finished."""

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, views: list[View], viewer: str) -> None:
        super().__init__(self._events(), headers=HEADERS)
        self._hub = hub
        self._views = {view.run: view for view in views}
        self._viewer = viewer
        self._woken = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._hub.watching(list(self._views), self._viewer, self._wake):
            await super().__call__(scope, receive, send)

    def _wake(self, run: str) -> None:
        self._views[run].stale = True
        self._woken.set()

    async def _events(self) -> AsyncIterator[bytes]:
        for view in self._views.values():
            view.stale = True  # the runs may have gone on before anybody listened
        yield format_sse_event(retry=RETRY_MS)
        spoke = time.monotonic()
        while not self._hub.closing:
            self._woken.clear()
            silent = True
            for view in self._views.values():  # in turns: the columns of a page advance side by side
                for event in await self._next(view):
                    yield event
                    silent, spoke = False, time.monotonic()
            if not silent:
                await asyncio.sleep(0)  # a fast socket never waits by itself, and others want to be served
            elif all(view.over for view in self._views.values()):
                yield format_sse_event(event="end", data_str="{}")
                return
            elif not await self._wait(spoke):
                yield KEEPALIVE_COMMENT
                spoke = time.monotonic()

    async def _next(self, view: View) -> list[bytes]:
        """At most one frame and one word on how its run stands."""
        if view.stale:
            self._look(view)
        events = []
        due = view.next_frame()
        if due is not None:
            try:
                events.append(await self._frame(view, *due))
            except NotFound:
                self._look(view)  # it was dropped, or the disk has lost it
        status = view.next_status(time.monotonic())
        return events if status is None else [*events, status]

    def _look(self, view: View) -> None:
        """See how the view's run stands now."""
        view.stale = False
        try:
            view.state = self._hub.engine.state(view.run)
        except NotFound:
            view.gone()

    async def _frame(self, view: View, kind: str, seq: int, skipped: int) -> bytes:
        event = await self._hub.frame(view.run, seq, kind)
        self._hub.sent += 1
        self._hub.skipped += skipped
        seen = ",".join(f"{other.run}:{other.cursor}" for other in self._views.values())
        return event + format_sse_event(id=seen)

    async def _wait(self, spoke: float) -> bool:
        """Until something happened or is due; False where it is time for a sign of life."""
        now = time.monotonic()
        beat = max(0.0, spoke + self._hub.settings.heartbeat_s - now)
        pauses = [pause for view in self._views.values() if (pause := view.waits(now)) is not None]
        pause = min([beat, *pauses])
        try:
            await asyncio.wait_for(self._woken.wait(), pause)
        except TimeoutError:
            return pause < beat
        return True
