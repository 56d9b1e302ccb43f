"""A snapshot's link elsewhere: its page's head, its code and picture, oEmbed, and what other origins may read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import micawber  # type: ignore[import-untyped]
import pytest
import segno

from farback.config import Settings
from farback.snapshots import Snapshot
from farback.store import Store
from farback.web import digest, preview
from tests.snapshots.made import trained

from .site import Site, running
from .test_preview import opened
from .test_snapshots import save

TITLE = 'Reach of "RNN" & <LSTM>'
CELLS = ("rnn", "lstm", "lstm")
NULL = {"Origin": "null"}
"""What a browser says of a frame that is closed in."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def runs(folder: Path) -> list[str]:
    """Three real runs, two of one cell."""
    store = Store(folder)
    ids = [trained(store, cell={"name": cell, "hidden": 3}, seed=seed) for seed, cell in enumerate(CELLS)]
    store.close()
    return ids


@pytest.fixture(scope="module")
def site(folder: Path, runs: list[str]) -> Iterator[Site]:
    assert runs
    with running(folder) as site:
        yield site


@pytest.fixture(scope="module")
def id(site: Site, runs: list[str]) -> str:
    made: str = save(site, *runs, title=TITLE, note="Look at <script>step 2</script>\n\nand on.")["id"]
    return made


