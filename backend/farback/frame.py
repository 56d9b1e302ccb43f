"""Frame: what a model looks like at one training step. The only wire schema; encode, decode, version."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .arrays import Doubles, Floats
from .cells import CELLS
from .tasks import ByLetters

VERSION = 2
"""Raised whenever a reader of the old form would misread the new one."""

Codes: TypeAlias = NDArray[np.uint8]
Coding = Literal["linear", "signed", "log10"]


@dataclass(frozen=True)
class Verdict:
    """What the straight line through log10 of the median G says."""

    value: Literal["vanishing", "steady", "exploding"] | None  # None: fewer than two entries are left
    slope: float | None  # log10 of G a step back: below 0 the gradient shrinks
    half_life: float | None  # steps back in which it halves, where it vanishes
    doubling: float | None  # steps back in which it doubles, where it explodes
    left_out: int  # entries of d = 1..D below 1e-30, or not finite
    D: int  # the largest lag, which is the answer step k


@dataclass(frozen=True)
class LayerFrame:
    """One layer on the displayed probe sequence. T time steps, H hidden units."""

    h: Floats  # (T, H) hidden state
    c: Floats | None  # (T, H) cell state, where the cell has one
    gates: Mapping[str, Floats]  # each (T, H)
    grad_h: Floats  # (T, H) d loss / d h_t with c_t held fixed
    grad_c: Floats | None  # (T, H) d loss / d c_t including the path through h_t
    grad_norm: Floats  # (T,) Euclidean norm of [grad_h; grad_c; grad_inner], as far as there are
    signal: Floats  # (T,) median over probe sequences of G: the norm at t over the norm at the answer step
    verdict: Verdict  # on `signal`
    inner: Floats | None = None  # (T, H) inner memory, of a nested cell
    grad_inner: Floats | None = None  # (T, H) d loss / d (inner memory)_t including the path through c_t


@dataclass(frozen=True)
class Updates:
    """The updates since the frame before."""

    norm: float  # of the gradient of all weights, mean over updates
    clipped_norm: float  # the same after clipping
    clipped: float  # share of the updates whose gradient was longer than the clip


@dataclass(frozen=True)
class SkillByLag:
    """The measure behind the reach: skill (1 is perfect, 0 is chance), or nats of loss added without older context."""

    measure: Literal["skill", "added_loss"]
    lags: list[int]
    value: list[float | None]  # mean over trials; None where an output is not finite
    error: list[float | None]  # standard error of that mean; None where there is but one trial
    trials: int  # independent ones a lag: held-out sequences, or the stretches of a series that they are cut from


@dataclass(frozen=True)
class Reach:
    """How far back the model answers from, in steps."""

    value: int
    at_least: bool  # whether the longest tested lag was reached
    spread: list[int] | None  # 5 % and 95 % points over resampled trials; only in a result that can tell


@dataclass(frozen=True)
class Horizon:
    """How far back the gradient sees, in steps."""

    value: int | None  # None while the gradient is not finite
    threshold: float  # share of the largest entry
    at_start: int | None  # the same at step 0
    spread: list[float] | None  # quartiles over sequences


@dataclass(frozen=True)
class Suggestions:
    """The likeliest of very many classes, at each step of the displayed sequence; S of them, 3 or as many as there are.

    They stand in place of all probabilities, which for a thousand words would be more than the rest of a frame.
    """

    classes: list[list[int]]  # (T, S) the most likely one first
    probability: Floats  # (T, S)
    right: Floats  # (T,) probability of the target; NaN where nothing is asked


@dataclass(frozen=True)
class Frame:
    """One training step of one run, measured on a fixed held-out probe batch.

    T time steps, K answer steps, R rows of connectivity, I inputs, O outputs.
    """

    run: str
    seq: int
    step: int
    last: bool
    loss: float | None  # on held-out sequences; cross-entropy in nats, or mean squared error
    accuracy: float | None  # share of right answers on the same, where the task has classes
    train_loss: float | None  # mean over the updates since the frame before
    updates: Updates | None  # None at step 0
    solved_at: int | None
    reason: str | None  # why a number or a verdict is None, or why a reach of 0 tells nothing
    x: Floats  # (T, I) input of the displayed sequence
    y: list[int | float | None]  # T targets
    output: Floats | None  # (T, O) class probabilities, or predicted values; None where there are suggestions
    answers: list[int]
    layers: list[LayerFrame]
    rows: list[int]  # the output times k that connectivity is told of, ascending; the answer steps are among them
    connectivity: Floats  # (R, T) norm of d s_k / d x_t for the displayed sequence
    profile: Floats  # (K, T) by answer step and lag: median over sequences of C[k, k - d] over its maximum at d >= 1
    by_lag: SkillByLag
    reach: Reach
    horizon: Horizon
    by_letters: ByLetters | None = None  # where words are completed: accuracy by how many letters are known
    suggestions: Suggestions | None = None  # where there are too many classes to tell of each
    version: int = VERSION

    def result(self) -> dict[str, Any]:
        """What a run's answer carries once it is done: the last frame's numbers."""
        return {
            "loss": self.loss,
            "accuracy": self.accuracy,
            "solved_at": self.solved_at,
            "reach": asdict(self.reach),
            "horizon": asdict(self.horizon),
            "steps": self.step,
        }


CODINGS: dict[str, Coding] = {
    "x": "linear",
    "output": "linear",
    "connectivity": "log10",
    "profile": "log10",
    "h": "signed",
    "c": "signed",
    "grad_h": "signed",
    "grad_c": "signed",
    "inner": "signed",
    "grad_inner": "signed",
    "grad_norm": "log10",
    "signal": "log10",
    "probability": "linear",
    "right": "linear",
}
"""How each array travels; gates by whether they can be negative."""

PARTS: dict[str, type] = {
    "updates": Updates, "by_lag": SkillByLag, "reach": Reach, "horizon": Horizon, "by_letters": ByLetters,
}  # fmt: skip
"""The parts that are records of their own, of plain numbers."""

CANDIDATES = frozenset(gate.name for cell in CELLS.values() for gate in cell.gates if gate.low < 0)
"""Gates that can be negative: a tanh's. The coding is a matter of the gate, not of the values it happens to have."""

