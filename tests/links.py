"""What a page leads to and holds, read as a browser does."""

from __future__ import annotations

from html.parser import HTMLParser


class Links(HTMLParser):
    """All that a page leads to, its base, and the text of its elements by tag, or by what a script holds."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.base, self.links = "", list[str]()
        self.texts: dict[str, str] = {}
        self._holder = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "base":
            self.base = found["href"] or ""
        elif link := found.get("href") or found.get("src"):
            self.links.append(link)
        self._holder = (found.get("data-holds") or "") if tag == "script" else tag

    def handle_endtag(self, tag: str) -> None:
        self._holder = ""

    def handle_data(self, text: str) -> None:
        self.texts[self._holder] = self.texts.get(self._holder, "") + text
