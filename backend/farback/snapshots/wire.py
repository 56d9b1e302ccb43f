"""Wire: whether some bytes are a frame of a run, exactly as `farback.frame` writes it. Its types are the rules."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from functools import cache
from itertools import pairwise
from math import prod
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import ValidationError, create_model

from ..arrays import Floats
from ..errors import InvalidInput
from ..frame import ARRAYS, CANDIDATES, CODINGS, LAYER, VERSION, Coding, Frame, decode
from ..spec import RunSpec
from ..strict import Strict
from .words import LONGEST, plain

LARGEST = {"linear": 1e39, "log10": 300.0}
"""Largest code's value: arrays were float32, and a logarithm beyond is that of no number."""

Values = Mapping[str, Any]


class Packed(Strict):
    """An array as `frame.pack` writes it, one byte a value."""

    dtype: Literal["u1"]
    bdata: str
    shape: str
    scale: float
    offset: float
    map: Literal["linear", "log10"]
    signed: bool


@dataclass(frozen=True)
class Reader:
    """Reads the frames of one run, and refuses what its model cannot have made.

    Args:
        spec: the run's.
        run: the id that they carry.
        steps: the training step of each.
    """

    spec: RunSpec
    run: str
    steps: list[int]

    def read(self, seq: int, data: bytes) -> Frame:
        """The frame in some bytes.

        Raises:
            InvalidInput: they are not this frame.
        """
        try:
            values = json.loads(data)
            if json.dumps(values, allow_nan=False, separators=(",", ":")).encode() != data:
                raise ValueError("it is not written as a frame is")
            self._check(seq, values)
            return decode(data)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(step)[:40] for step in first["loc"])
            raise InvalidInput(f"Frame {seq} is none: `{place}`: {first['msg'][:100]}.") from None
        except RecursionError:
            raise InvalidInput(f"Frame {seq} is nested too deeply.") from None
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise InvalidInput(f"Frame {seq} is none: {str(error)[:100]}.") from None

    def _check(self, seq: int, values: dict[str, Any]) -> None:
        if isinstance(values, dict) and values.get("version") != VERSION:
            raise ValueError(f"it has version {str(values.get('version'))[:20]}, this program reads {VERSION}")
        _model(Frame).model_validate(values)
        place = {"run": self.run, "seq": seq, "step": self.steps[seq], "last": values["last"]}
        told = {name: values[name] for name in place}
        if told != place or (values["last"] and seq + 1 < len(self.steps)):
            raise ValueError("it is not the one that belongs here")
        if values["reason"] is not None and len(plain(values["reason"])) > LONGEST:
            raise ValueError("its reason is too long")
        self._check_shapes(values)
        self._check_lists(values)

    def _check_shapes(self, values: Values) -> None:
        """Every array is there that the model has, and is as large as the model makes it."""
        task, cell = self.spec.task, self.spec.cell
        T, H, O = task.length, cell.hidden, task.outputs  # noqa: E741 - as everywhere
        rows, K = values["rows"], len(task.answers)
        ordered = all(earlier < later for earlier, later in pairwise(rows))
        if values["answers"] != list(task.answers) or not ordered or not all(0 <= row < T for row in rows):
            raise ValueError("its answer steps or rows are not those of the task")
        if len(values["y"]) != T or len(values["layers"]) != cell.layers:
            raise ValueError("its targets or layers are not those of the model")
        arrays: dict[str, tuple[int, ...] | None] = {
            "x": (T, task.inputs), "connectivity": (len(rows), T), "profile": (K, T),
            "output": None if task.suggestions else (T, O),
        }  # fmt: skip
        for name in ARRAYS:
            _check_array(values[name], arrays[name], CODINGS[name], name)
        gates = {gate.name for gate in cell.shown_gates()}
        for layer in values["layers"]:
            self._check_layer(layer, gates, (T, H))
        self._check_suggestions(values["suggestions"], T, O)

    def _check_lists(self, values: Values) -> None:
        """Lists that belong together are of one length, and targets are none but the task's."""
        outputs, by_lag, by_letters = self.spec.task.outputs, values["by_lag"], values["by_letters"]
        classes = self.spec.task.kind == "classification"
        if classes and not all(y is None or (type(y) is int and 0 <= y < outputs) for y in values["y"]):
            raise ValueError("its targets are none of the classes")
        lists = [[by_lag[name] for name in ("lags", "value", "error")]]
        if by_letters is not None:
            lists.append([by_letters["letters"], by_letters["steps"], *by_letters["top"], *by_letters["error"]])
        if any(len(set(map(len, together))) > 1 for together in lists):
            raise ValueError("it has lists that do not belong together")

    def _check_layer(self, layer: Values, gates: set[str], whole: tuple[int, int]) -> None:
        there = set(self.spec.cell.states)
        for name in LAYER:
            state = name.removeprefix("grad_")
            shape: tuple[int, ...] | None = whole[:1] if name in ("grad_norm", "signal") else whole
            if state in ("h", "c", "inner") and state not in there:
                shape = None
            _check_array(layer[name], shape, CODINGS[name], name)
        if set(layer["gates"]) != gates:
            raise ValueError("its gates are not those of the cell")
        for name, gate in layer["gates"].items():
            _check_array(gate, whole, "signed" if name in CANDIDATES else "linear", name)

    def _check_suggestions(self, likely: Values | None, T: int, O: int) -> None:  # noqa: E741
        if (likely is None) != (self.spec.task.suggestions is None):
            raise ValueError("its suggestions are not those of the task")
        if likely is None or self.spec.task.suggestions is None:
            return
        S = min(self.spec.task.suggestions, O)
        classes = likely["classes"]
        if len(classes) != T or not all(len(row) == S and all(0 <= k < O for k in row) for row in classes):
            raise ValueError("its suggestions are none of the classes")
        _check_array(likely["probability"], (T, S), CODINGS["probability"], "probability")
        _check_array(likely["right"], (T,), CODINGS["right"], "right")


