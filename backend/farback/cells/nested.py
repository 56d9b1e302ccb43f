"""Nested long short-term memory: an LSTM whose memory is itself an LSTM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import Field

from ..arrays import Floats
from ..cite import Cite
from .activation import slope, through
from .base import Gate, Held, Sweep, Trace, Weights
from .jacobian import JacobiansOf, Memory, StepJacobians
from .recurrent import Recurrent, aligned, before, by_step, chrono, hold, is_cut, linear

if TYPE_CHECKING:
    from torch import Tensor


class NestedLSTM(Recurrent):
    """The memory c is not f c + i g but what an inner LSTM makes of the two, with a memory of its own.

    The outer weights are laid out as in torch.nn.LSTM; the inner ones, `inner_weight_ih` and so on, as those of a
    torch.nn.LSTM with H inputs, which reads i g in the input's place and f c in the hidden state's.
    """

    title: ClassVar[str] = "Nested LSTM"
    summary: ClassVar[str] = (
        "An LSTM whose memory is an LSTM again: an inner memory decides what the outer one becomes."
    )
    cite: ClassVar[Cite] = Cite("Moniz & Krueger 2017, Nested LSTMs", "https://arxiv.org/abs/1801.10308")
    equations: ClassVar[tuple[str, ...]] = (
        "i_t, f_t, o_t = σ(W x_t + b + W_h h_{t-1} + b_h), g_t = tanh(W_g x_t + b_g + W_hg h_{t-1} + b_hg)",
        "x̃_t = i_t · g_t,  h̃_t = f_t · c_{t-1}",
        "ĩ_t, f̃_t, õ_t = σ(W̃ x̃_t + b̃ + W̃_h h̃_t + b̃_h), g̃_t = tanh(W̃_g x̃_t + b̃_g + W̃_hg h̃_t + b̃_hg)",
        "c̃_t = f̃_t · c̃_{t-1} + ĩ_t · g̃_t",
        "c_t = õ_t · tanh(c̃_t)",
        "h_t = o_t · tanh(c_t)",
    )
    gates: ClassVar[tuple[Gate, ...]] = (
        Gate("i", "input gate: how much of the candidate is handed to the inner memory", 0),
        Gate("f", "forget gate: how much of the memory is handed to the inner one", 0),
        Gate("g", "candidate: what would be written", -1),
        Gate("o", "output gate: how much of the memory is shown", 0),
        Gate("inner_i", "inner input gate: how much of the inner candidate is written", 0),
        Gate("inner_f", "inner forget gate: how much of the inner memory is kept", 0),
        Gate("inner_g", "inner candidate: what would be written into the inner memory", -1),
        Gate("inner_o", "inner output gate: how much of the inner memory becomes the memory", 0),
    )
    states: ClassVar[tuple[str, ...]] = ("h", "c", "inner")

    name: Literal["nested_lstm"] = "nested_lstm"
    forget_bias: Literal["chrono"] | Annotated[float, Field(ge=-10, le=10)] = Field(
        "chrono",
        title="Forget bias",
        description="Where the inner forget gate starts. 'chrono' spreads the units over all time scales of the task "
        "(and closes the inner input gates to match); a number starts every unit there, 0 half open, 2 mostly keeping.",
    )

    @property
    def blocks(self) -> int:
        return 4

    def shapes(self, inputs: int, layer: int) -> dict[str, tuple[int, ...]]:
        inner = super().shapes(self.hidden, layer)
        return super().shapes(inputs, layer) | {f"inner_{name}": shape for name, shape in inner.items()}

    def initial(self, rng: np.random.Generator, inputs: int, layer: int, span: int) -> dict[str, Floats]:
        w, H = super().initial(rng, inputs, layer, span), self.hidden
        total = w["inner_bias_ih"]  # the other one is zero where a start is prescribed, as in the LSTM
        if self.forget_bias == "chrono":
            w["inner_bias_hh"], total[:] = np.zeros_like(total), 0
            total[H : 2 * H] = chrono(rng, span, H)
            total[:H] = -total[H : 2 * H]
        else:
            w["inner_bias_hh"][H : 2 * H], total[H : 2 * H] = 0, self.forget_bias
        return w

    def scan(self, w: Weights, x: Tensor, layer: int = 0, held: Held | None = None) -> Trace:
        import torch

        into = linear(x, w["weight_ih"], w["bias_ih"] + w["bias_hh"])  # (T, B, 4H)
        h, c, inner = (x.new_zeros(x.shape[1], self.hidden) for _ in range(3))
        names = [gate.name for gate in self.gates]
        steps = []
        for t, a in enumerate(into.unbind()):
            i, f, g, o = squashed(torch.addmm(a, h, w["weight_hh"].mT))
            hold(held or {}, t, i=i, f=f, o=o)
            kept, new = f * c, i * g
            c, inner, inner_gates = self.memory(w, kept, new, inner, held or {}, t)
            h = o * c.tanh()
            steps.append((h, c, inner, kept, new, i, f, g, o, *inner_gates))
        h_all, c_all, inner_all, kept, new, *gates = (torch.stack(parts) for parts in zip(*steps, strict=True))
        saved = {"kept": kept, "new": new, "tanh_c": c_all.tanh(), "tanh_inner": inner_all.tanh()}
        return Trace(x, h_all, c_all, dict(zip(names, gates, strict=True)), saved, inner=inner_all)

    def memory(
        self, w: Weights, kept: Tensor, new: Tensor, inner: Tensor, held: Held, t: int
    ) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
        """What becomes of the memory in one step: the inner LSTM. With kept + new in its place the cell is an LSTM.

        Args:
            w: the layer's weights.
            kept: (B, H) f c, of the memory before.
            new: (B, H) i g.
            inner: (B, H) the inner memory before.
            held: gates that stand still.
            t: the step.

        Returns:
            The memory and the inner memory after the step, and the inner gates.
        """
        a = linear(new, w["inner_weight_ih"], w["inner_bias_ih"]) + linear(
            kept, w["inner_weight_hh"], w["inner_bias_hh"]
        )
        i, f, g, o = squashed(a)
        hold(held, t, inner_i=i, inner_f=f, inner_o=o)
        inner = f * inner + i * g
        return o * inner.tanh(), inner, (i, f, g, o)

    def sweep(self, w: Weights, trace: Trace, grad_h: Tensor, cut: int | None = None, layer: int = 0) -> NestedSweep:
        import torch

        T, K, B, H = grad_h.shape
        factors = self._factors(trace)
        grad_c, grad_inner = torch.zeros_like(grad_h), torch.zeros_like(grad_h)
        grad_pre, inner_pre = (grad_h.new_empty(T, K, B, 4, H) for _ in range(2))
        flat = grad_h.view(T, K * B, H), grad_pre.view(T, K * B, 4 * H), inner_pre.view(T, K * B, 4 * H)
        inner_read = torch.cat([w["inner_weight_hh"], w["inner_weight_ih"]], 1)  # (4H, 2H) of [kept; new]
        steps = by_step(grad_h, grad_c, grad_inner, grad_pre, inner_pre, *flat, *factors)
        for t in range(T - 1, -1, -1):
            dh, dc, di, pre, pre_inner, _, flat_pre, flat_inner, *now = steps[t]
            h_by_o, h_by_c, c_by_o, c_by_inner, inner_by_pre, by_kept, by_new, c_by_c, inner_by_inner = now
            torch.mul(dh, h_by_o, out=pre[..., 3, :])
            dc.addcmul_(dh, h_by_c)
            torch.mul(dc, c_by_o, out=pre_inner[..., 3, :])
            di.addcmul_(dc, c_by_inner)
            torch.mul(di[..., None, :], inner_by_pre, out=pre_inner[..., :3, :])
            d_kept, d_new = (flat_inner @ inner_read).view(K, B, 2, H).unbind(2)
            torch.mul(d_kept, by_kept, out=pre[..., 1, :])
            torch.mul(d_new[..., None, :], by_new, out=pre[..., 0:3:2, :])
            if t > 0 and not is_cut(t, T, cut):
                _, dc_before, di_before, _, _, flat_before, *_ = steps[t - 1]
                flat_before.addmm_(flat_pre, w["weight_hh"])
                torch.mul(d_kept, c_by_c, out=dc_before)
                torch.mul(di, inner_by_inner, out=di_before)
        pre_all = grad_pre.view(T, K, B, 4 * H)
        return NestedSweep(
            grad_h, grad_c, pre_all, pre_all, grad_inner=grad_inner, inner_pre=inner_pre.view(T, K, B, 4 * H)
        )

    def _factors(self, trace: Trace) -> Factors:
        import torch

        i, f, g, o = (trace.gates[name] for name in "ifgo")
        inner_i, inner_f, inner_g, inner_o = (trace.gates[f"inner_{name}"] for name in "ifgo")
        assert trace.c is not None  # this cell's own scan made it
        assert trace.inner is not None
        T, B, H = i.shape
        c_before, inner_before = before(trace.c, range(T)), before(trace.inner, range(T))
        tanh_c, tanh_inner = trace.saved["tanh_c"], trace.saved["tanh_inner"]
        inner_by_pre, by_new = i.new_empty(T, B, 3, H), i.new_empty(T, B, 2, H)
        through("sigmoid", inner_g, inner_i, out=inner_by_pre[:, :, 0])
        through("sigmoid", inner_before, inner_f, out=inner_by_pre[:, :, 1])
        through("tanh", inner_i, inner_g, out=inner_by_pre[:, :, 2])
        through("sigmoid", g, i, out=by_new[:, :, 0])
        through("tanh", i, g, out=by_new[:, :, 1])
        return Factors(
            h_by_o=through("sigmoid", tanh_c, o, out=torch.empty_like(o)),
            h_by_c=o * slope("tanh", tanh_c),
            c_by_o=through("sigmoid", tanh_inner, inner_o, out=torch.empty_like(o)),
            c_by_inner=inner_o * slope("tanh", tanh_inner),
            inner_by_pre=inner_by_pre,
            kept_by_f=through("sigmoid", c_before, f, out=torch.empty_like(f)),
            new_by_pre=by_new,
            kept_by_c=f,
            inner_by_inner=inner_f,
        )

    def gradient(self, trace: Trace, sweep: Sweep) -> dict[str, Tensor]:
        assert isinstance(sweep, NestedSweep)  # this cell's own sweep made it
        pre = sweep.inner_pre[:, 0].flatten(0, 1)
        bias = pre.sum(0)
        return super().gradient(trace, sweep) | {
            "inner_weight_ih": pre.mT @ trace.saved["new"].flatten(0, 1),
            "inner_weight_hh": pre.mT @ trace.saved["kept"].flatten(0, 1),
            "inner_bias_ih": bias,
            "inner_bias_hh": bias,
        }

    def jacobians(self, w: Weights, trace: Trace) -> JacobiansOf:
        import torch

        H, factors = self.hidden, self._factors(trace)
        # What kept and new read of [c; h; x]: f, i and g read [h; x], and kept is f c beside.
        read = torch.cat([w["weight_hh"].new_zeros(4 * H, H), w["weight_hh"], w["weight_ih"]], 1)
        by_i, by_f, by_g, by_o = aligned(read).chunk(4)
        inner_i, inner_f, inner_g, inner_o = torch.cat([w["inner_weight_hh"], w["inner_weight_ih"]], 1).chunk(4)

        def laid_out(steps: range) -> StepJacobians:
            now = Factors(*(factor[steps.start : steps.stop, ..., None] for factor in factors))
            kept = now.kept_by_f * by_f
            kept[..., :H].diagonal(dim1=-2, dim2=-1).add_(now.kept_by_c[..., 0])
            new = now.new_by_pre[:, :, 0] * by_i + now.new_by_pre[:, :, 1] * by_g
            of_both = torch.cat([kept, new], 2)  # (S, B, 2H, U)
            into = now.inner_by_pre
            inner = into[:, :, 0] * inner_i + into[:, :, 1] * inner_f + into[:, :, 2] * inner_g  # (S, B, H, 2H)
            by_read = torch.cat([inner @ of_both, (now.c_by_o * inner_o) @ of_both, now.h_by_o * by_o], 2)
            outwards = (now.c_by_inner[..., 0], now.h_by_c[..., 0])
            return StepJacobians(by_read, Memory(now.inner_by_inner[..., 0], outwards))

        return laid_out


@dataclass(frozen=True, kw_only=True)
class NestedSweep(Sweep):
    """The sweep of a nested LSTM, with what goes through the inner one."""

    inner_pre: Tensor  # (T, K, B, 4H) for the inner pre-activations


class Factors(NamedTuple):
    """Derivatives within one step, of every step; all (T, B, H) but two."""

    h_by_o: Tensor  # d h_t / d (pre-activation of o)
    h_by_c: Tensor  # d h_t / d c_t
    c_by_o: Tensor  # d c_t / d (pre-activation of the inner o)
    c_by_inner: Tensor  # d c_t / d (inner memory)
    inner_by_pre: Tensor  # (T, B, 3, H) d (inner memory) / d (pre-activations of the inner i, f, g)
    kept_by_f: Tensor  # d (f c) / d (pre-activation of f)
    new_by_pre: Tensor  # (T, B, 2, H) d (i g) / d (pre-activations of i, g)
    kept_by_c: Tensor  # d (f c) / d c_{t-1}
    inner_by_inner: Tensor  # d (inner memory) / d (inner memory before)


def squashed(a: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """(B, 4H) pre-activations to i, f, g, o."""
    i, f, g, o = a.chunk(4, 1)
    return i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
