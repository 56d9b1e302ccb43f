"""A snapshot without its server, in one file on a disk and on a site of files: it shows what its server shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from .conftest import wait_for_state

NewPage = Callable[..., Page]

PICTURES = """() => Array.from(document.querySelectorAll("canvas[data-step]"), (canvas) => {
  const { width, height } = canvas;
  const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer);
  const sum = pixels.reduce((sum, pixel) => Math.imul(sum ^ pixel, 16777619), 0);
  return [canvas.dataset.model, canvas.dataset.panel, width, height, sum].join();
})"""
"""Every picture on the page by its model and panel, with its size and a checksum of its pixels."""

SHOWN = """(step) => {
  const found = Array.from(document.querySelectorAll("farback-plot canvas:not(.bar, [data-panel=input])"));
  const shown = found.filter((canvas) => canvas.checkVisibility());
  return shown.length > 8 && shown.every((canvas) => canvas.dataset.step === step && canvas.width > 1);
}"""
"""Whether every picture is of a training step, each that has a place on the page; those out of sight follow later."""

STEPS = ("20", "0", "4")


def pictures(page: Page) -> dict[str, list[str]]:
    """What the page shows at its last step, at its first, and three steps on."""
    wait_for_state(page)
    shown = {}
    for step, keys in zip(STEPS, (["End"], ["Home"], ["ArrowRight"] * 3), strict=True):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_function(SHOWN, arg=step)
        shown[step] = page.evaluate(PICTURES)
    return shown


@pytest.fixture(scope="session")
def file(link: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The snapshot in one file on the disk."""
    answer = httpx.get(f"{link}/offline.html", timeout=30)
    assert answer.headers["content-disposition"].startswith("attachment")
    path: Path = tmp_path_factory.mktemp("disk") / "a file.html"
    path.write_bytes(answer.content)
    return path.as_uri()


@pytest.fixture
def where(request: pytest.FixtureRequest) -> str:
    """Address of a copy: the file, or its page on a site of files."""
    address: str = request.getfixturevalue(request.param)
    return address


@pytest.mark.parametrize(("where", "scheme"), [("file", "light"), ("copy", "dark")], indirect=["where"])
def test_a_copy_shows_the_same_pixels(new_page: NewPage, link: str, where: str, scheme: str) -> None:
    live = new_page(color_scheme=scheme)
    live.goto(link)
    shown = pictures(live)
    assert len(set(map(tuple, shown.values()))) == len(STEPS), "what changes while they learn"

    page = new_page(color_scheme=scheme)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(where.startswith("file:"))
    page.goto(where)
    assert pictures(page) == shown
    expect(page.get_by_test_id("snapshot-title")).to_have_text("For week 3")
    own = where if where.startswith("file:") else where.partition("/s/")[0]
    assert [url for url in asked if not url.startswith((own, "data:"))] == []
    assert not any("plotly" in url for url in asked)


def test_a_file_is_pointed_at_enlarged_and_says_what_it_cannot(
    new_page: NewPage, file: str, complaints: list[str]
) -> None:
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(True)
    page.goto(f"{file}?open=causal&step=4")
    wait_for_state(page)
    for part in ("farback-controls", "farback-hold", "[data-testid=own-sequence]", "[data-testid=save]"):
        expect(page.locator(part).filter(visible=True)).to_have_count(0)
    expect(page.locator(".copied")).to_contain_text("needs no network")
    page.get_by_role("button", name="Replace an input").scroll_into_view_if_needed()
    expect(page.get_by_text("only a Farback server can compute something new").first).to_be_visible()
    plot = page.locator("farback-plot:has(canvas[data-panel=hidden])").first
    plot.locator("canvas").first.hover()
    expect(page.locator("farback-plot .read").filter(has_text=re.compile("[0-9]")).first).to_be_visible()
    # The zoomable figure is in the file, and runs only now.
    plot.get_by_role("button", name="Enlarge").click()
    expect(page.get_by_test_id("figure").locator("svg.main-svg").first).to_be_visible(timeout=20_000)
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    # Nothing could be sent, whatever ran in it.
    attempt = """() => new Promise((tell) => {
      addEventListener("securitypolicyviolation", (event) => tell(event.effectiveDirective));
      fetch("http://127.0.0.1:9/").catch(() => null);
    })"""
    assert page.evaluate(attempt) == "connect-src"
    assert {"Content Security Policy" in complaint for complaint in complaints} == {True}
    complaints.clear()


def test_a_site_of_files_hands_out_its_own_address(new_page: NewPage, copy: str) -> None:
    page = new_page()
    site, _, name = copy.partition("/s/")
    page.goto(f"{site}/")
    page.get_by_role("link", name="For week 3").click()
    wait_for_state(page)
    page.get_by_test_id("embed").click()
    code = page.get_by_test_id("code")
    expect(code).to_have_value(re.compile(f'^<iframe src="{re.escape(site)}/embed/{name}'))
    for kind in ("Element", "Markdown, MyST", "Quarto", "Jupyter"):
        page.get_by_test_id("code-kind").select_option(kind)
        expect(code).to_have_value(re.compile(re.escape(f"{site}/embed/{name}")))
    page.get_by_label("Close").click()
    page.get_by_text("Take it with you").click()
    links = page.get_by_test_id("takeaway").get_by_role("link")
    addresses = links.evaluate_all("links => links.map((link) => link.href)")
    assert len(addresses) > 10
    for address in addresses:
        assert address.startswith(f"{site}/")
        assert httpx.get(address).status_code == 200, address
