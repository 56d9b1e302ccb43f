"""Each term has one definition, and docs/glossary.md shows it."""

from __future__ import annotations

from pathlib import Path

from farback.glossary import GLOSSARY, TERMS, markdown


def test_no_term_is_defined_twice() -> None:
    for name, term in TERMS.items():
        assert GLOSSARY[name] == term, f"{name}: a lesson shows other words than docs/glossary.md"
    titles = [term.title.lower() for term in GLOSSARY.values()]
    assert sorted(set(titles)) == sorted(titles)


def test_the_page_is_as_the_command_makes_it(root: Path) -> None:
    made = "make it anew: .venv/bin/python -m farback.glossary > docs/glossary.md"
    assert (root / "docs" / "glossary.md").read_text() == markdown(), made
