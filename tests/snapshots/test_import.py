"""Taking files in: every kind of run that there is, and nothing else."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from farback.cells import CELLS
from farback.errors import FarbackError, InvalidInput
from farback.snapshots import Snapshots, archived, file_names
from farback.store import Store
from farback.tasks import TASKS

from .forged import Parts, zipped
from .made import said, snapshots, subject, trained

KINDS: dict[str, dict[str, Any]] = {
    **{f"task {name}": {"task": {"name": name}} for name in TASKS},
    **{f"cell {name}": {"cell": {"name": name, "hidden": 3}} for name in CELLS},
    "two layers": {"cell": {"name": "lstm", "hidden": 3, "layers": 2}},
    "peepholes": {"cell": {"name": "lstm", "hidden": 3, "variant": "peepholes"}},
    "exploded": {"training": {"steps": 50, "optimizer": "sgd", "lr": 10.0, "clip": None}, "task": {"name": "adding"}},
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(tmp_path_factory.mktemp("data"))
    yield store
    store.close()


@pytest.fixture(scope="module")
def kept(store: Store) -> Snapshots:
    return snapshots(store.path, store)


def file_of(kept: Snapshots, id: str) -> bytes:
    return b"".join(archived(kept.folder(id), file_names(kept.get(id).manifest))[1])


@pytest.fixture(scope="module")
def valid(store: Store, kept: Snapshots) -> bytes:
    """A file of two runs: an RNN, and an LSTM at its first step."""
    runs = [trained(store), trained(store, cell={"name": "lstm", "hidden": 2})]
    made = kept.save([subject(store, runs[0]), subject(store, runs[1], 0)], said("valid", a=[1, 2.5, None]))
    return file_of(kept, made.id)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_run_is_taken_in_again(store: Store, kept: Snapshots, kind: str) -> None:
    run = trained(store, **KINDS[kind])
    made = kept.save([subject(store, run)], said(kind))
    data = file_of(kept, made.id)
    again = kept.take_in(BytesIO(data))
    assert again.etag == made.etag
    assert file_of(kept, again.id) == data


def test_a_file_is_a_plain_zip(valid: bytes) -> None:
    with zipfile.ZipFile(BytesIO(valid)) as opened:
        assert opened.testzip() is None
        assert {entry.compress_type for entry in opened.infolist()} == {zipfile.ZIP_STORED}
        manifest = json.loads(opened.read("manifest.json"))
        assert opened.namelist() == ["manifest.json", *manifest["files"]]
    assert Parts.of(valid).together() == valid, "what the tests forge is what the program writes"


def forged(valid: bytes, change: Any) -> bytes:
    """The file after a change of its parts, with all hashes right."""
    parts = Parts.of(valid)
    change(parts)
    return parts.together()


def in_frame(**values: Any) -> Any:
    """Other values in the first run's last frame."""

    def change(parts: Parts) -> None:
        frames = parts.frames(0)
        frames[-1] |= values
        parts.put_frames(0, frames)

    return change


def in_array(name: str, **values: Any) -> Any:
    """Other values in an array of the first run's first frame."""

    def change(parts: Parts) -> None:
        frames = parts.frames(0)
        array = frames[0]["layers"][0] if name == "h" else frames[0]
        array[name] = None if "gone" in values else array[name] | values
        parts.put_frames(0, frames)

    return change


def in_layer(**values: Any) -> Any:
    """Other values in the layer of the first run's first frame."""

    def change(parts: Parts) -> None:
        frames = parts.frames(0)
        frames[0]["layers"][0] |= values
        parts.put_frames(0, frames)

    return change


def in_run(**values: Any) -> Any:
    """Other values in the manifest's first run."""
    return lambda parts: parts.manifest["runs"][0].update(values)


def in_spec(part: str, **values: Any) -> Any:
    """Other values in a part of the first run's spec."""
    return lambda parts: parts.manifest["runs"][0]["spec"][part].update(values)


def in_manifest(**values: Any) -> Any:
    """Other values in the manifest."""
    return lambda parts: parts.manifest.update(values)


def in_header(name: str, **values: Any) -> Any:
    """Other values for a tensor in the header of the first run's weights."""

    def change(parts: Parts) -> None:
        header = parts.header(0)
        header[name] = header[name] | values
        parts.put_header(0, header)

    return change


def renamed(parts: Parts) -> None:
    header = parts.header(0)
    header["readout.bais"] = header.pop("readout.bias")
    parts.put_header(0, header)


def more_weights(parts: Parts) -> None:
    """A tensor that the model does not have, of no length."""
    parts.put_header(0, parts.header(0) | {"more": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}})


def swapped(parts: Parts) -> None:
    """Two tensors in the same place."""
    header = parts.header(0)
    header["recurrent.bias_ih_l0"]["data_offsets"] = header["recurrent.bias_hh_l0"]["data_offsets"]
    parts.put_header(0, header)


def long_weights(parts: Parts) -> None:
    parts.files["runs/0/weights.safetensors"] += b"\x00" * 4


def frames_in_another_order(parts: Parts) -> None:
    parts.put_frames(0, parts.frames(0)[::-1])


def a_frame_less(parts: Parts) -> None:
    parts.put_frames(0, parts.frames(0)[:-1])


def a_frame_more(parts: Parts) -> None:
    parts.put_frames(0, parts.frames(0) + parts.frames(0)[-1:])


def other_runs_frames(parts: Parts) -> None:
    parts.put_frames(0, parts.frames(1))


def two_packed_in_one(parts: Parts) -> None:
    parts.files["runs/0/frames.json.gz"] *= 2


def named_pack(parts: Parts) -> None:
    """Packed with a file's name in the header."""
    data = parts.files["runs/0/frames.json.gz"]
    parts.files["runs/0/frames.json.gz"] = data[:3] + b"\x08" + data[4:10] + b"../../x\x00" + data[10:]


def bomb(parts: Parts) -> None:
    """200 MiB in 200 kB, and the manifest says so."""
    parts.put_text(0, b'{"frames":[\n' + b" " * (200 * 2**20))


def hidden_bomb(parts: Parts) -> None:
    """The same, and the manifest tells less."""
    parts.put_text(0, b'{"frames":[\n' + b"\n" * (50 * 2**20), inflated=1000)


def deep_frame(parts: Parts) -> None:
    parts.put_text(0, b'{"frames":[\n' + b"[" * 200_000 + b"\n]}\n")


def nan_frame(parts: Parts) -> None:
    frames = parts.frames(0)
    frames[0]["loss"] = float("nan")
    parts.put_frames(0, frames)


def text_of_frames(text: bytes) -> Any:
    return lambda parts: parts.put_text(0, text)


