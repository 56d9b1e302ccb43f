"""Front: what happens to every request before and after its route."""

from __future__ import annotations

import re
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .metrics import Metrics

POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'"
)
"""All from this server, and no script but its files. Plotly writes style attributes and draws images from blobs."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # an id may be all that keeps a run private
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'self'",
}

NO_WEIGHT = re.compile(r"q=0(\.0*)?")

EMBEDDED = POLICY
"""For pages made to be shown within another site's page: no word on who may frame them."""


class Front:
    """Takes the path's prefix off, answers HEAD as GET, says plainly whether gzip is read, adds the headers of
    caution, counts.

    Args:
        app: the application behind it.
        prefix: path below which a proxy passes requests on as they are, `/` where it passes on the bare path.
        metrics: where requests are counted.
    """

    def __init__(self, app: ASGIApp, prefix: str, metrics: Metrics) -> None:
        self._app = app
        self._prefix = prefix.rstrip("/")
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, method = time.perf_counter(), 500, scope["method"]

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-cache")
            await send(message)

        path = scope["path"]
        if self._prefix and path.startswith(f"{self._prefix}/"):
            path = path[len(self._prefix) :]
        # The server leaves the body of an answer to HEAD out by itself, so every GET can be asked for by HEAD.
        scope = {
            **scope,
            "path": path,
            "method": "GET" if method == "HEAD" else method,
            "headers": _with_plain_encoding(scope["headers"]),
        }
        try:
            await self._app(scope, receive, send_on)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.answered(method, route, status, time.perf_counter() - began)


def _with_plain_encoding(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers, with `Accept-Encoding: gzip` where the caller reads that and none where it does not: all rooms
    behind only look whether the word is there, and `gzip;q=0` has it too."""
    said = b",".join(value for name, value in headers if name == b"accept-encoding").decode("latin-1")
    others = [(name, value) for name, value in headers if name != b"accept-encoding"]
    return [*others, (b"accept-encoding", b"gzip")] if reads_gzip(said) else others


def reads_gzip(accepted: str) -> bool:
    """What `Accept-Encoding` says of gzip: wanted unless its weight is 0; `*` speaks for what is not named."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        weights[name.strip()] = not NO_WEIGHT.fullmatch(weight.replace(" ", ""))
    return weights.get("gzip", weights.get("*", False))
