"""The application: which routes there are, and what they share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from .. import __version__
from ..classes import Classes
from ..config import Settings
from ..engine import LocalEngine
from ..lessons import shelf_of
from ..lessons.preparation import prepare
from ..snapshots import Snapshots
from . import (
    catalog,
    classes,
    failures,
    frames,
    health,
    lessons,
    memory,
    oembed,
    offline,
    pages,
    probe,
    runs,
    shared,
    snapshots,
    stream,
    takeaway,
    weights,
)
from .allowance import Allowance
from .attempts import Door
from .body import IMPORTS_AT_ONCE, LARGE_AT_ONCE
from .front import Front
from .hub import Hub
from .metrics import Metrics
from .origins import Origins

NEVER_PACKED = ("text/event-stream", "application/octet-stream", "application/zip", "image/png")
"""A stream must not wait for a packer's next block, and weights and what is packed do not get smaller."""


def create_app(settings: Settings, engine: LocalEngine) -> FastAPI:
    """The web application over an engine; the engine starts and ends with it.

    `app.state` carries `settings`, `engine`, `snapshots`, `lessons`, `hub` and `metrics`, which the routes ask for in
    `access.py`.
    """
    hub = Hub(settings, engine)
    kept = Snapshots(settings, engine.store)
    metrics = Metrics(engine, hub, kept)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        hub.start(asyncio.get_running_loop())
        engine.start()
        await asyncio.to_thread(kept.tidy)
        app.state.classes.start()
        if settings.prepare_lessons:
            await asyncio.to_thread(prepare, engine, app.state.lessons)
        yield
        hub.close()
        app.state.classes.close()
        await asyncio.to_thread(engine.close)

    app = FastAPI(
        title="Farback",
        version=__version__,
        lifespan=lifespan,
        redirect_slashes=False,  # a redirect would name a host and path that a proxy in front knows otherwise
        openapi_url=None,  # docs/api.md describes the routes; the usual pages for it load scripts from elsewhere
    )
    app.state.settings, app.state.engine, app.state.hub, app.state.metrics = settings, engine, hub, metrics
    app.state.snapshots, app.state.lessons = kept, shelf_of(settings.data_dir)
    app.state.classes, app.state.door = Classes(settings), Door()
    app.state.one_at_a_time = asyncio.Lock()  # specs are checked in turn: a long text takes tens of MB meanwhile
    app.state.large_bodies = asyncio.Semaphore(LARGE_AT_ONCE)
    app.state.allowance = Allowance(settings.max_saves_client)
    app.state.saves = asyncio.Lock()  # others wait here, where they hold no thread that might answer something else
    app.state.imports = asyncio.Semaphore(IMPORTS_AT_ONCE)
    app.state.takeaways = asyncio.Semaphore(takeaway.AT_ONCE)
    failures.install(app)
    for room in (
        catalog,
        memory,
        runs,
        probe,
        stream,
        frames,
        weights,
        snapshots,
        takeaway,
        shared,
        offline,
        oembed,
        lessons,
        classes,
        health,
        pages,
    ):
        app.include_router(room.router)
    app.add_middleware(GZipMiddleware, compresslevel=1, exclude_content_types=NEVER_PACKED)
    app.add_middleware(Origins)
    app.add_middleware(Front, prefix=settings.prefix, metrics=metrics)
    return app
