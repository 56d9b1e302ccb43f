"""Snapshots of small runs, trained once for all tests of what is handed on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from farback.snapshots import Snapshot
from farback.store import Store
from tests.snapshots.made import said, snapshots, subject, trained

Keep = Callable[..., Snapshot]


@pytest.fixture(scope="session")
def keep(tmp_path_factory: pytest.TempPathFactory) -> Keep:
    """Train runs, and keep each in one snapshot at its last step."""

    def kept(*runs: dict[str, Any], title: str = "", step: int | None = None) -> Snapshot:
        folder: Path = tmp_path_factory.mktemp("kept")
        store = Store(folder)
        subjects = [subject(store, trained(store, **run), step) for run in runs]
        kept = snapshots(folder, store)
        made = kept.save(subjects, said(title))
        store.close()
        return kept.get(made.id)

    return kept


CELLS: list[dict[str, Any]] = [
    {"name": "rnn"},
    {"name": "rnn", "activation": "sigmoid", "init": "orthogonal"},
    {"name": "gru", "layers": 2},
    {"name": "lstm", "layers": 2},
    {"name": "lstm", "variant": "no_forget"},
    {"name": "lstm", "variant": "coupled"},
    {"name": "lstm", "variant": "peepholes"},
    {"name": "nested_lstm"},
]
"""One of each module that torch.nn has, or that is written out."""


@pytest.fixture(scope="session")
def every_cell(keep: Keep) -> Snapshot:
    """A snapshot of eight models, one of each kind."""
    task = {"name": "recall", "lag": 6}
    return keep(
        *({"task": task, "cell": {"hidden": 5, **cell}, "training": {"steps": 30}} for cell in CELLS),
        title="# -*- coding: utf-7 -*-",
    )


@pytest.fixture(scope="session")
def numbers(keep: Keep) -> Snapshot:
    """A regression by a net without memory."""
    training = {"steps": 20, "truncate": 3}
    return keep({"task": {"name": "adding", "length": 8}, "cell": {"name": "feedforward"}, "training": training})
