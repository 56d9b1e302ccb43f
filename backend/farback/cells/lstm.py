"""Long short-term memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from ..arrays import Floats
from ..cite import Cite
from .activation import slope, squash, through
from .base import Gate, Gradient, Held, Pullback, Sweep, Trace, Weights
from .jacobian import JacobiansOf, Memory, StepJacobians
from .recurrent import Recurrent, before, by_step, chrono, hold, is_cut, linear

if TYPE_CHECKING:
    from torch import Tensor


class LSTM(Recurrent):
    """i, f, o = σ(...), g = tanh(...), c = f c + i g, h = o tanh(c), laid out as torch.nn.LSTM."""

    title: ClassVar[str] = "LSTM"
    summary: ClassVar[str] = "A memory cell beside the hidden state; gates decide what is written, kept and shown."
    cite: ClassVar[Cite] = Cite(
        "Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber & Cummins 2000",
        "https://doi.org/10.1162/089976600300015015",
    )
    equations: ClassVar[tuple[str, ...]] = (
        "i_t = σ(W_ii x_t + b_ii + W_hi h_{t-1} + b_hi)",
        "f_t = σ(W_if x_t + b_if + W_hf h_{t-1} + b_hf)",
        "g_t = tanh(W_ig x_t + b_ig + W_hg h_{t-1} + b_hg)",
        "o_t = σ(W_io x_t + b_io + W_ho h_{t-1} + b_ho)",
        "c_t = f_t · c_{t-1} + i_t · g_t",
        "h_t = o_t · tanh(c_t)",
    )
    gates: ClassVar[tuple[Gate, ...]] = (
        Gate("i", "input gate: how much of the candidate is written into the memory", 0),
        Gate("f", "forget gate: how much of the memory is kept (1 keeps all)", 0),
        Gate("g", "candidate: what would be written", -1),
        Gate("o", "output gate: how much of the memory is shown", 0),
    )
    states: ClassVar[tuple[str, ...]] = ("h", "c")
    blocks: ClassVar[int] = 4

    name: Literal["lstm"] = "lstm"
    forget_bias: Literal["chrono"] | Annotated[float, Field(ge=-10, le=10)] = Field(
        "chrono",
        title="Forget bias",
        description="Where the forget gate starts. 'chrono' spreads the units over all time scales of the task "
        "(and closes the input gates to match); a number starts every unit there, 0 half open, 2 mostly keeping.",
    )

    def initial(self, rng: np.random.Generator, inputs: int, layer: int, span: int) -> dict[str, Floats]:
        w, H = super().initial(rng, inputs, layer, span), self.hidden
        total = w["bias_ih"]  # torch.nn adds two biases; the other one is zero where a start is prescribed
        if self.forget_bias == "chrono":
            w["bias_hh"], total[:] = np.zeros_like(total), 0
            total[H : 2 * H] = chrono(rng, span, H)
            total[:H] = -total[H : 2 * H]
        else:
            w["bias_hh"][H : 2 * H], total[H : 2 * H] = 0, self.forget_bias
        return w

    def scan(self, w: Weights, x: Tensor, layer: int = 0, held: Held | None = None) -> Trace:
        """The hidden states come from torch's fused kernel, and the gates of all steps from them at once."""
        if held:
            return self._stepped(w, x, held)

        H = self.hidden
        h_all = self.hidden_states(w, x, layer)
        gates = linear(x, w["weight_ih"], w["bias_ih"] + w["bias_hh"])  # (T, B, 4H) pre-activations, then in place
        gates[1:].view(-1, 4 * H).addmm_(h_all[:-1].view(-1, H), w["weight_hh"].mT)
        i, f, g, o = (gate.contiguous() for gate in gates.chunk(4, 2))
        for gate in (i, f, o):
            gate.sigmoid_()
        squash("tanh")(g)
        c_all = i * g
        for c, f_t, c_before in zip(c_all[1:].unbind(), f[1:].unbind(), c_all[:-1].unbind(), strict=True):
            c.addcmul_(f_t, c_before)  # c = f c + i g
        tanh_c = squash("tanh")(c_all.clone())
        return Trace(x, h_all, c_all, {"i": i, "f": f, "g": g, "o": o}, {"tanh_c": tanh_c})

    def _stepped(self, w: Weights, x: Tensor, held: Held) -> Trace:
        """Step by step, as the equations are written: the fused kernel cannot be held."""
        import torch

        into = linear(x, w["weight_ih"], w["bias_ih"] + w["bias_hh"])  # (T, B, 4H)
        h, c = (x.new_zeros(x.shape[1], self.hidden) for _ in range(2))
        steps = []
        for t, a in enumerate(into.unbind()):
            i, f, g, o = (a + h @ w["weight_hh"].mT).chunk(4, 1)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            hold(held, t, i=i, f=f, o=o)
            c = f * c + i * g
            h = o * c.tanh()
            steps.append((h, c, i, f, g, o, c.tanh()))
        h_all, c_all, i_all, f_all, g_all, o_all, tanh_c = (torch.stack(parts) for parts in zip(*steps, strict=True))
        return Trace(x, h_all, c_all, {"i": i_all, "f": f_all, "g": g_all, "o": o_all}, {"tanh_c": tanh_c})

    def hidden_states(self, w: Weights, x: Tensor, layer: int = 0) -> Tensor:
        """By torch's fused kernel, which tells nothing of the gates and is several times as fast."""
        zero = x.new_zeros(1, x.shape[1], self.hidden)
        return fused(w, x, zero, zero)[0]

    def vjp(self, w: Weights, x: Tensor, cut: int | None = None, layer: int = 0) -> tuple[Tensor, Pullback]:
        """See `Cell.vjp`; by torch's fused kernel under autograd, which no explicit sweep was as fast as."""
        import torch

        T, B, _ = x.shape
        lengths = [T] if cut is None else [T % cut, *[cut] * (T // cut)]  # truncation is counted from the end
        chunks = []
        with torch.inference_mode(False), torch.enable_grad():
            h, c = x.new_zeros(1, B, self.hidden), x.new_zeros(1, B, self.hidden)
            leaves = {name: weight.detach().requires_grad_() for name, weight in w.items()}
            x = x.detach().requires_grad_(layer > 0)
            for chunk in x.split_with_sizes([length for length in lengths if length]):
                states, h, c = fused(leaves, chunk, h.detach(), c.detach())
                chunks.append(states)
            h_all = torch.cat(chunks) if len(chunks) > 1 else chunks[0]
            told = h_all.detach()

        def pullback(grad_h: Tensor) -> Gradient:
            wanted = [*leaves.values(), x] if layer else list(leaves.values())
            grads = torch.autograd.grad(h_all, wanted, grad_h)
            return Gradient(dict(zip(leaves, grads, strict=False)), grads[-1] if layer else None)

        return told, pullback

    def jacobians(self, w: Weights, trace: Trace) -> JacobiansOf:
        import torch

        assert trace.c is not None  # this cell's own scan made it
        H, (i, f, g, o), tanh_c = self.hidden, trace.gates.values(), trace.saved["tanh_c"]
        by_i, by_f, by_g, by_o = self.readers(w)
        h_by_c = o * slope("tanh", tanh_c)
        to_i, to_g = g * slope("sigmoid", i), i * slope("tanh", g)  # d c / d (pre-activation)
        to_f = before(trace.c, range(len(f))) * slope("sigmoid", f)
        to_o = tanh_c * slope("sigmoid", o)  # d h / d (pre-activation)
        factors = [factor[..., None] for factor in (to_i, to_f, to_g, to_o)]

        def laid_out(steps: range) -> StepJacobians:
            part = slice(steps.start, steps.stop)
            to_i, to_f, to_g, to_o = (factor[part] for factor in factors)
            by_read = by_i.new_empty(*to_i.shape[:2], 2 * H, by_i.shape[1])
            c_by_read, h_by_read = by_read[:, :, :H], by_read[:, :, H:]
            torch.mul(to_i, by_i, out=c_by_read)
            c_by_read.addcmul_(to_f, by_f).addcmul_(to_g, by_g)
            torch.mul(to_o, by_o, out=h_by_read)
            return StepJacobians(by_read, Memory(h_by_c[part], f[part]))

        return laid_out

    def sweep(self, w: Weights, trace: Trace, grad_h: Tensor, cut: int | None = None, layer: int = 0) -> Sweep:
        import torch

        T, K, B, H = grad_h.shape
        assert trace.c is not None  # this cell's own scan made it
        i, f, g, o = trace.gates.values()
        tanh_c = trace.saved["tanh_c"]
        # All factors that do not depend on what comes back, for all steps at once:
        h_to_c = o * slope("tanh", tanh_c)  # d h / d c
        c_to_pre = grad_h.new_empty(T, B, 3, H)  # d c / d (pre-activations of i, f, g)
        c_to_i, c_to_f, c_to_g = c_to_pre.unbind(2)
        through("sigmoid", g, i, out=c_to_i)
        through("sigmoid", before(trace.c, range(T)), f, out=c_to_f)
        through("tanh", i, g, out=c_to_g)
        h_to_o = through("sigmoid", tanh_c, o, out=torch.empty_like(tanh_c))
        grad_c = torch.zeros_like(grad_h)
        grad_pre = grad_h.new_empty(T, K, B, 4, H)
        w_hh, flat_h, flat_pre = w["weight_hh"], grad_h.view(T, K * B, H), grad_pre.view(T, K * B, 4 * H)
        steps = by_step(
            grad_h, grad_c, grad_c[..., None, :], h_to_c, c_to_pre, h_to_o, f,
            grad_pre[..., :3, :], grad_pre[..., 3, :], flat_pre,
        )  # fmt: skip
        earlier = by_step(flat_h, grad_c)
        for t in range(T - 1, -1, -1):
            dh, dc, dc_wide, to_c, to_pre, to_o, keep, pre_ifg, pre_o, pre = steps[t]
            dc.addcmul_(dh, to_c)
            torch.mul(dc_wide, to_pre, out=pre_ifg)
            torch.mul(dh, to_o, out=pre_o)
            if t > 0 and not is_cut(t, T, cut):
                dh_before, dc_before = earlier[t - 1]
                dh_before.addmm_(pre, w_hh)
                torch.mul(dc, keep, out=dc_before)
        pre_all = grad_pre.view(T, K, B, 4 * H)
        return Sweep(grad_h, grad_c, pre_all, pre_all)


def fused(w: Weights, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """One layer by torch's own kernel, from the state h, c  # (1, B, H): all hidden states, the last h, the last c."""
    import torch

    weights = [w["weight_ih"], w["weight_hh"], w["bias_ih"], w["bias_hh"]]
    states: tuple[Tensor, Tensor, Tensor] = torch.lstm(
        x, (h, c), weights, has_biases=True, num_layers=1, dropout=0.0,
        train=torch.is_grad_enabled(), bidirectional=False, batch_first=False,
    )  # fmt: skip
    return states
