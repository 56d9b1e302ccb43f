"""An accessibility checker finds nothing to complain about, on any page, in either theme."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from farback.lessons import lessons

from .conftest import NewPage

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

STORY = [lesson.name for lesson in lessons()][:3]
"""Lessons whose models are trained in a moment; what the others are made of is checked where it is tested."""


def complaints_of(page: Page, root: Path) -> list[str]:
    """What axe says of a page as it stands: the rule, and where it is broken."""
    page.evaluate((root / "node_modules" / "axe-core" / "axe.min.js").read_text())
    found = page.evaluate(
        "async rules => (await axe.run({runOnly: {type: 'tag', values: rules}})).violations"
        ".flatMap(({id, nodes}) => nodes.map(({target, failureSummary}) => `${id}: ${target}: ${failureSummary}`))",
        RULES,
    )
    return list(found)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("place", ["/learn", "/memory", "/own", *(f"/learn/{name}" for name in STORY)])
def test_nothing_to_complain_about(new_page: NewPage, root: Path, place: str, theme: str) -> None:
    page = new_page(color_scheme=theme)
    page.goto(place)
    page.wait_for_selector("html[data-state=done]", timeout=60_000)
    found = complaints_of(page, root)
    name = place.rpartition("/")[2]
    for step in range(2, 1 + (len(lessons().find(name).steps) if name in STORY else 0)):
        page.get_by_role("button", name="Next →").click()
        page.wait_for_selector(f"#step-{step}:not([hidden])")
        page.wait_for_selector("farback-figure[data-state=done]")
        found += complaints_of(page, root)
    assert found == []


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
