"""The gated recurrent unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from ..arrays import Floats
from ..cite import Cite
from .base import Gate, Sweep, Trace, Weights
from .recurrent import Recurrent, by_step, chrono, is_cut

if TYPE_CHECKING:
    from torch import Tensor


class GRU(Recurrent):
    """r, z = σ(...), n = tanh(... + r (W_hn h + b_hn)), h = (1 - z) n + z h, laid out as torch.nn.GRU.

    Like torch.nn.GRU, and unlike Cho et al., it resets *after* the matrix product; z = 1 keeps the state.
    """

    title: ClassVar[str] = "GRU"
    summary: ClassVar[str] = "One hidden state; gates decide per unit how much of it is kept and how much is rewritten."
    cite: ClassVar[Cite] = Cite(
        "Cho et al. 2014; reset after the matrix product, as in PyTorch", "https://arxiv.org/abs/1406.1078"
    )
    equations: ClassVar[tuple[str, ...]] = (
        "r_t = σ(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)",
        "z_t = σ(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)",
        "n_t = tanh(W_in x_t + b_in + r_t · (W_hn h_{t-1} + b_hn))",
        "h_t = (1 - z_t) · n_t + z_t · h_{t-1}",
    )
    gates: ClassVar[tuple[Gate, ...]] = (
        Gate("r", "reset gate: how much of the old state the candidate may see", 0),
        Gate("z", "update gate: how much of the old state is kept (1 keeps all)", 0),
        Gate("n", "candidate: what the state would be rewritten to", -1),
    )
    blocks: ClassVar[int] = 3

    name: Literal["gru"] = "gru"
    update_bias: Literal["chrono"] | Annotated[float, Field(ge=-10, le=10)] = Field(
        "chrono",
        title="Update bias",
        description="Where the update gate starts. 'chrono' spreads the units over all time scales of the task; "
        "a number starts every unit there, 0 half open, 2 mostly keeping.",
    )

    def initial(self, rng: np.random.Generator, inputs: int, layer: int, span: int) -> dict[str, Floats]:
        w, H = super().initial(rng, inputs, layer, span), self.hidden
        update = slice(H, 2 * H)
        w["bias_hh"][update] = 0  # torch.nn adds two biases; the start is prescribed for their sum
        w["bias_ih"][update] = chrono(rng, span, H) if self.update_bias == "chrono" else self.update_bias
        return w

    def scan(self, w: Weights, x: Tensor, layer: int = 0) -> Trace:
        import torch

        T, B, H = *x.shape[:2], self.hidden
        gates = x @ w["weight_ih"].mT + w["bias_ih"]  # (T, B, 3H) pre-activations, then in place the gates
        recurrent = gates.new_empty(T, B, 3 * H)  # W_hh h + b_hh
        h_all = gates.new_empty(T, B, H)
        w_hh, b_hh = w["weight_hh"].mT, w["bias_hh"]
        r_all, z_all, n_all = gates.split_with_sizes((H, H, H), 2)
        recurrent_n = recurrent[..., 2 * H :]
        h = gates.new_zeros(B, H)
        for rz, r, z, n, back, back_rz, back_n, h_next in by_step(
            gates[..., : 2 * H], r_all, z_all, n_all, recurrent, recurrent[..., : 2 * H], recurrent_n, h_all
        ):
            torch.addmm(b_hh, h, w_hh, out=back)
            rz.add_(back_rz).sigmoid_()
            n.addcmul_(r, back_n).tanh_()
            h = torch.lerp(n, h, z, out=h_next)  # (1 - z) n + z h
        return Trace(x, h_all, None, {"r": r_all, "z": z_all, "n": n_all}, {"recurrent_n": recurrent_n})

    def sweep(self, w: Weights, trace: Trace, grad_h: Tensor, cut: int | None = None, layer: int = 0) -> Sweep:
        import torch

        T, K, B, H = grad_h.shape
        r, z, n = trace.gates.values()
        h_before = torch.cat([torch.zeros_like(trace.h[:1]), trace.h[:-1]])
        # All factors that do not depend on what comes back, for all steps at once:
        h_to_n = (1 - z) * (1 - n * n)  # d h / d (pre-activation of n)
        h_to_recurrent = torch.stack(
            [h_to_n * trace.saved["recurrent_n"] * r * (1 - r), (h_before - n) * z * (1 - z), h_to_n * r], 2
        )  # (T, B, 3, H)
        grad_recurrent = grad_h.new_empty(T, K, B, 3, H)
        w_hh, flat_h, flat_pre = w["weight_hh"], grad_h.view(T, K * B, H), grad_recurrent.view(T, K * B, 3 * H)
        steps = by_step(grad_h, grad_h[..., None, :], h_to_recurrent, z, grad_recurrent, flat_pre)
        before = list(zip(grad_h.unbind(), flat_h.unbind(), strict=True))
        for t in range(T - 1, -1, -1):
            dh, dh_wide, to_pre, keep, pre, pre_flat = steps[t]
            torch.mul(dh_wide, to_pre, out=pre)
            if t > 0 and not is_cut(t, T, cut):
                dh_before, flat_before = before[t - 1]
                dh_before.addcmul_(dh, keep)
                flat_before.addmm_(pre_flat, w_hh)
        grad_input = grad_recurrent.clone()
        torch.mul(grad_h, h_to_n[:, None], out=grad_input[:, :, :, 2])
        into, back = grad_input.view(T, K, B, 3 * H), grad_recurrent.view(T, K, B, 3 * H)
        return Sweep(grad_h, None, into, back)
