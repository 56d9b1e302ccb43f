"""The server as a process: small, quick to end, and nothing is lost when it is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.engine.fake import plan_of, wires
from tests.serving import free_port

from .site import parse, spec

SERVE = "from farback.web.serve import serve; serve({{'port': {port}, 'workers': 2}}, 'tests.engine.fake')"

ASK = """
import sys
from fastapi.testclient import TestClient
from farback.config import Settings
from farback.engine import LocalEngine
from farback.store import Store
from farback.web import create_app
from pathlib import Path

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    settings = Settings(data_dir=folder, workers=1, prepare_lessons=False)
    with TestClient(create_app(settings, LocalEngine(settings, Store(folder), "tests.engine.fake"))) as client:
        spec = {"task": {"name": "recall"}, "cell": {"name": "lstm"}, "training": {"steps": 4}}
        run = client.post("/api/runs", json=spec).json()["id"]
        while client.get(f"/api/runs/{run}").json()["status"] != "done":
            pass
        for path in ("/", "/learn", "/learn/two-nets", "/api/lessons", "/api/catalog", "/plotly.js",
                     "/metrics", "/healthz", f"/api/stream?run={run}",
                     f"/api/runs/{run}/frames", f"/api/runs/{run}/frames/2", f"/api/runs/{run}/weights"):
            assert client.get(path).status_code == 200, path
        kept = "/api/snapshots/" + client.post("/api/snapshots", json={"runs": [run]}).json()["id"]
        for path in ("", "/runs/0/frames", "/runs/0/weights", "/file"):
            assert client.get(kept + path).status_code == 200, path
        assert client.post(f"{kept}/runs/0/probe", json={"name": "lengths"}).status_code == 200
        file = client.get(f"{kept}/file").content
        taken = client.post("/api/snapshots/import", content=file, headers={"Content-Type": "application/zip"})
        assert taken.status_code == 422, "these are no weights of a real model"
    assert "torch" not in sys.modules
    assert "plotly" not in sys.modules
"""


class Process:
    """A server in a process of its own."""

    def __init__(self, folder: Path, port: int, script: str = SERVE) -> None:
        self.port = port
        self.log = folder / f"log-{time.monotonic_ns()}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", script.format(port=port)], cwd=folder, env=environment(), stdout=log, stderr=log
            )
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10.0)
        end = time.monotonic() + 30
        while b"Farback is at" not in self.log.read_bytes() and time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.01)

    def end(self, how: signal.Signals) -> tuple[int, float]:
        """Send a signal; the status the process ended with, and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(how)
        status = self.process.wait(20)
        self.http.close()
        return status, time.monotonic() - began


def environment() -> dict[str, str]:
    """Where the fake recorder is found, in the server and in its workers."""
    return os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}


