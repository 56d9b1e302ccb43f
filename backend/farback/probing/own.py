"""Probe a torch module of one's own: `farback.probe`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..arrays import Floats
from ..config import HORIZON_THRESHOLD
from ..frame import Horizon, Reach, Verdict
from ..model import Model
from ..tasks import ByLag, spread
from ..training import loss_of
from .connectivity import connectivity
from .derivatives import derivatives, scores, signal, targets
from .horizon import by_lag, horizon, profile
from .own_input import Kind, read_inputs, read_step, read_targets
from .own_module import check_forward, refuse, take_apart
from .reach import reach as read_off
from .verdict import verdict

if TYPE_CHECKING:
    from plotly.graph_objects import Figure  # type: ignore[import-untyped]

Real: TypeAlias = NDArray[Any]
"""An array in the module's own precision: float32 or float64."""

BLOCK = 2**24
"""Floats (64 MB in float32) of derivatives that are on their way at a time: a large batch is worked off in blocks."""
LAGS = 100
"""Most lags tested for the reach: finer than a run's result, because whoever probes a module asks for it once."""
DONORS = 8
"""Most other sequences whose past each sequence is given in turn: with few sequences one replacement each would leave
a standard error that hides a true change."""


class States(NamedTuple):
    """One layer's states, (T, B, H) each."""

    h: Real
    c: Real | None  # where the cell has one


@dataclass(frozen=True, eq=False, repr=False)
class Probe:
    """What `probe` found. T time steps, B sequences, I inputs, O outputs, H hidden units.

    All arrays are time-first, also where the module says batch_first, and lie on the CPU; one sequence keeps its axis
    B = 1. What is told by layer is a tuple, the bottom layer first. L, the loss, is the cross-entropy in nats of the
    target class at the answer step, or the squared error in a regression; its gradients are those of the *sum* over
    sequences, so that each sequence's are its own.
    """

    cell: str  # "rnn", "gru" or "lstm"
    kind: Kind  # "classification" where O > 1, else "regression"
    at: int  # k, the answer step, counted from the start
    x: Real  # (T, B, I) what the recurrent layers read
    y: Real  # (T, B) target classes or (T, B, 1) values; where none was given, what `targets` puts there
    output: Real  # (T, B, O) what the read-out gives: logits, or predicted values
    loss: float  # L at the answer step, mean over sequences; nat, or squared units of the output
    states: tuple[States, ...]  # (T, B, H)
    gates: tuple[dict[str, Real], ...]  # each (T, B, H), by name: LSTM i f g o, GRU r z n, RNN none
    grad_h: tuple[Real, ...]  # (T, B, H) d L / d h_t with c_t held fixed; L per unit of h
    grad_c: tuple[Real | None, ...]  # (T, B, H) d L / d c_t including the path through h_t; L per unit of c
    signal: tuple[Floats, ...]  # (T,) G: |[grad_h; grad_c]| at t over the same at k, median over sequences
    verdict: tuple[Verdict, ...]  # whether G vanishes, stays or explodes on its way back
    connectivity: Real  # (B, T, T) as [b, k, t]: |d s_k / d x_t|; output's units per unit of x
    _model: Model

    def horizon(self, threshold: float = HORIZON_THRESHOLD) -> Horizon:
        """The gradient horizon of the answer step, in steps, with the quartiles over single sequences.

        The largest lag d >= 1 at which C[k, k - d] is at least `threshold` of its maximum over d >= 1, median over
        sequences; 0 if there is none, None where a gradient is not finite. Its `at_start` is None: how the module
        started is not known. See docs/definitions.md.

        Raises:
            CannotProbe: the threshold is not above 0 and at most 1.
        """
        if not 0 < threshold <= 1:
            refuse("threshold", f"`threshold` is {threshold!r}; it must be a share above 0 and at most 1.")
        return replace(horizon(self._shares, threshold=threshold), at_start=None)

    @property
    def profile(self) -> Floats:
        """(T,) by lag d: median over sequences of C[k, k - d] over its maximum at d >= 1; NaN where d > k."""
        found: Floats = profile(self._shares)[0]
        return found

    @property
    def _shares(self) -> Floats:
        return by_lag(self.connectivity[:, [self.at]], [self.at])

    @cached_property
    def reach(self) -> Reach | None:
        """How far back the answer really comes from, in steps; None where there are fewer than two sequences.

        The smallest d such that replacing all inputs older than d steps changes the mean loss at the answer step by
        less than 0.01 (nat, or squared units of the output), or by less than three standard errors. The older inputs
        come from other sequences of the batch at the same steps: each sequence gets those of the next one, of the one
        after it, and so on up to eight, and the change is their mean; the error is over sequences. Where even the
        oldest input matters, it is k, "at least". Up to 100 lags are tested, evenly spread where there are more.

        It is measured when it is first asked for. After Khandelwal et al. 2018, arXiv 1805.04623.
        """
        k, B = self.at, self.x.shape[1]
        if B < 2:
            return None
        shifts = range(1, min(B - 1, DONORS) + 1)
        x = np.tile(self.x[: k + 1], (1, len(shifts), 1))
        others = np.concatenate([np.roll(self.x[: k + 1], -shift, axis=1) for shift in shifts], axis=1)
        y = np.concatenate([self.y[k]] * len(shifts))
        loss = np.tile(self._losses(self.x[: k + 1], self.y[k]), len(shifts))
        lags, changes = spread(tuple(range(k)), LAGS), []
        with np.errstate(all="ignore"):  # an exploded model is told by its numbers
            for tested, d in enumerate(lags, 1):
                older = np.arange(k + 1)[:, None, None] < k - d
                change = self._losses(np.where(older, others, x), y) - loss
                changes.append(change.reshape(len(shifts), B).mean(0))
                no_chance = np.zeros(tested, np.float32)
                found = read_off(ByLag("added_loss", lags[:tested], np.stack(changes), no_chance, 0.0))
                if not found.at_least:
                    return found
        return Reach(k, True, None)

    def _losses(self, x: Real, y: Real) -> Real:
        """(N,) L of each sequence. x  # (k + 1, N, I); y  # (N,) or (N, 1) at the answer step"""
        with _by_itself():
            output = torch.from_numpy(self._model.predict(x, [self.at])[0])
            return _losses(self.kind, output, torch.from_numpy(y)).numpy()

    def figure(self, kind: str = "all", sequence: int = 0) -> Figure:
        """A Plotly figure: of one kind, or of all below each other.

        Args:
            kind: "states" (h, and c, of every layer), "gradient" (G by step), "connectivity" (log scale) or "profile"
                (connectivity by lag); "all" for all of them.
            sequence: b, the sequence whose states and connectivity are drawn; the others are medians over all.

        Raises:
            CannotProbe: there is no such kind or sequence.
        """
        from .own_figure import draw

        return draw(self, kind, sequence)

    def show(self) -> None:
        """Open the figure, in a notebook below its cell."""
        self.figure().show()

    def __repr__(self) -> str:
        T, B, _ = self.x.shape
        layers, H = len(self.states), self.states[0].h.shape[2]
        return (
            f"<Probe of {self.cell} {layers} x {H}: T={T}, B={B}, at={self.at}, loss={self.loss:.4g}, "
            f"horizon={self.horizon().value}, gradient {self.verdict[-1].value}>"
        )


