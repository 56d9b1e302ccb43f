"""A real Chromium on a real server: the page as a person meets it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Frame,
    FrameLocator,
    Page,
    Request,
    sync_playwright,
)

from farback.export import export
from farback.lessons import read_file
from farback.snapshots.kept import Kept
from tests.brief import put_in_brief
from tests.hosting import hosting_files
from tests.serving import serving, serving_lessons, trained
from tools import chromium

NewPage = Callable[..., Page]

TEXTS = Path(__file__).parent / "texts"
"""Lessons for tests: every figure, with models that are trained in a moment."""

UNSEEN = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess")
"""What Chromium has ready and no test sees: two pages of its own for the address bar of every window, which are more
work than most pages of ours, and a process for the next site. Names that it does not know it overlooks.
"""

SMALL = {"task": {"name": "recall", "lag": 5}, "training": {"steps": 20}}


def wait_for_state(inside: Page | Frame | FrameLocator, state: str = "done", of: str = "html") -> None:
    """Wait until a page, or a part of it, says that it is in a state: seen in the frame that says so, where `expect`
    soon asks but once a second.
    """
    inside.locator(f"{of}[data-state={state}]").wait_for(state="attached", timeout=60_000)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the one server for all browser tests; its data are in `data`. Lessons of minutes are in brief."""
    folder = tmp_path_factory.mktemp("server")
    put_in_brief(folder / "data" / "lessons", "race", "text")
    return folder


@pytest.fixture(scope="session")
def server(served: Path) -> Iterator[str]:
    """Address of one server for all browser tests, with a data folder of its own."""
    with serving(served) as address:
        yield address


@pytest.fixture(scope="session")
def link(server: str) -> str:
    """A snapshot of two small models."""
    runs = trained(server, [SMALL | {"cell": {"name": cell}} for cell in ("rnn", "lstm")])
    made = httpx.post(f"{server}/api/snapshots", json={"runs": runs, "title": "For week 3"}, timeout=30).json()
    return f"{server}/{made['url']}"


@pytest.fixture(scope="session")
def copy(link: str, served: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same snapshot on a site of files, exported while its server runs, from a host that says nothing but files."""
    root = tmp_path_factory.mktemp("host")
    export(root / "~ann" / "week 3", Kept(served / "data"), [link.rpartition("/")[2]])
    with hosting_files(root) as address:
        yield f"{address}~ann/week%203/s/{link.rpartition('/')[2]}/"


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server that has the lessons for tests, with their models trained, and one without its models."""
    texts = {file.name: file.read_text(encoding="utf-8") for file in sorted(TEXTS.iterdir())}
    untrained = texts["90-cells.md"].replace("steps = 60", "steps = 61")
    with serving_lessons(tmp_path_factory.mktemp("lessons"), texts | {"92-untrained.md": untrained}) as address:
        trained(address, [spec.as_json() for name in texts for spec in read_file(TEXTS / name).runs()])
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window, and without what it has ready for one."""
    executable = chromium.find()  # before Playwright runs here, since finding may start it as well
    with sync_playwright() as playwright:
        usual = playwright.chromium.launch(executable_path=executable)
        switch = _unseen_too(usual)
        usual.close()
        browser = playwright.chromium.launch(executable_path=executable, args=[switch])
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the test's pages complained about. A test that provokes an error checks it here and removes it."""
    return []


@pytest.fixture
def new_page(browser: Browser, server: str, complaints: list[str]) -> Iterator[NewPage]:
    """Open a page in a fresh context, as `new_page(color_scheme="dark")`; its `goto("/")` goes to the server.

    The test fails at its end when any of its pages wrote an error to the console, let one escape, or asked
    for something that it did not get.
    """
    contexts = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**{"base_url": server, "viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        _listen(page, complaints)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """One watched page of 1280 x 800."""
    return new_page()


def _unseen_too(usual: Browser) -> str:
    """The switch for features that are off, with all that Playwright gives it: of two such switches the last counts."""
    line: str = usual.new_browser_cdp_session().send("SystemInfo.getInfo")["commandLine"]
    off = re.findall(r"--disable-features=(\S+)", line)[-1:]
    return f"--disable-features={','.join([*off, *UNSEEN])}"


def _listen(page: Page, complaints: list[str]) -> None:
    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def on_error(error: Error) -> None:
        complaints.append(f"error: {error}")

    def on_failure(request: Request) -> None:
        # Aborted means that the page itself let go, as it does of its stream when it is left.
        if request.failure != "net::ERR_ABORTED":
            complaints.append(f"request: {request.method} {request.url}: {request.failure}")

    page.on("console", on_console)
    page.on("pageerror", on_error)
    page.on("requestfailed", on_failure)
