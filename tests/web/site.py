"""A whole site in this process, on a port of its own, whose workers train fake runs; and what speaks with it."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from farback.config import Settings
from farback.engine import LocalEngine
from farback.store import Store
from farback.web import create_app

RECORDER = "tests.engine.fake"


@dataclass
class Site:
    """A running site."""

    address: str
    port: int
    app: FastAPI
    engine: LocalEngine
    http: httpx.Client

    def post(self, viewer: str = "ann", **training: Any) -> str:
        """Start a run; returns its id. Runs of one test differ from another's by their seed."""
        answer = self.http.post("/api/runs", json=spec(**training), headers={"X-Farback-Viewer": viewer})
        assert answer.is_success, answer.text
        run: str = answer.json()["id"]
        return run

    def finished(self, run: str, timeout: float = 10.0) -> dict[str, Any]:
        """The run's answer once it is over."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            answer: dict[str, Any] = self.http.get(f"/api/runs/{run}").json()
            if answer["status"] not in ("queued", "running"):
                return answer
            time.sleep(0.01)
        raise AssertionError(f"not over after {timeout} s: {answer}")

    def events(self, *runs: str, last: str | None = None, viewer: str = "ann") -> Generator[Event, None, None]:
        """What the stream of some runs says, to its end."""
        query = {"run": runs, "viewer": viewer}
        headers = {} if last is None else {"Last-Event-ID": last}
        with self.http.stream("GET", "/api/stream", params=query, headers=headers, timeout=10.0) as answer:
            assert answer.status_code == 200, answer.read()
            yield from parse(answer.iter_lines())


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    kind: str
    data: dict[str, Any]
    id: str | None

    @property
    def place(self) -> tuple[str, int]:
        """Run and seq of a frame."""
        return self.data["run"], self.data["seq"]


def parse(lines: Iterator[str]) -> Generator[Event, None, None]:
    """Events as a browser reads them; comments are left out."""
    fields: dict[str, str] = {}
    for line in lines:
        if line == "":
            if "data" in fields:
                yield Event(fields.get("event", "message"), json.loads(fields["data"]), fields.get("id"))
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


def spec(**training: Any) -> dict[str, Any]:
    """A spec that the fake recorder reads: `lr` is the pause of a step, `seed` tells one test from another."""
    whole: dict[str, Any] = {"task": {"name": "recall", "lag": 5}, "cell": {"name": "rnn", "hidden": 1}}
    for name in ("seed", "cell", "task"):
        if name in training:
            whole[name] = training.pop(name)
    return whole | {"training": {"steps": 20, "lr": 0.001} | training}


@contextmanager
def running(folder: Path, **settings: Any) -> Iterator[Site]:
    """Serve until the block ends."""
    chosen = Settings(data_dir=folder, **({"workers": 2, "prepare_lessons": False} | settings))
    store = Store(folder)
    engine = LocalEngine(chosen, store, RECORDER)
    app = create_app(chosen, engine)
    listener = socket.socket(proto=socket.IPPROTO_TCP)  # else asyncio leaves small packets waiting, 40 ms an answer
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    port = listener.getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10.0) as http:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.005)
            yield Site(f"http://127.0.0.1:{port}", port, app, engine, http)
    finally:
        app.state.hub.close()
        server.should_exit = True
        thread.join()
        store.close()
        listener.close()
