"""The store: what is on disk is whole, and the index knows it."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.numpy import load_file

from farback.store import Entry, Index, Row, StorageFailed, Store, Writer
from farback.store import folder as folder_module
from farback.store.reserve import RESERVE_BYTES, Reserve


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


def row(run: str, **values: object) -> Row:
    known = {"status": "done", "public": "{}", "facts": "{}", "private": False, "saved": False, "client": "ann"}
    return Row(**({"id": run, "step": 0, "steps": 10} | known | values))  # type: ignore[arg-type]


def entry(seq: int, last: bool = False) -> Entry:
    array = np.arange(6, dtype=np.float32).reshape(2, 3) + seq
    return Entry(seq, 10 * seq, b'{"step": %d}' % (10 * seq), {"w": array}, {"w": array}, {} if last else None)


def test_an_entry_is_kept_in_files_of_its_own(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farback.store.writer.CHECKPOINT_S", 0.0)
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


def test_a_checkpoint_is_written_now_and_then(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("farback.store.writer.time.monotonic", lambda: now)
    store.create(row("run"), "{}")
    folder = store.folder("run")
    writer = Writer(folder, "run")
    for seq, now in ((0, 100.0), (1, 100.4), (2, 100.5), (3, 100.9)):  # noqa: B007 - the clock above
        writer.write(entry(seq))
    checkpoint = folder.read_checkpoint()
    assert checkpoint is not None
    assert np.array_equal(checkpoint["w"], entry(2).checkpoint["w"])
    assert folder.newest() == (3, 30)


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
        store.hint(f"run{number}", used=float(number))
    assert store.shrink(0, lambda run: False) == []
    assert store.shrink(150, lambda run: run == "run0") == ["run3", "run4"]
    assert store.shrink(1000, lambda run: run == "run0") == ["run0"]
    assert store.index.ids() == {"run1", "run2"}


@pytest.mark.parametrize("left", [b"", b"not a database, but long enough to be taken for one" * 50, None], ids=str)
def test_a_lost_or_damaged_index_is_made_anew_from_the_folders(
    store: Store, tmp_path: Path, left: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    for run, status in (("run", "done"), ("waits", "queued"), ("mine", "cancelled")):
        store.create(row(run, status=status, private=run == "mine", result='{"loss": 0.5}'), "{}")
    store.change("run", step=10, seq=3, bytes=7, reason="as it ended")
    known = [store.get(run) for run in ("run", "waits", "mine")]
    store.close()
    for file in tmp_path.glob("index.sqlite*"):
        file.unlink()
    if left is not None:
        (tmp_path / "index.sqlite").write_bytes(left)
    store = Store(tmp_path)
    assert [store.get(run) for run in ("run", "waits", "mine")] == known
    assert "3 runs" in caplog.text
    assert (tmp_path / "index.sqlite.damaged").exists() == bool(left)
    assert all(store.folder(run).spec.exists() for run in ("run", "waits", "mine"))
    store.close()


def test_an_index_that_contradicts_itself_is_made_anew(store: Store, tmp_path: Path) -> None:
    for number in range(50):
        store.create(row(f"run{number}", facts="x" * 2000), "{}")
    store.close()
    path = tmp_path / "index.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = bytearray(path.read_bytes())
    data[8192:40960] = bytes(32768)
    path.write_bytes(data)
    store = Store(tmp_path)
    assert len(store.index.ids()) == 50
    store.close()


def test_a_start_learns_from_the_folder_how_a_run_ended(store: Store, tmp_path: Path) -> None:
    store.create(row("run", status="running"), "{}")
    store.create(row("gone"), "{}")
    store.folder("run").note(row("run", status="done", seq=4))  # and then the server was killed
    store.folder("gone").path.rename(tmp_path / "elsewhere")
    store.close()
    store = Store(tmp_path)
    assert store.index.statuses() == {"run": "done"}
    store.close()


def test_what_was_removed_stays_removed(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.create(row("run", private=True), '"my secret"')
    monkeypatch.setattr(store.index, "delete", full)  # as if the server were killed between the two
    store.remove("run")
    assert store.get("run") is None
    store.close()
    store = Store(tmp_path)
    assert store.index.ids() == set()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"secret" in path.read_bytes()]
    store.close()


def test_a_folder_that_is_no_run_is_left_alone_and_told_of(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    strange = tmp_path / "runs" / "st" / "strange"
    strange.mkdir(parents=True)
    (strange / "spec.json").write_text("{}")
    (strange / "run.json").write_bytes(b"\x00" * 50)
    store.create(row("older"), "{}")
    store.folder("older").run.unlink()  # as an older program left it
    store.close()
    store = Store(tmp_path)
    assert store.index.ids() == {"older"}
    assert store.folder("older").noted() == store.get("older")
    assert str(strange) in caplog.text
    assert (strange / "spec.json").exists()
    store.close()


def full(*_: object) -> None:
    """Stands in for a write to a full disk."""
    raise OSError(errno.ENOSPC, "No space left on device")


def test_on_a_full_disk_small_things_are_noted_in_the_room_put_by(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve, write = tmp_path / "reserve", folder_module.write_whole

    def write_where_there_is_room(path: Path, data: bytes, sure: bool = False) -> None:
        if reserve.exists():
            full()
        write(path, data, sure)

    monkeypatch.setattr(folder_module, "write_whole", write_where_there_is_room)
    assert reserve.stat().st_size == RESERVE_BYTES
    store.create(row("run"), "{}")
    assert store.get("run") is not None
    assert not reserve.exists()


def test_a_run_that_finds_no_room_at_all_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    known = row("known")
    store.create(known, "{}")
    monkeypatch.setattr(store.index, "put", full)
    for run in ("new", "known"):
        with pytest.raises(StorageFailed, match="No space"):
            store.create(row(run), "{}")
    assert store.index.ids() == {"known"}
    assert not store.folder("new").path.exists()
    assert store.folder("known").spec.exists()
    store.touch(known)  # the time of last use may be lost


def test_a_write_that_fails_takes_up_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farback.store.folder.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        folder_module.write_whole(tmp_path / "file", b"data", sure=True)
    assert list(tmp_path.iterdir()) == []


def test_the_reserve_says_how_much_room_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = 300
    monkeypatch.setattr("farback.store.reserve.shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    reserve = Reserve(tmp_path / "reserve", 1000)
    assert reserve.missing() == 1700, "as much again must stay free"
    free = 2000
    assert reserve.missing() == 0
    assert (tmp_path / "reserve").stat().st_size == 1000
    free = 0
    assert reserve.missing() == 0, "it is held"
    reserve.release()
    assert reserve.missing() == 2000
    free = 2000
    monkeypatch.setattr("farback.store.reserve.os.posix_fallocate", full, raising=False)
    assert reserve.missing() == 1000, "the disk has less than it says"
    assert list(tmp_path.iterdir()) == []


def test_frames_count_up_to_the_first_gap(store: Store) -> None:
    store.create(row("run"), "{}")
    folder = store.folder("run")
    for seq in range(5):
        Writer(folder, "run").write(entry(seq))
    assert folder.complete(4)
    assert not folder.complete(5)
    for spoil in (folder.frame(3).unlink, lambda: folder.frame(2).write_bytes(b""), folder.frame(0).unlink):
        spoil()
        assert not folder.complete(4)
    assert folder.newest() == (-1, 0)
    folder.mend()
    assert folder.steps() == []
    assert folder.read_checkpoint() is None


@pytest.mark.parametrize("left", [b"", b"\x00" * 20, b"{"])
def test_a_run_goes_on_only_from_frames_without_a_gap(store: Store, left: bytes) -> None:
    store.create(row("run"), "{}")
    folder = store.folder("run")
    for seq in range(3):
        Writer(folder, "run").write(entry(seq))
    folder.mend()
    assert folder.newest() == (2, 20), "nothing was wrong"
    folder.frame(1).write_bytes(left)
    assert folder.newest() == (0, 0)
    folder.mend()
    assert (folder.newest(), folder.steps()) == ((-1, 0), [])


def test_a_checkpoint_ahead_of_the_frames_is_not_gone_on_from(store: Store) -> None:
    store.create(row("run"), "{}")
    writer = Writer(store.folder("run"), "run")
    writer.write(entry(0))
    with pytest.raises(StorageFailed, match="train it again"):
        writer.write(entry(2))
    assert store.folder("run").read_checkpoint() is None


def test_a_checkpoint_that_is_a_folder_is_none(store: Store) -> None:
    store.create(row("run"), "{}")
    folder = store.folder("run")
    folder.checkpoint.mkdir()
    assert folder.read_checkpoint() is None
    Writer(folder, "run").write(entry(0))
    assert folder.read_checkpoint() is not None


def test_the_index_remembers(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.sqlite")
    index.put(row("run", result='{"loss": 0.5}', bytes=7))
    index.put(row("waits", status="queued"))
    index.put(row("trains", status="running"))
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
