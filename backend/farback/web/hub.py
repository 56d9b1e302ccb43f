"""Hub: wakes the streams whose runs changed, and keeps the frames they are about to send, encoded once for all."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator

from fastapi.sse import format_sse_event

from ..config import Settings
from ..engine import LocalEngine

CACHE_BYTES = 24 * 2**20
"""Frames kept in memory: the newest of a few hundred runs, so that viewers of one run read it from disk once."""

Wake = Callable[[str], None]


class Hub:
    """Between the engine's threads and the streams of the event loop. All but `_changed` is for the loop's thread."""

    def __init__(self, settings: Settings, engine: LocalEngine) -> None:
        self.settings = settings
        self.engine = engine
        self.open = 0  # streams
        self.sent = 0  # frames
        self.skipped = 0  # frames
        self.closing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wakes: defaultdict[str, set[Wake]] = defaultdict(set)
        self._news: set[str] = set()
        self._frames: OrderedDict[tuple[str, int], asyncio.Future[bytes]] = OrderedDict()
        self._bytes = 0

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to listen to the engine."""
        self._loop = loop
        self.engine.listen(self._changed)

    def close(self) -> None:
        """End all streams; a browser connects again to the next server."""
        self.closing = True
        for run, wakes in self._wakes.items():
            for wake in wakes:
                wake(run)

    @contextlib.contextmanager
    def watching(self, runs: list[str], viewer: str, wake: Wake) -> Iterator[None]:
        """While a stream is open: `wake` is called with each of its runs that changes, and the viewer watches them."""
        self.open += 1
        for run in runs:
            self._wakes[run].add(wake)
            self.engine.open(run, viewer)
        try:
            yield
        finally:
            self.open -= 1
            for run in runs:
                self.engine.leave(run, viewer)
                self._wakes[run].discard(wake)
                if not self._wakes[run]:
                    del self._wakes[run]

    async def frame(self, run: str, seq: int, event: str = "frame") -> bytes:
        """One frame as a server-sent event that still lacks its id and its end.

        Raises:
            NotFound: there is no such frame (any more).
        """
        found = self._frames.get((run, seq))
        if found is None:
            found = self._frames[run, seq] = asyncio.ensure_future(asyncio.to_thread(self._read, run, seq))
            found.add_done_callback(lambda future: self._keep((run, seq), future))
        else:
            self._frames.move_to_end((run, seq))
        data = await asyncio.shield(found)  # others wait for it too
        return data if event == "frame" else data.replace(b"event: frame", f"event: {event}".encode(), 1)

    def _read(self, run: str, seq: int) -> bytes:
        text = self.engine.frame(run, seq).decode()
        return format_sse_event(event="frame", data_str=text)[:-1]  # without the empty line that ends an event

    def _keep(self, key: tuple[str, int], future: asyncio.Future[bytes]) -> None:
        if future.cancelled() or future.exception() is not None:
            self._frames.pop(key, None)
            return
        self._bytes += len(future.result())
        while self._bytes > CACHE_BYTES:
            oldest = next(key for key, kept in self._frames.items() if kept.done())
            self._bytes -= len(self._frames.pop(oldest).result())

    def _changed(self, run: str) -> None:
        """Called by the engine, on any of its threads; many changes in a moment wake a stream once."""
        if run in self._news or self._loop is None:
            return
        self._news.add(run)
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._tell, run)

    def _tell(self, run: str) -> None:
        self._news.discard(run)
        for wake in list(self._wakes.get(run, ())):
            wake(run)
