"""Serving: everything between the command and the first request, and a clean end."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from ..config import Settings
from ..engine import LocalEngine
from ..engine.pool import RECORDER
from ..store import Store
from .app import create_app
from .hub import Hub

GRACE_S = 1
"""Seconds that answers under way may take after the server was told to end; streams are ended at once."""


class CannotServe(Exception):
    """Why the server cannot start, in a sentence for whoever typed the command."""


class Server(uvicorn.Server):
    """Says its address once it answers, and ends without waiting for streams."""

    def __init__(self, config: uvicorn.Config, hub: Hub, address: str) -> None:
        super().__init__(config)
        self._hub = hub
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"Farback is at {self._address} (Ctrl-C ends it)", flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.close()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            yield
            self._captured_signals.clear()  # it ended as it was asked to; raised again they would kill the process


def serve(given: Mapping[str, object], recorder: str = RECORDER) -> None:
    """Serve until told to end.

    Args:
        given: settings by name; None where the environment or the default decides.
        recorder: the module that trains.

    Raises:
        CannotServe: a setting is wrong, the port is taken, the data folder cannot be used.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        settings = Settings.from_environment(**given)
    except ValueError as error:
        raise CannotServe(f"{error}.") from None
    with _listen(settings) as listener, _own(settings.data_dir), _engine(settings, recorder) as engine:
        app = create_app(settings, engine)
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_S
        )
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        Server(config, app.state.hub, f"http://{shown}:{port}{settings.prefix}").run([listener])


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything else is done, so that a second server on it changes nothing."""
    where = f"port {settings.port} of {settings.host}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        if os.name == "posix":  # elsewhere it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(f"Another program has {where}: choose a different one with --port.") from None
        raise CannotServe(f"It cannot listen on {where}: {error.strerror or error}.") from None
    return listener


@contextlib.contextmanager
def _own(data_dir: Path) -> Iterator[None]:
    """Keep a second server from writing the same folder, for as long as this one lives, however it ends."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / "lock").open("w")
    except OSError as error:
        raise _unusable(data_dir, error) from None
    with lock:
        try:
            import fcntl
        except ImportError:  # Windows has no such lock
            yield
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotServe(f"Another server uses the data folder {data_dir}: choose one with --data-dir.") from None
        yield


@contextlib.contextmanager
def _engine(settings: Settings, recorder: str) -> Iterator[LocalEngine]:
    with contextlib.ExitStack() as opened:
        try:
            store = opened.enter_context(contextlib.closing(Store(settings.data_dir)))
            engine = LocalEngine(settings, store, recorder)
        except (OSError, ValueError, SQLAlchemyError) as error:
            raise _unusable(settings.data_dir, error) from None
        yield engine


def _unusable(data_dir: Path, error: Exception) -> CannotServe:
    reason = error.strerror if isinstance(error, OSError) else getattr(error, "orig", None) or error
    return CannotServe(f"The data folder {data_dir} cannot be used: {reason}. Choose one with --data-dir.")
