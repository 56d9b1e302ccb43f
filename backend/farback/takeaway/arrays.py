"""Arrays: all numbers of a run's frames, one array a field, as NumPy reads them without pickle.

A frame keeps an array as one byte a value; here it is decoded, to float32, and beside each such array NAME stands
NAME.precision: how far a value may be off, half of the step between two codes. It is given for each frame, in the
array's unit, and in powers of ten where magnitudes are kept on a log scale.
"""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from ..frame import LAYER, unpack
from ..snapshots import Snapshot
from ..snapshots.reel import frames_of
from .packing import Packed

HELD = 64 * 2**20
"""Most codes that are held at a time, in bytes. The largest array of the largest run has 44 MB, all of them 190 MB: the
frames are then read several times."""

ONCE = ("x", "y", "rows", "answers")
"""What is the same in every frame."""

NUMBERS = {
    "loss": ("loss",), "accuracy": ("accuracy",), "train_loss": ("train_loss",),
    "updates.norm": ("updates", "norm"), "updates.clipped_norm": ("updates", "clipped_norm"),
    "updates.clipped": ("updates", "clipped"),
    "reach.value": ("reach", "value"), "reach.at_least": ("reach", "at_least"), "horizon.value": ("horizon", "value"),
    "by_lag.trials": ("by_lag", "trials"),
}  # fmt: skip
"""Numbers of a frame, by where they stand in it. NaN where there is none."""

VERDICT = ("slope", "half_life", "doubling", "left_out")

README = """All numbers of a run of a Farback snapshot. What each is: Farback's definitions (docs/definitions.md).

Names are those of a frame's fields. S frames, T time steps, H hidden units, K answer steps, R rows of connectivity.
steps (S,) is the training step of each frame, and the first axis of whatever has one; kept_step is the chosen one.
x (T, I), y (T,), rows (R,) and answers (K,) are the same in all frames.
layers.N.h and so on (S, T, H); layers.N.gates.NAME (S, T, H); layers.N.grad_norm and signal (S, T).
connectivity (S, R, T) is C[k, t], k = rows[r]; profile (S, K, T) is by answer step and lag.
by_lag.value and by_lag.error (S, L) are at the lags by_lag.lags (L,); NaN where a frame did not test a lag.
NAME.precision (S,): values of NAME may be off by so much, because a frame keeps one byte a value: in the unit of NAME,
or, for connectivity, profile, grad_norm and signal, in powers of ten. NaN: not finite, or not there.
"""


@dataclass
class Column:
    """One array over all frames, while it is collected."""

    packed: list[dict[str, Any]] = field(default_factory=list)  # of each frame, without its codes
    codes: list[bytes] = field(default_factory=list)

    def add(self, packed: Mapping[str, Any]) -> None:
        self.codes.append(base64.b64decode(packed["bdata"]))
        self.packed.append({name: packed[name] for name in ("dtype", "shape", "scale", "offset", "map", "signed")})

    def values(self) -> Iterator[bytes]:
        """Each frame's values, in float32."""
        for packed, codes in zip(self.packed, self.codes, strict=True):
            yield unpack(packed | {"bdata": base64.b64encode(codes)}).astype("<f4").tobytes()

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.packed), *_shape(self.packed[0]))

    @property
    def precision(self) -> Any:
        """(S,) half of a step between two codes."""
        return np.array([packed["scale"] / 2 for packed in self.packed], np.float64)


def arrays(snapshot: Snapshot, n: int) -> Iterator[bytes]:
    """An .npz file, piece by piece; the same bytes for the same snapshot.

    Args:
        snapshot: the snapshot.
        n: which of its runs, counted from 0.

    Raises:
        NotFound: there is no such run.
        InvalidInput: its frames were spoilt.
    """
    run = snapshot.run(n)
    first = next(raw_frames(snapshot, n))
    packed = Packed()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        whole = _once(first) | _by_frame(raw_frames(snapshot, n))
        whole |= {"README": np.array(README), "kept_step": np.array(run.step, np.int64)}
        for name, array in whole.items():
            _write(packed, file, name, array.dtype.str, array.shape, [array.tobytes()])
            yield packed.taken()
        names = {name: len(run.steps) * _size(value) for name, value in packed_arrays(first) if name not in ONCE}
        for group in _groups(names):
            columns = {name: Column() for name in group}
            for frame in raw_frames(snapshot, n):
                for name, value in packed_arrays(frame):
                    if name in columns:
                        columns[name].add(value)
            for name in group:  # what was written is dropped
                column = columns.pop(name)
                _write(packed, file, f"{name}.precision", "<f8", column.precision.shape, [column.precision.tobytes()])
                entry = packed.entry(file, f"{name}.npy")
                with entry:
                    _head(entry, "<f4", column.shape)
                    for piece in column.values():
                        entry.write(piece)
                        if packed.size > HELD // 64:
                            yield packed.taken()
                yield packed.taken()
    yield packed.taken()


