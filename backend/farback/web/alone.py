"""Alone: a page on a snapshot that holds all that it needs, and asks nobody for anything.

Its script is the page's own, joined into one; its data stand in elements that no browser runs, the frames packed as
they lie on the disk. `frontend/source.js` reads them. Nothing of a snapshot's text becomes HTML: what is written here
is escaped, and the page puts the rest in as text.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from ..catalog import catalog
from ..snapshots import Snapshot, frames_name
from . import assets
from .assets import Shelf
from .document import BASE, DESCRIPTION, TITLE
from .edition import Edition

PAGE, SCRIPT, STYLE = "index.html", "app.js", "index.css"

ASKED = re.compile(
    r'[ \t]*<link rel="(?:stylesheet|modulepreload)"[^>]*>\n?|[ \t]*<script type="module"[^>]*></script>\n?'
)
"""What a page asks for to be shown."""
WAYS = re.compile(r'[ \t]*<nav class="ways".*?</nav>\n?', re.DOTALL)
PICTURE = re.compile(r'((?:href|src)=")([\w./-]+\.svg)"')
CONTROLS = "</farback-controls>"

CLOSED = "default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; form-action 'none'; base-uri 'none'"
"""Nothing is loaded from anywhere, and nothing is sent."""

PLOTLY = "plotly.js"
"""What is held under this name is run only when somebody enlarges a panel."""
PLOTLY_WITHIN, PLOTLY_BESIDE = "blob:", "'self'"
"""Where it may be run from: what the page unpacks, or the site that the page is of."""

shelf = Shelf()


class Place(NamedTuple):
    """Where a copy was taken from."""

    home: str = ""  # absolute address with a slash at its end; empty where it is not known
    base: str = "./"  # what its links begin with
    folders: bool = False  # whether it is a site of files, on which a page is a folder


class Alone:
    """A snapshot's page in one file.

    Args:
        kept: the snapshot.
        id: its id.
        edition: the page's files.
        place: where it was taken from.
        said: HTML of what it says of itself as a copy.
        head: HTML of its title, and of what else its head says.
        embedded: whether it is made for a frame.
        plotly: where Plotly is; empty where the file holds it.
    """

    def __init__(
        self,
        kept: Snapshot,
        id: str,
        edition: Edition,
        place: Place,
        said: str,
        head: str,
        embedded: bool = False,
        plotly: str = "",
    ) -> None:
        self._kept = kept
        self._reels = [f"api/snapshots/{id}/runs/{n}/frames" for n in range(len(kept.manifest.runs))]
        self._plotly = b"" if plotly else shelf.get(assets.plotly()).packed
        html = without_server(edition.html(PAGE) or "")
        page = _drawn(ASKED.sub("", TITLE.sub(lambda _: head, DESCRIPTION.sub("", html), 1)), edition)
        page = page.replace(CONTROLS, f"{CONTROLS}\n      {said}", 1)
        script, style = _script(edition), edition.asset(STYLE)
        base = f'<base href="{escape(place.base)}">\n    {_closed(script, PLOTLY_BESIDE if plotly else PLOTLY_WITHIN)}'
        shown = f"<style>\n{'' if style is None else style.body.decode()}</style>\n"
        shown += f'<script type="module">{script}</script>\n'
        page = BASE.sub(lambda _: base, page, 1).replace("</head>", f"{shown}</head>", 1)
        page = page.replace("<html", f"<html {copied(id, 'page', place, embedded, plotly)}", 1)
        body, _, foot = page.rpartition("</body>")
        texts = {"api/catalog": json.dumps(catalog(), allow_nan=False)}
        texts[f"api/snapshots/{id}"] = kept.manifest_bytes.decode()
        held = "".join(_held(name, text) for name, text in texts.items())
        self._head, self._foot = f"{body}{held}".encode(), f"</body>{foot}".encode()

    def size(self) -> int:
        """Its bytes."""
        files = self._kept.manifest.files
        lengths = [files[frames_name(n)].size for n in range(len(self._reels))]
        names = list(self._reels)
        if self._plotly:
            lengths, names = [*lengths, len(self._plotly)], [*names, PLOTLY]
        packed = sum(len(_opened(name)) + 4 * -(-length // 3) for name, length in zip(names, lengths, strict=True))
        return len(self._head) + packed + len(names) * len(END) + len(self._foot)

    def pieces(self) -> Iterator[bytes]:
        """It, piece by piece.

        Raises:
            OSError: the disk has lost some of the snapshot.
        """
        yield self._head
        for n, name in enumerate(self._reels):
            yield _opened(name)
            yield from _base64(self._kept.pieces(frames_name(n)))
            yield END
        if self._plotly:
            yield _opened(PLOTLY) + base64.b64encode(self._plotly) + END
        yield self._foot


END = b"</script>\n"


def copied(id: str, source: str, place: Place, embedded: bool = False, plotly: str = "") -> str:
    """Attributes of the root element of a copy, as `frontend/source.js` reads them."""
    said = {
        "data-source": source, "data-snapshot": id, "data-home": place.home,
        "data-links": "folders" if place.folders else "", "data-plotly": plotly, "class": "embed" if embedded else "",
    }  # fmt: skip
    return " ".join(f'{name}="{escape(text)}"' for name, text in said.items() if text)


def without_server(html: str) -> str:
    """A page without the ways to others that only a server has."""
    return WAYS.sub("", html)


def _script(edition: Edition) -> str:
    """The page's modules as one script, without what would end its element or begin a comment of HTML."""
    script = edition.modules.whole(SCRIPT)
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _closed(script: str, plotly: str) -> str:
    """The rule that keeps the page by itself. Of scripts it runs this one, and Plotly."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    rule = f"{CLOSED}; script-src 'sha256-{digest}' {plotly}"
    return f'<meta http-equiv="Content-Security-Policy" content="{rule}">'


def _drawn(html: str, edition: Edition) -> str:
    """A page with its pictures in it."""

    def picture(match: re.Match[str]) -> str:
        asset = edition.asset(match[2])
        body = b"" if asset is None else asset.body
        return f'{match[1]}data:image/svg+xml;base64,{base64.b64encode(body).decode()}"'

    return PICTURE.sub(picture, html)


def _held(name: str, text: str) -> str:
    """JSON in an element of its own; within its strings `<` is written so that nothing can end the element."""
    guarded = text.replace("<", "\\u003c")
    return f'<script type="application/json" data-holds="{escape(name)}">{guarded}</script>\n'


def _opened(name: str) -> bytes:
    """How an element begins that holds packed bytes."""
    return f'<script type="text/plain" data-holds="{escape(name)}" data-packed>'.encode()


def _base64(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Bytes as base64, piece by piece: three bytes at a time are four letters."""
    rest = b""
    for piece in pieces:
        data = rest + piece
        whole = len(data) - len(data) % 3
        rest = data[whole:]
        yield base64.b64encode(data[:whole])
    yield base64.b64encode(rest)
