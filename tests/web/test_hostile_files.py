"""A thousand files that are no snapshots: none is an error of the server, none is kept, none takes its memory."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from farback.snapshots import Snapshot
from farback.store import Store
from tests.snapshots.forged import Parts
from tests.snapshots.made import said, snapshots, subject, trained

from .site import Site, running

ZIP = {"Content-Type": "application/zip"}

ODD: tuple[Any, ...] = (
    None, True, -1, 0, 2**31, 2**63, 10**30, 1e308, -0.0, float("nan"), float("inf"), "", "x", "\x00", "\ud800",
    "../../x", "<script>", "x" * 100_000, [], {}, [[]] * 100, {"a": {}}, [None] * 1000,
)  # fmt: skip
"""What does not belong anywhere."""

Blow = Callable[[random.Random, bytes], bytes]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, bytes]]:
    """A site, and a file that it takes in."""
    folder = tmp_path_factory.mktemp("site")
    store = Store(folder)
    runs = [trained(store), trained(store, cell={"name": "lstm", "hidden": 2})]
    kept = snapshots(folder, store)
    id = kept.save([subject(store, run) for run in runs], said("valid")).id
    store.close()
    with running(folder) as site:
        yield site, site.http.get(f"/api/snapshots/{id}/file").content


def flipped(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 3, 50])):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def inserted(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + rng.randbytes(rng.choice([1, 4, 1000])) + data[at:]


def repeated(rng: random.Random, data: bytes) -> bytes:
    """A part of it once more, elsewhere: entries, records and frames get in each other's place."""
    first, last, at = sorted(rng.randrange(len(data)) for _ in range(3))
    return data[:at] + data[first:last] + data[at:] if rng.random() < 0.5 else data[:first] + data[last:]


def lengthened(rng: random.Random, data: bytes) -> bytes:
    """A length or an offset of the zip that is huge."""
    marks = [at for at in range(len(data) - 46) if data[at : at + 2] == b"PK"]
    at = rng.choice(marks) + rng.randrange(4, 46)
    return data[:at] + rng.choice([b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x00\x00\x00\x80"]) + data[at + 4 :]


def in_weights(rng: random.Random, data: bytes) -> bytes:
    """Another header of weights, with all hashes right."""
    parts, n = Parts.of(data), rng.randrange(2)
    if rng.random() < 0.3:
        length = rng.choice([0, 1, 7, 2**16, 2**31, 2**63, 2**64 - 1])
        name = f"runs/{n}/weights.safetensors"
        parts.files[name] = length.to_bytes(8, "little") + parts.files[name][8:]
    else:
        parts.put_header(n, odd_somewhere(rng, parts.header(n)))
    return parts.together()


def in_frames(rng: random.Random, data: bytes) -> bytes:
    """Another frame, with all hashes right."""
    parts, n = Parts.of(data), rng.randrange(2)
    frames = parts.frames(n)
    at = rng.randrange(len(frames))
    frames[at] = odd_somewhere(rng, frames[at])
    parts.put_frames(n, frames)
    return parts.together()


def in_manifest(rng: random.Random, data: bytes) -> bytes:
    """Another manifest."""
    parts = Parts.of(data)
    while True:
        parts.manifest = odd_somewhere(rng, Parts.of(data).manifest)
        try:
            return parts.together(hashed=rng.random() < 0.5)
        except (ValueError, TypeError, AttributeError):  # not even the test can write that
            continue


def odd_somewhere(rng: random.Random, whole: dict[str, Any]) -> Any:
    """Something odd in the place of one value, or under a name of its own."""
    place, inner = None, whole
    while isinstance(inner, (dict, list)) and inner and (place is None or rng.random() < 0.8):
        place, name = inner, rng.choice(list(inner)) if isinstance(inner, dict) else rng.randrange(len(inner))
        inner = place[name]
    assert place is not None
    if isinstance(place, dict) and rng.random() < 0.2:
        if rng.random() < 0.5:
            del place[name]
        name = "odd"
    place[name] = rng.choice(ODD)
    return whole


BLOWS: tuple[Blow, ...] = (flipped, cut, inserted, repeated, lengthened, in_weights, in_frames, in_manifest)


def test_a_thousand_hostile_files(made: tuple[Site, bytes]) -> None:
    site, valid = made
    kept, rng = site.app.state.snapshots, random.Random(0)
    assert site.http.post("/api/snapshots/import", content=valid, headers=ZIP).status_code == 201
    before, seen = resident(), Counter[int]()
    for number in range(1200):
        blow = BLOWS[number % len(BLOWS)]
        data = blow(rng, valid)
        count = kept.count
        answer = site.http.post("/api/snapshots/import", content=data, headers=ZIP)
        seen[answer.status_code] += 1
        told = answer.json()
        if answer.status_code == 201:
            assert blow in (in_frames, in_manifest, in_weights) or data == valid, "no hash is right by chance"
            unharmed(kept.folder(told["id"]), site.http.get(f"/api/snapshots/{told['id']}/file").content, data)
        else:
            assert answer.status_code in (413, 422), (number, blow, told)
            assert told["error"]["message"]
            assert kept.count == count, (number, blow)
    assert seen[201] < 80, seen
    assert not list((kept.path / "drafts").iterdir())
    assert resident() - before < 60_000, "kB"


def unharmed(folder: Path, out: bytes, data: bytes) -> None:
    """What was taken in after all is a snapshot in every way, and what was sent."""
    assert out == data
    snapshot = Snapshot.open(folder)
    for n in range(len(snapshot.manifest.runs)):
        assert len(list(snapshot.frames(n))) == len(snapshot.manifest.runs[n].steps)
        assert snapshot.weights(n)


def test_bombs_take_neither_memory_nor_long(made: tuple[Site, bytes]) -> None:
    site, valid = made
    before = resident()
    size = 2**26
    for text in (b" " * size, b"\n" * size, b'{"frames":[\n' + b"[" * size, b'{"frames":[\n' + b"{},\n" * (size // 4)):
        for inflated in (len(text), 1000):
            parts = Parts.of(valid)
            parts.put_text(0, text, inflated)
            data = parts.together()
            assert len(data) < size / 200
            del parts
            answer = site.http.post("/api/snapshots/import", content=data, headers=ZIP, timeout=30.0)
            assert answer.status_code == 422, answer.text
            assert answer.elapsed.total_seconds() < 5
    assert resident() - before < 150_000, "kB; the text above takes half of it"


def resident() -> int:
    """Memory of this process, in kB."""
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("memory is read from /proc")
    [line] = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1])


@pytest.mark.parametrize("body", [b"", b"PK", b"PK\x03\x04" + b"\xff" * 100, b"\x00" * 10**6, json.dumps({}).encode()])
def test_what_is_no_file_at_all(made: tuple[Site, bytes], body: bytes) -> None:
    answer = made[0].http.post("/api/snapshots/import", content=body, headers=ZIP)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
