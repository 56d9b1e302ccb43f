"""The pages and their files: relative, cautious, and not sent twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from farback.web import assets
from farback.web.assets import frontend as real_frontend

from .site import Site, running


@pytest.fixture(autouse=True)
def frontend(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page of a few lines in the place of the real one."""
    folder = tmp_path_factory.mktemp("frontend")
    (folder / "index.html").write_text('<!doctype html>\n<html lang="en"><head><title>x</title></head></html>')
    (folder / "app.js").write_text("export const one = 1;\n" * 100)
    (folder / "panels").mkdir()
    (folder / "panels" / "a.js").write_text("export const a = 1;")
    (folder / ".hidden.js").write_text("secret")
    (folder / "notes.md").write_text("not a part of the page")
    (folder.parent / "outside.js").write_text("secret")
    monkeypatch.setattr(assets, "frontend", lambda: folder)
    return folder


@pytest.mark.parametrize(("path", "base"), [("/", "./"), ("/r/abc,def", "../"), ("/embed/abc", "../")])
def test_every_page_stands_on_the_same_base(site: Site, path: str, base: str) -> None:
    answer = site.http.get(path)
    assert answer.status_code == 200
    assert f'<head>\n<base href="{base}">' in answer.text
    assert re.search(r'<html data-plotly="plotly\.js\?v=[\d.]+"', answer.text)
    assert ('class="embed"' in answer.text) == path.startswith("/embed")


def test_a_prefix_that_a_proxy_leaves_on(tmp_path: Path) -> None:
    with running(tmp_path, prefix="/courses/farback/") as site:
        for path in ("/courses/farback", ""):
            assert site.http.get(f"{path}/healthz").status_code == 200
            assert '<base href="./">' in site.http.get(f"{path}/").text
            assert '<base href="../">' in site.http.get(f"{path}/r/abc").text
            assert site.http.get(f"{path}/app.js").status_code == 200
        assert site.http.get("/courses/farbackhealthz").status_code == 404


def test_caution(site: Site) -> None:
    for path in ("/", "/r/abc", "/api/catalog", "/app.js", "/nothing", "/api/runs/nobody"):
        headers = site.http.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "script-src" not in policy, "scripts follow default-src: files of this server only"
    assert "frame-ancestors" not in site.http.get("/embed/abc").headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/app.js", "/panels/a.js", "/plotly.js"])
def test_a_file_is_sent_once(site: Site, path: str) -> None:
    first = site.http.get(path)
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["cache-control"] == "no-cache"
    again = site.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = site.http.get(path, headers={"Accept-Encoding": "identity"})
    assert plain.content == first.content
    head = site.http.head(path)
    assert (head.status_code, head.content) == (200, b"")


def test_a_changed_file_is_sent_anew(site: Site, frontend: Path) -> None:
    first = site.http.get("/app.js")
    (frontend / "app.js").write_text("export const two = 2;")
    again = site.http.get("/app.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.text) == (200, "export const two = 2;")


def test_plotly_is_kept_for_ever_under_its_version(site: Site) -> None:
    [address] = re.findall(r'data-plotly="([^"]+)"', site.http.get("/").text)
    assert "immutable" in site.http.get(f"/{address}").headers["cache-control"]
    assert site.http.get("/plotly.js?v=1").headers["cache-control"] == "no-cache"
    assert b"plotly.js v4" in site.http.get("/plotly.js").content[:300]


@pytest.mark.parametrize(
    "path", ["/.hidden.js", "/notes.md", "/panels", "/panels/", "/%2e%2e/outside.js", "/panels/..%2f..%2foutside.js"]
)
def test_nothing_else_is_given_out(site: Site, path: str) -> None:
    assert site.http.get(path).status_code == 404


def test_the_real_page_is_found() -> None:
    assert (real_frontend() / "app.js").is_file()
    assert assets.plotly().stat().st_size > 4_000_000
