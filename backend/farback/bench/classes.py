"""A class that answers: 300 readers at the same moment, from their browsers' connection to the counts."""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..lessons import Prediction, lessons
from .server import processor, serving
from .table import Row

READERS = 300
TIMES = 3


@dataclass(frozen=True)
class Reply:
    """What one reader was told."""

    status: int
    content: dict[str, Any]
    seconds: float
    """Since all of them began."""


def rows() -> Iterator[Row]:
    """All measurements, one after another."""
    found = next(((lesson.name, asked) for lesson in lessons() for asked in lesson.predictions), None)
    if found is None:
        return
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as served:
        before = processor(served.pid)
        waits = [_answered(served.port, *found) for _ in range(TIMES)]
        spent = (processor(served.pid) - before) / TIMES
    slowest, medians = max(max(wait) for wait in waits), [statistics.median(wait) for wait in waits]
    yield Row(
        f"class: seconds until the last of {READERS} readers who answer at once has the counts",
        "",
        f"{slowest:.2f} s at most in {TIMES} times; median reader {statistics.median(medians):.2f} s; "
        f"{spent:.2f} s of the server's processor time each",
        "under 2 s",
    )


def _answered(port: int, lesson: str, asked: Prediction) -> list[float]:
    """Seconds after which each reader had the counts.

    Raises:
        RuntimeError: an answer was lost.
    """
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/classes", b"{}", {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        code = json.load(answer)["code"]
    values = [
        {"choice": reader % len(asked.choices)} if asked.choices else {"curve": [reader / READERS] * asked.points}
        for reader in range(READERS)
    ]
    bodies = [
        {"lesson": lesson, "prediction": asked.name, "client": f"reader-{reader:010}", **value}
        for reader, value in enumerate(values)
    ]
    replies = asyncio.run(crowd("127.0.0.1", port, f"/api/classes/{code}/answers", bodies))
    if {reply.status for reply in replies} != {200} or max(r.content["answers"] for r in replies) != READERS:
        raise RuntimeError("an answer was lost")
    return [reply.seconds for reply in replies]


async def crowd(host: str, port: int, path: str, bodies: Sequence[dict[str, Any]]) -> list[Reply]:
    """Send each body from a connection of its own, all at the same time.

    Args:
        host: where the server is.
        port: its port.
        path: of the route, to which they are posted as JSON.
        bodies: what each client says.
    """
    began = time.perf_counter()

    async def client(body: bytes) -> Reply:
        reader, writer = await asyncio.open_connection(host, port)
        head = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.read()
        seconds = time.perf_counter() - began
        writer.close()
        await writer.wait_closed()
        status, content = answer.split(b" ", 2)[1], answer.partition(b"\r\n\r\n")[2]
        return Reply(int(status), json.loads(content), seconds)

    return await asyncio.gather(*(client(json.dumps(body).encode()) for body in bodies))
