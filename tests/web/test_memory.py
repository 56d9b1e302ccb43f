"""The memory table over the web: the same numbers as in the file, and a page for them."""

from __future__ import annotations

import statistics

from farback.memory import MEASURED, measured, read

from .site import Site


def test_the_server_tells_what_the_file_says(site: Site) -> None:
    told = site.http.get("/api/memory").json()
    rows = read(MEASURED)
    assert {name: told[name] for name in ("machine", "torch", "day", "seed")} == measured(rows)
    assert len(told["rows"]) == len({(row.task, row.cell) for row in rows})
    for row in told["rows"]:
        seeds = [each for each in rows if (each.task, each.cell) == (row["task"], row["cell"])]
        assert row["solved"] == sum(each.solved_at is not None for each in seeds)
        assert row["reach"]["median"] == statistics.median(each.reach["value"] for each in seeds)


def test_it_has_a_page(site: Site) -> None:
    page = site.http.get("/memory")
    assert page.headers["content-type"].startswith("text/html")
    assert "farback-memory" in page.text
