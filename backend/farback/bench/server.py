"""What the web process costs: seconds to its first answer, and memory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .table import Row, spread

STARTS = 3
GIVE_UP_S = 60.0


def rows() -> Iterator[Row]:
    """All measurements, one after another."""
    measured = [_start() for _ in range(STARTS)]
    waits, sizes = [wait for wait, _ in measured], [size for _, size in measured]
    yield Row("web process: seconds from the command to its first answer", "", f"{spread(waits)} s", "about 1 s")
    if all(sizes):
        yield Row("web process: resident memory then", "", f"{max(sizes) / 2**20:.0f} MB", "under 150 MB")


@dataclass(frozen=True)
class Served:
    """A server of its own."""

    port: int
    pid: int
    seconds: float
    """From the command to its first answer."""


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """A server in a process of its own, until the block ends.

    Args:
        folder: for its data.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "farback", "serve", "--port", str(port), "--data-dir", str(folder)]
    began = time.perf_counter()
    # Lessons' models would be trained beside what is measured.
    quiet = os.environ | {"FARBACK_PREPARE_LESSONS": "0"}
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=quiet)
    try:
        while not _answers(port):
            if server.poll() is not None or time.perf_counter() - began > GIVE_UP_S:
                raise RuntimeError("the server did not start")
            time.sleep(0.01)
        yield Served(port, server.pid, time.perf_counter() - began)
    finally:
        server.terminate()
        server.wait()


def _start() -> tuple[float, int]:
    """Seconds until it answers, and its memory in bytes (0 where the system does not tell)."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as served:
        return served.seconds, _resident(served.pid)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


def processor(pid: int) -> float:
    """Processor seconds of a process so far; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # in the program and in the system


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
