"""An accessibility checker finds nothing to complain about, on any page, in either theme.

What it says of each step of the lessons is asked where they are gone through, in `test_lessons_whole.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from .conftest import NewPage

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

ASK = """async (rules) => {
  const { violations } = await axe.run({ runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`));
}"""


def complaints_of(page: Page, root: Path) -> list[str]:
    """What axe says of a page as it stands, frames in it included: the rule, and where it is broken."""
    for frame in page.frames:
        if not frame.evaluate("'axe' in window"):
            frame.evaluate((root / "node_modules" / "axe-core" / "axe.min.js").read_text())
    found: list[str] = page.evaluate(ASK, RULES)
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("place", ["/learn", "/memory", "/own"])
def test_nothing_to_complain_about(new_page: NewPage, root: Path, place: str, theme: str) -> None:
    page = new_page(color_scheme=theme)
    page.goto(place)
    page.wait_for_selector("html[data-state=done]", timeout=60_000)
    assert complaints_of(page, root) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("part", ["s", "embed"])
def test_nothing_to_complain_about_in_the_explorer(
    new_page: NewPage, root: Path, link: str, part: str, theme: str
) -> None:
    page = new_page(color_scheme=theme)
    page.goto(link.replace("/s/", f"/{part}/"))
    page.wait_for_selector("html[data-state=done]", timeout=60_000)
    assert complaints_of(page, root) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_to_complain_about_on_the_front_page(new_page: NewPage, root: Path, theme: str) -> None:
    page = new_page(color_scheme=theme)
    page.goto("/?task=recall&lag=5&models=rnn,lstm&training.steps=20")
    page.wait_for_selector("html[data-state=done]", timeout=60_000)
    assert complaints_of(page, root) == []
