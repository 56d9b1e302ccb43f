"""A person's text: what is refused before it takes long."""

from __future__ import annotations

import time
import unicodedata

import pytest

from farback.errors import InvalidInput
from farback.tasks.characters import Characters
from farback.tasks.corpus import MAX_MARKS, composed, own_text

MARKS = {"two in turns": "\u0301\u0323", "one that becomes two": "\u0344", "no mark by its own class": "\u0f73"}


@pytest.mark.parametrize("marks", MARKS.values(), ids=MARKS)
def test_a_tower_of_accents_is_refused_at_once(marks: str) -> None:
    text = "a b" * 500 + "a" + marks * (900_000 // len(marks))
    began = time.perf_counter()
    with pytest.raises(ValueError, match="more than 30 accents stand on one letter at position 1,501"):
        own_text(text)
    assert time.perf_counter() - began < 2.0, "composing it would take minutes"


def test_as_many_accents_as_any_language_needs_are_composed() -> None:
    text = ("a" + "\u0323\u0301" * (MAX_MARKS // 2) + "b") * 100
    assert composed(text) == unicodedata.normalize("NFC", text)
    assert own_text("Voila\u0300! " * 200) == "Voil\u00e0! " * 200


def test_a_sequence_of_ones_own_is_held_to_the_same() -> None:
    with pytest.raises(InvalidInput, match="accents") as caught:
        Characters().read("ab" + "\u0301" * 100_000)
    assert caught.value.field == "sequence"