def descendants(pid: int) -> list[Path]:
    """The processes that a process started, and those that these started; none where there is no /proc."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(child) for child in listed.read_text().split()] if listed.exists() else []
    return [Path(f"/proc/{child}") for child in children] + [p for child in children for p in descendants(child)]


def gone(processes: list[Path]) -> None:
    """Wait until none of them is left."""
    end = time.monotonic() + 10
    while any(process.exists() for process in processes):
        assert time.monotonic() < end, "processes outlive the server"
        time.sleep(0.01)


@pytest.fixture
def servers() -> Iterator[list[Process]]:
    """Servers that are ended after the test, whatever happens."""
    started: list[Process] = []
    yield started
    for server in started:
        with contextlib.suppress(ProcessLookupError):
            server.process.kill()
        server.process.wait()
        server.http.close()


def test_the_web_never_loads_torch(tmp_path: Path) -> None:
    script = tmp_path / "ask.py"
    script.write_text(ASK)
    subprocess.run([sys.executable, script, tmp_path / "data"], check=True, env=environment(), timeout=60)


def test_a_server_that_was_killed_goes_on_where_it_was(tmp_path: Path, servers: list[Process]) -> None:
    port = free_port()
    server = Process(tmp_path, port)
    servers.append(server)
    runs = [server.http.post("/api/runs", json=spec(seed=n, steps=80, lr=0.01)).json()["id"] for n in range(3)]
    assert server.http.post("/api/runs", json=spec(seed=9)).is_success
    seen: list[tuple[str, int]] = []
    last = ""
    with server.http.stream("GET", "/api/stream", params={"run": runs}) as answer:
        for event in parse(answer.iter_lines()):
            if event.kind == "frame":
                seen.append(event.place)
                last = event.id or ""
            if len(seen) == 20:
                break
    workers = descendants(server.process.pid)
    server.end(signal.SIGKILL)
    gone(workers)
    server = Process(tmp_path, port)
    servers.append(server)
    with server.http.stream("GET", "/api/stream", params={"run": runs}, headers={"Last-Event-ID": last}) as answer:
        events = list(parse(answer.iter_lines()))
    assert "reset" not in {event.kind for event in events}
    seen += [event.place for event in events if event.kind == "frame"]
    for number, run in enumerate(runs):
        assert [seq for place, seq in seen if place == run] == list(range(41))
        plan = plan_of(server.http.get(f"/api/runs/{run}").json()["spec"])
        stored = [path.read_bytes() for path in sorted(tmp_path.glob(f"data/runs/*/{run}/frames/*.json"))]
        assert stored == wires(plan, run), number
    assert server.end(signal.SIGTERM)[0] == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_ends_at_once_also_with_open_streams(
    tmp_path: Path, servers: list[Process], how: signal.Signals
) -> None:
    server = Process(tmp_path, free_port())
    servers.append(server)
    run = server.http.post("/api/runs", json=spec(steps=2000, lr=0.05)).json()["id"]
    with server.http.stream("GET", "/api/stream", params={"run": run}) as answer:
        next(answer.iter_lines())
        status, seconds = server.end(how)
    assert status == 0
    assert seconds < 4
    assert "Traceback" not in server.log.read_text()
    assert "Error" not in server.log.read_text()


def test_the_web_process_stays_small(tmp_path: Path, servers: list[Process]) -> None:
    server = Process(tmp_path, free_port())
    servers.append(server)
    asked = spec(steps=200, lr=1e-4, cell={"name": "lstm", "hidden": 128})
    run = server.http.post("/api/runs", json=asked).json()["id"]
    while server.http.get(f"/api/runs/{run}").json()["status"] != "done":
        time.sleep(0.02)  # while it trains, a viewer that is slow skips frames
    for _ in range(10):
        with server.http.stream("GET", "/api/stream", params={"run": run}) as answer:
            assert sum(event.kind == "frame" for event in parse(answer.iter_lines())) == 101
    server.http.get("/plotly.js")
    status = Path(f"/proc/{server.process.pid}/status")
    if not status.exists():
        pytest.skip("memory is read from /proc")
    [resident] = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmRSS")]
    assert int(resident) < 175_000, "kB"  # 115 MB of it at the start: the lessons' models read a whole text once


def test_two_servers_never_share_a_port_or_a_data_folder(tmp_path: Path, servers: list[Process]) -> None:
    server = Process(tmp_path, free_port())
    servers.append(server)
    for port, words in ((server.port, "--port"), (free_port(), "--data-dir")):
        command = [sys.executable, "-m", "farback", "serve", "--port", str(port)]
        second = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True, timeout=30)
        assert second.returncode == 2
        assert second.stderr.startswith("farback: Another ")
        assert words in second.stderr
        assert second.stderr.count("\n") == 1
    assert server.http.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "70000"], "65535"),
        (["--workers", "0"], "workers is 0"),
        (["--prefix", "x"], "slash"),
        (["--port", "{port}", "--data-dir", "{file}"], "data folder"),
        (["--port", "{port}", "--host", "192.0.2.1"], "192.0.2.1"),
    ],
)
def test_a_server_that_cannot_start_says_why(tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "file").write_text("not a folder")
    filled = [text.format(port=free_port(), file=tmp_path / "file") for text in arguments]
    command = [sys.executable, "-m", "farback", "serve", *filled]
    answer = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert words in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("left", [b"", b"no index at all, for many bytes " * 200], ids=["empty", "spoilt"])
def test_a_server_whose_index_is_lost_makes_it_anew(tmp_path: Path, servers: list[Process], left: bytes) -> None:
    server = Process(tmp_path, free_port())
    servers.append(server)
    run = server.http.post("/api/runs", json=spec(steps=2)).json()["id"]
    while (before := server.http.get(f"/api/runs/{run}").json())["status"] != "done":
        time.sleep(0.01)
    server.end(signal.SIGTERM)
    for file in (tmp_path / "data").glob("index.sqlite*"):
        file.write_bytes(left)
    server = Process(tmp_path, free_port())
    servers.append(server)
    assert server.http.get(f"/api/runs/{run}").json() == before
    assert len(server.http.get(f"/api/runs/{run}/frames").json()["frames"]) == 2
    log = server.log.read_text()
    assert "taken in again" in log
    assert ("damaged" in log) == bool(left)
    assert "Traceback" not in log


def test_a_port_that_was_just_given_up_can_be_taken_again(tmp_path: Path, servers: list[Process]) -> None:
    port = free_port()
    for _ in range(2):
        server = Process(tmp_path, port)
        servers.append(server)
        with socket.create_connection(("127.0.0.1", port)):
            assert server.end(signal.SIGTERM)[0] == 0
