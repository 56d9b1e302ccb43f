"""What a person writes into a snapshot: a title, a note, and how the page was set. All of it is plain."""

from __future__ import annotations

import json
import math
import unicodedata
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field

from .. import config
from ..strict import shown

UNSEEN = ("Cc", "Cs", "Zl", "Zp")
"""Kinds of characters that are no text: controls, halves of a character, line ends that only some programs know."""

TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that have others written backwards: with them a title shows what it does not say."""

LARGEST = 2**53
"""Whole numbers beyond it are read as others by JavaScript."""


def canonical(value: object) -> bytes:
    """JSON as it is written in one way only: sorted keys, no spaces, UTF-8.

    Raises:
        ValueError: it holds NaN, or half of a character.
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def plain(text: str) -> str:
    """The text, if it is one line of what can be seen.

    Raises:
        ValueError: it is not.
    """
    return _told(text, "")


def _plain_lines(text: str) -> str:
    return _told(text, "\n\t")


def _told(text: str, allowed: str) -> str:
    for character in text:
        if character not in allowed and (unicodedata.category(character) in UNSEEN or character in TURNS):
            raise ValueError(f"A text holds the character U+{ord(character):04X}, which cannot be seen: leave it out.")
    return text


def _plain_view(view: dict[str, Any]) -> dict[str, Any]:
    _look_into(view, config.MAX_VIEW_DEPTH)
    size = len(canonical(view))
    if size > config.MAX_VIEW_BYTES:
        raise ValueError(f"The view has {size} bytes as JSON, at most {config.MAX_VIEW_BYTES} are kept.")
    return view


def _look_into(value: object, depth: int) -> None:
    """Refuse what is not plain JSON, which every program reads alike."""
    if depth < 0:
        raise ValueError(f"The view is nested more than {config.MAX_VIEW_DEPTH} deep.")
    if isinstance(value, dict):
        for name, inner in value.items():
            _look_into(name, depth)
            _look_into(inner, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            _look_into(inner, depth - 1)
    elif isinstance(value, str):
        _plain_lines(value)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"The view holds {value}, which is no number in JSON.")
    elif type(value) is int:
        if abs(value) > LARGEST:
            raise ValueError(f"The view holds {shown(value)}, which is too large a number.")
    elif value is not None and not isinstance(value, bool):
        raise ValueError(f"The view holds {shown(value)}, which is no JSON.")


LONGEST = 1000
"""Most characters of a line that nobody wrote by hand."""

Plain: TypeAlias = Annotated[str, Field(max_length=LONGEST), AfterValidator(plain)]
"""A short line of text."""
Title: TypeAlias = Annotated[str, Field(max_length=config.MAX_TITLE), AfterValidator(plain)]
Note: TypeAlias = Annotated[str, Field(max_length=config.MAX_NOTE), AfterValidator(_plain_lines)]
View: TypeAlias = Annotated[dict[str, Any], AfterValidator(_plain_view)]
"""How the page was set; only the page knows what it says."""
