"""What a person gives to a probe of their own module, read strictly: inputs, targets, the answer step."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from ..tasks import Batch
from .own_module import Parts, refuse

Kind: TypeAlias = Literal["classification", "regression"]


@dataclass(frozen=True)
class Inputs:
    """The sequences, and what is needed to read targets in the same layout."""

    x: Tensor  # (T, B, I) in the module's dtype, embedded where the module embeds
    given: Tensor
    """As the module's own forward takes them, always with an axis of sequences: few can do without."""
    single: bool  # given without that axis
    batch_first: bool


def read_inputs(x: object, parts: Parts) -> Inputs:
    """Read the inputs.

    Args:
        x: (T, B, I), or (T, I) for one sequence; (B, T, I) where the module says batch_first. Where it has an
            Embedding, whole numbers without the last axis.
        parts: what the module consists of.

    Raises:
        CannotProbe: the shape, the type or a value is none that the module can read.
    """
    given, recurrent, embedding = _tensor("x", x), parts.recurrent, parts.embedding
    order = "(B, T" if recurrent.batch_first else "(T, B"
    if embedding is None:
        wanted = f"{order}, {recurrent.input_size}) or (T, {recurrent.input_size})"
        if not given.is_floating_point():
            refuse("x", f"`x` holds {given.dtype}, but the module has no Embedding: it must hold floats, {wanted}.")
        if given.ndim not in (2, 3) or given.shape[-1] != recurrent.input_size:
            refuse("x", f"`x` has shape {tuple(given.shape)}; it must be {wanted}.")
        given = given.to(parts.dtype)
        if not bool(given.isfinite().all()):
            refuse("x", f"`x` holds a value that is not finite in {parts.dtype}.")
        x = given
    else:
        if not _is_whole(given):
            refuse("x", f"`x` holds {given.dtype}, but the module has an Embedding: it must hold whole numbers.")
        if given.ndim not in (1, 2):
            refuse("x", f"`x` has shape {tuple(given.shape)}; it must be {order}) or (T,), as the module embeds it.")
        given = given.long()
        _in_range("x", given, embedding.num_embeddings, "entries of the Embedding")
        x = embedding.weight.detach().cpu()[given]
    if not given.numel():
        refuse("x", f"`x` has shape {tuple(given.shape)}: there is nothing in it.")
    if single := x.ndim == 2:
        axis = 0 if recurrent.batch_first else 1
        x, given = x.unsqueeze(axis), given.unsqueeze(axis)
    time_first = x.transpose(0, 1) if recurrent.batch_first else x
    return Inputs(time_first.contiguous(), given, single, recurrent.batch_first)


def read_step(at: object, T: int) -> int:
    """The answer step k, counted from the start. at: of T steps, from the end where it is negative.

    Raises:
        CannotProbe: there is no such step.
    """
    try:
        step = operator.index(at)  # type: ignore[arg-type]  # what is no whole number raises
    except TypeError:
        step = T
    if isinstance(at, bool) or not -T <= step < T:
        refuse("at", f"`at` is {at!r}; of {T} steps it must name one: a whole number from {-T} to {T - 1}.")
    return step % T


def read_targets(target: object, inputs: Inputs, outputs: int, k: int) -> Batch:
    """Inputs and targets as a task's batch, whose mask tells where a target is known.

    Args:
        target: classes (B,) at the answer step, or (T, B) at every step; with one output, values (B,) or (B, 1) at the
            answer step, or (T, B, 1) at every step; None: unknown. In the layout of `x`; without its axis of
            sequences where `x` has none.
        inputs: the sequences.
        outputs: O, width of the read-out.
        k: the answer step.

    Raises:
        CannotProbe: the shape, the type or a value is none that fits.
    """
    T, B, _ = inputs.x.shape
    last = (1,) if outputs == 1 else ()
    y = np.zeros((T, B, *last), np.int64 if outputs > 1 else inputs.x.numpy().dtype)
    mask = np.zeros((T, B), np.bool_)
    if target is not None:
        values = _tensor("target", target)
        if outputs > 1:
            if not _is_whole(values):
                refuse("target", f"`target` holds {values.dtype}; with {outputs} outputs it must hold class numbers.")
        elif not values.is_floating_point():
            sentence = f"`target` holds {values.dtype}; with one output the module is a regression, whose targets are"
            refuse("target", f"{sentence} floats. For two classes give the read-out two outputs.")
        shape = tuple(values.shape)
        every = (T, *last) if inputs.single else (B, T, *last) if inputs.batch_first else (T, B, *last)
        at_answer = [(B, *last), (B,)] + ([last, ()] if inputs.single else [])
        if shape not in [*at_answer, every]:
            wanted = " or ".join(str(form) for form in dict.fromkeys([*at_answer, every]))
            refuse("target", f"`target` has shape {shape}; it must be {wanted}.")
        if outputs > 1:
            _in_range("target", values, outputs, "outputs of the read-out")
        elif not bool(values.isfinite().all()):
            refuse("target", "`target` holds a value that is not finite.")
        known = values.numpy().astype(y.dtype)
        if shape == every:
            y[:] = known.swapaxes(0, 1) if inputs.batch_first and not inputs.single else known.reshape(y.shape)
            mask[:] = True
        else:
            y[k], mask[k] = known.reshape(y[k].shape), True
    return Batch(inputs.x.numpy(), y, mask)


def _tensor(field: str, given: Any) -> Tensor:
    """A copy of what was given, on the CPU."""
    if isinstance(given, PackedSequence):
        refuse(field, f"`{field}` is a packed sequence; sequences of one length are needed, as one array.")
    if isinstance(given, Tensor):
        if given.is_meta:
            refuse(field, f"`{field}` is on the device “meta”: it has no values.")
        return given.detach().cpu().clone()
    try:
        return torch.from_numpy(np.array(given))
    except (TypeError, ValueError):
        refuse(field, f"`{field}` is of type {type(given).__name__}; it must be a tensor or an array of numbers.")


def _is_whole(values: Tensor) -> bool:
    return not (values.is_floating_point() or values.is_complex() or values.dtype is torch.bool)


def _in_range(field: str, values: Tensor, size: int, what: str) -> None:
    wrong = values[(values < 0) | (values >= size)]
    if wrong.numel():
        refuse(field, f"`{field}` holds {int(wrong[0])}; there are {size} {what}, from 0 to {size - 1}.")
