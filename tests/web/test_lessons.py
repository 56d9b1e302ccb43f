"""Lessons over the web: pages that can be read without a script, what they bring for it, and how far the models are."""

from __future__ import annotations

import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from farback.identity import run_id
from farback.lessons import lessons

from .site import Site, running

TINY = """# Tiny

```lesson
idea = "As small as it gets, <b>and</b> \\"quoted\\"."
minutes = 1

[models.rnn]
task = { name = "recall", lag = 2, symbols = 2, distractors = 1 }
cell = { name = "rnn", hidden = 1 }
training = { steps = 20, lr = 0.001 }
```

## Only step

```figure
show = "unfold"
model = "rnn"
```

Look at the [units](figure:h), and <script>alert(1)</script>.
"""


class Ids(HTMLParser):
    """Checks that every element is closed where it should be, and collects ids."""

    EMPTY = ("meta", "link", "base", "img", "br", "input")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def data_of(html: str) -> dict[str, Any]:
    block = re.search(r'<script type="application/json" id="lesson-data">(.*?)</script>', html, re.DOTALL)
    assert block is not None
    told: dict[str, Any] = json.loads(block[1])
    return told


def own_lesson(folder: Path, text: str = TINY, name: str = "90-tiny.md") -> None:
    (folder / "lessons").mkdir()
    (folder / "lessons" / name).write_text(text)


@pytest.mark.parametrize("name", [lesson.name for lesson in lessons()])
def test_a_lesson_is_a_whole_page(site: Site, name: str) -> None:
    for place, base in ((f"/learn/{name}", "../"), (f"/embed/learn/{name}", "../../")):
        answer = site.http.get(place)
        assert answer.status_code == 200
        page = Ids(answer.text)
        assert len(page.ids) == len(set(page.ids))
        assert f'<base href="{base}">' in answer.text
        told = data_of(answer.text)
        assert len(told["steps"]) == sum(one.startswith("step-") and one.count("-") == 1 for one in page.ids)
    assert "frame-ancestors" in site.http.get(f"/learn/{name}").headers["content-security-policy"]
    assert "frame-ancestors" not in site.http.get(f"/embed/learn/{name}").headers["content-security-policy"]


@pytest.mark.parametrize("name", [lesson.name for lesson in lessons()])
def test_a_framed_lesson_leads_to_what_may_be_framed_or_opens_beside(site: Site, name: str) -> None:
    html = site.http.get(f"/embed/learn/{name}").text
    article = html.partition("<article")[2].partition("</article>")[0]
    links = re.findall(r"<a ([^>]*)>", article)
    assert links
    for link in links:
        if 'target="_blank"' in link:
            continue
        href = re.search(r'href="([^"]*)"', link)
        assert href is not None
        assert href[1].startswith("embed/learn/"), link
        answer = site.http.get(f"/{href[1]}")
        assert answer.status_code == 200
        assert "frame-ancestors" not in answer.headers["content-security-policy"]


def test_the_path_names_all_lessons_in_order(site: Site) -> None:
    html = site.http.get("/learn").text
    Ids(html)
    assert re.findall(r'href="learn/([a-z0-9-]+)"', html) == [lesson.name for lesson in lessons()]
    told = site.http.get("/api/lessons").json()["lessons"]
    assert [one["name"] for one in told] == [lesson.name for lesson in lessons()]
    assert all(one["trained"] == 0 and one["models"] == len(list(lessons().find(one["name"]).runs())) for one in told)


def test_from_the_front_page_one_comes_to_every_other(site: Site) -> None:
    found, last = {"/"}, {"/"}
    for _ in range(2):
        links = {link for path in last for link in re.findall(r'<a [^>]*href="([^"#]*)"', site.http.get(path).text)}
        last = {f"/{link.removeprefix('./')}" for link in links if ":" not in link} - found
        found |= last
    assert {"/learn", "/own", "/memory", "/class", *(f"/learn/{lesson.name}" for lesson in lessons())} <= found


def test_there_is_no_other_lesson(site: Site) -> None:
    answer = site.http.get("/learn/nonsense")
    assert answer.status_code == 404
    assert "two-nets" in answer.text


def test_a_lesson_of_ones_own_is_read_and_trained_beforehand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_lesson(tmp_path)
    monkeypatch.setattr("farback.lessons.shelf.TEXTS", tmp_path / "none")  # the others would be trained before it
    with running(tmp_path, prepare_lessons=True) as site:
        html = site.http.get("/learn/tiny").text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert "As small as it gets, &lt;b&gt;and&lt;/b&gt;" in html
        [spec] = site.app.state.lessons.find("tiny").runs()
        assert data_of(html)["models"]["rnn"]["runs"] == [run_id(spec)]
        deadline = time.monotonic() + 30
        while site.http.get(f"/api/runs/{run_id(spec)}").json()["status"] != "done":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        told = {one["name"]: one for one in site.http.get("/api/lessons").json()["lessons"]}
        assert told["tiny"]["trained"] == told["tiny"]["models"] == 1


def test_a_broken_lesson_leaves_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    own_lesson(tmp_path, TINY.replace("figure:h", "figure:nowhere"))
    with running(tmp_path) as site:
        assert site.http.get("/learn/tiny").status_code == 404
        assert site.http.get("/learn/two-nets").status_code == 200
    assert "90-tiny.md, line 20" in caplog.text
    assert "no place" in caplog.text
