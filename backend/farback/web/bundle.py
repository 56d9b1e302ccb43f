"""Bundle: the page's modules joined into few scripts, so that a first visit asks for two files and not for a hundred.

A joined script holds every module as it was written, without its comments, in a function of its own; what a module
exports is kept in one table, by its name. What is loaded with `import("./name.js")` becomes a script of its own,
without what the page's first script has already. There is nothing else to it, so a module must be written plainly:
imports and exports by name, at the beginning of a line, and no two modules that import each other.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

COMMENT = re.compile(
    r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n|^[ \t]*//[^\n]*\n|/\*\* @(?:(?!\*/)[^\n])*\*/ ?", re.MULTILINE | re.DOTALL
)
"""Comments on lines of their own, and types within a line. Others stay: they are few."""
STATIC = re.compile(r'^import (?:\{([^}]*)\} from )?"(\.[^"]+)";\n', re.MULTILINE)
LAZY = re.compile(r'\bimport\("(\.[^"]+)"\)')
EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)

TABLE = "farback"
OPENED = f"const {TABLE} = (globalThis.{TABLE} ??= {{}});\n"


class Modules:
    """The modules of a page, by their path from its folder.

    Args:
        texts: what stands in each file.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {name: COMMENT.sub("", text) for name, text in texts.items()}

    def closure(self, name: str, later: bool = False) -> list[str]:
        """A module and all that it imports, each after what it imports itself.

        Args:
            name: of the module.
            later: whether what is loaded only when it is wanted is meant as well.

        Raises:
            ValueError: an import leads nowhere, or in a circle.
        """
        order: dict[str, None] = {}
        self._visit(name, later, order, [])
        return list(order)

    def joined(self, name: str, *first: str) -> str:
        """A module with all that it needs, as one module.

        Args:
            name: of the module.
            first: scripts of which one is there already when this one is asked for, whichever it is.

        Raises:
            ValueError: a module is not written so that it can be joined.
        """
        there = set.intersection(*(set(self.closure(each)) for each in first)) if first and name not in first else set()
        parts = [self._part(each, posixpath.dirname(name)) for each in self.closure(name) if each not in there]
        exports = [match[2] for match in EXPORT.finditer(self.text(name))]
        handed_on = f'export const {{ {", ".join(exports)} }} = {TABLE}["{name}"];\n' if exports else ""
        return f"{OPENED}{''.join(parts)}{handed_on}"

    def whole(self, name: str) -> str:
        """A module with all that it needs now and later, as one script that asks for nothing."""
        return OPENED + "".join(self._part(each, None) for each in self.closure(name, later=True))

    def _visit(self, name: str, later: bool, order: dict[str, None], way: list[str]) -> None:
        if name in way:
            raise ValueError(f"modules import each other: {' > '.join([*way[way.index(name) :], name])}")
        if name in order:
            return
        text = self.text(name)
        for match in STATIC.finditer(text):
            self._visit(_beside(name, match[2]), later, order, [*way, name])
        order[name] = None
        if later:  # only once it is called for, so it may import what stands above
            for target in later_of(name, text):
                self._visit(target, later, order, [])

    def text(self, name: str) -> str:
        """A module without its comments.

        Raises:
            ValueError: there is none.
        """
        if name not in self._texts:
            raise ValueError(f"{name} is imported, and there is no such file")
        return self._texts[name]

    def _part(self, name: str, folder: str | None) -> str:
        """One module as an entry of the table.

        Args:
            name: of the module.
            folder: of the script that it becomes a part of; None where what it loads later is a part of it too.
        """
        text = self.text(name)
        exports = [match[2] for match in EXPORT.finditer(text)]

        def later(match: re.Match[str]) -> str:
            target = _beside(name, match[1])
            if folder is None:
                return f'Promise.resolve().then(() => {TABLE}["{target}"])'
            return f'import("./{posixpath.relpath(target, folder or ".")}")'

        def static(match: re.Match[str]) -> str:
            names = " ".join(match[1].split()).rstrip(", ").replace(" as ", ": ") if match[1] else ""
            return f'const {{ {names} }} = {TABLE}["{_beside(name, match[2])}"];\n' if names else ""

        body = LAZY.sub(later, EXPORT.sub(r"\1 \2", STATIC.sub(static, text)))
        odd = LEFT.search(body)
        if odd:
            raise ValueError(f"{name} cannot be joined, because of: {odd[0][:80]}")
        return f'{TABLE}["{name}"] ??= (() => {{\n{body}return {{ {", ".join(exports)} }};\n}})();\n'


def later_of(name: str, text: str) -> list[str]:
    """What a module loads when it is wanted."""
    return [_beside(name, match[1]) for match in LAZY.finditer(text)]


def _beside(name: str, target: str) -> str:
    """The path of what a module calls so, from the page's folder."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
