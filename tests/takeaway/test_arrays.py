"""Arrays and tables hold what the frames do, in forms that other programs read."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import numpy as np
import pytest

from farback.snapshots import Snapshot
from farback.takeaway import arrays as module
from farback.takeaway.arrays import arrays, packed_arrays, raw_frames
from farback.takeaway.notebook import notebook
from farback.takeaway.tables import tables


def loaded(snapshot: Snapshot, n: int) -> dict[str, Any]:
    data = np.load(io.BytesIO(b"".join(arrays(snapshot, n))), allow_pickle=False)
    return {name: data[name] for name in data.files}


def test_arrays_are_those_of_the_frames(every_cell: Snapshot) -> None:
    for n in (2, 7):  # two layers; a nested cell, which has most kinds of states
        found, frames = loaded(every_cell, n), list(every_cell.frames(n))
        assert found["steps"].tolist() == [frame.step for frame in frames] == every_cell.run(n).steps
        assert found["kept_step"] == every_cell.run(n).step
        for at, frame in enumerate(frames):
            assert np.array_equal(found["connectivity"][at], frame.connectivity)
            assert frame.output is not None
            assert np.array_equal(found["output"][at], frame.output, equal_nan=True)
            assert np.array_equal(found["profile"][at], frame.profile, equal_nan=True)
            assert found["loss"][at] == frame.loss
            assert found["reach.value"][at] == frame.reach.value
            told = [found["by_lag.value"][at][found["by_lag.lags"].tolist().index(lag)] for lag in frame.by_lag.lags]
            assert told == frame.by_lag.value
            for number, layer in enumerate(frame.layers):
                for name in ("h", "c", "inner", "grad_h", "grad_c", "grad_inner", "grad_norm", "signal"):
                    array = getattr(layer, name)
                    if array is None:
                        assert f"layers.{number}.{name}" not in found
                    else:
                        assert np.array_equal(found[f"layers.{number}.{name}"][at], array, equal_nan=True)
                for name, gate in layer.gates.items():
                    assert np.array_equal(found[f"layers.{number}.gates.{name}"][at], gate)
        assert np.array_equal(found["x"], frames[0].x)
        assert "definitions" in str(found["README"])


def test_precision_is_half_of_a_step_between_codes(every_cell: Snapshot) -> None:
    found = loaded(every_cell, 3)
    for at, frame in enumerate(raw_frames(every_cell, 3)):
        for name, packed in packed_arrays(frame):
            if name != "x":
                assert found[f"{name}.precision"][at] == packed["scale"] / 2


@pytest.mark.parametrize("form", [arrays, tables])
def test_the_same_snapshot_is_the_same_bytes(form: Any, numbers: Snapshot) -> None:
    assert b"".join(form(numbers, 0)) == b"".join(form(numbers, 0))
    with zipfile.ZipFile(io.BytesIO(b"".join(form(numbers, 0)))) as file:
        assert file.testzip() is None
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_little_is_held_at_a_time(every_cell: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = loaded(every_cell, 3)
    monkeypatch.setattr(module, "HELD", 2000)  # every array needs a reading of its own
    again = loaded(every_cell, 3)
    assert whole.keys() == again.keys()
    for name, array in whole.items():
        assert np.array_equal(array, again[name], equal_nan=array.dtype.kind == "f"), name


def test_tables_are_read_as_tables(every_cell: Snapshot) -> None:
    found: dict[str, list[list[str]]] = {}
    with zipfile.ZipFile(io.BytesIO(b"".join(tables(every_cell, 3)))) as file:
        for name in file.namelist():
            if name.endswith(".csv"):
                found[name] = list(csv.reader(io.StringIO(file.read(name).decode())))
        assert "Units" in file.read("README.txt").decode()
    frames, run = list(every_cell.frames(3)), every_cell.run(3)
    for name, rows in found.items():
        assert len({len(row) for row in rows}) == 1, name
        told = [number for row in rows[1:] for number in row if number not in ("", "skill")]
        assert np.isfinite(np.array(told, np.float64)).all(), name
    head, *curves = found["curves.csv"]
    assert head[:2] == ["training step", "loss [nat]"]
    assert [int(row[0]) for row in curves] == run.steps
    assert [float(row[1]) for row in curves] == pytest.approx([frame.loss for frame in frames], rel=1e-5)
    kept = next(frame for frame in frames if frame.step == run.step)
    for row in found["connectivity.csv"][1:]:
        step, k, t, lag = map(int, row[:4])
        assert (step, lag) == (run.step, k - t)
        assert float(row[4]) == pytest.approx(kept.connectivity[kept.rows.index(k), t], rel=1e-5)
    rows = [row for row in found["gradient.csv"][1:] if int(row[0]) == run.step]
    assert len(rows) == 2 * 7


def test_units_are_those_of_the_task(every_cell: Snapshot, numbers: Snapshot) -> None:
    for snapshot, loss, score in ((every_cell, "nat", "logits"), (numbers, "squared units", "output")):
        with zipfile.ZipFile(io.BytesIO(b"".join(tables(snapshot, 0)))) as file:
            heads = {name: file.read(name).decode().splitlines()[0] for name in file.namelist()}
        assert f"loss [{loss}]" in heads["curves.csv"]
        assert f"[{loss} per unit of state]" in heads["gradient.csv"]
        assert f"connectivity [{score} per unit of input]" in heads["connectivity.csv"]
        assert f"log10 of {score} per unit of input" in notebook(snapshot, 0, "x").decode()