def _check_array(packed: Values | None, shape: tuple[int, ...] | None, coding: Coding, name: str) -> None:
    """Refuse an array of another shape than the model's, before it is decoded."""
    if packed is None or shape is None:
        if packed is not None or shape is not None:
            raise ValueError(f"`{name}` is not what the model has")
        return
    kind = ("log10" if coding == "log10" else "linear", coding == "signed")
    if packed["shape"] != ",".join(map(str, shape)) or (packed["map"], packed["signed"]) != kind:
        raise ValueError(f"`{name}` has another shape or coding than the model's")
    ends = (packed["offset"], packed["offset"] + 255 * packed["scale"])
    if packed["scale"] <= 0 or max(map(abs, ends)) > LARGEST[packed["map"]]:
        raise ValueError(f"`{name}` has values that no array has")
    raw = base64.b64decode(packed["bdata"], validate=True)
    if len(raw) != prod(shape) or base64.b64encode(raw) != packed["bdata"].encode():
        raise ValueError(f"`{name}` has not as many values as its shape says")


@cache
def _model(record: type) -> type[Strict]:
    """The rules for a record of `farback.frame`: every field is there, of its very type, and no other."""
    fields: dict[str, Any] = {name: (_wired(kind), ...) for name, kind in get_type_hints(record).items()}
    made: type[Strict] = create_model(record.__name__, __base__=Strict, **fields)
    return made


def _wired(kind: Any) -> Any:
    """A field's type as it goes over the wire."""
    if kind == Floats:
        return Packed
    if isinstance(kind, type) and is_dataclass(kind):
        return _model(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if not inner or origin is Literal:
        return kind
    parts = tuple(map(_wired, inner))
    if origin in (Union, UnionType):
        return Union[parts]  # noqa: UP007 - of types that are only known here
    return (dict if origin is Mapping else origin)[parts]
