"""Observer: everything a frame shows, measured on held-out sequences that stay the same for the whole run."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from .. import config
from ..arrays import Floats
from ..cells import Trace
from ..frame import Frame, Horizon, LayerFrame, SkillByLag
from ..model import Model
from ..spec import RunSpec
from ..tasks import Batch, ByLag, spread
from ..training import Stream, loss_of, randomness
from .derivatives import Derivatives, derivatives, signal
from .horizon import by_lag as horizon_by_lag
from .horizon import horizon, profile
from .reach import reach


@dataclass(frozen=True)
class Progress:
    """Where in its run a frame stands."""

    seq: int
    step: int
    last: bool
    train_loss: float | None
    solved_at: int | None
    horizon_at_start: int | None


@dataclass(frozen=True)
class Score:
    """The task's loss and accuracy on held-out sequences."""

    loss: float
    accuracy: float | None


class Observer:
    """Looks at a model without disturbing it: it reads weights and draws from streams of its own."""

    def __init__(self, spec: RunSpec) -> None:
        self.spec = spec
        task, seed = spec.task, spec.seed
        self._probe = task.probe(randomness(seed, Stream.PROBE), config.PROBE_SEQUENCES)
        self._held_out = task.batch(randomness(seed, Stream.HELD_OUT), config.HELD_OUT_SEQUENCES, held_out=True)

    def score(self, model: Model) -> Score:
        """Loss and accuracy on the held-out sequences; a loss that overflowed is infinite or NaN."""
        task, batch = self.spec.task, self._held_out
        times = np.flatnonzero(batch.mask.any(axis=1))
        with torch.no_grad():
            output = model.predict(batch.x, [int(t) for t in times])  # (times, N, O)
        mask = batch.mask[times]
        wrong = loss_of(task.kind, torch.from_numpy(output[mask]), torch.from_numpy(batch.y[times][mask]))
        if task.kind == "regression":
            return Score(wrong.value, None)
        scored = task.scored[times]
        right = (output.argmax(-1) == batch.y[times])[scored]
        return Score(wrong.value, float(right.mean()))

    def frame(self, model: Model, score: Score, progress: Progress) -> Frame:
        """Measure everything else and put the frame together."""
        task, batch = self.spec.task, self._probe
        answers = list(task.answers)
        with torch.no_grad(), np.errstate(all="ignore"):  # an exploded model is shown as it is
            traces = model.scan(torch.from_numpy(batch.x))
            found = derivatives(model, traces, batch.y, answers, task.kind)
            output = model.readout(traces[-1].h[:, 0])
            shares = horizon_by_lag(found.connectivity, answers)
            lagged = self._by_lag(model, progress.last)
            exploded = not math.isfinite(score.loss)
            return Frame(
                run="",
                seq=progress.seq,
                step=progress.step,
                last=progress.last,
                loss=None if exploded else score.loss,
                accuracy=None if exploded else score.accuracy,
                train_loss=progress.train_loss,
                solved_at=progress.solved_at,
                reason="The loss is not finite: the model exploded." if exploded else None,
                x=batch.x[:, 0],
                y=_targets(batch),
                output=(output.softmax(-1) if task.kind == "classification" else output).numpy(),
                answers=answers,
                layers=_layers(traces, found, answers[-1]),
                connectivity=found.connectivity[0],
                profile=profile(shares),
                by_lag=SkillByLag(
                    lagged.measure,
                    list(lagged.lags),
                    [float(value) if math.isfinite(value) else None for value in lagged.value],
                    lagged.scores.shape[1],
                ),
                reach=reach(lagged, randomness(self.spec.seed, Stream.BY_LAG, 2) if progress.last else None),
                horizon=horizon(shares, progress.horizon_at_start),
            )

    def _by_lag(self, model: Model, last: bool) -> ByLag:
        task = self.spec.task
        lags = spread(task.lags, config.RESULT_LAGS if last else config.FRAME_LAGS)
        trials = task.result_trials if last else task.frame_trials
        rng = randomness(self.spec.seed, Stream.BY_LAG, int(last))
        return task.by_lag(lambda x: model.predict(x, task.answers), rng, lags, trials)


def _targets(batch: Batch) -> list[int | float | None]:
    asked, y = batch.mask[:, 0], batch.y[:, 0]
    return [y[t].item() if asked[t] else None for t in range(len(asked))]


def _layers(traces: list[Trace], found: Derivatives, answer: int) -> list[LayerFrame]:
    return [
        LayerFrame(
            h=_first(trace.h.numpy()),
            c=None if trace.c is None else _first(trace.c.numpy()),
            gates={name: _first(gate.numpy()) for name, gate in trace.gates.items()},
            grad_h=_first(gradient.grad_h),
            grad_c=None if gradient.grad_c is None else _first(gradient.grad_c),
            grad_norm=gradient.norm[:, 0],
            signal=signal(gradient.norm, answer),
        )
        for trace, gradient in zip(traces, found.layers, strict=True)
    ]


def _first(array: Floats) -> Floats:
    """The displayed sequence of (T, B, H), as an array of its own."""
    return np.ascontiguousarray(array[:, 0])


def start_horizon(frame: Frame) -> int | None:
    """What later frames are compared with."""
    measured: Horizon = frame.horizon
    return measured.value
