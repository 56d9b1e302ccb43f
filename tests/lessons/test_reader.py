"""A lesson's file is read as it is meant, and whatever is wrong with it is told with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from farback.lessons import BrokenLesson, Shelf, lessons
from farback.lessons.reader import read_lesson

WHOLE = """\
# Holding on

```lesson
idea = "A net keeps what it has read in its state."
minutes = 2.5

[models.rnn]
task = { name = "recall", lag = 4, symbols = 2, distractors = 1 }
cell = { name = "rnn", hidden = 3 }
training = { clip = "null" }
```

## One net

```figure
show = "unfold"
model = "rnn"
length = 5
```

The [state](figure:h) is a [hidden state](term:hidden-state); see [Unfolding](lesson:unfolding).

## Draw

```predict
name = "left"
question = "How much is left?"
draw = { points = 5, x = "steps back", y = "left", truth = "gradient" }
```

```figure
show = "vanish"
model = "rnn"
```

It [vanishes](figure:gradient).

## Choose

```predict
name = "which"
question = "Which?"
choices = ["this", "that"]
right = 1
```

*That.*
"""


def broken(text: str, file: str = "1-holding.md") -> tuple[int, str]:
    """The line and the words."""
    with pytest.raises(BrokenLesson) as caught:
        read_lesson(file, text)
    said = str(caught.value)
    assert said.startswith(f"{file}, line {caught.value.line}: ")
    assert said.endswith(".")
    return caught.value.line, said


def line_of(words: str, text: str = WHOLE) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if words in line)


def test_a_lesson_is_read_as_it_is_meant() -> None:
    lesson = read_lesson("1-holding.md", WHOLE)
    assert (lesson.name, lesson.title, lesson.minutes) == ("holding", "Holding on", 2.5)
    assert lesson.models["rnn"].training.clip is None
    assert [step.title for step in lesson.steps] == ["One net", "Draw", "Choose"]
    one, drawn, chosen = lesson.steps
    assert '<button type="button" class="figure" data-figure="h">state</button>' in one.text
    assert 'href="learn/unfolding"' in one.text
    assert drawn.figure == one.figure  # it stays as it was until the prediction is made
    assert drawn.revealed_figure is not None
    assert drawn.revealed_figure.show == "vanish"
    assert "vanishes" in drawn.revealed
    assert "vanishes" not in drawn.text
    assert chosen.figure == drawn.revealed_figure
    assert chosen.revealed == "<p><em>That.</em></p>\n"
    assert [(p.name, p.kind, p.points, p.right) for p in lesson.predictions] == [
        ("left", "draw", 5, None),
        ("which", "choice", 0, 1),
    ]


FAULTS = [
    # what is replaced, by what, words of the line that must be named, words of the reason
    ("# Holding on\n", "Holding on\n", "Holding on", "begins with its title"),
    ("```lesson\n", "```lessen\n", "```lessen", "a block `lesson`"),
    ('idea = "A net', 'idea = A net"', "idea = ", "not TOML"),
    ("minutes = 2.5", "minutes = 0", "minutes = 0", "minutes"),
    ("minutes = 2.5", 'minutes = "2"', "minutes = ", "minutes"),
    ("minutes = 2.5", "minutes = 2.5\ncolour = 1", "colour", "colour"),
    ("minutes = 2.5\n", "", "```lesson", "minutes"),
    ("[models.rnn]", "[models.RNN]", "[models.RNN]", "RNN"),
    ('name = "recall"', 'name = "recal"', "[models.rnn]", "cannot be trained"),
    ("hidden = 3 }", "hidden = 0 }", "[models.rnn]", "cannot be trained"),
    ("## One net\n", "Text\n\n## One net\n", "Text", "first step"),
    ('show = "unfold"', 'show = "unfolded"', 'show = "unfolded"', "there is no figure"),
    ('show = "unfold"\n', "", "```figure", "there is no figure"),
    ("length = 5", "length = 99", "length = 99", "length"),
    ("length = 5", "lenght = 5", "lenght", "lenght"),
    ('model = "rnn"\nlength', 'model = "gru"\nlength', 'model = "gru"', "there is no model"),
    ('cell = { name = "rnn", hidden = 3 }', 'cell = { name = "gru", hidden = 3 }', 'model = "rnn"', "shows only rnn"),
    ("figure:h)", "figure:hidden)", "figure:hidden", "no place"),
    ("term:hidden-state", "term:hidden", "term:hidden", "glossary"),
    ("lesson:unfolding", "file:unfolding", "file:unfolding", "leads to"),
    ("*That.*", "![That](https://example.org/that.png)", "![That]", "pictures"),
    ("*That.*", "# That", "# That", "one title"),
    ("```predict\n", "```predikt\n", "```predikt", "there is no block"),
    ("*That.*", "```python\nx = 1\n```", "```python", "code stands in one without"),
    ("*That.*", '```figure\nshow = "vanish"\nmodel = "rnn"\n```\n\n```figure\nshow = "unfold"\nmodel = "rnn"\n```',
     "LAST ```figure", "has a figure already"),
    ("*That.*", "```predict\nname = \"p\"\nquestion = \"?\"\nchoices = [\"a\", \"b\"]\n```", "LAST ```predict",
     "one prediction at most"),
    ("*That.*", "```lesson\nidea = \"b\"\nminutes = 1\n```", "LAST ```lesson", "stands once"),
    ('name = "which"', 'name = "left"', "LAST name = ", "already"),
    ('name = "which"', 'name = "Which one"', 'name = "Which one"', "name"),
    ('choices = ["this", "that"]', 'choices = ["this"]', "choices", "two choices"),
    ('choices = ["this", "that"]\nright = 1', "", "LAST ```predict", "either `choices` or `draw`"),
    ("right = 1", "right = 2", "right = 2", "from 0"),
    ("right = 1", "right = true", "right = true", "right"),
    ("points = 5", "points = 2", "points = 2", "`draw.points` is 2"),
    ("points = 5", "dots = 5", "dots = 5", "dots"),
    ('truth = "gradient"', 'truth = "slope"', "LAST ```figure", "no curve"),
    ("```\n\nIt [vanishes]", "radius = 9\n```\n\nIt [vanishes]", "radius = 9", "radius"),
]  # fmt: skip


@pytest.mark.parametrize(("was", "now", "where", "why"), FAULTS, ids=lambda value: value[:24])
def test_whatever_is_wrong_is_told_with_its_line(was: str, now: str, where: str, why: str) -> None:
    assert was in WHOLE
    text = WHOLE.replace(was, now, 1)
    line, said = broken(text)
    assert why in said
    last, words = where.startswith("LAST "), where.removeprefix("LAST ")
    lines = [n for n, written in enumerate(text.splitlines(), 1) if words in written]
    assert line == lines[-1 if last else 0], said


def test_a_fault_is_told_where_it_is_however_far_down() -> None:
    for above in (1, 7, 30):
        text = WHOLE.replace("## One net\n", "## One net\n" + "\nA line.\n" * above, 1)
        line, _ = broken(text.replace("figure:h)", "figure:nowhere)"))
        assert line == line_of("figure:h)", text)


@pytest.mark.parametrize("file", ["Holding.md", "holding.txt", "1_holding.md", "1-.md"])
def test_a_name_that_is_none(file: str) -> None:
    assert "is called like" in broken(WHOLE, file)[1]


def test_code_stands_in_a_block_without_a_name() -> None:
    [*_, last] = read_lesson("holding.md", WHOLE.replace("*That.*", "```\nx = 1\n```")).steps
    assert "<code>x = 1\n</code>" in last.revealed


def test_a_lesson_without_steps_and_a_model_that_is_not_shown() -> None:
    head = WHOLE.partition("## One net")[0]
    assert "no step" in broken(head)[1]
    unused = WHOLE.replace(
        "[models.rnn]", '[models.idle]\ntask = { name = "recall" }\ncell = { name = "rnn" }\n\n[models.rnn]'
    )
    line, said = broken(unused)
    assert "no figure shows the model" in said
    assert line == line_of("[models.idle]", unused)


def test_any_cut_off_file_is_a_lesson_or_names_a_line_of_it() -> None:
    lines = WHOLE.splitlines()
    for count in range(len(lines)):
        text = "\n".join(lines[:count])
        try:
            read_lesson("1-holding.md", text)
        except BrokenLesson as error:
            told = error
        else:
            continue
        assert 1 <= told.line <= max(count, 1), told
        assert re.match(r"1-holding\.md, line \d+: ", str(told))


def test_a_link_to_a_lesson_that_is_not_there_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "1-holding.md").write_text(WHOLE)
    with pytest.raises(BrokenLesson, match=rf"^1-holding\.md, line {line_of('lesson:unfolding')}: there is no lesson"):
        Shelf(tmp_path)


def test_ones_own_lesson_follows_and_replaces(tmp_path: Path) -> None:
    theirs = [lesson.name for lesson in lessons()]
    (tmp_path / "1-holding.md").write_text(WHOLE)
    (tmp_path / "2-unfolding.md").write_text(WHOLE.replace("Holding on", "Mine"))
    (tmp_path / "added.md").write_text(WHOLE)
    texts = Path(__file__).parents[2] / "backend" / "farback" / "lessons" / "texts"
    shelf = Shelf(texts, tmp_path)
    assert [lesson.name for lesson in shelf] == [*theirs, "holding", "added"]
    assert shelf.find("unfolding").title == "Mine"
