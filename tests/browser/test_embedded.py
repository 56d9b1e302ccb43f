"""A snapshot in a course page of another site, in a frame that is closed in: of a server, and of a site of files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest
from playwright.sync_api import Page, expect

from tests.hosting import hosting

from .conftest import wait_for_state

ISOLATED = {"Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Opener-Policy": "same-origin"}

DRAWN = """() => [...document.querySelectorAll('canvas')].filter((canvas) => {
    const { width, height } = canvas;
    const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, width, height).data.buffer);
    return new Set(pixels).size > 8;
}).length"""
"""How many canvases show more than a plain colour."""


@pytest.fixture
def where(request: pytest.FixtureRequest) -> str:
    """The snapshot's link, on a server or on a site of files."""
    address: str = request.getfixturevalue(request.param)
    return address


@contextmanager
def teaching(body: str, headers: dict[str, str]) -> Iterator[str]:
    """The address of a course page: another host, another port."""

    class Course(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            for name, value in {"Content-Type": "text/html", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(f'<!doctype html><link rel="icon" href="data:,"><title>x</title>{body}'.encode())

        def log_message(self, *_: object) -> None:
            pass

    with hosting(Course, "localhost") as address:
        yield address


# A host of files says nothing of itself, so pages that isolate themselves do not show what it has.
@pytest.mark.parametrize(
    ("where", "headers"), [("link", {}), ("link", ISOLATED), ("copy", {})], ids=["plain", "isolated", "files"],
    indirect=["where"],
)  # fmt: skip
@pytest.mark.parametrize("sandbox", ["allow-scripts", "allow-scripts allow-popups allow-popups-to-escape-sandbox"])
def test_a_closed_frame_draws_the_snapshot(page: Page, where: str, sandbox: str, headers: dict[str, str]) -> None:
    address = where.replace("/s/", "/embed/")
    frame = f'<iframe src="{address}" title="x" width="1000" height="900" sandbox="{sandbox}"></iframe>'
    with teaching(frame, headers) as course:
        page.goto(course)
        inner = page.frame_locator("iframe")
        wait_for_state(inner)
        expect(inner.get_by_text("For week 3").first).to_be_visible()
        expect(inner.locator("canvas").first).to_be_visible()
        found = next(frame for frame in page.frames if frame.url.startswith(address))
        assert found.evaluate("origin") == "null"
        end = time.monotonic() + 10
        while found.evaluate(DRAWN) < 6:
            assert time.monotonic() < end, "heatmaps of two models"
            time.sleep(0.1)


def test_a_closed_frame_reads_a_sequence_of_ones_own(page: Page, link: str) -> None:
    address = link.replace("/s/", "/embed/")
    with teaching(
        f'<iframe src="{address}" title="x" width="900" height="900" sandbox="allow-scripts"></iframe>', {}
    ) as course:
        page.goto(course)
        inner = page.frame_locator("iframe")
        inner.get_by_test_id("own-sequence").click()
        field = inner.get_by_test_id("sequence")
        field.fill("A B C D ?")
        inner.get_by_role("button", name="Read it").click()
        held = inner.locator(".status[data-status=held]")
        expect(held).to_have_count(2)
        field.fill("A B nothing ?")
        field.press("Enter")
        expect(inner.locator("farback-sequence-tool .error")).to_contain_text("There is no input")


@pytest.mark.parametrize(
    ("where", "kind"), [("link", 'type="module"'), ("copy", "async")], ids=["server", "files"], indirect=["where"]
)
def test_the_element_takes_the_height_of_its_frame(page: Page, where: str, kind: str) -> None:
    script = f'<script {kind} src="{where.partition("/s/")[0]}/element.js"></script>'
    element = f'{script}<farback-embed src="{where}" title="Week 3" theme="dark"></farback-embed>'
    with teaching(f"{element}{element}", {}) as course:
        page.goto(course)
        frames = page.locator("farback-embed iframe")
        for name, value in {
            "sandbox": "allow-scripts allow-popups allow-popups-to-escape-sandbox",
            "loading": "lazy",
            "title": "Week 3",
        }.items():
            expect(frames.first).to_have_attribute(name, value)
        expect(page.frame_locator("farback-embed >> nth=0 >> iframe").locator("html")).to_have_attribute(
            "data-theme", "dark"
        )
        first = next(frame for frame in page.frames if "/embed/" in frame.url)
        # It tells its own height, and tells it again when that changes.
        height = "document.body.getBoundingClientRect().height"
        page.wait_for_function("document.querySelector('farback-embed').offsetHeight !== 720")
        first.evaluate(
            "document.body.replaceChildren(Object.assign(document.createElement('p'), { textContent: 'x' }))"
        )
        first.evaluate("document.body.style.height = '333px'")
        expect(frames.first).to_have_css("height", "333px")
        assert first.evaluate(height) == 333
        # What the page itself, or another frame, says is not the frame's height.
        page.evaluate("postMessage({ type: 'setHeight', height: 999 }, '*')")
        page.wait_for_timeout(200)
        assert frames.first.evaluate("frame => frame.offsetHeight") == 333
        # Another link, another frame.
        page.evaluate("document.querySelector('farback-embed').setAttribute('src', 'javascript:alert(1)')")
        expect(page.locator("farback-embed").first).to_contain_text("needs the link of a snapshot")


def test_a_link_that_leads_nowhere_is_a_page(page: Page, link: str, complaints: list[str]) -> None:
    page.goto(f"{link.rpartition('/')[0]}/{'a' * 12}")
    expect(page.get_by_role("heading")).to_have_text("There is no such snapshot")
    assert complaints.pop().startswith("console: Failed to load resource"), "which is the page itself"
    page.get_by_role("link").click()
    expect(page.locator("farback-controls")).to_be_visible()