class Head(HTMLParser):
    """The head of a page as other sites read it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.title = ""
        self.meta: dict[str, str] = {}
        self.links: dict[str, dict[str, str | None]] = {}
        self.tags: list[str] = []
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self._in_title = tag == "title"
        if tag == "meta" and (name := found.get("property") or found.get("name")):
            assert name not in self.meta, f"{name} is told twice"
            self.meta[name] = found.get("content") or ""
        elif tag == "link":
            self.links[found.get("type") or found.get("rel") or ""] = found

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False


def test_the_head_says_what_other_sites_show(site: Site, id: str) -> None:
    link = f"{site.address}/s/{id}"
    for page in ("s", "embed"):
        answer = site.http.get(f"/{page}/{id}")
        assert answer.status_code == 200
        head = Head(answer.text)
        assert head.title == f"{TITLE} · Farback"
        assert head.meta["og:title"] == head.meta["twitter:title"] == TITLE
        words = head.meta["description"]
        assert re.match(r"How far back, in steps\? RNN: (≥ )?\d; LSTM, seed 1: (≥ )?\d; LSTM, seed 2: (≥ )?\d\.", words)
        assert words.endswith("Look at <script>step 2</script> and on.")
        assert head.meta["og:description"] == head.meta["twitter:description"] == words
        assert (head.meta["og:type"], head.meta["og:url"]) == ("website", link)
        assert head.meta["og:image"] == head.meta["twitter:image"] == f"{link}/preview.png"
        assert (head.meta["og:image:width"], head.meta["og:image:height"]) == ("1200", "630")
        assert words in head.meta["og:image:alt"]
        assert head.meta["twitter:card"] == "summary_large_image"
        assert head.links["canonical"]["href"] == link
        found = head.links["application/json+oembed"]
        assert (found["rel"], found["title"]) == ("alternate", TITLE)
        assert urlsplit(found["href"] or "")[:3] == ("http", f"127.0.0.1:{site.port}", "/oembed")
        assert "<script>step" not in answer.text
        assert answer.text.index("og:image") < answer.text.index("stylesheet")
        assert '<base href="../">' in answer.text
        assert ('class="embed"' in answer.text) == (page == "embed")


def test_a_snapshot_without_a_title_is_called_by_its_task(site: Site, runs: list[str]) -> None:
    head = Head(site.http.get(f"/s/{save(site, runs[0])['id']}").text)
    assert head.meta["og:title"] == "How far back? Recall a symbol"
    assert head.title.startswith(head.meta["og:title"])


def test_addresses_are_those_by_which_people_come(folder: Path, id: str, tmp_path: Path) -> None:
    def told(http: httpx.Client, path: str, **headers: str) -> str:
        return Head(http.get(path, headers=headers).text).meta["og:image"]

    with running(tmp_path, prefix="/courses/farback/") as site:
        copied = _copied(folder, id, site)
        own = f"{site.address}/courses/farback/s/{copied}/preview.png"
        for path in (f"/courses/farback/s/{copied}", f"/s/{copied}"):
            assert told(site.http, path) == own
            assert told(site.http, path, **{"X-Forwarded-Host": "evil.example"}) == own, "anybody can send it"
            assert told(site.http, path, Host="Farback.Example") == own.replace(
                f"127.0.0.1:{site.port}", "farback.example"
            )
            secure = told(site.http, path, **{"X-Forwarded-Proto": "https"})
            assert secure == own.replace("http:", "https:"), "of a proxy on this machine"
        assert site.http.get(f"/s/{copied}", headers={"Host": "a b"}).status_code == 400
        assert site.http.get(f"/s/{copied}", headers={"Host": '"><b>'}).status_code == 400
    for address in ("https://course.example/x", "https://course.example/x/"):
        with running(tmp_path, public_url=address) as site:
            own = f"https://course.example/x/s/{copied}"
            assert told(site.http, f"/s/{copied}", Host="inside") == f"{own}/preview.png"
            answer = site.http.get("/oembed", params={"url": f"{own}?theme=dark"})
            assert f'src="https://course.example/x/embed/{copied}?theme=dark"' in answer.json()["html"]
            assert answer.json()["provider_url"] == "https://course.example/x/"
            assert modules_of(site.http.get(f"/s/{copied}/qr.svg").text) == expected(own)


def _copied(folder: Path, id: str, site: Site) -> str:
    """The same snapshot on another server."""
    with running(folder) as source:
        file = source.http.get(f"/api/snapshots/{id}/file").content
    answer = site.http.post("/api/snapshots/import", content=file, headers={"Content-Type": "application/zip"})
    copied: str = answer.json()["id"]
    return copied


@pytest.mark.parametrize(
    "value", ["course.example", "ftp://x/", "https://", "https://x/?a=1", 'https://x/"', "https://a b/"]
)
def test_an_address_that_is_none_is_refused(value: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="public_url is"):
        Settings(data_dir=tmp_path, public_url=value)


@pytest.mark.parametrize("page", ["s", "embed"])
def test_a_slash_at_the_end_leads_to_the_page(site: Site, id: str, page: str) -> None:
    there = f"{site.address}/{page}/{id}?hide=reach&theme=dark"
    answer = site.http.get(f"/{page}/{id}/?hide=reach&theme=dark")
    assert (answer.status_code, urljoin(str(answer.url), answer.headers["location"])) == (308, there)
    assert site.http.get(f"/x/{page}/{id}/").status_code == 404
    shown = site.http.get(answer.headers["location"].replace("..", f"/{page}"))
    assert shown.headers["content-security-policy"] == answer.headers["content-security-policy"]


def test_what_is_not_there_is_told_to_people(site: Site, runs: list[str]) -> None:
    made = save(site, runs[0])
    headers = {"X-Farback-Secret": made["secret"]}
    assert site.http.get(f"/s/{made['id']}").status_code == 200
    assert site.http.delete(f"/api/snapshots/{made['id']}", headers=headers).status_code == 204
    for page, name, status, says in (
        ("s", made["id"], 410, "was deleted"),
        ("embed", made["id"], 410, "was deleted"),
        ("s", "a" * 12, 404, "no such snapshot"),
        ("embed", "a" * 12, 404, "no such snapshot"),
        ("s", "%3Cscript%3E", 404, "no such snapshot"),
    ):
        answer = site.http.get(f"/{page}/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert says in Head(answer.text).title
        assert answer.text.count(says) == 2
        assert 'href="./"' in answer.text
        assert '<base href="../">' in answer.text
        assert "script" not in answer.text
        policy = answer.headers["content-security-policy"]
        assert ("frame-ancestors" in policy, "_blank" in answer.text) == (page == "s", page == "embed")
    for path in (f"/s/{made['id']}/qr.svg", f"/s/{made['id']}/preview.png", f"/api/snapshots/{made['id']}"):
        gone = site.http.get(path)
        assert (gone.status_code, gone.json()["error"]["code"]) == (410, "gone")
    for path in ("/s/x/qr.svg", f"/s/{'b' * 12}/preview.png", "/s/", "/s/x/"):
        assert (site.http.get(path).status_code, "error" in site.http.get(path).json()) == (404, True)
    assert site.http.get(f"/s/{made['id']}/", follow_redirects=True).status_code == 410
    assert site.http.get("/oembed", params={"url": f"{site.address}/s/{made['id']}"}).status_code == 410


# --- What other origins may read.


def test_a_frame_that_is_closed_in_gets_what_it_needs(site: Site, id: str) -> None:
    snapshot = f"/api/snapshots/{id}"
    for path in ("/app.js", "/style.css", "/elements/save.js", "/plotly.js", "/api/catalog", snapshot):
        for headers in (NULL, NULL | {"If-None-Match": site.http.get(path).headers.get("etag", "")}):
            answer = site.http.get(path, headers=headers)
            assert answer.status_code in (200, 304)
            assert answer.headers["access-control-allow-origin"] == "*", path
            assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    missing = site.http.get(f"/api/snapshots/{'a' * 12}", headers=NULL)
    assert (missing.status_code, missing.headers["access-control-allow-origin"]) == (404, "*"), "it reads why"
    for path, method in (("/api/catalog", "GET"), (snapshot, "GET"), (f"{snapshot}/runs/0/frames", "GET"),
                         (f"{snapshot}/runs/0/probe", "POST"), (f"{snapshot}/runs/0/train", "POST"),
                         ("/api/runs/abc", "GET"), ("/api/runs/abc/frames", "GET"), ("/api/stream", "GET"),
                         ("/api/runs/abc/probe", "POST")):  # fmt: skip
        asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type"}
        answer = site.http.options(path, headers=NULL | asked)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-allow-methods"] == method
        assert {"content-type", "x-farback-viewer"} == {
            name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")
        }
    for path in ("/api/runs/abc", "/api/runs/abc/frames?after=-1", "/api/runs/abc/weights", "/api/stream?run=abc"):
        assert site.http.get(path, headers=NULL).headers["access-control-allow-origin"] == "*", "what a lesson asks for"
    probe = site.http.post(f"{snapshot}/runs/0/probe", json={"name": "lengths"}, headers=NULL)
    assert (probe.status_code, probe.headers["access-control-allow-origin"]) == (200, "*")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"), ("GET", "/s/ID"), ("GET", "/embed/ID"), ("GET", "/metrics"), ("GET", "/healthz"),
        ("GET", "/api/memory"), ("POST", "/api/runs"), ("DELETE", "/api/runs/abc"), ("POST", "/api/runs/abc/cancel"),
        ("GET", "/api/runs/abc/frames/0"),
        ("POST", "/api/snapshots"), ("POST", "/api/snapshots/import"), ("DELETE", "/api/snapshots/ID"),
        ("GET", "/api/snapshots/ID/file"), ("GET", "/api/snapshots/ID/runs/0/weights"), ("GET", "/oembed"),
        ("POST", "/api/runs/x.js"), ("GET", "/api/runs/x.js"),
    ],
)  # fmt: skip
def test_nothing_else_is_open(site: Site, id: str, method: str, path: str) -> None:
    path = path.replace("ID", id)
    answer = site.http.request(method, path, headers=NULL)
    assert "access-control-allow-origin" not in answer.headers
    before = site.http.options(path, headers=NULL | {"Access-Control-Request-Method": method})
    assert method not in before.headers.get("access-control-allow-methods", "")


def test_only_an_embed_is_framed_anywhere(site: Site, id: str) -> None:
    assert "frame-ancestors 'self'" in site.http.get(f"/s/{id}").headers["content-security-policy"]
    for path in (f"/embed/{id}", "/embed/abc"):
        headers = site.http.get(path).headers
        assert "frame-ancestors" not in headers["content-security-policy"]
        assert headers["cross-origin-resource-policy"] == "cross-origin"


# --- The code.


def expected(link: str) -> list[list[int]]:
    code = segno.make(link, error="m", micro=False)
    return [list(row) for row in code.matrix_iter(border=4)]


def modules_of(svg: str) -> list[list[int]]:
    """The modules of a QR code that was drawn as rows of horizontal lines."""
    found = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
    assert found
    modules = [[0] * int(found[1]) for _ in range(int(found[2]))]
    line = re.search(r'stroke="#000" d="([^"]+)"', svg)
    assert line
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", line[1]):
        values = [float(number) for number in numbers.split()]
        if command == "h":
            for step in range(int(values[0])):
                modules[int(y)][int(x) + step] = 1
            x += values[0]
        else:
            x, y = (values[0], values[1]) if command == "M" else (x + values[0], y + values[1])
    return modules


def test_the_code_leads_to_the_snapshot(site: Site, id: str) -> None:
    path = f"/s/{id}/qr.svg"
    answer = site.http.get(path)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "no-cache"
    modules = modules_of(answer.text)
    assert modules == expected(f"{site.address}/s/{id}")
    quiet = modules[:4] + modules[-4:] + [row[:4] + row[-4:] for row in modules]
    assert not any(map(any, quiet)), "four modules of white on each side"
    assert sum(map(sum, modules)) > 200
    assert "script" not in answer.text
    again = site.http.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


# --- The picture.


def test_the_picture_is_sent_once(site: Site, id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/s/{id}/preview.png"
    answer = site.http.get(path)
    assert answer.headers["content-type"] == "image/png"
    assert "content-encoding" not in answer.headers, "it is packed already"
    opened(answer.content)
    monkeypatch.setattr(preview, "drawn", lambda *_: pytest.fail("it was drawn before"))
    assert site.http.get(path).content == answer.content
    again = site.http.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


# --- The digest.


def test_what_the_disk_spoilt_is_left_out(site: Site, runs: list[str]) -> None:
    kept = save(site, runs[0])["id"]
    folder = site.app.state.snapshots.folder(kept)
    (folder / "runs" / "0" / "frames.json.gz").write_bytes(b"spoilt")
    about = digest.digest_of(Snapshot.open(folder))
    assert [(model.name, model.reach, model.horizon) for model in about.models] == [("RNN", None, None)]
    assert about.words == "Models trained on “Recall a symbol”."
    assert site.http.get(f"/s/{kept}").status_code == 200
    opened(site.http.get(f"/s/{kept}/preview.png").content)


@pytest.mark.parametrize("steps", [10**400, -5, 401, None])
def test_what_a_file_from_elsewhere_says_is_drawn_all_the_same(
    site: Site, id: str, monkeypatch: pytest.MonkeyPatch, steps: int | None
) -> None:
    told = {"reach": {"value": steps or 0, "at_least": True}, "horizon": {"value": steps, "at_start": steps}}
    monkeypatch.setattr(digest, "_frame", lambda *_: json.dumps(told | {"answers": [3]}))
    about = digest.digest_of(site.app.state.snapshots.get(id))
    assert all(0 <= model.reach.value <= 400 for model in about.models if model.reach)
    opened(preview.drawn(about, None))


# --- oEmbed.


def asked(site: Site, **query: Any) -> httpx.Response:
    return site.http.get("/oembed", params=query)


def test_oembed_answers_as_its_specification_says(site: Site, id: str) -> None:
    answer = asked(site, url=f"{site.address}/s/{id}", format="json")
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    source = f"{site.address}/embed/{id}"
    escaped = "Reach of &quot;RNN&quot; &amp; &lt;LSTM&gt;"
    assert told == {
        "version": "1.0",
        "type": "rich",
        "title": TITLE,
        "provider_name": "Farback",
        "provider_url": f"{site.address}/",
        "cache_age": 3600,
        "html": f'<iframe src="{source}" title="{escaped}" width="960" height="720" '
        'sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox" loading="lazy" '
        'style="border:0;max-width:100%"></iframe>',
        "width": 960,
        "height": 720,
        "thumbnail_url": f"{site.address}/s/{id}/preview.png",
        "thumbnail_width": 1200,
        "thumbnail_height": 630,
    }


@pytest.mark.parametrize(
    ("given", "size", "thumbnail"),
    [
        ({"maxwidth": 400}, (400, 720), False),
        ({"maxheight": 300}, (960, 300), False),
        ({"maxwidth": 1, "maxheight": 1}, (1, 1), False),
        ({"maxwidth": 1200, "maxheight": 630}, (960, 630), True),
        ({"maxwidth": 1199, "maxheight": 630}, (960, 630), False),
        ({"maxwidth": 2000}, (960, 720), True),
        ({"maxwidth": "", "maxheight": "", "format": ""}, (960, 720), True),
    ],
)
def test_oembed_fits_the_room(site: Site, id: str, given: Any, size: tuple[int, int], thumbnail: bool) -> None:
    told = asked(site, url=f"{site.address}/embed/{id}", **given).json()
    assert (told["width"], told["height"]) == size
    assert f'width="{size[0]}" height="{size[1]}"' in told["html"]
    assert [name in told for name in ("thumbnail_url", "thumbnail_width", "thumbnail_height")] == [thumbnail] * 3


@pytest.mark.parametrize(
    ("link", "source"),
    [
        ("http://SITE/s/ID", ""),
        ("https://SITE/s/ID", ""),
        ("http://SITE/embed/ID?", ""),
        ("http://SITE/s/ID?step=40&theme=dark#delete=secret", "?step=40&amp;theme=dark"),
        ('http://SITE/s/ID?x="><script>', "?x=%22%3E%3Cscript%3E"),
        ("HTTP://SITE/s/ID", ""),
        ("http://SITE/s/ID/?step=40", "?step=40"),
        ("http://SITE/embed/ID/", ""),
    ],
)
def test_oembed_reads_a_link_in_every_form(site: Site, id: str, link: str, source: str) -> None:
    link = link.replace("SITE", f"127.0.0.1:{site.port}").replace("ID", id)
    answer = asked(site, url=link)
    assert answer.status_code == 200, answer.text
    assert f'<iframe src="{site.address}/embed/{id}{source}" title' in answer.json()["html"]
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "link",
    [
        "", "x", "SITE/s/ID", "http://SITE/", "http://SITE/s/", "http://SITE/s/IDa", "http://SITE/s/aaaaaaaaaaaa",
        "http://SITE/r/ID", "http://SITE/x/s/ID", "http://other.example/s/ID", "http://127.0.0.1:1/s/ID",
        "http://127.0.0.1/s/ID", "http://127.0.0.1:x/s/ID", "http://[/s/ID", "ftp://SITE/s/ID", "javascript:/s/ID",
        "http://SITE/s/ID/preview.png", "http://SITE/s/ID//", "http://SITE/embed/ID,ID", "http://SITE//s/ID",
    ],
)  # fmt: skip
def test_oembed_knows_only_its_own_snapshots(site: Site, id: str, link: str) -> None:
    answer = asked(site, url=link.replace("SITE", f"127.0.0.1:{site.port}").replace("ID", id))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_oembed_says_what_is_wrong(site: Site, id: str) -> None:
    url = f"{site.address}/s/{id}"
    for query, status, field in (
        ({}, 422, "url"),
        ({"url": url + "?" + "x" * 2000}, 422, "url"),
        ({"url": url, "maxwidth": "0"}, 422, "maxwidth"),
        ({"url": url, "maxwidth": "-1"}, 422, "maxwidth"),
        ({"url": url, "maxheight": "1.5"}, 422, "maxheight"),
        ({"url": url, "maxheight": "9" * 50}, 422, "maxheight"),
        ({"url": url, "format": "xml"}, 501, None),
        ({"url": "nothing", "format": "xml"}, 501, None),
        ({"format": "xml", "maxwidth": "0"}, 501, None),
    ):
        answer = asked(site, **query)
        assert (answer.status_code, answer.json()["error"]["field"]) == (status, field), answer.text


def test_oembed_below_a_prefix(folder: Path, id: str, tmp_path: Path) -> None:
    with running(tmp_path, prefix="/courses/farback/") as site:
        copied = _copied(folder, id, site)
        for path in ("", "/courses/farback"):
            for link in (f"{site.address}/s/{copied}", f"{site.address}/courses/farback/embed/{copied}"):
                told = site.http.get(f"{path}/oembed", params={"url": link}).json()
                assert f'src="{site.address}/courses/farback/embed/{copied}"' in told["html"]
        assert asked(site, url=f"{site.address}/other/s/{copied}").status_code == 404


def test_a_client_of_others_finds_and_shows_a_snapshot(site: Site, id: str) -> None:
    link = f"{site.address}/s/{id}"
    discovered = Head(site.http.get(link).text).links["application/json+oembed"]["href"] or ""
    assert parse_qs(urlsplit(discovered).query) == {"format": ["json"], "url": [link]}
    assert json.loads(httpx.get(discovered).text)["type"] == "rich"
    registry = micawber.ProviderRegistry()
    registry.register(rf"{re.escape(site.address)}/(s|embed)/\S+", micawber.Provider(discovered.partition("?")[0]))
    told = registry.request(link, maxwidth=600)
    assert (told["title"], told["width"]) == (TITLE, 600)
    shown = registry.request(link, maxwidth=600, maxheight=500)
    assert (shown["width"], shown["height"]) == (600, 500)
    html = micawber.parse_text(link, registry, maxwidth=600)
    assert f'<iframe src="{site.address}/embed/{id}"' in html
    with pytest.raises(micawber.ProviderException):
        registry.request(f"{site.address}/s/{'a' * 12}")
