"""A person's own text, whatever it is: it is trained on, or refused in a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from farback import config
from farback.errors import FarbackError
from farback.pipeline import run
from farback.spec import parse_spec

TASKS = ["characters", "autocomplete"]
WORDS = "the quick brown fox jumps over the lazy dog and runs away from the quick dog "
WORKS = {
    "as long as allowed": (WORDS * 14_000)[: config.MAX_TEXT],
    "as short as allowed": (WORDS * 14)[: config.MIN_TEXT],
    "emoji": "the 👩🏽‍🚀 flew 🚀 to the 🌕 and back 🏠 the next day 🎉 " * 40,
    "combining marks": "cafe\u0301 na\u0131\u0308ve A\u030angstro\u0308m the re\u0301sume\u0301 " * 60,
    "right to left": "שלום עולם זה טקסט בעברית והוא נקרא מימין לשמאל " * 40,
    "arabic with marks": "اَلسَّلامُ عَلَيْكُم يا عالَم هذا نص طويل " * 50,
    "no spaces": "我能吞下玻璃而不伤身体，你好世界。" * 90,
    "windows line ends": "one line\r\nand the next\r\n" * 80,
    "tabs and blank lines": "a\tb\n\n\nthe end\n" * 100,
}
REFUSED = {
    "empty": ("", "is empty"),
    "one character": ("a", "1,000"),
    "only spaces": (" " * 5_000, "is empty"),
    "one character over and over": ("a" * 5_000, "over and over"),
    "too long": ("ab " * 400_000, "at most 1,000,000"),
    "binary": ("\x00\x01\x7fELF" * 400, "no plain text"),
    "lone surrogates": ("ab \ud800" * 400, "no plain text"),
    "marks without end": ("a" + "\u0301" * 3_000, "accents"),
}


def spec(task: str, text: str) -> dict[str, Any]:
    return {
        "task": {"name": task, "text": text, "length": 12},
        "cell": {"name": "gru", "hidden": 4},
        "training": {"steps": 2},
    }


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("kind", WORKS)
def test_it_is_trained_on(task: str, kind: str) -> None:
    *_, last = run(spec(task, WORKS[kind]))
    assert last.loss is not None
    assert np.isfinite(last.loss)
    assert last.x.shape[0] == 12


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_refused_in_a_sentence(task: str, kind: str) -> None:
    text, says = REFUSED[kind]
    with pytest.raises(FarbackError, match=says) as caught:
        parse_spec(spec(task, text))
    assert caught.value.field == "task.text"
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    ("sequence", "says"),
    [
        ("", "0 steps"),
        ("a", "1 step;"),
        ("the 日本", "never seen"),
        ("the \x00", "never seen"),
        ("e" + "\u0301" * 40, "accents"),
        ("the " * 200, "800 steps"),
        (7, "must be a text"),
        (["t", "h"], "must be a text"),
    ],
)
def test_what_a_model_cannot_read_is_refused_in_a_sentence(task: str, sequence: object, says: str) -> None:
    trained = parse_spec(spec(task, WORDS * 20)).task
    with pytest.raises(FarbackError, match=says):
        trained.read(sequence)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("sequence", ["  ", "the quick", "qzx j", "   the"])
def test_what_a_model_can_read_is_read(task: str, sequence: str) -> None:
    trained = parse_spec(spec(task, WORDS * 20)).task
    assert trained.read(sequence).x.shape == (len(sequence), 1, trained.inputs)
