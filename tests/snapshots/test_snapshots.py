"""Snapshots on the disk: whole or absent, never lost once they were acknowledged, read back bit by bit."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load

from farback.errors import FarbackError, Gone, InvalidInput, NotFound, TooLarge
from farback.frame import decode
from farback.snapshots import Snapshot, Snapshots, archived, file_names
from farback.store import StorageFailed, Store

from .made import said, snapshots, subject, trained


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


def file_of(kept: Snapshots, id: str, path: Path) -> Path:
    """A snapshot as one file."""
    size, pieces = archived(kept.folder(id), file_names(kept.get(id).manifest))
    path.write_bytes(b"".join(pieces))
    assert path.stat().st_size == size
    return path


def test_a_snapshot_is_read_from_its_folder_and_from_its_file(store: Store, tmp_path: Path) -> None:
    run = trained(store)
    kept = snapshots(tmp_path, store)
    made = kept.save([subject(store, run, 0), subject(store, run)], said("both ends"))
    folder = store.folder(run)
    for path in (kept.folder(made.id), file_of(kept, made.id, tmp_path / "x.farback")):
        snapshot = Snapshot.open(path)
        assert (snapshot.etag, snapshot.manifest.title) == (made.etag, "both ends")
        for n, step in enumerate((0, 2)):
            assert snapshot.spec(n).as_json() == json.loads(folder.spec.read_text())
            weights = load(folder.weights(step).read_bytes())
            assert {name: array.tobytes() for name, array in snapshot.weights(n).items()} == {
                name: array.tobytes() for name, array in weights.items()
            }
            for seq, frame in enumerate(snapshot.frames(n)):
                told = decode(folder.frame(seq).read_bytes())
                assert frame.result() == told.result()
                assert np.array_equal(frame.connectivity, told.connectivity)
            assert seq == 2
        with pytest.raises(NotFound, match="2 runs"):
            snapshot.frames(2)


def test_what_the_disk_spoilt_is_not_taken_for_weights_or_frames(store: Store, tmp_path: Path) -> None:
    kept = snapshots(tmp_path, store)
    made = kept.save([subject(store, trained(store))], said())
    folder = kept.folder(made.id)
    for name in ("weights.safetensors", "frames.json.gz"):
        file = folder / "runs" / "0" / name
        file.write_bytes(file.read_bytes()[:-3] + b"\x00\x01\x02")
    with pytest.raises(InvalidInput):
        kept.get(made.id).weights(0)
    with pytest.raises(InvalidInput):
        list(kept.get(made.id).frames(0))
    manifest = folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"note":""', b'"note":"x"'))
    with pytest.raises(StorageFailed):
        kept.get(made.id)
    manifest.unlink()
    with pytest.raises(StorageFailed):
        kept.get(made.id)


KILLED = """
import os, signal, sys
from pathlib import Path
from farback.store import Store
from tests.snapshots.made import said, snapshots, subject

CALLS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.scandir", "fsync")
folder, runs = Path(sys.argv[1]), sys.argv[2:]
store = Store(folder)
kept = snapshots(folder, store)
subjects = [subject(store, run) for run in runs]
store.close()

def child(work, at):
    '''Have the work done by a process that is killed at its n-th call of the system; what it acknowledged.'''
    reading, writing = os.pipe()
    if os.fork() == 0:
        calls, fsync = 0, os.fsync
        def count(call, _=()):
            nonlocal calls
            if call in CALLS:
                calls += 1
                if calls == at:
                    os.kill(os.getpid(), signal.SIGKILL)
        def counted(handle):
            count("fsync")
            fsync(handle)
            count("fsync")
        os.fsync = counted
        sys.addaudithook(count)
        word = work()
        os.write(writing, word.encode())
        os._exit(0)
    os.close(writing)
    word = os.read(reading, 1000).decode()
    os.close(reading)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == (0 if word else -signal.SIGKILL)
    return word

def save():
    return "saved {} {} {}".format(*kept.save(subjects, said("kept")))

def delete():
    kept.delete(made.id, made.secret)
    return "deleted " + made.id

for work in (save, delete):
    at, word = 0, ""
    while not word:
        at += 1
        made = kept.save(subjects, said()) if work is delete else None
        if made:
            print("saved", *made)
        word = child(work, at)
        print(word or f"killed {work.__name__} {at}")
"""
"""A server's work, again and again, each time killed a call of the system later, until it is done before that."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_whatever_is_killed_anywhere_a_snapshot_is_whole_or_absent(store: Store, tmp_path: Path) -> None:
    runs = [trained(store), trained(store, seed=1)]
    store.close()
    command = [sys.executable, "-c", KILLED, str(tmp_path), *runs]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    words = [line.split() for line in done.stdout.splitlines()]
    points = {work: sum(word[:2] == ["killed", work] for word in words) for work in ("save", "delete")}
    assert points["save"] > 40, points
    assert points["delete"] > 8, points
    store = Store(tmp_path)
    kept = snapshots(tmp_path, store)
    ids = {path.name for path in (tmp_path / "snapshots").glob("??/*")}
    assert not (tmp_path / "snapshots" / "drafts").exists()
    assert kept.count == len(ids)
    for id in ids:
        whole = Snapshot.open(file_of(kept, id, tmp_path / "x.farback"))  # which checks all of it
        assert [run.run for run in whole.manifest.runs] == runs
    gone = {path.name for path in (tmp_path / "snapshots" / "gone").iterdir()}
    assert not ids & gone
    assert {word[1] for word in words if word[0] == "deleted"} <= gone
    acknowledged = {word[1]: word[2] for word in words if word[0] == "saved"}
    assert ids | gone >= acknowledged.keys()
    assert all(kept.get(id).etag == acknowledged[id] for id in ids & acknowledged.keys())
    assert 0 < len(gone) < points["delete"], "some were killed before it was noted that they are gone, some after"
    store.close()