def raw_frames(snapshot: Snapshot, n: int) -> Iterator[dict[str, Any]]:
    """The frames of a run as JSON values, one at a time."""
    return (json.loads(frame) for frame in frames_of(snapshot.unpacked(n)))


def packed_arrays(frame: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The arrays of a frame that go as one byte a value, by their names."""
    for name in ("x", "output", "connectivity", "profile"):
        if frame[name] is not None:
            yield name, frame[name]
    for number, layer in enumerate(frame["layers"]):
        for name in LAYER:
            if layer[name] is not None:
                yield f"layers.{number}.{name}", layer[name]
        for name, gate in layer["gates"].items():
            yield f"layers.{number}.gates.{name}", gate
    likely = frame["suggestions"]
    if likely is not None:
        for name in ("probability", "right"):
            yield f"suggestions.{name}", likely[name]


def _once(frame: Mapping[str, Any]) -> dict[str, Any]:
    x = frame["x"]
    return {
        "x": unpack(x), "x.precision": np.array(x["scale"] / 2),
        "y": _floats(frame["y"]),
        "rows": np.array(frame["rows"], np.int64),
        "answers": np.array(frame["answers"], np.int64),
    }  # fmt: skip


def _by_frame(frames: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The plain numbers of all frames, which are few."""
    steps: list[int] = []
    numbers: dict[str, list[float | None]] = {name: [] for name in NUMBERS}
    tested: list[dict[int, tuple[float | None, float | None]]] = []
    likely: list[Any] = []
    letters: list[dict[str, Any] | None] = []
    for frame in frames:
        steps.append(frame["step"])
        for name, path in NUMBERS.items():
            numbers[name].append(_found(frame, path))
        for at, layer in enumerate(frame["layers"]):
            for name in VERDICT:
                numbers.setdefault(f"layers.{at}.verdict.{name}", []).append(layer["verdict"][name])
        by_lag = frame["by_lag"]
        told = zip(by_lag["value"], by_lag["error"], strict=True)
        tested.append(dict(zip(by_lag["lags"], told, strict=True)))
        if frame["suggestions"] is not None:
            likely.append(frame["suggestions"]["classes"])
        letters.append(frame["by_letters"])
    lags = sorted({lag for test in tested for lag in test})
    nothing = (None, None)
    both = [[_floats([test.get(lag, nothing)[which] for lag in lags]) for test in tested] for which in (0, 1)]
    whole: dict[str, Any] = {"steps": np.array(steps, np.int64)}
    whole |= {name: _floats(values) for name, values in numbers.items()}
    whole |= {
        "by_lag.lags": np.array(lags, np.int64),
        "by_lag.value": np.stack(both[0]),
        "by_lag.error": np.stack(both[1]),
    }
    if likely:
        whole["suggestions.classes"] = np.array(likely, np.int64)
    if any(letters):
        whole |= _letters(letters)
    return whole


def _letters(told: list[dict[str, Any] | None]) -> dict[str, Any]:
    """Accuracy by letters known, (S, 3, L) and its error; NaN where a frame has none."""
    most = max(len(one["letters"]) for one in told if one)
    found = {name: np.full((len(told), 3, most), np.nan) for name in ("top", "error")}
    for at, one in enumerate(told):
        for name, array in found.items():
            for row, values in enumerate(one[name] if one else []):
                array[at, row, : len(values)] = values
    return {f"by_letters.{name}": array for name, array in found.items()}


def _found(frame: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = frame
    for name in path:
        value = None if value is None else value[name]
    return value


def _floats(values: Iterable[float | None]) -> Any:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _groups(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """The arrays in groups whose codes can be held together."""
    group: list[str] = []
    held = 0
    for name, size in sizes.items():
        if group and held + size > HELD:
            yield group
            group, held = [], 0
        group.append(name)
        held += size
    if group:
        yield group


def _shape(packed: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(int(size) for size in packed["shape"].split(","))


def _size(packed: Mapping[str, Any]) -> int:
    return int(np.prod(_shape(packed)))


def _write(
    packed: Packed, file: zipfile.ZipFile, name: str, kind: str, shape: tuple[int, ...], pieces: Iterable[bytes]
) -> None:
    with packed.entry(file, f"{name}.npy") as entry:
        _head(entry, kind, shape)
        for piece in pieces:
            entry.write(piece)


def _head(entry: IO[bytes], kind: str, shape: tuple[int, ...]) -> None:
    npy.write_array_header_1_0(entry, {"descr": kind, "fortran_order": False, "shape": shape})
