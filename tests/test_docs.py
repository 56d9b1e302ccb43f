"""The reference pages name what there is: every setting and every route, and nothing else."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from farback.config import Settings
from farback.engine import LocalEngine
from farback.frame import Frame, LayerFrame, Updates, Verdict
from farback.store import Store
from farback.web.app import create_app


def test_every_setting_is_documented(root: Path) -> None:
    text = (root / "docs" / "settings.md").read_text()
    documented = re.findall(r"^\| `FARBACK_(\w+)` \|", text, re.MULTILINE)
    assert sorted(documented) == sorted(field.name.upper() for field in dataclasses.fields(Settings))


def test_documented_defaults_hold(root: Path) -> None:
    text = (root / "docs" / "settings.md").read_text()
    written = dict(re.findall(r"^\| `FARBACK_(\w+)` \| ([^|]+?) \|", text, re.MULTILINE))
    for field in dataclasses.fields(Settings):
        if field.default is not dataclasses.MISSING:
            assert written[field.name.upper()] == _in_words(field.name, field.default), field.name


def _in_words(name: str, value: object) -> str:
    if name.endswith("_bytes") and isinstance(value, int):
        return f"{value >> 30} GiB" if value % 2**30 == 0 else f"{value >> 20} MiB"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value) or "none"


def test_every_route_is_documented(root: Path, tmp_path: Path) -> None:
    text = (root / "docs" / "api.md").read_text()
    documented = re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", text, re.MULTILINE)
    settings = Settings(data_dir=tmp_path)
    store = Store(tmp_path)
    paths = create_app(settings, LocalEngine(settings, store)).openapi()["paths"]
    store.close()
    offered = [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]
    assert sorted(documented) == sorted(offered)


def test_every_field_of_a_frame_is_documented(root: Path) -> None:
    text = (root / "docs" / "api.md").read_text().partition("## A frame")[2]
    for kind in (Frame, LayerFrame, Updates, Verdict):
        missing = [field.name for field in dataclasses.fields(kind) if f"`{field.name}`" not in text]
        assert not missing, kind.__name__


def test_every_room_is_in_the_table(root: Path) -> None:
    table = (root / "docs" / "architecture.md").read_text().partition("## The rooms")[2].partition("\n\nThe page")[0]
    named = {
        name.strip("/")
        for row in re.findall(r"^\| ([^|]*) \|", table, re.MULTILINE)
        for name in re.findall(r"`([^`]*)`", row)
    }
    parts = [path for path in (root / "backend" / "farback").iterdir() if path.suffix == ".py" or path.is_dir()]
    assert named == {path.stem for path in parts if not path.stem.startswith("_")}


def test_every_link_between_pages_leads_somewhere(root: Path) -> None:
    pages = [root / "README.md", root / "CHANGELOG.md", *(root / "docs").glob("*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!\w+:|#)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []
