"""Tables: the curves and profiles of a run as comma-separated values, one row a value, several tables in a zip."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..frame import unpack
from ..snapshots import Snapshot
from .arrays import raw_frames
from .packing import Packed

Row = Sequence[object]

README = """Curves and profiles of a run of a Farback snapshot, one row a value. What each number is: Farback's
definitions (docs/definitions.md). Units stand in brackets in the first line of each table; an empty field: not there,
or not finite.

curves.csv          by training step: loss, accuracy, length of the gradient, reach and horizon
by_lag.csv          by training step and lag: skill, or the loss added without older context, and its standard error
profile.csv         by training step, answer step and lag: connectivity as a share of its largest entry, median
                    over 16 held-out sequences; the gradient horizon is where it last is at least 0.01
gradient.csv        by training step, layer and time step: the gradient's length for the displayed sequence, and its
                    share G of that at the answer, median over 16 sequences
connectivity.csv    at the training step that was saved: C[k, t] of the displayed sequence, for t up to k

profile, gradient and connectivity are kept as one byte a value on a log scale: each is known to a factor of about
10 ** (decades / 506), decades being the powers of ten from the smallest to the largest value of one array in one frame.
States, gates and signed gradients are in the .npz file, with the precision of each array.
"""


def tables(snapshot: Snapshot, n: int) -> Iterator[bytes]:
    """A zip of tables, piece by piece; the same bytes for the same snapshot.

    Args:
        snapshot: the snapshot.
        n: which of its runs, counted from 0.

    Raises:
        NotFound: there is no such run.
        InvalidInput: its frames were spoilt.
    """
    step, units = snapshot.run(n).step, UNITS[snapshot.spec(n).task.kind]
    packed = Packed()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        with packed.entry(file, "README.txt") as entry:
            entry.write(README.encode())
        for name, (head, rows) in TABLES.items():
            with packed.entry(file, f"{name}.csv") as entry:
                entry.write(f"{','.join(head).format_map(units)}\r\n".encode())
                for frame in raw_frames(snapshot, n):
                    if name != "connectivity" or frame["step"] == step:
                        lines = [",".join(map(_told, row)) for row in rows(frame)]
                        entry.write("".join(f"{line}\r\n" for line in lines).encode())
                        yield packed.taken()
    yield packed.taken()


def _curves(frame: dict[str, Any]) -> Iterator[Row]:
    updates = frame["updates"] or {}
    yield [
        frame["step"], frame["loss"], frame["accuracy"], frame["train_loss"],
        *(updates.get(name) for name in ("norm", "clipped_norm", "clipped")),
        frame["reach"]["value"], int(frame["reach"]["at_least"]), frame["horizon"]["value"],
    ]  # fmt: skip


def _by_lag(frame: dict[str, Any]) -> Iterator[Row]:
    by_lag = frame["by_lag"]
    for lag, value, error in zip(by_lag["lags"], by_lag["value"], by_lag["error"], strict=True):
        yield frame["step"], by_lag["measure"], lag, value, error, by_lag["trials"]


def _profile(frame: dict[str, Any]) -> Iterator[Row]:
    for k, row in zip(frame["answers"], unpack(frame["profile"]), strict=True):
        for lag in range(k + 1):
            yield frame["step"], k, lag, row[lag]


def _gradient(frame: dict[str, Any]) -> Iterator[Row]:
    for number, layer in enumerate(frame["layers"]):
        both = zip(unpack(layer["grad_norm"]), unpack(layer["signal"]), strict=True)
        for t, (norm, signal) in enumerate(both):
            yield frame["step"], number, t, frame["answers"][-1] - t, norm, signal


def _connectivity(frame: dict[str, Any]) -> Iterator[Row]:
    for k, row in zip(frame["rows"], unpack(frame["connectivity"]), strict=True):
        for t in range(k + 1):
            yield frame["step"], k, t, k - t, row[t]


UNITS = {
    "classification": {"loss": "nat", "score": "logits"},
    "regression": {"loss": "squared units", "score": "output"},
}
"""What the loss, and the score whose connectivity is told, are in, by the kind of task."""

TABLES: dict[str, tuple[Sequence[str], Callable[[dict[str, Any]], Iterator[Row]]]] = {
    "curves": (
        [
            "training step", "loss [{loss}]", "accuracy [share]", "training loss [{loss}]",
            "gradient of the weights [{loss} per unit]", "the same clipped [{loss} per unit]",
            "clipped updates [share]", "reach [steps]", "reach is at least [0 or 1]", "gradient horizon [steps]",
        ],
        _curves,
    ),
    "by_lag": (
        ["training step", "measure", "lag [steps]", "value [1 or {loss}]", "standard error", "trials"],
        _by_lag,
    ),
    "profile": (["training step", "answer step k", "lag [steps]", "share of the largest entry [1]"], _profile),
    "gradient": (
        [
            "training step", "layer", "time step t", "steps before the answer",
            "gradient size [{loss} per unit of state]", "signal G [1]",
        ],
        _gradient,
    ),
    "connectivity": (
        ["training step", "output step k", "input step t", "lag [steps]", "connectivity [{score} per unit of input]"],
        _connectivity,
    ),
}  # fmt: skip
"""Each table's first line, to be filled with the units, and its rows of one frame."""


def _told(value: object) -> str:
    """A field; empty where there is no number."""
    if value is None or value != value:  # NaN is none
        return ""
    return str(value) if isinstance(value, int | str) else f"{value:.6g}"
