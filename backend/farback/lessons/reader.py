"""Reader: a lesson's Markdown file made a `Lesson`. Whatever is wrong with it is told with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import Field

from ..errors import FarbackError
from ..glossary import GLOSSARY
from ..spec import RunSpec, parse_spec
from ..strict import Strict, checked, listed, shown
from .figures import FIGURES, Figure, ModelName, Race
from .lesson import BrokenLesson, Lesson, Prediction, Step

NAME = re.compile(r"(?:\d+-)?(?P<name>[a-z][a-z0-9-]{0,40})\.md")
"""What a lesson's file is called: a number that puts it in its place, and the name."""

BLOCKS = ("lesson", "figure", "predict")
"""Fenced blocks that have a name. One without is code to be shown; any other name is a slip of the pen."""

Values = TypeVar("Values", bound=Strict)


class Head(Strict):
    """The block `lesson` at the top."""

    idea: str = Field(min_length=1, max_length=300)
    minutes: float = Field(gt=0, le=30)
    models: dict[ModelName, dict[str, Any]] = Field({})


class Draw(Strict):
    """A curve to be drawn."""

    points: int = Field(ge=3, le=64)
    x: str
    y: str
    truth: str | None = None


class Predict(Strict):
    """The block `predict`."""

    name: ModelName
    question: str = Field(min_length=1, max_length=300)
    choices: list[str] = Field([], max_length=6)
    right: int | None = Field(None, ge=0)
    draw: dict[str, Any] | None = None


