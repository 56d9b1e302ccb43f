"""A host of files, and hosts of other things, each on a port of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Files(SimpleHTTPRequestHandler):
    """Gives out files, and says nothing else of them."""

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def hosting(handler: Callable[..., BaseHTTPRequestHandler], name: str = "127.0.0.1") -> Iterator[str]:
    """The address of a host that answers by a handler."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{name}:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def hosting_files(folder: Path) -> AbstractContextManager[str]:
    """The address of a host that gives out a folder."""
    return hosting(partial(Files, directory=folder))
