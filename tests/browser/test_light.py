"""An embed is light, shows what its link asks for, and trains again where it stands, in a page that has many."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from playwright.sync_api import Frame, Page, expect

from .conftest import wait_for_state

NewPage = Callable[..., Page]

MOST_BYTES = 100_000
"""What an embed may transfer before its data."""
WITHIN = 60_000
LONG = {"task": {"name": "recall", "lag": 5}, "training": {"steps": 20_000, "stop": "never"}}
"""Runs that still train when everything about them was tried."""


@pytest.fixture(scope="module")
def long(server: str) -> Iterator[str]:
    """The id of a snapshot whose runs had hardly begun: run live, they train for long."""
    with httpx.Client(base_url=server, timeout=30) as http:
        runs = [http.post("/api/runs", json=LONG | {"cell": {"name": cell}}).json()["id"] for cell in ("rnn", "gru")]
        end = time.monotonic() + 60
        while min(http.get(f"/api/runs/{run}").json()["step"] for run in runs) < 4:
            assert time.monotonic() < end
            time.sleep(0.05)
        for run in runs:
            http.post(f"/api/runs/{run}/cancel")
        chosen = [{"id": run, "step": 4} for run in runs]
        yield http.post("/api/snapshots", json={"runs": chosen, "title": "Just begun"}).json()["id"]
        for run in runs:
            http.post(f"/api/runs/{run}/cancel")


@contextmanager
def course(body: str) -> Iterator[str]:
    """The address of a course page of another site."""

    class Course(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<!doctype html><link rel="icon" href="data:,"><title>x</title>{body}'.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Course) as host:
        thread = threading.Thread(target=host.serve_forever)
        thread.start()
        try:
            yield f"http://localhost:{host.server_port}/"
        finally:
            host.shutdown()
            thread.join()


def framed(page: Page) -> list[Frame]:
    """The embeds of a page, once all have opened what was kept."""
    count = page.locator("iframe").count()
    for at in range(count):
        wait_for_state(page.frame_locator(f"iframe >> nth={at}"))
    return [frame for frame in page.frames if "/embed/" in frame.url]


def streams(server: str) -> int:
    text = httpx.get(f"{server}/metrics").text
    return int(float(next(line for line in text.splitlines() if line.startswith("farback_streams ")).split()[1]))


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + WITHIN / 1000
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.1)


class Traffic:
    """What a page transfers, as Chromium counts it: heads and packed bodies."""

    def __init__(self, page: Page) -> None:
        self.sent: list[tuple[str, int, int]] = []  # address, status, bytes; what came from the browser's own is none
        self._answers: dict[str, tuple[str, int]] = {}
        session = page.context.new_cdp_session(page)
        session.on("Network.responseReceived", self._on_answer)
        session.on("Network.loadingFinished", self._on_end)
        session.send("Network.enable")

    def _on_answer(self, event: dict[str, Any]) -> None:
        answer = event["response"]
        if not (answer.get("fromDiskCache") or answer.get("fromPrefetchCache")):
            self._answers[event["requestId"]] = (answer["url"], answer["status"])

    def _on_end(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._answers and event["encodedDataLength"]:
            self.sent.append((*self._answers[event["requestId"]], int(event["encodedDataLength"])))


@pytest.mark.parametrize("kind", ["snapshot", "runs"])
def test_an_embed_is_light_and_sends_nothing_twice(new_page: NewPage, server: str, long: str, kind: str) -> None:
    name = long
    if kind == "runs":
        name = ",".join(run["run"] for run in httpx.get(f"{server}/api/snapshots/{long}").json()["runs"])
    page = new_page()
    traffic = Traffic(page)
    page.goto(f"/embed/{name}")
    page.wait_for_function("() => performance.getEntriesByName('farback:painted').length", timeout=WITHIN)
    page.wait_for_timeout(300)
    parts = [size for address, _, size in traffic.sent if "/api/" not in address]
    assert sum(parts) < MOST_BYTES, traffic.sent
    assert len(parts) <= 4, "the page, its script, its style, its picture"
    assert not [address for address, _, _ in traffic.sent if "plotly" in address]
    traffic.sent.clear()
    page.reload()
    page.wait_for_function("() => performance.getEntriesByName('farback:painted').length", timeout=WITHIN)
    page.wait_for_timeout(300)
    again = [address for address, _, _ in traffic.sent]
    assert not [address for address in again if "/v/" in address or "?v=" in address], "for ever is for ever"
    asked = [size for address, _, size in traffic.sent if "/api/" in address and address.endswith(("catalog", name))]
    assert asked, "what may have changed"
    assert max(asked) < 1000, "and did not, is a head without a body"


def test_a_link_chooses_what_is_shown(page: Page, long: str) -> None:
    page.goto(f"/embed/{long}?hide=timeline,legend,nonsense&show=input,lengths")
    wait_for_state(page)
    expect(page.get_by_test_id("band-input")).to_be_visible()
    expect(page.get_by_test_id("band-lengths")).to_be_visible()
    expect(page.locator("farback-band:visible")).to_have_count(2)
    expect(page.locator("farback-timeline")).to_be_hidden()
    expect(page.locator("farback-reach .legend")).to_be_hidden()
    expect(page.locator("farback-reach")).to_be_visible()
    expect(page.get_by_test_id("notices").locator("li")).to_have_count(1)
    expect(page.get_by_test_id("notices")).to_contain_text("no part called “nonsense” to hide")


def test_a_closed_frame_trains_when_it_is_told_to_and_rests_out_of_sight(page: Page, server: str, long: str) -> None:
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    frame = f'<iframe src="{server}/embed/{long}" title="x" width="900" height="700" sandbox="allow-scripts"></iframe>'
    with course(f'{frame}<div style="height: 4000px"></div>') as address:
        page.goto(address)
        [embed] = framed(page)
        page.wait_for_timeout(300)
        assert (posts, streams(server)) == ([], 0), "nothing runs before somebody asks for it"
        embed.get_by_test_id("run-live").click()
        wait_for_state(embed, "training")
        until(lambda: streams(server) == 1, "a stream")
        expect(embed.get_by_test_id("seen")).to_contain_text("is being trained anew")
        assert "training live" in embed.title()
        page.evaluate("scrollTo(0, 3000)")
        until(lambda: streams(server) == 0, "nobody looks")
        page.evaluate("scrollTo(0, 0)")
        until(lambda: streams(server) == 1, "somebody looks again")
        embed.get_by_test_id("run-live").click()
        wait_for_state(embed)
        until(lambda: streams(server) == 0, "what was kept needs none")
        expect(embed.get_by_test_id("seen")).to_contain_text("it opens as it was")
        assert "live" not in embed.title()
        assert not [post for post in posts if "cancel" in post]


def test_what_reads_a_text_trains_again_unless_it_is_a_persons_own(page: Page, server: str) -> None:
    own = "to be or not to be, that is the question; " * 30
    for text, offered in (({}, True), ({"text": own}, False)):
        task = {"name": "characters", "length": 8, **text}
        spec = {"task": task, "cell": {"name": "rnn", "hidden": 4}, "training": {"steps": 2}}
        with httpx.Client(base_url=server, timeout=30) as http:
            run = http.post("/api/runs", json=spec).json()["id"]
            end = time.monotonic() + 60
            while http.get(f"/api/runs/{run}").json()["status"] != "done":
                assert time.monotonic() < end
                time.sleep(0.05)
            id = http.post("/api/snapshots", json={"runs": [run], "with_text": True}).json()["id"]
            answer = http.post(f"/api/snapshots/{id}/runs/0/train")
        page.goto(f"{server}/embed/{id}")
        wait_for_state(page)
        expect(page.get_by_test_id("run-live")).to_be_visible(visible=offered)
        assert (answer.status_code < 300) == offered


def test_a_page_with_six_live_embeds_can_still_ask(page: Page, server: str, long: str) -> None:
    # Not closed in: then all six share the browser's six connections to the server.
    frames = f'<iframe src="{server}/embed/{long}" title="x" width="400" height="380"></iframe>' * 6
    page.set_viewport_size({"width": 1280, "height": 900})
    with course(frames) as address:
        page.goto(address)
        embeds = framed(page)
        for embed in embeds:
            embed.get_by_test_id("run-live").click()
        for embed in embeds:
            wait_for_state(embed, "training")
        until(lambda: streams(server) == 4, "two find no slot, and ask by polling")
        for embed in embeds:
            expect(embed.locator("farback-head").first).to_contain_text("step", timeout=WITHIN)
        asked = (
            "async () => { const at = performance.now(); await fetch('/api/memory'); return performance.now() - at; }"
        )
        assert embeds[0].evaluate(asked) < 5000


@pytest.mark.parametrize("width", [320, 800])
def test_a_frame_is_as_high_as_what_it_shows_whatever_is_folded(page: Page, server: str, long: str, width: int) -> None:
    element = f'<script type="module" src="{server}/element.js"></script><farback-embed src="{server}/s/{long}">'
    page.set_viewport_size({"width": width, "height": 900})
    with course(f'<body style="margin: 0">{element}</farback-embed>') as address:
        page.goto(address)
        embed = page.frame_locator("iframe")
        wait_for_state(embed)
        inner = next(frame for frame in page.frames if "/embed/" in frame.url)

        def fits() -> bool:
            content = inner.evaluate("Math.ceil(document.body.getBoundingClientRect().height)")
            return bool(page.locator("iframe").evaluate("frame => frame.offsetHeight") == content)

        until(fits, "opened")
        heights = []
        for _ in range(4):
            embed.get_by_test_id("band-connectivity").locator("button.fold").click()
            page.wait_for_timeout(200)
            until(fits, "folded, and unfolded again")
            heights.append(page.locator("iframe").evaluate("frame => frame.offsetHeight"))
        folded, whole, folded_again, whole_again = heights
        assert folded == folded_again < whole
        assert abs(whole_again - whole) <= 1
        assert inner.evaluate("document.documentElement.scrollWidth") <= width, "nothing to scroll sideways"
