"""Document: the HTML of a page, made to stand where it is asked for."""

from __future__ import annotations

import re
from importlib.metadata import version

from fastapi import HTTPException
from fastapi.responses import HTMLResponse

from . import assets
from .front import EMBEDDED

BASE = re.compile(r'<base href="[^"]*" ?/?>')
TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
DESCRIPTION = re.compile(r'\s*<meta name="description"[^>]*>')

FRAMED = {
    "Content-Security-Policy": EMBEDDED,
    # For pages that isolate themselves, which show no frame that does not do so as well.
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""What a page says that is made to be shown within another site's page."""


def document(base: str, css_class: str = "", name: str = "index.html", head: str = "") -> HTMLResponse:
    """A page, its links relative to where it stands: a proxy may put any prefix before it.

    Args:
        base: where the explorer is from here.
        css_class: of the whole page.
        name: of its file.
        head: what stands in place of the file's title and description.
    """
    path = assets.find(name)
    if path is None:
        raise HTTPException(404)
    html = BASE.sub("", path.read_text(encoding="utf-8"))
    html = html.replace("<head>", f'<head>\n<base href="{base}">', 1)
    if head:
        html = TITLE.sub(lambda _: head, DESCRIPTION.sub("", html), 1)
    attributes = f'data-plotly="plotly.js?v={version("plotly")}"' + (f' class="{css_class}"' if css_class else "")
    return HTMLResponse(html.replace("<html", f"<html {attributes}", 1))


def framed(page: HTMLResponse) -> HTMLResponse:
    """A page that other sites may frame."""
    page.headers.update(FRAMED)
    return page
