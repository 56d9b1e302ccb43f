"""Connectivity: how strongly the score at every output time depends on the input at every time before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor

from ..cells import FeedForward, Recurrent, Trace, Weights
from ..cells.recurrent import columns
from ..model import Model
from .norm import norm

BLOCK = 2**18
"""Floats (1 MB) of step Jacobians that are laid out at a time: they stay in the processor's cache then, and a long
sequence of a large model takes no more memory than a short one."""


def connectivity(model: Model, traces: Sequence[Trace], pull: Tensor) -> Tensor:
    """Connectivity of all output times at once, by one reverse sweep over time in closed form.

    Args:
        model: the model.
        traces: what `model.scan` returned on B sequences.
        pull: (T, B, H) derivative of s_k for the top layer's h_k, for every output time k.

    Returns:
        (B, T, T) as [b, k, t]: Euclidean norm of d s_k / d x_t, exactly 0 for t > k.
    """
    if isinstance(model.cell, FeedForward):
        return _through_window(model, model.cell, traces, pull)
    assert isinstance(model.cell, Recurrent)  # there are no other cells
    return _collected(pull, ((steps, down) for steps, down, _ in _blocks(model, model.cell, traces, pull)))


def state_connectivity(model: Model, traces: Sequence[Trace], pull: Tensor, layer: int) -> Tensor:
    """The same for a layer's states in place of the inputs.

    Args:
        model: a recurrent model.
        traces: as above.
        pull: as above.
        layer: the layer's number, 0 at the bottom.

    Returns:
        (B, T, T) as [b, k, t]: norm of d s_k / d h_t, with c_t held fixed; where there is a cell state of that and
        d s_k / d c_t, which includes the path through h_t, in one vector. Exactly 0 for t > k.

    Raises:
        TypeError: a feed-forward net hands no state on.
    """
    if not isinstance(model.cell, Recurrent):
        raise TypeError(f"A {model.cell.title} net hands no state on.")
    return _collected(pull, ((steps, states[layer]) for steps, _, states in _blocks(model, model.cell, traces, pull)))


def _blocks(
    model: Model, cell: Recurrent, traces: Sequence[Trace], pull: Tensor
) -> Iterator[tuple[range, Tensor, list[Tensor]]]:
    """Go back in time, all layers side by side, so that only a block of steps is there at a time.

    Yields:
        The block's steps, and derivatives of all s_k at each of them, the last step first: (S, B, R, I) for the
        model's input, and for each layer's state. The R rows are those of `_Rows`.
    """
    T, B, H = pull.shape
    widest = max(trace.x.shape[2] for trace in traces)
    size = min(T, max(4, BLOCK // (B * H * (H + widest) * len(cell.states))))
    sweeps = [_Rows(cell, w, trace, size) for w, trace in zip(model.layers, traces, strict=True)]
    sweeps[-1].enter(pull)
    for stop in range(T, 0, -size):
        steps = range(max(0, stop - size), stop)
        down: Tensor | None = None
        for sweep in reversed(sweeps):
            down = sweep.back(steps, down)
        assert down is not None
        yield steps, down, [sweep.states(steps) for sweep in sweeps]
        for sweep in sweeps:
            sweep.go_on(steps)


def _collected(pull: Tensor, blocks: Iterable[tuple[range, Tensor]]) -> Tensor:
    """(B, T, T) as [b, k, t]: the norms of derivatives that come block by block, as `_blocks` gives them."""
    T, B, _ = pull.shape
    norms = pull.new_zeros(T, B, T)  # [t, b, row]
    for steps, derivatives in blocks:
        S, passed = len(steps), T - steps.start
        # A row that waits has no norm; at one it is nothing special, and its place is cleared in the end.
        waiting = pull.new_ones(S, S, dtype=torch.bool).triu(1)[:, None, :, None]
        derivatives[:, :, passed - S :].masked_fill_(waiting, 1)
        norms[steps.start : steps.stop, :, :passed] = norm(derivatives).flip(0)
    return norms.permute(1, 2, 0).flip(1).tril()


class _Rows:
    """Derivatives of all s_k for one layer's states on their way back through time.

    A row belongs to an output time: row r to k = T - 1 - r. So at step t the first T - t rows are on their way, and the
    others wait for theirs: what they hold means nothing until it is set at step k. Each step multiplies all rows by its
    Jacobian at once, within a block also those that join later in it, or their views would cost more than the products.
    """

    def __init__(self, cell: Recurrent, w: Weights, trace: Trace, size: int) -> None:
        T, B, H = trace.h.shape
        N = H * len(cell.states)
        carried = H if len(cell.states) > 1 else 0
        self._jacobians = cell.jacobians(w, trace)
        # What a block begins with, and one for each of its steps: d s for [the state's parts; x of the step after].
        self._rows = trace.h.new_zeros(1 + size, B, T, carried + columns(N - carried + trace.x.shape[2]))
        self._state, self._read, self._by_x = slice(N), slice(carried, None), slice(N, N + trace.x.shape[2])
        self._by_part = [slice(at, at + H) for at in range(0, N, H)]  # from the innermost memory outwards
        self._first = trace.h.new_zeros(T, B, N)  # what each row begins with, by output time

    def enter(self, pull: Tensor) -> None:
        """Let each row begin with (T, B, H) d s_k / d h_k through the read-out alone."""
        self._first[..., -pull.shape[2] :] = pull

    def back(self, steps: range, above: Tensor | None) -> Tensor:
        """Go back through a block of steps.

        Args:
            steps: they end where the call before began.
            above: (S, B, R, H) derivative for this layer's h through the layer above, the last step first.

        Returns:
            (S, B, R, I) derivative for the layer's input, the last step first; R rows, some of which wait.
        """
        S, passed = len(steps), len(self._first) - steps.start
        rows = self._rows[: 1 + S, :, :passed]
        state, read = rows[..., self._state].unbind(), rows[..., self._read].unbind()
        by_part = [rows[..., part].unbind() for part in self._by_part]
        joining = rows[:S, :, passed - S :, self._state].diagonal(0, 0, 2).unbind(2)
        first = self._first[steps.start : steps.stop].unbind()[::-1]
        jacobians = self._jacobians(steps)
        by_read = jacobians.by_read.unbind()[::-1]
        memory = jacobians.memory
        carried = memory and _last_first(memory.carried)
        inwards = [] if memory is None else [_last_first(factor) for factor in reversed(memory.outwards)]
        pairs = list(zip(by_part[-2::-1], by_part[:0:-1], inwards, strict=True))  # from h inwards
        for at in range(S):
            joining[at].copy_(first[at])
            if above is not None:
                by_part[-1][at].add_(above[at])
            for inner, outer, factor in pairs:
                inner[at].addcmul_(outer[at], factor[at])
            if carried:
                torch.mul(by_part[0][at], carried[at], out=by_part[0][at + 1])
            torch.bmm(state[at], by_read[at], out=read[at + 1])
        return rows[1:, ..., self._by_x]

    def states(self, steps: range) -> Tensor:
        """(S, B, R, N) derivatives for the state at the steps that `back` has just gone through, the last first."""
        return self._rows[: len(steps), :, : len(self._first) - steps.start, self._state]

    def go_on(self, steps: range) -> None:
        """Let the next block begin where this one ended."""
        self._rows[0].copy_(self._rows[len(steps)])


def _last_first(factor: Tensor) -> Sequence[Tensor]:
    """(S, B, H) by step, for all rows at once."""
    return factor[:, :, None].unbind()[::-1]


def _through_window(model: Model, cell: FeedForward, traces: Sequence[Trace], pull: Tensor) -> Tensor:
    """No state mixes the times, so one sweep serves all output times, and the window's weights do the rest."""
    T, B, _ = pull.shape
    sweep = model.sweep(traces, pull[:, None].clone())[0]
    norms = pull.new_zeros(B, T, T)
    for back, w_back in cell.by_distance(model.layers[0], traces[0].x):
        row = norm(sweep.grad_input[back:, 0] @ w_back)  # (T - back, B)
        norms.diagonal(-back, 1, 2).copy_(row.mT)
    return norms
