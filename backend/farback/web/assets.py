"""Assets: files of the page, packed once and answered with 304 where the browser has them."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from fastapi import Request, Response

ASK_AGAIN = "no-cache"
"""The browser keeps it, but asks each time whether it changed: a page is never half old, half new."""
FOR_EVER = "public, max-age=31536000, immutable"
"""For what is asked for by its version."""

KINDS = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
"""What the page may consist of. Nothing else in its folder is given out."""


@dataclass(frozen=True)
class Asset:
    """A body that many ask for."""

    packed: bytes  # gzip; the only copy in memory
    kind: str
    etag: str

    @property
    def body(self) -> bytes:
        """It as it was before it was packed."""
        return gzip.decompress(self.packed)

    @classmethod
    def of(cls, body: bytes, kind: str, level: int = 6) -> Asset:
        """Pack a body, at a level of gzip."""
        return cls(gzip.compress(body, level, mtime=0), kind, f'W/"{hashlib.sha256(body).hexdigest()[:20]}"')

    def response(self, request: Request, caching: str = ASK_AGAIN) -> Response:
        """The body, packed where the browser reads that; or the word that it has it already."""
        headers = {"ETag": self.etag, "Cache-Control": caching, "Vary": "Accept-Encoding"}
        if has_already(request, self.etag):
            return Response(None, 304, headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.packed, 200, headers | {"Content-Encoding": "gzip"}, self.kind)
        return Response(self.body, 200, headers, self.kind)


def has_already(request: Request, etag: str) -> bool:
    """Whether the browser says that it has what is called so. Weak tags count: a proxy that packs makes them so."""
    said = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    return etag.removeprefix("W/") in said or "*" in said


class Shelf:
    """Assets read from files, read again when a file changes."""

    def __init__(self) -> None:
        self._assets: dict[Path, tuple[tuple[int, int], Asset]] = {}
        self._lock = Lock()  # a large file is packed once, however many ask for it first

    def get(self, path: Path) -> Asset:
        """The asset of a file.

        Raises:
            FileNotFoundError: there is none.
        """
        stat = path.stat()
        version = (stat.st_mtime_ns, stat.st_size)
        with self._lock:
            if path not in self._assets or self._assets[path][0] != version:
                kind = KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
                self._assets[path] = (version, Asset.of(path.read_bytes(), kind))
            return self._assets[path][1]


def frontend() -> Path:
    """The page's folder: beside this package where it was installed, in the repository where it was checked out."""
    package = Path(__file__).parents[1]
    installed = package / "frontend"
    return installed if installed.is_dir() else package.parents[1] / "frontend"


def given_out(root: Path) -> list[Path]:
    """All files of the page, which lie in `root`, in the order of their names."""
    shown = (path for path in root.rglob("[!.]*") if path.suffix in KINDS and path.is_file())
    return sorted(path for path in shown if not any(part.startswith(".") for part in path.relative_to(root).parts))


def find(name: str) -> Path | None:
    """The file of the page that is called so, if it may be given out. It is looked up among those that there are,
    since a name may be anything."""
    root = frontend()
    return next((path for path in given_out(root) if path.relative_to(root).as_posix() == name), None)


def plotly() -> Path:
    """Plotly.js as the installed `plotly` package brings it, found without loading that package."""
    spec = importlib.util.find_spec("plotly")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("The package plotly is not installed.")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"
