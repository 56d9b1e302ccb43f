"""Step Jacobians: how a layer's state moves with what a time step reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from torch import Tensor


class Memory(NamedTuple):
    """The cell state's part in a step. It reaches itself and h unit by unit, so both factors are diagonals."""

    h_by_c: Tensor  # (S, B, H) d h_t / d c_t
    c_by_c: Tensor  # (S, B, H) d c_t / d c_{t-1}, with u_t held fixed


JacobiansOf: TypeAlias = "Callable[[range], StepJacobians]"
"""The step Jacobians of a range of steps."""


@dataclass(frozen=True)
class StepJacobians:
    """Derivatives of a layer's state at each of S steps for what that step reads.

    A step reads u_t = [h_{t-1}; x_t; 0 ...], of width U, at least H + I, and c_{t-1} where the cell has one.
    """

    by_read: Tensor
    """(S, B, N, U) of the state for u_t: of h; or of [c; h], where that of c has c_{t-1} held fixed and that of h has
    c_t held fixed."""
    memory: Memory | None = None  # of a cell that has a cell state

    def dense(self) -> Tensor:
        """(S, B, N, N) J_t = d s_t / d s_{t-1} as [new, old], with s = h, or [h; c] where there is a cell state."""
        import torch

        if self.memory is None:
            return self.by_read[..., : self.by_read.shape[2]]
        h_by_c, c_by_c = self.memory
        H = h_by_c.shape[2]
        c_by_h, h_by_h = self.by_read[:, :, :H, :H], self.by_read[:, :, H:, :H]
        upper = torch.cat([h_by_h + h_by_c[..., None] * c_by_h, torch.diag_embed(h_by_c * c_by_c)], -1)
        return torch.cat([upper, torch.cat([c_by_h, torch.diag_embed(c_by_c)], -1)], -2)
