"""Imports go one way, from the web down to the limits, and the web process never loads torch."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "backend" / "farback"

FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "config", "arrays", "cite", "randomness"),
    ("strict",),
    ("tasks", "cells", "measures"),
    ("presets", "start"),
    ("spec",),
    ("frame", "machine", "model"),
    ("catalog", "facts", "identity", "glossary", "inquiries", "training"),
    ("probing",),
    ("pipeline",),
    ("store", "memory"),
    ("snapshots",),
    ("takeaway",),
    ("engine",),
    ("lessons",),
    ("classes",),
    ("web", "bench"),
    ("export",),
    ("cli",),
    ("__main__",),
)
"""The rooms from the ground up. A room may import the rooms of lower floors only, so there can be no cycle."""

COMPUTES = (
    "model", "training", "probing", "pipeline", "bench", "engine.recorder", "memory.measure", "takeaway.modules",
    "takeaway.plain",
)  # fmt: skip
"""Rooms and modules that load torch: only worker processes import them. Nothing else may."""


def modules() -> dict[str, Path]:
    """Every module by its name within the package; the package's own front is left out."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            found[name] = path
    return found


def floor(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def imported(name: str, path: Path) -> Iterator[str]:
    """Modules of this package that a module imports, wherever in it and for whatever purpose."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join(["farback", *above] if node.level else []) + ("." if node.level and node.module else "")
            base += node.module or ""
            targets = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (target.removeprefix("farback.") for target in targets if target.startswith("farback."))


def test_every_room_has_its_floor() -> None:
    rooms = {name.split(".")[0] for name in modules()}
    named = {room for rooms in FLOORS for room in rooms}
    assert rooms - named == set(), "give the new room its floor in FLOORS"
    assert named - rooms == set(), "FLOORS names a room that is gone"


@pytest.mark.parametrize(("name", "path"), modules().items(), ids=modules())
def test_imports_go_down(name: str, path: Path) -> None:
    room = name.split(".")[0]
    rooms = {target.split(".")[0] for target in imported(name, path)} - {room, "__version__"}
    upward = {other for other in rooms if floor(other) >= floor(room)}
    assert upward == set()


def test_the_rule_reads_every_form_of_import(tmp_path: Path) -> None:
    source = tmp_path / "inner.py"
    source.write_text(
        "import farback.web.app\nfrom farback import cli\nfrom .. import config\nfrom ..spec import RunSpec\n"
        "from . import other\nfrom .near import thing\ndef f():\n    from ..engine.local import Local\nimport numpy\n"
    )
    assert list(imported("room.inner", source)) == [
        "web.app",
        "cli",
        "config",
        "spec.RunSpec",
        "room.other",
        "room.near.thing",
        "engine.local.Local",
    ]


def test_the_web_process_does_not_load_torch() -> None:
    light = [
        f"farback.{name}"
        for name in modules()
        if name.split(".")[0] not in COMPUTES and name not in (*COMPUTES, "__main__")
    ]
    script = f"import sys, importlib\nfor name in {['farback', *light]}:\n    importlib.import_module(name)\n"
    script += "    assert 'torch' not in sys.modules, name\n"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
