"""Manual: the figures and the lessons there are, as docs/lessons.md lists them.

`python -m farback.lessons.manual docs/lessons.md` writes them anew between the page's marks.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic.fields import FieldInfo

from ..strict import listed
from .figures import FIGURES, Figure, ModelName
from .shelf import lessons

OPENED, CLOSED = "<!-- made by python -m farback.lessons.manual -->", "<!-- end of {} -->"


def written(page: str) -> str:
    """The page docs/lessons.md with its lists as they are now.

    Raises:
        ValueError: a mark is missing.
    """
    for name, made in (("figures", _figures()), ("lessons", _lessons())):
        before, opened, rest = page.partition(f"{OPENED} <!-- {name} -->\n")
        _, closed, after = rest.partition(CLOSED.format(name))
        if not opened or not closed:
            raise ValueError(f"the page lacks a mark of its list of {name}")
        page = before + opened + made + closed + after
    return page


def _figures() -> str:
    return "".join(_figure(name, figure) for name, figure in FIGURES.items())


def _figure(name: str, figure: type[Figure]) -> str:
    rows = [_row(key, field) for key, field in figure.model_fields.items() if key not in ("show", "caption")]
    places = "".join(f"\n- `{part}`: {what}" for part, what in figure.parts.items()) or " none."
    more = ""
    if figure.kind:
        more += f"\nIts model's cell: {listed(sorted(figure.kind))}.\n"
    if figure.curves:
        more += f"\nCurves for a drawn prediction: {', '.join(f'`{curve}`' for curve in sorted(figure.curves))}.\n"
    doc = " ".join((figure.__doc__ or "").split())
    table = "| setting | may be | if left out | what it is |\n|---|---|---|---|\n" + "\n".join(rows)
    return f"\n### `{name}`\n\n{doc}\n\n{table}\n{more}\nPlaces:{places}\n"


def _row(key: str, field: FieldInfo) -> str:
    kind = "a model's name" if key == "model" else _kind(field.annotation, field.metadata)
    said = " ".join((field.description or "").split())
    return f"| `{key}` | {kind} | {_default(field)} | {said} |"


def _lessons() -> str:
    rows = ["| lesson | idea | figures |", "|---|---|---|"]
    for lesson in lessons():
        shown = [figure.show for step in lesson.steps for figure in (step.figure, step.revealed_figure) if figure]
        link = f"../backend/farback/lessons/texts/{lesson.file}"
        rows.append(f"| [{lesson.title}]({link}), `{lesson.name}` | {lesson.idea} | {_codes(shown)} |")
    return "\n" + "\n".join(rows) + "\n\n"


def _codes(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be set"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, bool):
        return str(value).lower()
    return '`"null"`' if value is None else str(value or "none")


def _kind(annotation: Any, limits: list[Any]) -> str:
    """What a setting may be, in words."""
    if annotation == ModelName:
        return "a model's name"
    if get_origin(annotation) is Annotated:
        inner, *within = get_args(annotation)
        return _kind(inner, [*limits, *_limits(within)])
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = ['`"null"`' if one is type(None) else _kind(one, limits) for one in get_args(annotation)]
        return " or ".join(kinds)
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    if get_origin(annotation) is list:
        return f"a list{_range(limits)} of: {_kind(get_args(annotation)[0], [])}"
    if isinstance(annotation, type) and issubclass(annotation, bool):
        return "`true`, `false`"
    named = {int: "a whole number", float: "a number", str: "a text"}
    if annotation in named:
        return named[annotation] + _range(limits)
    fields = ", ".join(f"`{key}`" for key in getattr(annotation, "model_fields", {}))
    return f"a table with {fields}"


def _limits(metadata: list[Any]) -> list[Any]:
    """What the arguments of `Annotated` hold; pydantic's own fields are opened."""
    return [limit for one in metadata for limit in (one.metadata if isinstance(one, FieldInfo) else [one])]


def _range(limits: list[Any]) -> str:
    said = ""
    for limit in limits:
        match limit:
            case Ge(ge=low) | MinLen(min_length=low):
                said += f" from {low}"
            case Gt(gt=low):
                said += f" above {low}"
            case Le(le=high) | MaxLen(max_length=high):
                said += f" to {high}"
            case Lt(lt=high):
                said += f" below {high}"
    return said


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
