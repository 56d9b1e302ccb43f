"""An engine whose workers train fake runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from farback.config import Settings
from farback.engine import LocalEngine, State
from farback.store import Store

RECORDER = "tests.engine.fake"

Start = Callable[..., LocalEngine]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts engines on one data directory, one after another; the last one is closed after the test."""
    running: list[tuple[LocalEngine, Store]] = []

    def stop() -> None:
        while running:
            engine, store = running.pop()
            engine.close()
            store.close()

    def start(workers: int = 2, **settings: Any) -> LocalEngine:
        stop()
        store = Store(tmp_path)
        engine = LocalEngine(Settings(data_dir=tmp_path, workers=workers, **settings), store, RECORDER)
        engine.start()
        running.append((engine, store))
        return engine

    yield start
    stop()


def finished(engine: LocalEngine, run: str, timeout: float = 10.0) -> State:
    """Wait until a run is over."""
    state = engine.state(run)
    while not state.finished:
        after = state.seq
        state, _ = engine.read(run, after, timeout)
        assert state.finished or state.seq > after, f"nothing happens: {state}"
    return state


def all_frames(engine: LocalEngine, run: str) -> list[bytes]:
    """Every frame, read page by page to the end; each seq must come once and in order."""
    frames: list[bytes] = []
    while True:
        state, page = engine.read(run, len(frames) - 1, 10.0)
        assert [seq for seq, _ in page] == list(range(len(frames), len(frames) + len(page)))
        frames += [frame for _, frame in page]
        if state.finished and len(frames) == state.seq + 1:
            return frames