class _Reader:
    """Reads one file."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()
        self.markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
        self.markdown.validateLink = lambda url: True  # type: ignore[method-assign]  # what leads nowhere is told below
        self.tokens = self.markdown.parse(text)
        self.models: dict[str, RunSpec] = {}
        self.predicted: set[str] = set()
        self.links: dict[str, int] = {}

    def lesson(self) -> Lesson:
        name = NAME.fullmatch(self.file)
        if name is None:
            raise self.broken(1, 'a lesson\'s file is called like "3-chain-rule.md"')
        (_, opening), *parts = self.parts()
        head_token, title = self.opening(opening)
        head = self.block(head_token, Head)
        self.models = {key: self.model(head_token, key, value) for key, value in head.models.items()}
        if not parts:
            raise self.broken(len(self.lines), "there is no step: each begins with a heading `## ...`")
        steps: list[Step] = []
        for heading, tokens in parts:
            steps.append(self.step(heading, tokens, steps[-1] if steps else None))
        used = {model for step in steps for f in (step.figure, step.revealed_figure) if f for model in f.named()}
        for key in self.models:
            if key not in used:
                raise self.broken(self.line_of(head_token, key), f"no figure shows the model {shown(key)}")
        figures = [f for step in steps for f in (step.figure, step.revealed_figure) if f is not None]
        seeds = max((f.seeds for f in figures if isinstance(f, Race)), default=1)
        found = Lesson(name["name"], title, head.idea, head.minutes, self.models, seeds, steps)
        return replace(found, file=self.file, links=self.links)

    def parts(self) -> Iterator[tuple[Token | None, list[Token]]]:
        """The file cut at its second-level headings: each heading's text, and what follows it."""
        heading: Token | None = None
        part: list[Token] = []
        tokens = iter(self.tokens)
        for token in tokens:
            if token.type == "heading_open" and token.tag == "h2":
                yield heading, part
                heading, part = next(tokens), []
                next(tokens)  # its end
            else:
                part.append(token)
        yield heading, part

    def opening(self, tokens: Sequence[Token]) -> tuple[Token, str]:
        """The block `lesson` and the title, which are all that may stand before the first step."""
        kinds = [token.type for token in tokens]
        if kinds[:3] != ["heading_open", "inline", "heading_close"] or tokens[0].tag != "h1":
            raise self.broken(1, "a lesson begins with its title, `# ...`")
        if kinds[3:] != ["fence"] or tokens[3].info.strip() != "lesson":
            wrong = next((t for t in tokens[3:] if t.info.strip() != "lesson"), tokens[0])
            raise self.broken(_line(wrong), "after the title comes a block `lesson`, and then the first step, `## ...`")
        return tokens[3], tokens[1].content

    def step(self, heading: Token | None, tokens: Sequence[Token], before: Step | None) -> Step:
        assert heading is not None
        texts: list[list[Token]] = [[], []]  # before and after the prediction
        figures: list[Figure | None] = [None, None]
        prediction, revealed, said = None, 0, heading
        for token in tokens:
            kind = token.info.strip() if token.type == "fence" else ""
            if kind == "figure":
                if figures[revealed] is not None:
                    raise self.broken(_line(token), "this part of the step has a figure already")
                figures[revealed], said = self.figure(token), token
            elif kind == "predict":
                if prediction is not None:
                    raise self.broken(_line(token), "a step has one prediction at most")
                prediction, revealed, said = self.prediction(token), 1, token
            elif kind == "lesson":
                raise self.broken(_line(token), "the block `lesson` stands once, below the title")
            elif kind:
                why = f"there is no block {shown(kind)}; there are {listed(BLOCKS)}, and code stands in one without"
                raise self.broken(_line(token), why)
            elif token.type == "heading_open" and token.tag == "h1":
                raise self.broken(_line(token), "a lesson has one title; a step begins with `## ...`")
            else:
                texts[revealed].append(token)
        figure = figures[0]
        if figure is None and before is not None:
            figure = before.revealed_figure or before.figure
        if figure is None:
            raise self.broken(_line(heading), "the first step needs a block ```figure")
        final = figures[1] or figure
        if prediction is not None and prediction.truth is not None and prediction.truth not in final.curves:
            there = listed(sorted(final.curves)) or "none"
            raise self.broken(_line(said), f"the figure has no curve {shown(prediction.truth)}; there is {there}")
        html = [self.html(part, shape) for part, shape in zip(texts, (figure, final), strict=True)]
        return Step(heading.content, html[0], figure, prediction, html[1], figures[1])

    # --- Blocks.

    def block(self, token: Token, form: type[Values]) -> Values:
        """The values of a block, checked."""
        return self.checked(token, form, self.toml(token))

    def checked(self, token: Token, form: type[Values], values: dict[str, Any], part: str | None = None) -> Values:
        """Some of a block's values, and where they stand in it."""
        try:
            return checked(form, values, part)
        except FarbackError as error:
            raise self.broken(self.line_of(token, error.field or ""), error.message) from None

    def toml(self, token: Token) -> dict[str, Any]:
        try:
            values: dict[str, Any] = _with_nulls(tomllib.loads(token.content))
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"line (\d+)", str(error))
            raise self.broken(_line(token) + (int(at[1]) if at else 0), f"this is not TOML: {error}") from None
        return values

    def model(self, token: Token, name: str, values: dict[str, Any]) -> RunSpec:
        try:
            return parse_spec(values)
        except FarbackError as error:
            said = f"the model {shown(name)} cannot be trained: {error.message}"
            raise self.broken(self.line_of(token, f"models.{name}"), said) from None

    def figure(self, token: Token) -> Figure:
        values = self.toml(token)
        show = values.get("show")
        if not isinstance(show, str) or show not in FIGURES:
            where = self.line_of(token, "show")
            raise self.broken(where, f"there is no figure {shown(show)}; there are {listed(FIGURES)}")
        figure = self.block(token, FIGURES[show])
        for name in figure.named():
            if name not in self.models:
                there = listed(self.models) or "none"
                raise self.broken(self.line_of(token, "model"), f"there is no model {shown(name)}; there are {there}")
            if figure.kind and self.models[name].cell.name not in figure.kind:
                wanted = listed(sorted(figure.kind))
                raise self.broken(self.line_of(token, "model"), f"the figure {show} shows only {wanted}")
        return figure

    def prediction(self, token: Token) -> Prediction:
        said = self.block(token, Predict)
        if bool(said.choices) == (said.draw is not None):
            raise self.broken(_line(token), "a prediction has either `choices` or `draw`")
        if len(said.choices) == 1:
            raise self.broken(self.line_of(token, "choices"), "there must be two choices at least")
        if said.right is not None and said.right >= len(said.choices):
            raise self.broken(self.line_of(token, "right"), "`right` counts the choices from 0")
        if said.name in self.predicted:
            raise self.broken(self.line_of(token, "name"), f"there is a prediction {shown(said.name)} already")
        self.predicted.add(said.name)
        if said.draw is None:
            return Prediction(said.name, said.question, said.choices, said.right, 0, "", "", None)
        drawn = self.checked(token, Draw, said.draw, "draw")
        return Prediction(said.name, said.question, [], said.right, drawn.points, drawn.x, drawn.y, drawn.truth)

    # --- Text.

    def html(self, tokens: Sequence[Token], figure: Figure) -> str:
        """The HTML of some text. Links to the figure and to terms become buttons, whose places must exist."""
        for token in tokens:
            line = _line(token)
            for inner in token.children or []:
                line += inner.type in ("softbreak", "hardbreak")
                self.check_inline(inner, line, figure)
            if token.children:
                token.children = list(self.pointed(token.children))
        html: str = self.markdown.renderer.render(tokens, self.markdown.options, {})
        return html

    def check_inline(self, token: Token, line: int, figure: Figure) -> None:
        if token.type == "image":
            raise self.broken(line, "a lesson shows figures, no pictures from elsewhere")
        if token.type != "link_open":
            return
        scheme, _, rest = str(token.attrGet("href") or "").partition(":")
        if scheme == "figure" and rest not in figure.parts:
            there = listed(figure.parts) or "none"
            raise self.broken(line, f"the figure {figure.show} has no place {shown(rest)}; there are {there}")
        if scheme == "term" and rest not in GLOSSARY:
            raise self.broken(line, f"the glossary has no term {shown(rest)}; see docs/glossary.md")
        if scheme == "lesson":
            self.links.setdefault(rest, line)
        if scheme not in ("figure", "term", "lesson", "https", "http"):
            raise self.broken(line, "a link leads to figure:PLACE, term:NAME, lesson:NAME or https://...")

    def pointed(self, tokens: Sequence[Token]) -> Iterator[Token]:
        """The tokens, links to the figure and to terms as buttons."""
        closing: list[str] = []
        for token in tokens:
            if token.type == "link_open":
                yield self.opened(token)
                closing.append(token.tag)
            elif token.type == "link_close":
                token.tag = closing.pop()
                yield token
            else:
                yield token

    def opened(self, token: Token) -> Token:
        scheme, _, rest = str(token.attrGet("href")).partition(":")
        if scheme in ("figure", "term"):
            token.tag = "button"
            token.attrs = {"type": "button", "class": scheme, f"data-{scheme}": rest}
        elif scheme == "lesson":
            token.attrs = {"href": f"learn/{rest}"}
        else:
            token.attrs = {"href": str(token.attrGet("href")), "target": "_blank", "rel": "noreferrer"}
        return token

    # --- Errors.

    def broken(self, line: int, reason: str) -> BrokenLesson:
        return BrokenLesson(self.file, line, reason if reason.endswith(".") else f"{reason}.")

    def line_of(self, token: Token, field: str) -> int:
        """The line of a block on which a field is set; the block's own where it is not."""
        first = _line(token)
        keys = [key for key in field.split(".") if key and not key.isdigit()]
        for key in reversed(keys):
            for n, line in enumerate(self.lines[first:], first + 1):
                if line.strip().startswith("```"):
                    break
                if re.search(rf"(^|[\s.\[{{,]){re.escape(key)}\s*(=|\])|^\s*\[+{re.escape(key)}\.", line):
                    return n
        return first


def read_lesson(file: str, text: str) -> Lesson:
    """The lesson in a file.

    Args:
        file: its name.
        text: what it holds.

    Raises:
        BrokenLesson: it is not written as docs/lessons.md says; names the line.
    """
    return _Reader(file, text).lesson()


def _with_nulls(values: Any) -> Any:
    """The values of a block with None for "null": TOML has no word for what is left out on purpose."""
    if isinstance(values, dict):
        return {key: _with_nulls(value) for key, value in values.items()}
    return None if values == "null" else values


def _line(token: Token) -> int:
    """Where a token begins, counted from 1."""
    return token.map[0] + 1 if token.map else 1
