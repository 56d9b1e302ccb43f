"""The gated recurrent unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from ..arrays import Floats
from ..cite import Cite
from .activation import is_small, slope, tanh_of_half, through
from .base import Gate, Held, Sweep, Trace, Weights
from .jacobian import JacobiansOf, StepJacobians
from .recurrent import HiddenOnly, Sums, before, blocks, by_step, chrono, hold, is_cut, linear, repeat

if TYPE_CHECKING:
    from torch import Tensor


class GRU(HiddenOnly):
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

    name: Literal["gru"] = "gru"
    update_bias: Literal["chrono"] | Annotated[float, Field(ge=-10, le=10)] = Field(
        "chrono",
        title="Update bias",
        description="Where the update gate starts. 'chrono' spreads the units over all time scales of the task; "
        "a number starts every unit there, 0 half open, 2 mostly keeping.",
    )

    @property
    def blocks(self) -> int:
        return 3

    @property
    def factors(self) -> int:
        return 4  # the candidate's differ between what it reads of the state and of the input

    def initial(self, rng: np.random.Generator, inputs: int, layer: int, span: int) -> dict[str, Floats]:
        w, H = super().initial(rng, inputs, layer, span), self.hidden
        update = slice(H, 2 * H)
        w["bias_hh"][update] = 0  # torch.nn adds two biases; the start is prescribed for their sum
        w["bias_ih"][update] = chrono(rng, span, H) if self.update_bias == "chrono" else self.update_bias
        return w

    def scan(self, w: Weights, x: Tensor, layer: int = 0, held: Held | None = None) -> Trace:
        trace = self._scan(w, x, held, tanh_of_half())
        if is_small(trace.gates["n"]):
            return self._scan(w, x, held, lambda a: a.div_(2).tanh_())
        return trace

    def _scan(self, w: Weights, x: Tensor, held: Held | None, tanh_of_half: Callable[[Tensor], Tensor]) -> Trace:
        """`scan` by a tanh that is applied in place, to one step at a time."""
        import torch

        (T, B, _), H = x.shape, self.hidden
        w_hh, b_hh = w["weight_hh"].mT.contiguous(), w["bias_hh"]
        w_rz, w_n, b_n = w_hh[:, : 2 * H], w_hh[:, 2 * H :], b_hh[2 * H :]
        # n's pre-activation is doubled for `tanh_of_half`: the input's weights once, the recurrent side as it is added.
        w_of_x = w["weight_ih"][: 2 * H], 2 * w["weight_ih"][2 * H :]
        b_of_x = w["bias_ih"][: 2 * H] + b_hh[: 2 * H], 2 * w["bias_ih"][2 * H :]
        # Pre-activations, then in place the gates: (T, B, 2H) r and z, (T, B, H) n
        rz_all, n_all = x.new_empty(T, B, 2 * H), x.new_empty(T, B, H)
        r_all, z_all = rz_all[..., :H], rz_all[..., H:]
        recurrent_n, h_all = torch.empty_like(n_all), torch.empty_like(n_all)
        step = by_step(rz_all, r_all, z_all, n_all, recurrent_n, h_all)
        h = x.new_zeros(B, H)
        for steps in blocks(T, 3 * B * H):
            part = slice(steps.start, steps.stop)
            for into, weight, bias in zip((rz_all, n_all), w_of_x, b_of_x, strict=True):
                linear(x[part], weight, bias, out=into[part])
            for t in steps:
                rz, r, z, n, back, h_next = step[t]
                rz.addmm_(h, w_rz).sigmoid_()
                if held:
                    hold(held, t, r=r, z=z)
                torch.addmm(b_n, h, w_n, out=back)
                tanh_of_half(n.addcmul_(r, back, value=2))
                h = torch.lerp(n, h, z, out=h_next)  # (1 - z) n + z h
        return Trace(x, h_all, None, {"r": r_all, "z": z_all, "n": n_all}, {"recurrent_n": recurrent_n})

    def sweep_steps(
        self, w: Weights, trace: Trace, grad_h: Tensor, steps: range, cut: int | None, room: Tensor
    ) -> Sweep:
        import torch

        T, K, first = *grad_h.shape[:2], max(steps.start - 1, 0)
        part = slice(steps.start, steps.stop)
        r, z, n = (trace.gates[name][part] for name in "rzn")
        recurrent_n = trace.saved["recurrent_n"][part]
        # The factors d h / d (pre-activation), which do not depend on what comes back, for all steps at once. The
        # candidate has one for each side, recurrent and input; what lies between them is the same on both sides.
        # In this order the recurrent side lies as W_hh does, and the input side, with few weights, as n, r, z.
        to_n, to_r, to_z, to_recurrent_n = room.unbind(2)
        through("tanh", torch.sub(z.new_ones(()), z, out=to_n), n, out=to_n)
        torch.mul(to_n, r, out=to_recurrent_n)
        through("sigmoid", torch.mul(to_n, recurrent_n, out=to_r), r, out=to_r)
        through("sigmoid", torch.sub(before(trace.h, steps), n, out=to_z), z, out=to_z)
        grad_pre = repeat(room, K)
        grad_input, grad_recurrent = grad_pre[..., :3, :].flatten(3), grad_pre[..., 1:, :].flatten(3)
        w_hh = w["weight_hh"]
        reached = grad_h[first : steps.stop, ..., None, :]
        dh_at = by_step(reached, reached.flatten(1, 3), start=first)
        pre_at = by_step(grad_pre, grad_recurrent.flatten(1, 2), z[..., None, :], start=steps.start)
        for t in reversed(steps):
            dh, _ = dh_at[t]
            pre, pre_recurrent, keep = pre_at[t]
            pre.mul_(dh)
            if t > 0 and not is_cut(t, T, cut):
                dh_before, flat_before = dh_at[t - 1]
                dh_before.addcmul_(dh, keep)
                flat_before.addmm_(pre_recurrent, w_hh)
        return Sweep(grad_h, None, grad_input, grad_recurrent, steps.start)

    def jacobians(self, w: Weights, trace: Trace) -> JacobiansOf:
        H, (r, z, n) = self.hidden, (trace.gates[name] for name in "rzn")
        by_r, by_z, by_n = self.readers(w)
        to_n = (1 - z) * slope("tanh", n)  # d h / d (pre-activation of n)
        to_r = to_n * trace.saved["recurrent_n"] * slope("sigmoid", r)
        to_z = (before(trace.h, range(len(n))) - n) * slope("sigmoid", z)
        factors = [factor[..., None] for factor in (to_r, to_z, to_n * r, to_n)]

        def laid_out(steps: range) -> StepJacobians:
            part = slice(steps.start, steps.stop)
            to_r, to_z, to_n_of_state, to_n_of_x = (factor[part] for factor in factors)
            read = (to_r * by_r).addcmul_(to_z, by_z)
            read[..., :H].addcmul_(to_n_of_state, by_n[:, :H])  # what n reads of the state goes through r
            read[..., H:].addcmul_(to_n_of_x, by_n[:, H:])
            read[..., :H].diagonal(dim1=-2, dim2=-1).add_(z[part])
            return StepJacobians(read)

        return laid_out

    def grad_x(self, w: Weights, trace: Trace, sweep: Sweep) -> Tensor:
        return super().grad_x({"weight_ih": w["weight_ih"].roll(self.hidden, 0)}, trace, sweep)

    def from_sums(self, sums: Sums) -> dict[str, Tensor]:
        import torch

        H = self.hidden
        weight_ih, bias_ih = sums.weight_ih.roll(-H, 1), sums.bias_ih.roll(-H, 0)  # n, r, z to r, z, n
        grads = super().from_sums(sums._replace(weight_ih=weight_ih, bias_ih=bias_ih))
        return grads | {"bias_hh": torch.cat([bias_ih[: 2 * H], sums.last_hh])}
