"""Site: what an exported site consists of.

    index.html                       the gallery
    s/ID/                            a snapshot's page, its picture, its QR code, and itself in one file
    embed/ID/                        the same for a frame, in one file: hosts of files let no other site read theirs
    oembed/ID.json                   what sites that know oEmbed show of it
    api/catalog.json, api/snapshots/ what the pages read, under the names of a server's routes
    v/VERSION/                       the page's scripts, styles and pictures
    element.js, plotly.js            for other sites' pages; for enlarged panels

All that is in it leads to the rest relatively, so it may lie under any path. Only what other sites are told needs the
address where it will be: without one there are no QR codes, no oEmbed answers and no tags for links.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from .. import __version__
from ..catalog import catalog
from ..config import PUBLIC_URL
from ..errors import InvalidInput
from ..snapshots import Snapshot, archived, file_names
from ..snapshots.kept import Kept
from ..takeaway.arrays import arrays
from ..takeaway.notebook import notebook
from ..takeaway.script import script
from ..takeaway.tables import tables
from ..web import alone, assets, preview
from ..web.alone import Alone, Place, copied
from ..web.digest import Digest, connectivity_of, digest_of
from ..web.document import written
from ..web.edition import Edition, editions
from ..web.front import EMBEDDED
from ..web.oembed import answer_of
from ..web.shared import head_of, qr_code
from .folder import MARK, Folder, replacing
from .gallery import Card, cards

ALL = "all"

GALLERY, ELEMENT = "gallery.html", "element.js"
SHOWN = '<section class="cards"></section>'
"""Where the gallery's file has room for the cards."""

ABOVE = "../../"
"""The site's first page, from a snapshot's."""


class Exported(NamedTuple):
    """What was written."""

    ids: list[str]
    left_out: list[str]  # ids that show a person's own text
    size: int  # bytes


def export(site: Path, kept: Kept, wanted: Sequence[str], url: str = "", with_text: bool = False) -> Exported:
    """Write a site of some snapshots.

    Args:
        site: its folder; an earlier export there is replaced when the new one is whole.
        kept: the snapshots.
        wanted: their ids, in the order in which they are shown; or `all`, the newest first.
        url: the address where it will be.
        with_text: whether those that are named may show a person's own text.

    Raises:
        InvalidInput: there is nothing to export, or it may not be.
        NotFound: there is no such snapshot.
        Gone: it was deleted.
        StorageFailed: the disk has lost some of it.
        OSError: the site cannot be written.
    """
    if url and not PUBLIC_URL.fullmatch(url):
        raise InvalidInput(f"{url!r} is no address like https://course.example/memory/.", "url")
    url = url and f"{url.rstrip('/')}/"
    snapshots, left_out = _chosen(kept, wanted, with_text)
    edition = editions.newest()
    with replacing(site) as folder:
        _page_files(folder, edition)
        shown = []
        for id, snapshot in snapshots.items():
            about = digest_of(snapshot)
            try:
                _data(folder, id, snapshot, kept.folder(id))
                _pages(folder, id, snapshot, about, edition, url)
            except FileNotFoundError as error:
                raise kept.lost(id) from error
            shown.append(Card(id, about, snapshot.manifest.saved[:10], bool(url)))
        folder.write("index.html", _gallery(edition, shown, url).encode())
        told = [{"id": card.id, "title": card.about.title, "page": f"s/{card.id}/"} for card in shown]
        folder.write_json(MARK, {"format": "farback site", "version": 1, "farback": __version__, "snapshots": told})
    return Exported(list(snapshots), left_out, folder.size)


def _chosen(kept: Kept, wanted: Sequence[str], with_text: bool) -> tuple[dict[str, Snapshot], list[str]]:
    """The snapshots that are meant, by id, and which were left out."""
    everything = ALL in wanted
    if everything and len(wanted) > 1:
        raise InvalidInput(f"Either {ALL} or ids of snapshots are named, not both.")
    chosen = {id: kept.get(id) for id in (kept.ids() if everything else dict.fromkeys(wanted))}
    if everything:  # the newest first
        chosen = dict(sorted(chosen.items(), key=lambda entry: entry[1].manifest.saved, reverse=True))
    private = [id for id, snapshot in chosen.items() if snapshot.manifest.private]
    if private and not everything and not with_text:
        raise InvalidInput(
            f"The snapshot {private[0]} shows a text of somebody's own, and its site would publish all of it. If that "
            "is what you want, add --with-text."
        )
    left_out = private if everything else []
    for id in left_out:
        del chosen[id]
    if not chosen:
        others = " but such as show a text of somebody's own" if left_out else ""
        raise InvalidInput(f"There is no snapshot to export in {kept.path.parent}{others}.")
    return chosen, left_out


