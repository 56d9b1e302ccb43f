"""An exported site: what is in it, that it holds together, what is refused, and that nothing else is touched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from safetensors.numpy import load

from farback.cli import main
from farback.errors import Gone, InvalidInput, NotFound
from farback.export import export
from farback.snapshots import Snapshot, frames_name, weights_name
from farback.snapshots.kept import Kept
from farback.store import Store
from tests.links import Links
from tests.snapshots.made import said, snapshots, subject, trained

TITLE = "</script><!-- <b>bold</b> & “so”"
URL = "https://course.example/~ann/memory"
TEXT = "to be or not to be, that is the question; " * 50


class Data:
    """A data folder with snapshots of all kinds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        store = Store(folder)
        runs = [trained(store, cell={"name": cell, "hidden": 3}) for cell in ("rnn", "lstm")]
        text = {"name": "characters", "text": TEXT, "length": 20}
        private = trained(store, task=text, cell={"name": "rnn", "hidden": 3})
        kept = snapshots(folder, store)
        self.two = kept.save([subject(store, run) for run in runs], said(TITLE, query="mark=2")).id
        self.one = kept.save([subject(store, runs[0], 1)], said()).id
        self.private = kept.save([subject(store, private)], said("Mine")).id
        gone = kept.save([subject(store, runs[1])], said("Gone"))
        kept.delete(gone.id, gone.secret)
        self.gone = gone.id
        store.close()
        self.kept = Kept(folder)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    return Data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def site(data: Data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of two snapshots that knows its address."""
    folder = tmp_path_factory.mktemp("out") / "site"
    export(folder, data.kept, [data.two, data.one], URL)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_link_leads_to_a_file_of_the_site(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) == 1 + 3 * 2
    for page in pages:
        read = Links(page.read_text())
        here = f"{URL}/{page.relative_to(site).as_posix().removesuffix('index.html')}"
        for link in read.links:
            whole = urlsplit(urljoin(urljoin(here, read.base), link))
            if whole.scheme == "data":
                continue
            assert whole.geturl().startswith(f"{URL}/"), link
            target = site / whole.path.removeprefix(f"{urlsplit(URL).path}/")
            assert (target / "index.html" if target.is_dir() else target).is_file(), (page, link)


def test_it_holds_what_was_kept(site: Path, data: Data) -> None:
    for id in (data.two, data.one):
        kept, place = data.kept.get(id), site / "api" / "snapshots"
        assert (place / f"{id}.json").read_bytes() == kept.manifest_bytes
        for n in range(len(kept.manifest.runs)):
            assert (place / id / f"runs/{n}/frames.json").read_bytes() == b"".join(kept.unpacked(n))
            assert load((place / id / f"runs/{n}/weights.safetensors").read_bytes()).keys() == kept.weights(n).keys()
        taken = Snapshot.open(place / id / "file.farback")
        assert taken.etag == kept.etag
        for page in (f"s/{id}/offline.html", f"embed/{id}/index.html"):
            held = Links((site / page).read_text()).texts
            assert held[f"api/snapshots/{id}"].encode() == kept.manifest_bytes.replace(b"<", b"\\u003c")
            assert len(held[f"api/snapshots/{id}/runs/0/frames"]) == 4 * -(
                -kept.manifest.files[frames_name(0)].size // 3
            )
    assert weights_name(0).endswith("weights.safetensors")


def test_text_is_text_everywhere(site: Path, data: Data) -> None:
    for page in (
        "index.html",
        f"s/{data.two}/index.html",
        f"embed/{data.two}/index.html",
        f"s/{data.two}/offline.html",
    ):
        html = (site / page).read_text()
        assert "<b>bold" not in html
        assert Links(html).texts["title" if page != "index.html" else "a"].count("<b>bold</b>") == 1, page


def test_other_sites_are_told_whole_addresses(site: Path, data: Data) -> None:
    told = json.loads((site / "oembed" / f"{data.two}.json").read_text())
    assert (told["type"], told["version"], told["title"]) == ("rich", "1.0", TITLE)
    assert f'src="{URL}/embed/{data.two}/"' in told["html"]
    assert told["thumbnail_url"] == f"{URL}/s/{data.two}/preview.png"
    html = (site / "s" / data.two / "index.html").read_text()
    assert f'type="application/json+oembed" href="{URL}/oembed/{data.two}.json"' in html
    assert f'property="og:image" content="{URL}/s/{data.two}/preview.png"' in html
    assert b"<svg" in (site / "s" / data.two / "qr.svg").read_bytes()


def test_without_an_address_there_is_none_in_it(data: Data, tmp_path: Path) -> None:
    export(tmp_path / "site", data.kept, [data.two])
    assert not (tmp_path / "site" / "oembed").exists()
    for page in (tmp_path / "site").rglob("*.html"):
        assert [link for link in Links(page.read_text()).links if link.startswith("http")] == [], page


def test_it_is_the_same_site_each_time_and_reads_only(data: Data, tmp_path: Path) -> None:
    before = contents(data.folder)
    sites = []
    for _ in range(2):
        export(tmp_path / "site", data.kept, ["all"], f"{URL}/")
        sites.append(contents(tmp_path / "site"))
    assert sites[0] == sites[1]
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert contents(data.folder) == before


def test_a_text_of_ones_own_is_published_only_where_it_is_named_and_meant(data: Data, tmp_path: Path) -> None:
    done = export(tmp_path / "all", data.kept, ["all"], with_text=True)
    assert (set(done.ids), done.left_out) == ({data.two, data.one}, [data.private])
    with pytest.raises(InvalidInput, match="--with-text"):
        export(tmp_path / "no", data.kept, [data.one, data.private])
    assert not (tmp_path / "no").exists()
    assert export(tmp_path / "yes", data.kept, [data.private], with_text=True).ids == [data.private]
    published = b"".join(contents(tmp_path / "all").values())
    assert TEXT[:40].encode() not in published


@pytest.fixture
def spoilt(data: Data) -> Iterator[str]:
    """A snapshot that the disk has lost some of."""
    path = data.kept.folder(data.one) / frames_name(0)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    yield data.one
    path.write_bytes(whole)


def test_what_fails_leaves_what_was_there(data: Data, spoilt: str, tmp_path: Path) -> None:
    export(tmp_path / "site", data.kept, [data.two])
    before = contents(tmp_path / "site")
    for wanted, error in (
        ([spoilt], InvalidInput), (["a" * 12], NotFound), ([data.two, data.gone], Gone), (["../../etc"], NotFound),
        (["all", spoilt], InvalidInput),
    ):  # fmt: skip
        with pytest.raises(error):
            export(tmp_path / "site", data.kept, wanted)
    assert contents(tmp_path / "site") == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_where_there_is_nothing_that_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no snapshot to export"):
        export(tmp_path / "site", Kept(tmp_path / "data"), ["all"])
    assert list(tmp_path.iterdir()) == []


def test_no_folder_of_anything_else_is_replaced(data: Data, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "index.html").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for place in ("thesis", "file"):
        with pytest.raises(InvalidInput, match="no site that was exported before"):
            export(tmp_path / place, data.kept, [data.two])
    assert (tmp_path / "thesis" / "index.html").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    export(tmp_path / "empty", data.kept, [data.two])


def test_the_command(data: Data, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> int:
        with pytest.raises(SystemExit) as end:
            main(["export", str(tmp_path / "site"), "--data-dir", str(data.folder), "--snapshots", *arguments])
        assert isinstance(end.value.code, int)
        return end.value.code

    assert run("all", "--url", URL) == 0
    out, err = capsys.readouterr()
    assert re.search(r"site: 2 snapshots, \d+\.\d MB", out)
    assert data.private in err
    for arguments, words in (
        (["a" * 12], "There is no snapshot aaaaaaaaaaaa."),
        ([data.gone], "was deleted"),
        ([data.private], "--with-text"),
        ([data.one, "--url", "course.example"], "no address"),
    ):
        assert run(*arguments) == 2
        assert words in capsys.readouterr().err