def probe(module: nn.Module, x: Any, target: Any = None, readout: nn.Linear | None = None, at: int = -1) -> Probe:
    """Measure how far back a trained torch module of one's own connects information.

    The module is only read: its weights are copied, and its gradients, mode and hooks and the global random state stay
    as they are. Dropout is treated as in eval. The numbers are those of docs/definitions.md and equal autograd's.

    Args:
        module: a torch.nn.RNN, GRU or LSTM of any size, with `readout`; or one module that holds exactly one of them
            and one Linear, and maybe an Embedding in front, and whose forward is these one after the other. float32
            or float64.
        x: (T, B, I), (B, T, I) where the module says batch_first, or (T, I) for one sequence; whole numbers without the
            last axis where the module has an Embedding. Then connectivity is with respect to the embedded vectors.
        target: class numbers, (B,) at the answer step or (T, B), in the layout of `x`, at every step; in a regression
            (one output) floats, (B,) or (B, 1) at the answer step or (T, B, 1) at every step. Where nothing is given,
            what is given next stands for it, and after the last the module's own first choice (its own prediction in a
            regression, with which the loss and its gradient are zero, and G is not a number).
        readout: the torch.nn.Linear that reads the top layer's h, where `module` is the recurrent part itself.
        at: k, the step at which the answer is read, from the end where it is negative; the last by default.

    Raises:
        CannotProbe: something given cannot be used, told in one sentence. It is a ValueError.
    """
    parts = take_apart(module, readout)
    inputs = read_inputs(x, parts)
    T, B, width = inputs.x.shape
    k = read_step(at, T)
    model = parts.model()
    kind: Kind = "classification" if model.outputs > 1 else "regression"
    batch = read_targets(target, inputs, model.outputs, k)
    with _by_itself(), np.errstate(all="ignore"):  # an exploded model is shown as it is
        traces = model.scan(inputs.x)
        output = model.readout(traces[-1].h)  # (T, B, O)
        if module is not parts.recurrent:
            check_forward(module, inputs.given, output)
        y = targets(batch, output.numpy(), kind)
        found = derivatives(model, traces, y, [k], kind)
        pull = scores(model, y, kind)  # (T, B, H)
        size = max(1, BLOCK // (4 * T * (model.cell.hidden + max(width, model.cell.hidden))))
        blocks = [slice(first, first + size) for first in range(0, B, size)]
        whole = [connectivity(model, model.scan(inputs.x[:, some].contiguous()), pull[:, some]) for some in blocks]
        signals = tuple(signal(gradient.norm, k) for gradient in found.layers)
        return Probe(
            cell=model.cell.name,
            kind=kind,
            at=k,
            x=batch.x,
            y=y,
            output=output.numpy(),
            loss=loss_of(kind, output[k].double(), torch.from_numpy(y[k])).value,  # in float32 a sure answer's is 0
            states=tuple(States(trace.h.numpy(), None if trace.c is None else trace.c.numpy()) for trace in traces),
            gates=tuple({name: gate.contiguous().numpy() for name, gate in trace.gates.items()} for trace in traces),
            grad_h=tuple(gradient.grad_h for gradient in found.layers),
            grad_c=tuple(gradient.grad_c for gradient in found.layers),
            signal=signals,
            verdict=tuple(verdict(each, k) for each in signals),
            connectivity=torch.cat(whole).numpy(),
            _model=model,
        )


@contextmanager
def _by_itself() -> Iterator[None]:
    """Without a graph, on the CPU and in the weights' own precision, whatever the caller's code has chosen."""
    with torch.no_grad(), torch.device("cpu"), torch.autocast("cpu", enabled=False):
        yield


def _losses(kind: Kind, output: Tensor, y: Tensor) -> Tensor:
    """(N,) what `loss_of` takes the mean of."""
    output = output.double()
    if kind == "regression":
        return ((output - y) ** 2)[:, 0]
    return nn.functional.cross_entropy(output, y, reduction="none")