FORGED: dict[str, Any] = {
    "another format": in_manifest(format="other"),
    "a newer version": in_manifest(version=2),
    "a version that is true": in_manifest(version=True),
    "an unknown key": in_manifest(more=1),
    "no runs": in_manifest(runs=[]),
    "a long title": in_manifest(title="x" * 201),
    "a title with controls": in_manifest(title="a\x07"),
    "a title that is none": in_manifest(title=None),
    "a note backwards": in_manifest(note="\u202e"),
    "a view that is a list": in_manifest(view=[]),
    "a view too deep": in_manifest(view={"a": [[[[[[[[[[]]]]]]]]]]}),
    "a view too large": in_manifest(view={"a": "x" * 17_000}),
    "a time that is none": in_manifest(saved="yesterday"),
    "versions with more": in_manifest(versions={"farback": "1", "torch": "2", "evil": "3"}),
    "an id with a slash": in_run(run="../x"),
    "another id": in_run(run="a" * 24),
    "an unknown task": in_spec("task", name="recalls"),
    "an unknown option": in_spec("task", lags=3),
    "a lag out of range": in_spec("task", lag=10**6),
    "another lag": in_spec("task", lag=4),
    "another width": in_spec("cell", hidden=4),
    "another cell": in_spec("cell", name="gru"),
    "too many steps": in_spec("training", steps=20_001),
    "fewer steps than frames": in_spec("training", steps=1),
    "too much work": lambda parts: parts.manifest["runs"][0]["spec"].update(
        task={"name": "recall", "lag": 300}, training={"steps": 20_000}
    ),
    "a seed that is true": lambda parts: parts.manifest["runs"][0]["spec"].update(seed=False),
    "a result that is true": lambda parts: parts.manifest["runs"][0]["result"]["reach"].update(value=False),
    "a spec not resolved": lambda parts: parts.manifest["runs"][0]["spec"]["training"].pop("lr"),
    "a task that is a text": lambda parts: parts.manifest["runs"][0]["spec"].update(task="recall"),
    "a spec that is empty": in_run(spec={}),
    "other facts": lambda parts: parts.manifest["runs"][0]["facts"]["labels"].update(x=["<b>"] * 13),
    "more facts": lambda parts: parts.manifest["runs"][0]["facts"].update(more=1),
    "no facts": in_run(facts={}),
    "an unknown status": in_run(status="lost"),
    "a status that is not its result's": in_run(status="failed"),
    "a reason with controls": in_run(reason="\x1b[31m"),
    "another result": lambda parts: parts.manifest["runs"][0]["result"].update(loss=0.0),
    "no result": in_run(result=None),
    "a step without a frame": in_run(step=3),
    "another step": in_run(step=1),
    "other steps": in_run(steps=[0, 1, 3]),
    "steps that fall": in_run(steps=[1, 0, 2]),
    "no steps": in_run(steps=[]),
    "a length too long": in_run(inflated=10**12),
    "a length too short": in_run(inflated=1),
    "a fingerprint of numbers": in_run(fingerprint={"a": 1}),
    "a frame of another version": in_frame(version=1),
    "a frame with more": in_frame(more=1),
    "a frame with a text for a loss": in_frame(loss="low"),
    "a frame with NaN": nan_frame,
    "a frame that is not the last": in_frame(last=False),
    "a frame of another step": in_frame(step=1),
    "a frame of another seq": in_frame(seq=7),
    "a frame of another run": in_frame(run="b" * 24),
    "a frame with other answers": in_frame(answers=[0]),
    "a frame with rows beyond": in_frame(rows=[0, 1, 2, 99]),
    "a frame with too few targets": in_frame(y=[1]),
    "a frame without layers": in_frame(layers=[]),
    "a frame with suggestions": in_frame(suggestions={"classes": [], "probability": None, "right": None}),
    "a reach that is a text": in_frame(reach={"value": "3", "at_least": False, "spread": None}),
    "a reach with more": in_frame(reach={"value": 3, "at_least": False, "spread": None, "x": 1}),
    "a reason backwards": in_frame(reason="\u202e"),
    "a reason too long": in_frame(reason="x" * 2000),
    "a target that is no class": in_frame(y=[None, None, None, 8]),
    "lags without errors": in_frame(
        by_lag={"measure": "skill", "lags": [1, 2], "value": [0.0, 0.0], "error": [0.0], "trials": 6}
    ),
    "an array of another shape": in_array("x", shape="13,4"),
    "a huge array": in_array("x", shape="100000,100000"),
    "a shape that is none": in_array("x", shape="a,b"),
    "a negative shape": in_array("h", shape="-4,-3"),
    "an array of floats": in_array("h", dtype="f4"),
    "an array of objects": in_array("h", dtype="O"),
    "an array cut off": in_array("connectivity", bdata="AAAA"),
    "an array that is not base64": in_array("connectivity", bdata="!" * 24),
    "an array of another coding": in_array("connectivity", map="linear"),
    "an array that is gone": in_array("h", gone=True),
    "an output that is gone": in_array("output", gone=True),
    "a scale too large": in_array("x", scale=1e308),
    "a scale of 0": in_array("x", scale=0.0),
    "an offset too large": in_array("connectivity", offset=310.0),
    "a scale that is a text": in_array("x", scale="1"),
    "a cell state that the cell lacks": in_layer(c={"dtype": "u1"}),
    "a gate that the cell lacks": in_layer(gates={"f": None}),
    "a verdict that is unknown": in_layer(verdict={"value": "good"}),
    "frames in another order": frames_in_another_order,
    "a frame less": a_frame_less,
    "a frame more": a_frame_more,
    "frames of another run": other_runs_frames,
    "no frames at all": text_of_frames(b'{"frames":[\n]}\n'),
    "frames that are none": text_of_frames(b"[]"),
    "frames that are empty lines": text_of_frames(b'{"frames":[\n\n\n\n\n]}\n'),
    "frames without an end": text_of_frames(b'{"frames":[\n{}'),
    "two packed files in one": two_packed_in_one,
    "a packed file with a name": named_pack,
    "frames that are not packed": lambda parts: parts.files.update({"runs/0/frames.json.gz": b'{"frames":[\n]}\n'}),
    "a bomb": bomb,
    "a hidden bomb": hidden_bomb,
    "a frame nested deeply": deep_frame,
    "weights of another name": renamed,
    "more weights": more_weights,
    "weights in one place": swapped,
    "weights that go on": long_weights,
    "weights of another type": in_header("readout.bias", dtype="I32"),
    "weights of another shape": in_header("readout.weight", shape=[3, 8]),
    "weights of a huge shape": in_header("readout.weight", shape=[2**40, 2**40]),
    "weights of a shape of truths": in_header("readout.bias", shape=[True]),
    "weights beyond the end": in_header("readout.bias", data_offsets=[10**9, 10**9 + 32]),
    "weights before the start": in_header("readout.bias", data_offsets=[-32, 0]),
    "weights nowhere": in_header("readout.bias", data_offsets=None),
    "weights with a pickle": lambda parts: parts.put_header(0, b"\x80\x04cos\nsystem\n"),
    "a header that is a list": lambda parts: parts.put_header(0, []),
    "a header without an end": lambda parts: parts.put_header(0, b'{"__metadata__":'),
    "a header nested deeply": lambda parts: parts.put_header(0, b'{"a":' * 10_000),
    "a header of 100 kB": lambda parts: parts.put_header(0, json.dumps(parts.header(0)).encode() + b" " * 100_000),
    "a header longer than the file": lambda parts: parts.files.update(
        {"runs/0/weights.safetensors": b"\xff" * 8 + b"{}"}
    ),
    "weights of 4 bytes": lambda parts: parts.files.update({"runs/0/weights.safetensors": b"\x00" * 4}),
    "weights of another run": lambda parts: parts.files.update(
        {"runs/0/weights.safetensors": parts.files["runs/1/weights.safetensors"]}
    ),
    "a file more": lambda parts: parts.files.update({"runs/2/weights.safetensors": b"x"}),
    "a file elsewhere": lambda parts: parts.files.update({"../../x": b"x"}),
    "a file less": lambda parts: parts.files.pop("runs/1/weights.safetensors") and None,
}


