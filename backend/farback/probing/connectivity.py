"""Connectivity: how strongly the score at every output time depends on the input at every time before it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..cells import FeedForward, Recurrent, Trace, Weights
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
    return _through_states(model, model.cell, traces, pull)


def _through_states(model: Model, cell: Recurrent, traces: Sequence[Trace], pull: Tensor) -> Tensor:
    """The layers go back in time side by side, a block of steps at a time, so that only norms are kept."""
    T, B, H = pull.shape
    widest = max(trace.x.shape[2] for trace in traces)
    size = min(T, max(4, BLOCK // (B * H * (H + widest) * len(cell.states))))
    sweeps = [_Rows(cell, w, trace, size) for w, trace in zip(model.layers, traces, strict=True)]
    sweeps[-1].enter(pull)
    norms = pull.new_zeros(T, B, T)  # [t, b, row]
    for stop in range(T, 0, -size):
        steps = range(max(0, stop - size), stop)
        down: Tensor | None = None
        for sweep in reversed(sweeps):
            down = sweep.back(steps, down)
        assert down is not None
        passed = T - steps.start
        norms[steps.start : stop, :, :passed] = norm(down[:, :, :passed]).flip(0)
    return norms.permute(1, 2, 0).flip(1).tril()


class _Rows:
    """Derivatives of all s_k for one layer's states on their way back through time.

    A row belongs to an output time: row r to k = T - 1 - r, so that at step t the first T - t rows are on their way
    and the others wait for theirs. Each step multiplies all rows at once by that step's Jacobian.
    """

    def __init__(self, cell: Recurrent, w: Weights, trace: Trace, size: int) -> None:
        T, B, H = trace.h.shape
        self._cell, self._w, self._trace = cell, w, trace
        C = 0 if trace.c is None else H
        # What a block begins with, and one for each of its steps: [d s / d c; d s / d h; d s / d x of the step after].
        # A row that waits has ones for x, whose norm is nothing special; its place in the result is cleared in the end.
        self._rows = trace.h.new_ones(1 + size, B, T, C + H + trace.x.shape[2])
        self._by_x = self._rows[..., C + H :]
        self._rows[..., : C + H] = 0
        # Views are taken once: in the loop they would cost as much as the arithmetic of a small model.
        self._by_state, self._by_read, self._by_c, self._by_h = (
            self._rows[..., part].unbind() for part in (slice(C + H), slice(C, None), slice(C), slice(C, C + H))
        )

    def enter(self, pull: Tensor) -> None:
        """Lay out what each row begins with: (T, B, H) d s_k / d h_k through the read-out alone."""
        for by_h in self._by_h:
            by_h.copy_(pull.flip(0).transpose(0, 1))

    def back(self, steps: range, above: Tensor | None) -> Tensor:
        """Go back through a block of steps.

        Args:
            steps: they end where the call before began.
            above: (S, B, T, H) derivative for this layer's h through the layer above, the last step first.

        Returns:
            (S, B, T, I) derivative for the layer's input, the last step first. Rows that still wait are not meant.
        """
        jacobians = self._cell.jacobians(self._w, self._trace, steps)
        memory = jacobians.memory and [factor[:, :, None].unbind()[::-1] for factor in jacobians.memory]
        passed = len(self._trace.h) - steps.stop
        for at, by_read in enumerate(reversed(jacobians.by_read.unbind())):
            passed += 1
            dh = self._by_h[at].narrow(1, 0, passed)
            if above is not None:
                dh.add_(above[at].narrow(1, 0, passed))
            if memory:
                h_by_c, c_by_c = memory
                dc = self._by_c[at].narrow(1, 0, passed).addcmul_(dh, h_by_c[at])
                torch.mul(dc, c_by_c[at], out=self._by_c[at + 1].narrow(1, 0, passed))
            state, read = self._by_state[at].narrow(1, 0, passed), self._by_read[at + 1].narrow(1, 0, passed)
            torch.bmm(state, by_read, out=read)
        self._rows[0].copy_(self._rows[len(steps)])
        return self._by_x[1 : 1 + len(steps)]


def _through_window(model: Model, cell: FeedForward, traces: Sequence[Trace], pull: Tensor) -> Tensor:
    """No state mixes the times, so one sweep serves all output times, and the window's weights do the rest."""
    T, B, _ = pull.shape
    sweep = model.sweep(traces, pull[:, None].clone())[0]
    norms = pull.new_zeros(B, T, T)
    for back, w_back in cell.by_distance(model.layers[0], traces[0].x):
        row = norm(sweep.grad_input[back:, 0] @ w_back)  # (T - back, B)
        norms.diagonal(-back, 1, 2).copy_(row.mT)
    return norms
