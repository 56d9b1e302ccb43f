"""A real server in a process of its own, for tests that go through the front door."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

STARTS_WITHIN = 60.0
"""Seconds until a server must answer: it takes about one, and a machine that builds beside it is forgiven."""
STOPS_WITHIN = 30.0


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve from `folder`, data in its `data`, and yield the server's address; end it afterwards.

    Raises:
        AssertionError: it did not start, did not end when told to, or wrote a traceback.
    """
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "farback",
        "serve",
        "--port",
        str(port),
        "--data-dir",
        str(folder / "data"),
    ]
    log = folder / "serve.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **(environment or {})}, stdout=output, stderr=output
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(server, address, log)
            yield address
        finally:
            server.terminate()
            try:
                server.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
                raise AssertionError(f"the server did not end within {STOPS_WITHIN} s:\n{log.read_text()}") from None
    assert "Traceback" not in log.read_text(), log.read_text()


@contextmanager
def serving_lessons(folder: Path, texts: Mapping[str, str]) -> Iterator[str]:
    """Serve with lessons of one's own, by the names of their files."""
    place = folder / "data" / "lessons"
    place.mkdir(parents=True)
    for name, text in texts.items():
        (place / name).write_text(text, encoding="utf-8")
    with serving(folder) as address:
        yield address


def trained(address: str, specs: Iterable[Mapping[str, Any]], within: float = 60.0) -> list[str]:
    """Have runs trained by a server, and return their ids once all are done."""
    with httpx.Client(base_url=address, timeout=30) as http:
        runs = [http.post("/api/runs", json=spec).json()["id"] for spec in specs]
        end = time.monotonic() + within
        while {http.get(f"/api/runs/{run}").json()["status"] for run in runs} != {"done"}:
            assert time.monotonic() < end, f"not trained within {within} s"
            time.sleep(0.05)
    return runs


def _wait(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        assert server.poll() is None, f"the server ended by itself:\n{log.read_text()}"
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise AssertionError(f"the server did not answer within {STARTS_WITHIN} s:\n{log.read_text()}")