@pytest.mark.parametrize("name", FORGED)
def test_what_no_run_can_have_made_is_refused(kept: Snapshots, valid: bytes, name: str) -> None:
    data = forged(valid, FORGED[name])
    assert data != valid
    refused(kept, data)


def refused(kept: Snapshots, data: bytes) -> str:
    """Take a file in, which must not be possible; what is said about it."""
    before = kept.count, sorted(kept.path.rglob("*"))
    with pytest.raises(FarbackError) as told:
        kept.take_in(BytesIO(data))
    assert told.value.status in (413, 422)
    assert (kept.count, sorted(kept.path.rglob("*"))) == before
    return told.value.message


def test_no_byte_of_the_zip_can_be_otherwise(kept: Snapshots, valid: bytes) -> None:
    parts = Parts.of(valid)
    manifest = json.dumps(parts.manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    files = {"manifest.json": manifest} | parts.files
    assert zipped(files) == valid
    others = {
        "in another order": zipped({"manifest.json": manifest} | dict(reversed(parts.files.items()))),
        "without the manifest": zipped(parts.files),
        "with another name": zipped({name.replace("runs/1", "runs/../1"): data for name, data in files.items()}),
        "with more": zipped(files | {"more": b"x"}),
        "with a word before": b"#!/bin/sh\n" + valid,
        "with a word after": valid + b"x",
        "with a comment": valid[:-2] + b"\x01\x00x",
        "twice": valid + valid,
        "empty": b"",
        "no zip": b"x" * 100,
        "a manifest with spaces": zipped(files | {"manifest.json": json.dumps(parts.manifest).encode()}),
        "a manifest with a key twice": zipped(files | {"manifest.json": b'{"a":1,' + manifest[1:]}),
        "a manifest with NaN": zipped(files | {"manifest.json": manifest.replace(b"2.5", b"NaN")}),
        "a manifest nested deeply": zipped(files | {"manifest.json": b"[" * 100_000}),
        "a manifest of digits": zipped(files | {"manifest.json": b"9" * 100_000}),
        "a manifest with half a character": zipped(files | {"manifest.json": manifest.replace(b"valid", b"\\ud800")}),
        "a manifest in UTF-16": zipped(files | {"manifest.json": manifest.decode().encode("utf-16")}),
        "a large manifest": zipped({"manifest.json": b" " * (17 * 2**20)}),
    }
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in files.items():
            written.writestr(name, data)
    others["packed anew"] = packed.getvalue()
    for name, data in others.items():
        assert refused(kept, data), name
    with pytest.raises(InvalidInput):
        kept.take_in(BytesIO(valid[: len(valid) // 2]))


def test_hashes_are_compared(kept: Snapshots, valid: bytes) -> None:
    parts = Parts.of(valid)
    files = parts.files
    for name in files:
        parts.files = files | {name: files[name][:-1] + bytes([files[name][-1] ^ 1])}
        assert "not the file that the manifest names" in refused(kept, parts.together(hashed=False))
