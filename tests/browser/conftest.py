"""A real Chromium on a real server: the page as a person meets it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, sync_playwright

from tests.serving import serving
from tools import chromium

NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of one server for all browser tests, with a data folder of its own."""
    with serving(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    executable = chromium.find()  # before Playwright runs here, since finding may start it as well
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable)
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