ARRAYS = ("x", "output", "connectivity", "profile")
"""The arrays of a frame beside those of its layers."""

LAYER = ("h", "c", "inner", "grad_h", "grad_c", "grad_inner", "grad_norm", "signal")
"""The arrays of a layer beside its gates."""

FLOOR = 1e-30
"""Magnitudes below it travel as exact zero: they are below anything that float32 sums can tell apart."""


def encode(frame: Frame, full: bool = False) -> bytes:
    """The frame as JSON: arrays as one byte a value with its scale, or (full) as float32."""
    values = _shallow(frame)
    values |= encode_arrays(values, full)
    for name in PARTS:
        values[name] = None if values[name] is None else _shallow(values[name])
    return json.dumps(values, allow_nan=False, separators=(",", ":")).encode()


def encode_arrays(values: Mapping[str, Any], full: bool) -> dict[str, Any]:
    """The arrays and the layers among a frame's values as JSON values."""
    arrays = _packed({name: values[name] for name in ARRAYS}, full)
    layers = [_encode_layer(layer, full) for layer in values["layers"]]
    suggestions: Suggestions | None = values["suggestions"]
    likely = suggestions and {"classes": suggestions.classes} | _packed(
        {"probability": suggestions.probability, "right": suggestions.right}, full
    )
    return arrays | {"layers": layers, "suggestions": likely}


def decode(data: bytes) -> Frame:
    """Read `encode`'s JSON back; arrays come back as float32, rounded as their coding rounds."""
    values = json.loads(data)
    if values.get("version") != VERSION:
        raise ValueError(f"This frame has version {values.get('version')}, this code reads {VERSION}.")
    values["layers"] = [_decode_layer(layer) for layer in values["layers"]]
    for name in ARRAYS:
        values[name] = None if values[name] is None else unpack(values[name])
    for name, kind in PARTS.items():
        values[name] = None if values.get(name) is None else kind(**values[name])
    if (likely := values.get("suggestions")) is not None:
        arrays = {name: unpack(likely[name]) for name in ("probability", "right")}
        values["suggestions"] = Suggestions(likely["classes"], **arrays)
    return Frame(**values)