def _page_files(folder: Folder, edition: Edition) -> None:
    """What all pages of the site share."""
    names = dict.fromkeys([*edition.names("index.html"), *edition.names(GALLERY)])
    for name in names:
        folder.write(f"v/{edition.version}/{name}", _asset(edition, name))
    # In a function, since a page may have it twice; and not as a module, which its host would have to allow.
    folder.write(ELEMENT, f"(() => {{\n{edition.modules.whole(ELEMENT)}}})();\n".encode())
    folder.write(alone.PLOTLY, alone.shelf.get(assets.plotly()).body)
    folder.write_json("api/catalog.json", catalog())


def _asset(edition: Edition, name: str) -> bytes:
    asset = edition.asset(name)
    if asset is None:
        raise FileNotFoundError(f"The page has no {name}.")
    return asset.body


def _data(folder: Folder, id: str, snapshot: Snapshot, source: Path) -> None:
    """What is kept of a snapshot, as `frontend/source.js` looks for it, and what can be taken along."""
    place = f"api/snapshots/{id}"
    folder.write(f"{place}.json", snapshot.manifest_bytes)
    for n in range(len(snapshot.manifest.runs)):
        run = f"{place}/runs/{n}"
        folder.write(f"{run}/frames.json", snapshot.unpacked(n))
        folder.write(f"{run}/weights.safetensors", snapshot.weights_file(n))
        folder.write(f"{run}/load.py", script(snapshot, n, f"farback-{id}"))
        folder.write(f"{run}/notebook.ipynb", notebook(snapshot, n, f"farback-{id}"))
        folder.write(f"{run}/arrays.npz", arrays(snapshot, n))
        folder.write(f"{run}/csv.zip", tables(snapshot, n))
    folder.write(f"{place}/file.farback", archived(source, file_names(snapshot.manifest))[1])


def _pages(folder: Folder, id: str, snapshot: Snapshot, about: Digest, edition: Edition, url: str) -> None:
    """The pages of a snapshot, and what other sites show of it."""
    link, endpoint = f"{url}s/{id}/", f"{url}oembed/{id}.json"
    head = head_of(about, link, endpoint) if url else f"<title>{escape(about.title)} · Farback</title>"
    file = f"api/snapshots/{id}/file.farback"
    place = Place(url, ABOVE, folders=True)
    folder.write(f"s/{id}/index.html", _page(id, snapshot, edition, place, head, _said(file)).encode())
    framed = Alone(snapshot, id, edition, place, _said(file), head, embedded=True, plotly=alone.PLOTLY)
    folder.write(f"embed/{id}/index.html", framed.pieces())
    alone_place = Place(url, url or ABOVE, folders=True)
    offline = Alone(snapshot, id, edition, alone_place, _said(f"{url}{file}" if url else ""), head)
    folder.write(f"s/{id}/offline.html", offline.pieces())
    folder.write(f"s/{id}/preview.png", preview.drawn(about, connectivity_of(snapshot, about.best)))
    if url:
        folder.write(f"s/{id}/qr.svg", qr_code(link))
        folder.write_json(f"oembed/{id}.json", answer_of(about, url, f"{url}embed/{id}/", f"{link}preview.png"))


def _page(id: str, snapshot: Snapshot, edition: Edition, place: Place, head: str, said: str) -> str:
    """The explorer on a snapshot."""
    data = ["api/catalog.json", f"api/snapshots/{id}.json"]
    data += [f"api/snapshots/{id}/runs/{n}/frames.json" for n in range(len(snapshot.manifest.runs))]
    page = alone.without_server(edition.html(alone.PAGE) or "")
    html = written(page, edition, alone.PAGE, place.base, head=head, data=data)
    html = html.replace(alone.CONTROLS, f"{alone.CONTROLS}\n      {said}", 1)
    return _guarded(html.replace("<html", f"<html {copied(id, 'folder', place)}", 1))


def _gallery(edition: Edition, shown: Sequence[Card], url: str) -> str:
    head = f'<link rel="canonical" href="{escape(url)}">\n    </head>' if url else "</head>"
    html = written(edition.html(GALLERY) or "", edition, GALLERY, "./").replace("</head>", head, 1)
    return _guarded(html.replace(SHOWN, SHOWN.replace("></", f">{cards(shown)}</"), 1))


def _guarded(html: str) -> str:
    """A page under the rule that a server would send with it."""
    rule = f'<meta http-equiv="Content-Security-Policy" content="{escape(EMBEDDED)}">'
    return html.replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n    {rule}', 1)


def _said(file: str) -> str:
    """What a page says of itself as a copy.

    Args:
        file: where the snapshot's file is; empty where that is not known.
    """
    named = f'<a href="{escape(file)}" download>its file</a>' if file else "its .farback file"
    return (
        '<p class="copied">This page replays a snapshot, without a server behind it. To ask the models something new, '
        f"or to train others, take {named} to a Farback server.</p>"
    )
