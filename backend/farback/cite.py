"""Where a definition comes from."""

from __future__ import annotations

from typing import NamedTuple


class Cite(NamedTuple):
    """A source as the page names and links it."""

    text: str
    url: str
