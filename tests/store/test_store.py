"""The store: what is on disk is whole, and the index knows it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from farback.store import Entry, Index, Row, Store, Writer


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def row(run: str, **values: object) -> Row:
    known = {"status": "done", "public": "{}", "facts": "{}", "private": False, "saved": False, "client": "ann"}
    return Row(**({"id": run, "step": 0, "steps": 10} | known | values))  # type: ignore[arg-type]


def entry(seq: int, last: bool = False) -> Entry:
    array = np.arange(6, dtype=np.float32).reshape(2, 3) + seq
    return Entry(seq, 10 * seq, b'{"step": %d}' % (10 * seq), b"{}", {"w": array}, {"w": array}, {} if last else None)


def test_an_entry_is_kept_in_four_files(store: Store) -> None:
    store.create(row("run"), '{"spec": 1}')
    folder = store.folder("run")
    writer = Writer(folder, "run")
    sizes = [writer.write(entry(0)), writer.write(entry(1))]
    assert folder.newest() == (1, 10)
    assert folder.steps() == [0, 10]
    assert folder.frame(1).read_bytes() == b'{"step": 10}'
    assert np.array_equal(load_file(folder.weights(10))["w"], entry(1).weights["w"])
    checkpoint = folder.read_checkpoint()
    assert checkpoint is not None
    assert np.array_equal(checkpoint["w"], entry(1).checkpoint["w"])
    kept = [path for path in folder.path.rglob("*") if path.is_file() and path.parent != folder.path]
    assert sum(sizes) == sum(path.stat().st_size for path in kept)
    assert not list(folder.path.rglob("*.half"))


def test_writing_again_changes_nothing(store: Store) -> None:
    store.create(row("run"), "{}")
    writer = Writer(store.folder("run"), "run")
    writer.write(entry(0))
    before = {path: path.read_bytes() for path in store.folder("run").path.rglob("*") if path.is_file()}
    writer.write(entry(0))
    assert before == {path: path.read_bytes() for path in store.folder("run").path.rglob("*") if path.is_file()}


def test_the_last_entry_leaves_the_checkpoint_before_it(store: Store) -> None:
    store.create(row("run"), "{}")
    writer = Writer(store.folder("run"), "run")
    writer.write(entry(0))
    writer.write(entry(1, last=True))
    checkpoint = store.folder("run").read_checkpoint()
    assert checkpoint is not None
    assert np.array_equal(checkpoint["w"], entry(0).checkpoint["w"])
    writer.close()
    assert store.folder("run").read_checkpoint() is None


def test_a_run_without_frames(store: Store) -> None:
    store.create(row("run"), "{}")
    assert store.folder("run").newest() == (-1, 0)
    assert store.folder("run").read_checkpoint() is None


def test_dropping_spares_saved_unfinished_and_watched_runs_as_long_as_it_can(store: Store) -> None:
    kinds: list[dict[str, object]] = [{}, {"saved": True}, {"status": "running"}, {}, {}]
    for number, values in enumerate(kinds):
        store.create(row(f"run{number}", bytes=100, **values), "{}")
        store.index.update(f"run{number}", used=float(number))
    assert store.shrink(0, lambda run: False) == []
    assert store.shrink(150, lambda run: run == "run0") == ["run3", "run4"]
    assert store.shrink(1000, lambda run: run == "run0") == ["run0"]
    assert store.index.ids() == {"run1", "run2"}


def test_a_start_deletes_what_belongs_to_no_run(store: Store, tmp_path: Path) -> None:
    store.create(row("kept"), "{}")
    store.create(row("gone"), "{}")
    store.index.delete("gone")  # and then the server was killed
    store.close()
    store = Store(tmp_path)
    assert store.folder("kept").spec.exists()
    assert not store.folder("gone").path.exists()


def test_the_index_remembers(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.sqlite")
    index.add(row("run", result='{"loss": 0.5}', bytes=7))
    index.add(row("waits", status="queued"))
    index.add(row("trains", status="running"))
    index.close()
    index = Index(tmp_path / "index.sqlite")
    found = index.get("run")
    assert found is not None
    assert (found.result, found.bytes) == ('{"loss": 0.5}', 7)
    assert [run.id for run in index.unfinished()] == ["trains", "waits"]
    assert index.counts() == {"done": 1, "queued": 1, "running": 1}
    assert index.bytes() == 7
    assert index.get("nobody") is None


def test_an_index_of_a_newer_program_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    Index(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ValueError, match="newer"):
        Index(path)