def test_what_a_crash_left_half_deleted_is_deleted_by_the_next_start(store: Store, tmp_path: Path) -> None:
    kept = snapshots(tmp_path, store)
    made = kept.save([subject(store, trained(store))], said())
    (tmp_path / "snapshots" / "gone").mkdir()
    (tmp_path / "snapshots" / "gone" / made.id).touch()  # and then the server was killed
    with pytest.raises(Gone):
        kept.get(made.id)
    kept = snapshots(tmp_path, store)
    assert (kept.count, kept.bytes) == (0, 0)
    assert not list((tmp_path / "snapshots").glob(f"*/{made.id}/*"))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="what a file is called is read from /proc")
def test_all_of_it_is_forced_to_the_disk_before_it_gets_its_name(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained(store)
    kept = snapshots(tmp_path, store)
    before: set[Path] = set()
    after: set[Path] = set()
    synced, fsync, rename = before, os.fsync, Path.rename
    moved: list[tuple[Path, Path]] = []

    def told_fsync(handle: int) -> None:
        fsync(handle)
        synced.add(Path(f"/proc/self/fd/{handle}").readlink())

    def told_rename(path: Path, target: Path) -> Path:
        nonlocal synced
        synced = after
        moved.append((path, target))
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", told_fsync)
    monkeypatch.setattr(Path, "rename", told_rename)
    made = kept.save([subject(store, run)], said())
    [(draft, target)] = moved
    assert target == kept.folder(made.id)
    whole = {draft / path.relative_to(target) for path in target.rglob("*")}
    assert len(whole) == 7, "two files, the run's folder within another, and three files in it"
    assert before >= whole | {draft, kept.path, tmp_path}
    assert target.parent in after
    kept.delete(made.id, made.secret)
    assert kept.path / "gone" in after


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.open", "pathlib.Path.rename", "pathlib.Path.mkdir"])
def test_a_full_disk_refuses_and_leaves_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    run = trained(store)
    kept = snapshots(tmp_path, store)
    kept.save([subject(store, run)], said())
    before = sorted(path for path in (tmp_path / "snapshots").rglob("*") if path.is_file())
    chosen, messages = subject(store, run), set()
    for at in range(40):
        with monkeypatch.context() as patch:
            failing = Failing(call, at)
            patch.setattr(call, failing)
            try:
                kept.save([chosen], said())
                break
            except StorageFailed as error:
                messages.add(error.message)
        assert sorted(path for path in (tmp_path / "snapshots").rglob("*") if path.is_file()) == before
    assert messages == {"The snapshot cannot be stored: No space left on device."}
    assert kept.count == 2


class Failing:
    """Stands in for a call that finds the disk full, the n-th time and from then on as often as it is called within
    one try."""

    def __init__(self, call: str, at: int) -> None:
        module, _, name = call.rpartition(".")
        holder: Any = Path if module.endswith("Path") else __import__("os")
        self.call = getattr(holder, name)
        self.left = at

    def __get__(self, owner: object, _: type | None = None) -> Any:
        return lambda *given, **named: self(owner, *given, **named)

    def __call__(self, *given: Any, **named: Any) -> Any:
        writes = self.call.__name__ != "open" or "w" in "".join(str(value) for value in given[1:2])
        if writes:
            self.left -= 1
            if self.left < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
        return self.call(*given, **named)


def test_deleting_on_a_full_disk_is_noted_in_the_room_put_by(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = snapshots(tmp_path, store)
    made = kept.save([subject(store, trained(store))], said())
    touch = Path.touch

    def touch_where_there_is_room(path: Path) -> None:
        if (tmp_path / "reserve").exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        touch(path)

    monkeypatch.setattr(Path, "touch", touch_where_there_is_room)
    kept.delete(made.id, made.secret)
    with pytest.raises(Gone):
        kept.get(made.id)


def test_a_snapshot_larger_than_one_may_be_is_refused(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained(store)
    kept = snapshots(tmp_path, store, max_snapshot_bytes=2000)
    with pytest.raises(TooLarge, match="larger than"):
        kept.save([subject(store, run)], said())
    kept = snapshots(tmp_path, store)
    monkeypatch.setattr("farback.snapshots.snapshots.MAX_FRAMES_BYTES", 10_000)
    with pytest.raises(TooLarge, match="fewer runs"):
        kept.save([subject(store, run), subject(store, run, 0)], said())
    assert kept.count == 0
    assert not list((tmp_path / "snapshots" / "drafts").iterdir())


def test_a_run_that_is_dropped_while_it_is_saved(store: Store, tmp_path: Path) -> None:
    run = trained(store)
    chosen = subject(store, run)
    store.folder(run).frame(1).unlink()
    kept = snapshots(tmp_path, store)
    with pytest.raises(NotFound, match="train it again"):
        kept.save([chosen], said())
    store.remove(run)
    with pytest.raises(FarbackError, match="train it again"):
        kept.save([chosen], said())
    assert kept.count == 0
