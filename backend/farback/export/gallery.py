"""Gallery: the first page of an exported site, a card for each snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from ..web.digest import Digest, Model, shortened
from ..web.preview import HEIGHT, WIDTH

NOTE = 280
"""Most characters of a note on a card; its page tells all."""


class Card(NamedTuple):
    """One snapshot."""

    id: str
    about: Digest
    day: str
    coded: bool  # whether there is a QR code of its link


def cards(shown: Iterable[Card]) -> str:
    """HTML of all cards."""
    return "\n".join(_card(*each) for each in shown)


def _card(id: str, about: Digest, day: str, coded: bool) -> str:
    title, link = escape(about.title), f"s/{id}/"
    note = f'<p class="note">{escape(shortened(about.note, NOTE))}</p>' if about.note else ""
    reach = "".join(map(_told, about.models))
    code = f'<a href="{link}qr.svg">QR code</a>' if coded else ""
    return f"""<article>
        <a href="{link}" class="picture" tabindex="-1" aria-hidden="true"><img src="{link}preview.png" alt="" \
width="{WIDTH}" height="{HEIGHT}" loading="lazy"></a>
        <h2><a href="{link}">{title}</a></h2>
        <p class="day">{escape(about.task)}, kept on {escape(day)}</p>
        {note}
        <ul class="reach" aria-label="How many steps back each model connects">{reach}</ul>
        <p class="links"><a href="{link}offline.html" download="farback-{id}.html">One file, for offline</a>
          <a href="embed/{id}/">Embedded view</a> {code}</p>
      </article>"""


def _told(model: Model) -> str:
    steps = "?" if model.reach is None else str(model.reach)
    return (
        f'<li style="--colour: var(--model-{model.colour})">{escape(model.name)} <b>{steps}</b>'
        '<span class="unit"> steps back</span></li>'
    )
