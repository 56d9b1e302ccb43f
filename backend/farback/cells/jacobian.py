"""Step Jacobians: how a layer's state moves with what a time step reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from torch import Tensor


class Memory(NamedTuple):
    """The memory's part in a step. The innermost memory reaches itself, and each part of the state the one around it,
    unit by unit, so all these factors are diagonals."""

    carried: Tensor  # (S, B, H) of the innermost memory for itself one step before, with u_t held fixed
    outwards: tuple[Tensor, ...]  # each (S, B, H): from the innermost memory outwards, of the next part for this one


JacobiansOf: TypeAlias = "Callable[[range], StepJacobians]"
"""The step Jacobians of a range of steps."""


@dataclass(frozen=True)
class StepJacobians:
    """Derivatives of a layer's state at each of S steps for what that step reads.

    The state's parts lie from the innermost memory outwards: [h], [c; h] or [inner; c; h]. A step reads
    u_t = [all parts but the innermost memory, one step before; x_t; 0 ...], of width U, and that memory beside it.
    """

    by_read: Tensor  # (S, B, N, U) of each part for u_t, the parts within it held fixed
    memory: Memory | None = None  # of a cell that has a memory

    def dense(self) -> Tensor:
        """(S, B, N, N) J_t = d s_t / d s_{t-1} as [new, old], the parts from h inwards: [h], [h; c], [h; c; inner]."""
        import torch

        N = self.by_read.shape[2]
        if self.memory is None:
            return self.by_read[..., :N]
        parts = 1 + len(self.memory.outwards)
        innermost, *outer = self.by_read[..., : N - N // parts].chunk(parts, -2)
        totals, own = [innermost], [self.memory.carried]
        for factor, held in zip(self.memory.outwards, outer, strict=True):
            totals.append(held + factor[..., None] * totals[-1])
            own.append(factor * own[-1])
        rows = [
            torch.cat([*reversed(total.chunk(parts - 1, -1)), torch.diag_embed(diagonal)], -1)
            for total, diagonal in zip(totals, own, strict=True)
        ]
        return torch.cat(rows[::-1], -2)
