"""Document: the HTML of a page, made to stand where it is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from importlib.metadata import version

from fastapi import HTTPException
from fastapi.responses import HTMLResponse

from .edition import SCRIPT, STYLE, Edition, editions
from .front import EMBEDDED

BASE = re.compile(r'<base href="[^"]*" ?/?>')
TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
DESCRIPTION = re.compile(r'\s*<meta name="description"[^>]*>')
PICTURE = re.compile(r'((?:href|src)=")([\w./-]+\.svg")')
SOON = re.compile(r'[ \t]*<link rel="modulepreload" href="([^"]+)">\n?')

FRAMED = {
    "Content-Security-Policy": EMBEDDED,
    # For pages that isolate themselves, which show no frame that does not do so as well.
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""What a page says that is made to be shown within another site's page."""


def document(
    base: str, css_class: str = "", name: str = "index.html", head: str = "", data: Iterable[str] = ()
) -> HTMLResponse:
    """A page, its links relative to where it stands: a proxy may put any prefix before it.

    Args:
        base: where the explorer is from here.
        css_class: of the whole page.
        name: of its file.
        head: what stands in place of the file's title and description.
        data: what the page will ask for, relative to the explorer: the browser fetches it while it reads the script.
    """
    edition = editions.newest()
    html = edition.html(name)
    if html is None:
        raise HTTPException(404)
    return HTMLResponse(written(html, edition, name, base, css_class, head, data))


def written(
    html: str, edition: Edition, name: str, base: str, css_class: str = "", head: str = "", data: Iterable[str] = ()
) -> str:
    """As `document`, from a page's file and the edition that its scripts and styles are of."""
    html = _by_version(html, edition.version, name, css_class)
    html = BASE.sub("", html)
    html = html.replace("<head>", f'<head>\n<base href="{base}">', 1)
    if head:
        html = TITLE.sub(lambda _: head, DESCRIPTION.sub("", html), 1)
    fetched = "".join(f'<link rel="preload" as="fetch" href="{escape(each)}" crossorigin>\n' for each in data)
    html = html.replace("</head>", f"{fetched}</head>", 1)
    attributes = f'data-plotly="plotly.js?v={version("plotly")}"' + (f' class="{css_class}"' if css_class else "")
    return html.replace("<html", f"<html {attributes}", 1)


def _by_version(html: str, version: str, name: str, css_class: str) -> str:
    """A page that asks for its script, its styles in one file, and its pictures by their version."""
    place = f"v/{version}/"
    if css_class == "embed":
        html = SOON.sub("", html)
    html = SOON.sub(lambda link: link[0].replace(link[1], place + link[1]), html)
    html = PICTURE.sub(rf"\1{place}\2", SCRIPT.sub(rf"\1{place}\2", html))
    styles = iter([f'    <link rel="stylesheet" href="{place}{name.removesuffix(".html")}.css">\n'])
    return STYLE.sub(lambda _: next(styles, ""), html)


def framed(page: HTMLResponse) -> HTMLResponse:
    """A page that other sites may frame."""
    page.headers.update(FRAMED)
    return page
