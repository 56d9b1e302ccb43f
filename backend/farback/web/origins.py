"""Origins: what pages of another origin may read and ask for.

A course page shows an embed in a frame with `sandbox="allow-scripts"`. To the browser such a frame is of no origin at
all, so it may not even read its own scripts and data unless they are for everyone. They are: the files of the page, the
catalog, and what an embedded snapshot asks for. Nobody signs in to this server, so whoever may read these learns no
more than by asking for them without a browser. An embedded lesson asks about runs in the same way, by their ids. What
they may start are the runs that a snapshot was made of, by the specs that it was saved with. Nothing else that starts,
saves or deletes anything is here but the answer to a prediction, which whoever has the class's code may give from
anywhere.
"""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import assets

KINDS = "|".join(map(re.escape, assets.KINDS))

OPEN = {
    re.compile(rf"/(?!api/|s/|embed/).+(?:{KINDS})"): "GET",
    re.compile(r"/api/catalog"): "GET",
    re.compile(r"/api/classes/[^/]+"): "GET",
    re.compile(r"/api/classes/[^/]+/answers"): "POST",
    re.compile(r"/api/classes/[^/]+/[^/]+/[^/]+"): "GET",
    re.compile(r"/api/runs/[\w-]+(?:/frames|/weights)?"): "GET",
    re.compile(r"/api/runs/[\w-]+/probe"): "POST",
    re.compile(r"/api/stream"): "GET",
    re.compile(r"/api/snapshots/[^/]+"): "GET",
    re.compile(r"/api/snapshots/[^/]+/runs/[^/]+/frames"): "GET",
    re.compile(r"/api/snapshots/[^/]+/runs/[^/]+/(?:probe|train)"): "POST",
}
"""Paths, and how they may be asked for."""

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    # Pages that isolate themselves (those that run Python in the browser do) show nothing that does not allow it.
    "Cross-Origin-Resource-Policy": "cross-origin",
}

PREFLIGHT = {
    "Access-Control-Allow-Headers": "Content-Type, X-Farback-Viewer",
    "Access-Control-Max-Age": "7200",  # the longest that Chromium keeps
}


class Origins:
    """Lets other origins have what is open, and answers browsers that ask beforehand.

    Args:
        app: the application behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = method_of(scope["path"]) if scope["type"] == "http" else None
        if allowed is not None and scope["method"] == "OPTIONS":
            headers = HEADERS | PREFLIGHT | {"Access-Control-Allow-Methods": allowed}
            await Response(status_code=204, headers=headers)(scope, receive, send)
            return

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, send_on if allowed is not None and scope["method"] == allowed else send)


def method_of(path: str) -> str | None:
    """How other origins may ask for a path; None where they may not."""
    return next((method for pattern, method in OPEN.items() if pattern.fullmatch(path)), None)
