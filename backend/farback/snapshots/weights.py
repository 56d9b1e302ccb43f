"""Weights: whether a safetensors file holds what a run's model needs. Its header is judged before anything is read."""

from __future__ import annotations

import json
from math import prod

from ..errors import InvalidInput
from ..spec import RunSpec

LENGTH = 8
"""Bytes that tell how long the header is."""

LONGEST_HEADER = 64 * 1024
"""A tensor takes some 100 bytes of it, and the largest model has fewer than 60."""

Shapes = dict[str, tuple[int, ...]]


def shapes_of(spec: RunSpec) -> Shapes:
    """The shape of every weight of a run's model, by the name that `farback.model.Model` gives it."""
    cell, task = spec.cell, spec.task
    widths = [task.inputs] + [cell.hidden] * (cell.layers - 1)
    shapes = {
        f"recurrent.{name}_l{layer}": shape
        for layer, width in enumerate(widths)
        for name, shape in cell.shapes(width, layer).items()
    }
    return shapes | {"readout.weight": (task.outputs, cell.hidden), "readout.bias": (task.outputs,)}


def check_weights(head: bytes, size: int, spec: RunSpec, run: str, step: int) -> None:
    """Refuse what is not exactly the weights of this model at this step.

    Args:
        head: how the file begins; `LENGTH + LONGEST_HEADER` bytes are enough.
        size: its bytes.
        spec: the run's.
        run: the id that it carries.
        step: the training step that it carries.

    Raises:
        InvalidInput: it holds anything else.
    """
    length = int.from_bytes(head[:LENGTH], "little")
    if len(head) < LENGTH or length > LONGEST_HEADER or LENGTH + length > size:
        raise InvalidInput("The weights are no safetensors file: their header's length is wrong.")
    try:
        header = json.loads(head[LENGTH : LENGTH + length], object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise InvalidInput("The weights are no safetensors file: their header cannot be read.") from None
    wanted = shapes_of(spec)
    if not isinstance(header, dict) or header.pop("__metadata__", None) != {"farback": f"run {run} step {step}"}:
        raise InvalidInput("The weights are not those of this run at this step.")
    if set(header) != set(wanted):
        raise InvalidInput("The weights are not those of this model: they have other names.")
    for name, shape in wanted.items():
        told = header[name]
        if not isinstance(told, dict) or {**told, "data_offsets": None} != _described(shape):
            raise InvalidInput(f"The weights are not those of this model: `{name}` has another shape or type.")
    places = sorted((tuple(told["data_offsets"]), name) for name, told in header.items() if _is_place(told))
    end = 0
    for (first, last), name in places:
        if first != end or last - first != 4 * prod(wanted[name]):
            raise InvalidInput(f"The weights are no safetensors file: `{name}` lies where it cannot.")
        end = last
    if len(places) != len(wanted) or LENGTH + length + end != size:
        raise InvalidInput("The weights are no safetensors file: they have another length than their header says.")


def _described(shape: tuple[int, ...]) -> dict[str, object]:
    return {"dtype": "F32", "shape": list(shape), "data_offsets": None}


def _is_place(told: dict[str, object]) -> bool:
    place = told["data_offsets"]
    return isinstance(place, list) and len(place) == 2 and all(type(number) is int for number in place)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a name is given twice")
    return values
