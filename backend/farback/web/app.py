"""The application: which routes there are, and what they share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from .. import __version__
from ..config import Settings
from ..engine import LocalEngine
from . import catalog, failures, frames, health, memory, pages, probe, runs, stream, weights
from .body import LARGE_AT_ONCE
from .front import Front
from .hub import Hub
from .metrics import Metrics

NEVER_PACKED = ("text/event-stream", "application/octet-stream")
"""A stream must not wait for a packer's next block, and weights do not get smaller."""


def create_app(settings: Settings, engine: LocalEngine) -> FastAPI:
    """The web application over an engine; the engine starts and ends with it.

    `app.state` carries `settings`, `engine`, `hub` and `metrics`, which the routes ask for in `access.py`.
    """
    hub = Hub(settings, engine)
    metrics = Metrics(engine, hub)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        hub.start(asyncio.get_running_loop())
        engine.start()
        yield
        hub.close()
        await asyncio.to_thread(engine.close)

    app = FastAPI(
        title="Farback",
        version=__version__,
        lifespan=lifespan,
        redirect_slashes=False,  # a redirect would name a host and path that a proxy in front knows otherwise
        openapi_url=None,  # docs/api.md describes the routes; the usual pages for it load scripts from elsewhere
    )
    app.state.settings, app.state.engine, app.state.hub, app.state.metrics = settings, engine, hub, metrics
    app.state.one_at_a_time = asyncio.Lock()  # specs are checked in turn: a long text takes tens of MB meanwhile
    app.state.large_bodies = asyncio.Semaphore(LARGE_AT_ONCE)
    failures.install(app)
    for room in (catalog, memory, runs, probe, stream, frames, weights, health, pages):
        app.include_router(room.router)
    app.add_middleware(GZipMiddleware, compresslevel=1, exclude_content_types=NEVER_PACKED)
    app.add_middleware(Front, prefix=settings.prefix, metrics=metrics)
    return app