def pack(array: Floats, coding: Coding, full: bool = False) -> dict[str, Any]:
    """One array as Plotly's typed-array spec, with the scale by which its bytes are read."""
    shape = ",".join(str(size) for size in array.shape)
    if full:
        return {"dtype": "f4", "bdata": _base64(array.astype("<f4")), "shape": shape}
    coder = {"linear": _linear, "signed": _signed, "log10": _log10}[coding]
    codes, scale, offset = coder(array.astype(np.float64))  # in float32 a scale could underflow
    return {
        "dtype": "u1",
        "bdata": _base64(codes),
        "shape": shape,
        "scale": scale,
        "offset": offset,
        "map": "log10" if coding == "log10" else "linear",
        "signed": coding == "signed",
    }


def unpack(packed: Mapping[str, Any]) -> Floats:
    """The values behind `pack`, as float32."""
    shape = tuple(int(size) for size in packed["shape"].split(","))
    raw = base64.b64decode(packed["bdata"])
    if packed["dtype"] == "f4":
        return np.frombuffer(raw, "<f4").reshape(shape).astype(np.float32)
    codes = np.frombuffer(raw, np.uint8).reshape(shape)
    values = packed["offset"] + packed["scale"] * codes.astype(np.float64)
    if packed["map"] == "log10":
        values = np.where(codes == 0, 0.0, 10.0**values)
    missing = 0 if packed["signed"] else 255
    largest = float(np.finfo(np.float32).max)  # rounding up must not make an infinity
    return np.where(codes == missing, np.nan, values.clip(-largest, largest)).astype(np.float32)


def _linear(array: Doubles) -> tuple[Codes, float, float]:
    """Codes 0..254 from the smallest to the largest value, 255 not finite."""
    finite = np.isfinite(array)
    low = float(array.min(where=finite, initial=math.inf)) if finite.any() else 0.0
    high = float(array.max(where=finite, initial=-math.inf)) if finite.any() else 1.0
    scale = (high - low) / 254 or 1.0
    return _coded((array - low) / scale, finite, 255), scale, low


def _signed(array: Doubles) -> tuple[Codes, float, float]:
    """Codes 1..255 around 128, which is exactly zero; 0 is not finite."""
    finite = np.isfinite(array)
    bound = float(np.abs(array).max(where=finite, initial=0.0))
    scale = bound / 127 or 1.0
    return _coded(array / scale + 128, finite, 0), scale, -128 * scale


def _log10(array: Doubles) -> tuple[Codes, float, float]:
    """Codes 1..254 for log10 of the magnitude; 0 is exact zero or below the floor, 255 not finite."""
    finite = np.isfinite(array)
    seen = finite & (array >= FLOOR)
    log = np.log10(array, out=np.zeros(array.shape, np.float64), where=seen)
    low = float(log.min(where=seen, initial=math.inf)) if seen.any() else 0.0
    high = float(log.max(where=seen, initial=-math.inf)) if seen.any() else 0.0
    scale = (high - low) / 253 or 1.0
    codes = _coded((log - low) / scale + 1, finite, 255)
    codes[finite & ~seen] = 0
    return codes, scale, low - scale


def _coded(values: NDArray[Any], finite: NDArray[np.bool_], missing: int) -> Codes:
    rounded = np.rint(values, out=np.full(values.shape, missing, np.float64), where=finite)
    codes: Codes = rounded.astype(np.uint8)
    return codes


def _base64(array: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(array).data).decode()


def _shallow(value: object) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}  # type: ignore[arg-type]


def _encode_layer(layer: LayerFrame, full: bool) -> dict[str, Any]:
    values = _shallow(layer)
    gates = {name: pack(gate, "signed" if name in CANDIDATES else "linear", full) for name, gate in layer.gates.items()}
    arrays = _packed({name: values[name] for name in LAYER}, full)
    return arrays | {"gates": gates, "verdict": _shallow(layer.verdict)}


def _packed(arrays: Mapping[str, Floats | None], full: bool) -> dict[str, Any]:
    return {name: None if array is None else pack(array, CODINGS[name], full) for name, array in arrays.items()}


def _decode_layer(values: dict[str, Any]) -> LayerFrame:
    arrays: dict[str, Any] = {
        name: None if packed is None else unpack(packed) for name, packed in values.items() if name in LAYER
    }
    gates = {name: unpack(gate) for name, gate in values["gates"].items()}
    return LayerFrame(gates=gates, verdict=Verdict(**values["verdict"]), **arrays)


def stamped(frame: Frame, run: str) -> Frame:
    """The same frame under a run's id."""
    return replace(frame, run=run)
