"""Step Jacobians: how a layer's state moves with what a time step reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor


class Step(NamedTuple):
    """`StepJacobians` of one step, ready to multiply rows (B, R, H) with."""

    h_by_read: Tensor  # (B, H, U)
    c_by_read: Tensor | None  # (B, H, U)
    h_by_c: Tensor | None  # (B, 1, H)
    c_by_c: Tensor | None  # (B, 1, H)


@dataclass(frozen=True)
class StepJacobians:
    """Derivatives of a layer's state at each of S steps for what that step reads.

    A step reads u_t = [h_{t-1}; x_t], of width U = H + I, and c_{t-1} where the cell has one. The cell state reaches
    itself and h unit by unit, so these two factors are diagonals; only what goes through the weights is a matrix.
    """

    h_by_read: Tensor  # (S, B, H, U) d h_t / d u_t, with c_t held fixed
    c_by_read: Tensor | None = None  # (S, B, H, U) d c_t / d u_t, with c_{t-1} held fixed
    h_by_c: Tensor | None = None  # (S, B, H) diagonal of d h_t / d c_t
    c_by_c: Tensor | None = None  # (S, B, H) diagonal of d c_t / d c_{t-1}, with u_t held fixed

    def steps(self) -> list[Step]:
        """One by one."""
        if self.c_by_read is None or self.h_by_c is None or self.c_by_c is None:
            return [Step(h_by_read, None, None, None) for h_by_read in self.h_by_read.unbind()]
        factors = (self.h_by_read, self.c_by_read, self.h_by_c[:, :, None], self.c_by_c[:, :, None])
        return [Step(*step) for step in zip(*(factor.unbind() for factor in factors), strict=True)]

    def dense(self) -> Tensor:
        """(S, B, N, N) J_t = d s_t / d s_{t-1} as [new, old], with s = h, or [h; c] where there is a cell state."""
        import torch

        H = self.h_by_read.shape[2]
        h_by_h = self.h_by_read[..., :H]
        if self.c_by_read is None or self.h_by_c is None or self.c_by_c is None:
            return h_by_h
        c_by_h = self.c_by_read[..., :H]
        upper = torch.cat([h_by_h + self.h_by_c[..., None] * c_by_h, torch.diag_embed(self.h_by_c * self.c_by_c)], -1)
        return torch.cat([upper, torch.cat([c_by_h, torch.diag_embed(self.c_by_c)], -1)], -2)
