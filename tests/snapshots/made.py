"""Real runs, small ones, put into a store without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from farback.config import Settings
from farback.engine.recorder import record
from farback.errors import Exploded
from farback.facts import facts
from farback.identity import run_id
from farback.snapshots import Selection, Snapshots, Subject
from farback.spec import parse_spec
from farback.store import Row, Store, Writer

SMALL: dict[str, Any] = {
    "task": {"name": "recall", "lag": 3},
    "cell": {"name": "rnn", "hidden": 3},
    "training": {"steps": 2},
}
"""Three frames of 2 kB."""


def trained(store: Store, **parts: Any) -> str:
    """Train a run and keep it as the server does; returns its id."""
    spec = parse_spec(SMALL | parts)
    run = run_id(spec)
    public, known = json.dumps(spec.public_json()), json.dumps(facts(spec))
    row = Row(run, "done", public, known, spec.private, False, "ann", 0, spec.training.steps)
    store.create(row, json.dumps(spec.as_json()))
    writer = Writer(store.folder(run), run)
    ending: dict[str, Any] = {}
    try:
        for entry in record(json.dumps(spec.as_json()), run, None, lambda _: None):
            writer.write(entry)
            ending = {"seq": entry.seq, "step": entry.step, "result": json.dumps(entry.result)}
    except Exploded as error:
        ending |= {"status": "failed", "code": error.code, "reason": error.message, "result": None}
    writer.close()
    store.change(run, **ending)
    return run


def subject(store: Store, run: str, step: int | None = None) -> Subject:
    """A run that is to be saved, at a step or its last one."""
    row = store.get(run)
    assert row is not None
    result = None if row.result is None else json.loads(row.result)
    outcome = (row.status, row.code, row.reason, result)
    chosen = row.step if step is None else step
    return Subject(row.id, row.public, row.facts, row.private, *outcome, row.seq, chosen)


def snapshots(folder: Path, store: Store, **settings: Any) -> Snapshots:
    """All snapshots of a data folder, as a server opens them."""
    opened = Snapshots(Settings(data_dir=folder, **settings), store)
    opened.tidy()
    return opened


def said(title: str = "", **view: Any) -> Selection:
    """What a person says about runs that are named otherwise."""
    return Selection.model_construct(runs=[], title=title, note="", view=view, with_text=False)
