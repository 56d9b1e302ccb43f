"""Long short-term memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, NamedTuple

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

    name: Literal["lstm"] = "lstm"
    forget_bias: Literal["chrono"] | Annotated[float, Field(ge=-10, le=10)] = Field(
        "chrono",
        title="Forget bias",
        description="Where the forget gate starts. 'chrono' spreads the units over all time scales of the task "
        "(and closes the input gates to match); a number starts every unit there, 0 half open, 2 mostly keeping.",
    )

    variant: Literal["standard", "no_forget", "coupled", "peepholes"] = Field(
        "standard",
        title="Variant",
        description="'no_forget' is the LSTM of 1997, whose memory only ever adds: c = c + i g. 'coupled' has one gate "
        "for both: what it does not keep it writes, i = 1 - f. With 'peepholes' i and f also see the memory before the "
        "step and o the one after it. All but the standard train at half the speed: torch has no kernel for them.",
    )

    @property
    def blocks(self) -> int:
        return len(self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """The gates that have weights, in the order of their blocks."""
        missing = {"no_forget": "f", "coupled": "i"}.get(self.variant)
        return tuple(gate.name for gate in self.gates if gate.name != missing)

    @property
    def peepholes(self) -> tuple[str, ...]:
        """The gates that see the memory."""
        return ("i", "f", "o") if self.variant == "peepholes" else ()

    def shown_gates(self) -> tuple[Gate, ...]:
        return tuple(gate for gate in self.gates if gate.name in self.names)

    def shapes(self, inputs: int, layer: int) -> dict[str, tuple[int, ...]]:
        return super().shapes(inputs, layer) | {f"peephole_{name}": (self.hidden,) for name in self.peepholes}

    def initial(self, rng: np.random.Generator, inputs: int, layer: int, span: int) -> dict[str, Floats]:
        w, H = super().initial(rng, inputs, layer, span), self.hidden
        total = w["bias_ih"]  # torch.nn adds two biases; the other one is zero where a start is prescribed
        of = {name: slice(at * H, (at + 1) * H) for at, name in enumerate(self.names)}
        if self.forget_bias == "chrono":
            w["bias_hh"], total[:] = np.zeros_like(total), 0
            keep = chrono(rng, span, H)
            for name, start in (("f", keep), ("i", -keep)):
                if name in of:
                    total[of[name]] = start
        elif "f" in of:
            w["bias_hh"][of["f"]], total[of["f"]] = 0, self.forget_bias
        return w

    def scan(self, w: Weights, x: Tensor, layer: int = 0, held: Held | None = None) -> Trace:
        """The hidden states come from torch's fused kernel, and the gates of all steps from them at once."""
        if held or self.variant != "standard":
            return self._stepped(w, x, held or {})

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
        """Step by step, as the equations are written: the fused kernel knows no variant, and cannot be held."""
        import torch

        into = linear(x, w["weight_ih"], w["bias_ih"] + w["bias_hh"])  # (T, B, G)
        h, c = (x.new_zeros(x.shape[1], self.hidden) for _ in range(2))
        steps = []
        for t, a in enumerate(into.unbind()):
            gates = dict(zip(self.names, (a + h @ w["weight_hh"].mT).chunk(self.blocks, 1), strict=True))
            gates["g"] = gates["g"].tanh()
            for name in ("i", "f"):
                if name in gates:
                    seen = w[f"peephole_{name}"] * c if self.peepholes else 0
                    gates[name] = (gates[name] + seen).sigmoid()
                    hold(held, t, **{name: gates[name]})
            write = gates["i"] if "i" in gates else 1 - gates["f"]
            c = (gates["f"] * c if "f" in gates else c) + write * gates["g"]
            seen = w["peephole_o"] * c if self.peepholes else 0
            gates["o"] = (gates["o"] + seen).sigmoid()
            hold(held, t, o=gates["o"])
            tanh_c = c.tanh()
            h = gates["o"] * tanh_c
            steps.append((h, c, tanh_c, *gates.values()))
        h_all, c_all, tanh_all, *all_gates = (torch.stack(parts) for parts in zip(*steps, strict=True))
        return Trace(x, h_all, c_all, dict(zip(self.names, all_gates, strict=True)), {"tanh_c": tanh_all})

    def hidden_states(self, w: Weights, x: Tensor, layer: int = 0) -> Tensor:
        """By torch's fused kernel, which tells nothing of the gates and is several times as fast."""
        if self.variant != "standard":
            return super().hidden_states(w, x, layer)
        zero = x.new_zeros(1, x.shape[1], self.hidden)
        return fused(w, x, zero, zero)[0]

    def vjp(self, w: Weights, x: Tensor, cut: int | None = None, layer: int = 0) -> tuple[Tensor, Pullback]:
        """See `Cell.vjp`; by torch's fused kernel under autograd, which no explicit sweep was as fast as."""
        import torch

        if self.variant != "standard":
            return super().vjp(w, x, cut, layer)
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

        H, factors = self.hidden, self._factors(w, trace)
        *readers, by_o = self.readers(w)
        into_c, into_h = factors.c_by_pre[..., None], factors.h_by_o[..., None]

        def laid_out(steps: range) -> StepJacobians:
            part = slice(steps.start, steps.stop)
            by_read = by_o.new_empty(*trace.h[part].shape[:2], 2 * H, by_o.shape[1])
            c_by_read, h_by_read = by_read[:, :, :H], by_read[:, :, H:]
            first, *others = zip(into_c[part].unbind(2), readers, strict=True)
            torch.mul(*first, out=c_by_read)
            for factor, reader in others:
                c_by_read.addcmul_(factor, reader)
            torch.mul(into_h[part], by_o, out=h_by_read)
            return StepJacobians(by_read, Memory(factors.c_by_c[part], (factors.h_by_c[part],)))

        return laid_out

    def _factors(self, w: Weights, trace: Trace) -> Factors:
        """All factors of the derivatives that do not depend on what comes back, for all steps at once."""
        import torch

        assert trace.c is not None  # this cell's own scan made it
        gates, tanh_c = trace.gates, trace.saved["tanh_c"]
        g, o, c_before = gates["g"], gates["o"], before(trace.c, range(len(trace.c)))
        write = gates["i"] if "i" in gates else 1 - gates["f"]
        c_by_pre = g.new_empty(*g.shape[:2], self.blocks - 1, self.hidden)
        by_gate = dict(zip((name for name in self.names if name != "o"), c_by_pre.unbind(2), strict=True))
        through("tanh", write, g, out=by_gate["g"])
        if "i" in gates:
            through("sigmoid", g, gates["i"], out=by_gate["i"])
        if "f" in gates:  # coupled, what is kept is not written
            through("sigmoid", c_before if "i" in gates else c_before - g, gates["f"], out=by_gate["f"])
        h_by_o = through("sigmoid", tanh_c, o, out=torch.empty_like(tanh_c))
        h_by_c, c_by_c = o * slope("tanh", tanh_c), gates["f"] if "f" in gates else torch.ones_like(g)
        if self.peepholes:
            h_by_c = h_by_c + h_by_o * w["peephole_o"]
            c_by_c = c_by_c + by_gate["i"] * w["peephole_i"] + by_gate["f"] * w["peephole_f"]
        return Factors(c_by_pre, h_by_o, h_by_c, c_by_c)

    def sweep(self, w: Weights, trace: Trace, grad_h: Tensor, cut: int | None = None, layer: int = 0) -> Sweep:
        import torch

        T, K, B, H = grad_h.shape
        factors = self._factors(w, trace)
        grad_c = torch.zeros_like(grad_h)
        grad_pre = grad_h.new_empty(T, K, B, self.blocks, H)
        w_hh, flat_h, flat_pre = w["weight_hh"], grad_h.view(T, K * B, H), grad_pre.view(T, K * B, -1)
        steps = by_step(
            grad_h, grad_c, grad_c[..., None, :], factors.h_by_c, factors.c_by_pre, factors.h_by_o, factors.c_by_c,
            grad_pre[..., :-1, :], grad_pre[..., -1, :], flat_pre,
        )  # fmt: skip
        earlier = by_step(flat_h, grad_c)
        for t in range(T - 1, -1, -1):
            dh, dc, dc_wide, to_c, to_pre, to_o, keep, pre_of_c, pre_o, pre = steps[t]
            dc.addcmul_(dh, to_c)
            torch.mul(dc_wide, to_pre, out=pre_of_c)
            torch.mul(dh, to_o, out=pre_o)
            if t > 0 and not is_cut(t, T, cut):
                dh_before, dc_before = earlier[t - 1]
                dh_before.addmm_(pre, w_hh)
                torch.mul(dc, keep, out=dc_before)
        pre_all = grad_pre.view(T, K, B, -1)
        return Sweep(grad_h, grad_c, pre_all, pre_all)

    def gradient(self, trace: Trace, sweep: Sweep) -> dict[str, Tensor]:
        grads = super().gradient(trace, sweep)
        if self.peepholes:
            assert trace.c is not None  # this cell's own scan made it
            seen = before(trace.c, range(len(trace.c)))
            by_gate = dict(zip(self.names, sweep.grad_input[:, 0].chunk(self.blocks, -1), strict=True))
            for name in self.peepholes:
                grads[f"peephole_{name}"] = (by_gate[name] * (trace.c if name == "o" else seen)).sum((0, 1))
        return grads


class Factors(NamedTuple):
    """Derivatives within one step, of every step. P pre-activations besides o's."""

    c_by_pre: Tensor  # (T, B, P, H) d c_t / d (pre-activation)
    h_by_o: Tensor  # (T, B, H) d h_t / d (pre-activation of o)
    h_by_c: Tensor  # (T, B, H) d h_t / d c_t
    c_by_c: Tensor  # (T, B, H) d c_t / d c_{t-1}


def fused(w: Weights, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """One layer by torch's own kernel, from the state h, c  # (1, B, H): all hidden states, the last h, the last c."""
    import torch

    weights = [w["weight_ih"], w["weight_hh"], w["bias_ih"], w["bias_hh"]]
    states: tuple[Tensor, Tensor, Tensor] = torch.lstm(
        x, (h, c), weights, has_biases=True, num_layers=1, dropout=0.0,
        train=torch.is_grad_enabled(), bidirectional=False, batch_first=False,
    )  # fmt: skip
    return states
