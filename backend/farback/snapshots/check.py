"""Check: whether a snapshot that comes from elsewhere is one that this program could have made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from math import isclose
from typing import Any

from ..errors import InvalidInput
from ..facts import facts
from ..spec import RunSpec, parse_spec
from .manifest import Manifest, SavedRun, frames_name, weights_name
from .reel import frames_of, unpack
from .weights import LENGTH, LONGEST_HEADER, check_weights
from .wire import Reader
from .words import canonical

Pieces = Callable[[str], Iterator[bytes]]
"""A file of a snapshot by its name, piece by piece."""

SAME = 1e-5
"""How far a fact may be off: another processor rounds otherwise."""


def check(manifest: Manifest, pieces: Pieces) -> None:
    """Refuse a snapshot of which anything is not what its specs say. The hashes have been compared already.

    Raises:
        InvalidInput: something is wrong; says what.
        TooLarge: one of its runs is larger than a run may be.
    """
    specs = [_checked_spec(run) for run in manifest.runs]  # all of them, before any of the large files is read
    check_tasks([run.spec["task"] for run in manifest.runs])
    for n, (run, spec) in enumerate(zip(manifest.runs, specs, strict=True)):
        name = weights_name(n)
        check_weights(_head(pieces(name)), manifest.files[name].size, spec, run.run, run.step)
    for n, (run, spec) in enumerate(zip(manifest.runs, specs, strict=True)):
        _check_frames(unpack(pieces(frames_name(n)), run.inflated), run, spec)


def check_tasks(tasks: Sequence[object]) -> None:
    """Refuse runs that cannot be shown side by side.

    Raises:
        InvalidInput: their tasks or its options differ.
    """
    if any(task != tasks[0] for task in tasks):
        raise InvalidInput("The runs of a snapshot need the same task: they are shown on one time axis.", "runs")


def _checked_spec(run: SavedRun) -> RunSpec:
    spec = parse_spec(run.spec)
    if canonical(spec.as_json()) != canonical(run.spec):
        raise InvalidInput("A run's spec is not fully resolved.", "spec")
    if not _alike(run.facts, json.loads(json.dumps(facts(spec)))):
        raise InvalidInput("A run's facts are not those of its spec.", "facts")
    if run.steps[-1] > spec.training.steps:
        raise InvalidInput("A run has frames of later steps than its last one.", "steps")
    return spec


def _check_frames(pieces: Iterator[bytes], run: SavedRun, spec: RunSpec) -> None:
    reader, seq, frame = Reader(spec, run.run, run.steps), -1, None
    for seq, data in enumerate(frames_of(pieces)):
        if seq == len(run.steps):
            raise InvalidInput("There are more frames than the manifest says.")
        frame = reader.read(seq, data)
    if frame is None or seq + 1 < len(run.steps):
        raise InvalidInput("There are fewer frames than the manifest says.")
    ended = run.status == "done"
    result = frame.result() if ended else None
    if canonical(run.result) != canonical(result) or (ended and not frame.last):
        raise InvalidInput("A run's result is not that of its last frame.")


def _alike(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same but for rounding."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if type(one) is float and type(other) is float:
        return isclose(one, other, rel_tol=SAME, abs_tol=SAME)
    return type(one) is type(other) and bool(one == other)


def _head(pieces: Iterator[bytes]) -> bytes:
    """How a file begins."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= LENGTH + LONGEST_HEADER:
            break
    return head
