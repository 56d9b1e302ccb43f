"""The page as it is sent: few files, for ever, and never half old and half new."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from farback.web import assets
from farback.web.bundle import COMMENT, Modules
from farback.web.edition import Edition

from .site import Site

APP = """/** What it is for.
 * @import {Part} from "./parts/a.js"
 */

import { a, b as c } from "./parts/a.js";

// A reason.
export const shown = `${a} // no comment`;
export function later() {
  return import("./parts/late.js");
}
globalThis.seen = /** @type {any} */ (c)();
"""
PART = """export const a = "one";
export function b() {
  return 2;
}
export class Unused {}
"""
LATE = """import { a } from "./a.js";
import { only } from "./only.js";

export const told = [a, only];
"""
ONLY = "export const only = 3;\n"
FILES = {"app.js": APP, "parts/a.js": PART, "parts/late.js": LATE, "parts/only.js": ONLY}
PAGE = """<!doctype html>
<html lang="en"><head><base href="./"><title>x</title>
    <link rel="icon" href="icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="one.css">
    <link rel="stylesheet" href="two.css">
    <link rel="modulepreload" href="parts/late.js">
    <script type="module" src="app.js"></script>
</head><body><main></main></body></html>"""


NODE = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node") or "node"
"""Installed beside this Python for the frontend's checks."""


def edition_of(folder: Path) -> Edition:
    paths = assets.given_out(folder)
    return Edition({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})


@pytest.fixture
def frontend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page of a few lines in the place of the real one."""
    texts = {**FILES, "index.html": PAGE, "one.css": "/* a */\na {}\n", "two.css": "b {}\n", "icon.svg": "<svg/>"}
    for name, text in (texts | {"outdated.js": "location.reload();"}).items():
        (tmp_path / "page" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "page" / name).write_text(text)
    monkeypatch.setattr(assets, "frontend", lambda: tmp_path / "page")
    return tmp_path / "page"


def run(folder: Path, script: str) -> str:
    """What a module prints."""
    (folder / "test.mjs").write_text(script)
    done = subprocess.run([NODE, str(folder / "test.mjs")], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_joined_modules_do_what_they_do_apart(tmp_path: Path) -> None:
    modules = Modules(FILES)
    (tmp_path / "parts").mkdir()
    (tmp_path / "app.js").write_text(modules.joined("app.js"))
    (tmp_path / "parts" / "late.js").write_text(modules.joined("parts/late.js", "app.js"))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    script = """const { shown, later } = await import("./app.js");
        console.log(JSON.stringify([shown, globalThis.seen, (await later()).told]));"""
    assert run(tmp_path, script) == '["one // no comment",2,["one",3]]\n'
    assert "class Unused" not in modules.joined("parts/late.js", "app.js"), "what is there is not sent again"
    whole = f"{modules.whole('app.js')}\nconsole.log(JSON.stringify((await farback['app.js'].later()).told));"
    assert run(tmp_path, whole) == '["one",3]\n'


def test_what_several_pages_load_later_has_what_any_of_them_lacks(tmp_path: Path) -> None:
    modules = Modules(FILES | {"bare.js": 'export const later = () => import("./parts/late.js");\n'})
    late = modules.joined("parts/late.js", "app.js", "bare.js")
    assert late == modules.joined("parts/late.js", "bare.js", "app.js"), "whichever is found first"
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "late.js").write_text(late)
    (tmp_path / "bare.js").write_text(modules.joined("bare.js"))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    script = 'const { later } = await import("./bare.js"); console.log(JSON.stringify((await later()).told));'
    assert run(tmp_path, script) == '["one",3]\n'


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ({"a.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./a.js";\n'}, "a.js > b.js > a.js"),
        ({"a.js": 'import { b } from "./b.js";\n'}, "b.js"),
        ({"a.js": "export default 1;\n"}, "export default 1"),
        ({"a.js": "export let a = 1;\n"}, "export let"),
        ({"a.js": 'import * as all from "./b.js";\n'}, "import \\*"),
    ],
)
def test_what_cannot_be_joined_is_refused(texts: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Modules(texts).joined("a.js")


def test_every_script_of_the_real_page_is_one(tmp_path: Path) -> None:
    root = assets.frontend()
    edition = edition_of(root)
    for path in root.rglob("*.js"):
        text = path.read_text()
        for comment in COMMENT.finditer(text):
            assert text[: comment.start()].count("`") % 2 == 0, f"{path.name} has a comment within a text: {comment[0]}"
    names = {name for page in ("index.html", "memory.html") for name in edition.names(page) if name.endswith(".js")}
    assert {"app.js", "memory.js"} <= names
    for name in names:
        asset = edition.asset(name)
        assert asset is not None
        (tmp_path / "part.mjs").write_bytes(asset.body)
        subprocess.run([NODE, "--check", str(tmp_path / "part.mjs")], check=True, timeout=60)


@pytest.mark.usefixtures("frontend")
def test_a_page_names_its_parts_by_their_version(site: Site) -> None:
    html = site.http.get("/").text
    [version] = set(re.findall(r'(?:href|src)="v/(\w+)/', html))
    links = re.findall(rf'="(v/{version}/[^"]+)"', html)
    assert [link.partition(version)[2] for link in links] == ["/icon.svg", "/index.css", "/parts/late.js", "/app.js"]
    assert '<link rel="preload" as="fetch" href="api/catalog" crossorigin>' in html
    for link in links:
        answer = site.http.get(f"/{link}")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["content-encoding"] == "gzip"
        again = site.http.get(f"/{link}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert site.http.get(f"/v/{version}/index.css").text == "\na {}\nb {}\n"
    assert "parts/late.js" not in site.http.get("/embed/abc").text, "fetched when it is wanted"
    for name in ("index.html", "nothing.js", "nothing.css", "../app.js"):
        assert site.http.get(f"/v/{version}/{name}").status_code == 404


def test_a_changed_file_makes_another_version(site: Site, frontend: Path) -> None:
    def version() -> str:
        match = re.search(r'src="v/(\w+)/app.js"', site.http.get("/").text)
        assert match
        return match[1]

    first = version()
    (frontend / "parts" / "only.js").write_text("export const only = 4;\n")
    second = version()
    assert second != first
    assert "only = 4" in site.http.get(f"/v/{second}/parts/late.js").text
    old = site.http.get(f"/v/{first}/parts/late.js")
    assert "only = 3" in old.text, "who opened the page before gets what goes with it"
    (frontend / "parts" / "only.js").write_text(ONLY)
    assert version() == first
    for gone in ("/app.js", "/parts/late.js", "/index.css"):
        answer = site.http.get(f"/v/0123456789abcdef{gone}")
        assert answer.status_code == (200 if gone == "/app.js" else 404)
    fresh = site.http.get("/v/0123456789abcdef/app.js")
    assert (fresh.text, fresh.headers["cache-control"]) == ("location.reload();", "no-store")
