"""Lift: a part of this program's own source that stands by itself, for whoever runs it without Farback.

A notebook must hold the task's generator, and a second version written by hand would one day be another task. So the
definitions that are needed are copied out of their files, comments and all, with whatever they refer to and nothing
else. Nothing is imported for it: files are read and parsed, those that load torch as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent

BASE = "Strict"
"""What checks that a person's values are as they should be. Values that are written down have been checked."""

CONFIG = re.compile(r"\bconfig\.(?=[A-Z])")
"""A limit is copied under its own name."""

Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign
Place = tuple[str, str]
"""A module, and a name in it."""


@dataclass(frozen=True)
class Module:
    """One file of this package, parsed."""

    name: str
    lines: list[str]
    definitions: dict[str, Definition]
    imports: dict[str, tuple[str, str | None, bool]]  # local name: module, name in it, whether it is of this package
    after: dict[str, ast.expr]  # the text that follows a constant and says what it is

    @property
    def needs(self) -> list[str]:
        """The modules of this package that it imports, in order."""
        return list(dict.fromkeys(module for module, _, inside in self.imports.values() if inside))

    def text(self, node: ast.stmt, last: int | None = None) -> str:
        """The lines of a definition, with its decorators and the comments right above it."""
        first = min([node.lineno, *(part.lineno for part in getattr(node, "decorator_list", []))])
        while self.lines[first - 2].lstrip().startswith("#"):
            first -= 1
        return CONFIG.sub("", "\n".join(self.lines[first - 1 : last or node.end_lineno]))


@dataclass
class Lift:
    """The definitions that some roots need.

    Args:
        roots: definitions to begin with.
        attributes: names of members that whoever uses them asks for; of a class only members are copied that some
            copied code, or this, asks for.
        values: the options of a class that a person may set, as they were set: Python's own words for each.
    """

    roots: Iterable[Place]
    attributes: Iterable[str] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._asked = set(self.attributes)
        self._places: set[Place] = set()
        self._imports: set[tuple[str, str | None, str]] = set()
        size = -1
        while size != len(self._places) + len(self._asked):  # a member asked for late may need more
            size = len(self._places) + len(self._asked)
            for place in [*self.roots, *self._places]:
                self._take(*place)

    def text(self, *before_it: Lift) -> str:
        """All of it in an order in which it runs, behind what it imports from elsewhere.

        Args:
            before_it: what was copied before and stands there already.

        Raises:
            ValueError: two definitions have one name.
        """
        before = {place for lift in before_it for place in lift._places}
        places = [place for place in self._ordered() if place not in before]
        names = [name for _, name in {*places, *before}]
        if len(set(names)) < len(names):
            raise ValueError(f"One of {sorted(names)} is there twice.")
        imports = sorted(self._imports - {line for lift in before_it for line in lift._imports}, key=str)
        parts = ["\n".join(_imported(imports))] if imports else []
        constants: list[str] = []
        for module, name in places:
            copied = self._copied(_module(module), name)
            if isinstance(_module(module).definitions[name], ast.FunctionDef | ast.ClassDef):
                parts += ["\n".join(constants)] if constants else []
                parts.append(copied)
                constants = []
            else:
                constants.append(copied)
        return "\n\n\n".join([*parts, *(["\n".join(constants)] if constants else [])])

    def _take(self, module: str, name: str) -> None:
        """Take a definition, and whatever it refers to."""
        self._places.add((module, name))
        known = _module(module)
        for node in self._parts(known, known.definitions[name]):
            for part in ast.walk(node):
                if isinstance(part, ast.Attribute):
                    self._asked.add(part.attr)
                    if isinstance(part.value, ast.Name) and part.value.id == "config":
                        self._places.add(("config", part.attr))
                elif isinstance(part, ast.Name):
                    self._refer(known, part.id)

    def _refer(self, module: Module, name: str) -> None:
        if name in module.definitions:
            self._places.add((module.name, name))
        elif name in module.imports:
            source, original, inside = module.imports[name]
            if not inside:
                self._imports.add((source, original, name))
            elif original is not None and original != BASE:
                self._places.add((source, original))

    def _parts(self, module: Module, node: Definition) -> Iterator[ast.AST]:
        """What is copied of a definition."""
        if not isinstance(node, ast.ClassDef):
            yield node
            return
        yield from (*self._bases(module, node), *node.decorator_list, *self._members(module, node))

    def _bases(self, module: Module, node: ast.ClassDef) -> list[ast.expr]:
        return [base for base in node.bases if not (isinstance(base, ast.Name) and base.id == BASE)]

    def _members(self, module: Module, node: ast.ClassDef) -> Iterator[ast.stmt]:
        optional = _is_strict(module, node)
        for member in node.body:
            if isinstance(member, ast.FunctionDef):
                abstract = any(isinstance(d, ast.Name) and d.id == "abstractmethod" for d in member.decorator_list)
                if not abstract and (member.name in self._asked or member.name.startswith("__")):
                    yield member
            elif isinstance(member, ast.AnnAssign | ast.Assign):
                name = _target(member)
                option = (
                    optional and isinstance(member, ast.AnnAssign) and "ClassVar" not in ast.dump(member.annotation)
                )
                if not option and (not optional or name in self._asked):
                    yield member

    def _copied(self, module: Module, name: str) -> str:
        node = module.definitions[name]
        if not isinstance(node, ast.ClassDef):
            words = module.after.get(name)
            return module.text(node, words.end_lineno if words else None)
        bases = ", ".join(ast.unparse(base) for base in self._bases(module, node))
        head = [f"@{ast.unparse(decorator)}" for decorator in node.decorator_list]
        head.append(f"class {name}({bases}):" if bases else f"class {name}:")
        said = [module.text(node.body[0])] if isinstance(node.body[0], ast.Expr) else []
        plain = [f"    {option} = {value}" for option, value in self.values.get(name, {}).items()]
        methods = []
        for member in self._members(module, node):
            if isinstance(member, ast.FunctionDef):
                methods.append(module.text(member))
            else:
                following = _after(node.body, member)
                plain.append(module.text(member, following.end_lineno if isinstance(following, ast.Expr) else None))
        parts = [*said, *(["\n".join(plain)] if plain else []), *methods]
        return "\n".join(head) + "\n" + "\n\n".join(parts or ["    pass"])

    def _ordered(self) -> list[Place]:
        modules = list(dict.fromkeys(name for root, _ in sorted(self._places) for name in _below(root)))
        found: dict[Definition, Place] = {}  # several names may be given at once
        for module in modules:
            for name, node in _module(module).definitions.items():
                if (module, name) in self._places:
                    found.setdefault(node, (module, name))
        return list(found.values())


def _after(body: list[ast.stmt], member: ast.stmt) -> ast.stmt | None:
    """The statement behind another one."""
    at = body.index(member) + 1
    return body[at] if at < len(body) else None


@cache
def _module(name: str) -> Module:
    path = PACKAGE / f"{name.replace('.', '/')}.py"
    if not path.is_file():
        path = PACKAGE / name.replace(".", "/") / "__init__.py"
    source = path.read_text(encoding="utf-8")
    package = name.split(".")[:-1] if path.name != "__init__.py" else name.split(".")
    definitions: dict[str, Definition] = {}
    imports: dict[str, tuple[str, str | None, bool]] = {}
    after: dict[str, ast.expr] = {}
    body = ast.parse(source).body
    for node, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            definitions[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in _targets(node):
                definitions[target] = node
                if isinstance(following, ast.Expr):
                    after[target] = following.value
        else:
            _note_imports(node, package, imports)
    return Module(name, source.splitlines(), definitions, _told(imports), after)


def _note_imports(node: ast.stmt, package: list[str], imports: dict[str, tuple[str, str | None, bool]]) -> None:
    if isinstance(node, ast.If):  # only the checker of types runs it, and annotations are what refers to it
        for inner in node.body:
            _note_imports(inner, package, imports)
    elif isinstance(node, ast.Import):
        imports |= {alias.asname or alias.name: (alias.name, None, False) for alias in node.names}
    elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
        above = package[: len(package) - node.level + 1] if node.level else []
        source = ".".join([*above, *([node.module] if node.module else [])])
        imports |= {alias.asname or alias.name: (source, alias.name, node.level > 0) for alias in node.names}


def _told(imports: dict[str, tuple[str, str | None, bool]]) -> dict[str, tuple[str, str | None, bool]]:
    """Where each name is really defined: a package's front passes on what its modules have."""
    told = {}
    for local, (source, name, inside) in imports.items():
        told[local] = (source, name, inside)
        if inside and source and name is not None and (PACKAGE / source.replace(".", "/")).is_dir():
            told[local] = _module(source).imports.get(name, told[local])
    return {local: place for local, place in told.items() if not (place[2] and not place[0])}


def _below(module: str) -> list[str]:
    """A module behind all that it imports, each once."""
    found: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in found:
            for other in _module(name).needs:
                if other != name and other not in found:
                    visit(other)
            found[name] = None

    visit(module)
    return list(found)


def _is_strict(module: Module, node: ast.ClassDef) -> bool:
    """Whether a class's plain annotations are options that a person may set."""
    for base in node.bases:
        if isinstance(base, ast.Name):
            if base.id == BASE:
                return True
            source, name = module.name, base.id
            if base.id in module.imports:
                source, original, inside = module.imports[base.id]
                if not inside or original is None:
                    continue
                name = original
            above = _module(source)
            parent = above.definitions.get(name)
            if isinstance(parent, ast.ClassDef) and _is_strict(above, parent):
                return True
    return False


def _targets(node: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]


def _target(node: ast.Assign | ast.AnnAssign) -> str:
    return _targets(node)[0]


def _imported(imports: Iterable[tuple[str, str | None, str]]) -> list[str]:
    """Import statements, one a module."""
    whole: list[str] = []
    parts: dict[str, list[str]] = {}
    for source, name, local in imports:
        if name is None:
            whole.append(f"import {source}" + (f" as {local}" if local != source else ""))
        else:
            parts.setdefault(source, []).append(name + (f" as {local}" if local != name else ""))
    return [
        *sorted(whole),
        *(f"from {source} import {', '.join(sorted(names))}" for source, names in sorted(parts.items())),
    ]
