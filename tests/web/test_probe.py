"""Inquiries by the API: asked of a run at a step, answered beside its training, refused in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from .site import Site


def ask(site: Site, run: str, body: Any) -> Any:
    return site.http.post(f"/api/runs/{run}/probe", json=body)


def test_an_inquiry_is_checked_completed_and_answered_at_its_step(site: Site) -> None:
    run = site.post(seed=600)
    site.finished(run)
    newest = ask(site, run, {"name": "jacobians", "k": 3})
    assert newest.status_code == 200, newest.text
    assert newest.json()["asked"] == {"name": "jacobians", "k": 3, "layer": None, "hold": [], "sequence": None}
    assert newest.json()["step"] == 20
    assert ask(site, run, {"name": "lengths", "step": 4}).json()["step"] == 4


def test_a_run_can_be_asked_while_it_trains(site: Site) -> None:
    run = site.post(seed=601, steps=5000, lr=0.01)
    while site.http.get(f"/api/runs/{run}").json()["step"] < 2:
        pass
    assert ask(site, run, {"name": "causal"}).status_code == 200
    assert site.http.post(f"/api/runs/{run}/cancel", headers={"X-Farback-Viewer": "ann"}).is_success


@pytest.mark.parametrize(
    ("body", "status", "says", "field"),
    [
        ({"name": "guess"}, 422, "there are look", "name"),
        ([], 422, "JSON object", None),
        ({"name": "chain", "t": 5}, 422, "before the output time 5", "t"),
        ({"name": "look", "hold": [{"gate": "f", "value": 1}]}, 422, "the RNN has none", "hold"),
        ({"name": "chain", "t": 0, "hold": [{"gate": "f", "value": 1}]}, 422, "the RNN has none", "hold"),
        ({"name": "causal", "k": 4, "sequence": ["A", "?"]}, 422, "the last time step is 1", "k"),
        ({"name": "lengths", "step": True}, 422, "`step`", "step"),
        ({"name": "lengths", "step": -1}, 422, "`step`", "step"),
        ({"name": "lengths", "step": 3}, 404, "no weights at step 3", "step"),
    ],
)
def test_what_cannot_be_asked_is_told(site: Site, body: Any, status: int, says: str, field: str | None) -> None:
    run = site.post(seed=602)
    site.finished(run)
    answer = ask(site, run, body)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert says in error["message"]
    assert error["field"] == field


def test_a_run_that_is_not_there_and_a_body_that_is_none(site: Site) -> None:
    assert ask(site, "a" * 24, {"name": "lengths"}).status_code == 404
    run = site.post(seed=603)
    assert site.http.post(f"/api/runs/{run}/probe", content=b"{}").status_code == 415
    large = {"name": "look", "sequence": ["x" * 1000] * 100}
    assert ask(site, run, large).status_code == 413
