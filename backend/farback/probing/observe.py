"""Observer: everything a frame shows, measured on held-out sequences that stay the same for the whole run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from .. import config
from ..arrays import Floats, finite
from ..cells import Cell, FeedForward, Trace
from ..frame import Frame, LayerFrame, SkillByLag, Suggestions, Updates
from ..model import Model
from ..randomness import ByLagStream, Stream, randomness
from ..spec import RunSpec
from ..tasks import Batch, ByLag, ByLetters, by_letters, rank_of, spread
from ..training import loss_of
from .connectivity import connectivity
from .derivatives import Derivatives, LayerGradient, derivatives, scores, signal, targets
from .horizon import by_lag as horizon_by_lag
from .horizon import horizon, profile
from .reach import reach, why_none
from .verdict import verdict

SCORED_VALUES = 2**22
"""Most numbers, of outputs or of hidden states, that are scored at a time: 16 MB, as a large vocabulary has many."""


@dataclass(frozen=True)
class Progress:
    """Where in its run a frame stands, and what training did since the frame before."""

    seq: int
    step: int
    last: bool
    train_loss: float | None
    updates: Updates | None
    solved_at: int | None
    horizon_at_start: int | None


@dataclass(frozen=True)
class Score:
    """The task's loss and accuracy on held-out sequences."""

    loss: float
    accuracy: float | None
    by_letters: ByLetters | None = None


@dataclass(frozen=True)
class Picture:
    """What a model looks like on some sequences: the arrays of a frame, which say what each is."""

    x: Floats
    y: list[int | float | None]
    output: Floats | None
    answers: list[int]
    layers: list[LayerFrame]
    rows: list[int]
    connectivity: Floats
    profile: Floats
    suggestions: Suggestions | None
    shares: Floats  # (B, K, T) of `horizon.by_lag`, which the profile is the median of


class Observer:
    """Looks at a model without disturbing it: it reads weights and draws from streams of its own."""

    def __init__(self, spec: RunSpec) -> None:
        self.spec = spec

    @cached_property
    def probe(self) -> Batch:
        """The sequences that the run is looked at on; the first is displayed."""
        return self.spec.task.probe(randomness(self.spec.seed, Stream.PROBE), config.PROBE_SEQUENCES)

    @cached_property
    def _held_out(self) -> Batch:
        """The sequences that loss and accuracy are told on; an inquiry may need none."""
        return self.spec.task.held_out(randomness(self.spec.seed, Stream.HELD_OUT), config.HELD_OUT_SEQUENCES)

    def score(self, model: Model) -> Score:
        """Loss and accuracy on the held-out sequences; a loss that overflowed is infinite or NaN."""
        task, batch = self.spec.task, self._held_out
        size = max(1, SCORED_VALUES // (task.length * max(task.outputs, self.spec.cell.hidden)))
        loss, ranks, known, scored = 0.0, [], [], []
        for first in range(0, batch.mask.shape[1], size):
            some = slice(first, first + size)
            mask, y = batch.mask[:, some], batch.y[:, some]
            with torch.inference_mode():
                h = model.hidden_states(torch.from_numpy(batch.x[:, some]))
                output = model.readout(h[torch.from_numpy(mask)])  # (N, O)
                loss += len(output) * loss_of(task.kind, output, torch.from_numpy(y[mask])).value
            if task.kind == "classification":
                ranks.append(rank_of(output.numpy(), y[mask]))
                scored.append((mask & task.scored[:, None])[mask])
            if batch.known is not None:
                known.append(batch.known[:, some][mask])
        loss /= int(batch.mask.sum())
        if task.kind == "regression":
            return Score(loss, None)
        rank = np.concatenate(ranks)
        accuracy = float((rank == 0)[np.concatenate(scored)].mean())
        return Score(loss, accuracy, by_letters(rank, np.concatenate(known)) if known else None)

    def looked_at(self, shown: Batch | None = None) -> tuple[Batch, list[int]]:
        """The probe's sequences, or others in their place, and the answer steps: of others the last step."""
        return (self.probe, list(self.spec.task.answers)) if shown is None else (shown, [len(shown.x) - 1])

    def picture(self, model: Model, shown: Batch | None = None) -> Picture:
        """Look at the model on the probe's sequences.

        Args:
            model: the model.
            shown: sequences in place of the probe's, whose last step is the answer. Where no right answer is known,
                the model's own first choice stands for it.
        """
        task = self.spec.task
        batch, answers = self.looked_at(shown)
        with torch.inference_mode(), np.errstate(all="ignore"):  # an exploded model is shown as it is
            traces = model.scan(torch.from_numpy(batch.x))
            output = model.readout(traces[-1].h)  # (T, B, O)
            y = targets(batch, output.numpy(), task.kind)
            found = derivatives(model, traces, y, answers, task.kind)
            rows = shown_rows(len(y), answers)
            whole = connectivity(model, [trace.only(0) for trace in traces], scores(model, y[:, :1], task.kind))
            shares = horizon_by_lag(found.connectivity, answers)
            return Picture(
                x=batch.x[:, 0],
                y=_asked(batch),
                output=None if task.suggestions else _shown(output[:, 0], task.kind),
                answers=answers,
                layers=_layers(traces, found, answers[-1]),
                rows=rows,
                connectivity=whole[0][rows].numpy(),
                profile=profile(shares),
                suggestions=_suggestions(output[:, 0], batch, task.suggestions) if task.suggestions else None,
                shares=shares,
            )

    def frame(self, model: Model, score: Score, progress: Progress, shown: Batch | None = None) -> Frame:
        """Measure everything else and put the frame together.

        Args:
            model: the model.
            score: what `score` returned for it.
            progress: where it stands.
            shown: see `picture`.
        """
        picture = self.picture(model, shown)
        with torch.inference_mode(), np.errstate(all="ignore"):
            lagged = self._by_lag(model, progress.last)
            by_lag = SkillByLag(
                lagged.measure,
                list(lagged.lags),
                [finite(value) for value in lagged.value],
                [finite(error) for error in lagged.error],
                lagged.trials,
            )
            reached = reach(lagged, self._by_lag_stream(ByLagStream.RESULT_SPREAD) if progress.last else None)
        seen = horizon(picture.shares, progress.horizon_at_start)
        exploded = not math.isfinite(score.loss)
        missing = exploded or seen.value is None or None in by_lag.value
        what = "The loss" if exploded else "A number"
        unsaid = why_none(lagged) or _why_no_verdict(picture, self.spec.cell)
        return Frame(
            run="",
            seq=progress.seq,
            step=progress.step,
            last=progress.last,
            loss=None if exploded else score.loss,
            accuracy=None if exploded else score.accuracy,
            train_loss=progress.train_loss,
            updates=progress.updates,
            solved_at=progress.solved_at,
            reason=f"{what} is not finite: the model exploded." if missing else unsaid,
            x=picture.x,
            y=picture.y,
            output=picture.output,
            answers=picture.answers,
            layers=picture.layers,
            rows=picture.rows,
            connectivity=picture.connectivity,
            profile=picture.profile,
            by_lag=by_lag,
            reach=reached,
            horizon=seen,
            by_letters=None if exploded else score.by_letters,
            suggestions=picture.suggestions,
        )

    def _by_lag(self, model: Model, last: bool) -> ByLag:
        task = self.spec.task
        lags = spread(task.lags, config.RESULT_LAGS if last else config.FRAME_LAGS)
        trials = task.result_trials if last else task.frame_trials
        rng = self._by_lag_stream(ByLagStream.RESULT if last else ByLagStream.FRAME)
        return task.by_lag(lambda x: model.predict(x, task.answers), rng, lags, trials)

    def _by_lag_stream(self, purpose: ByLagStream) -> np.random.Generator:
        return randomness(self.spec.seed, Stream.BY_LAG, purpose)


def shown_rows(length: int, answers: Sequence[int]) -> list[int]:
    """The output times that connectivity is told of: all, or some evenly spread with the answer steps among them."""
    return sorted({*spread(tuple(range(length)), config.CONNECTIVITY_ROWS), *answers})


def _asked(batch: Batch) -> list[int | float | None]:
    """The targets of the displayed sequence, None where nothing is asked."""
    asked, y = batch.mask[:, 0], batch.y[:, 0]
    return [y[t].item() if asked[t] else None for t in range(len(asked))]


def _shown(output: Tensor, kind: str) -> Floats:
    """(T, O) as the page shows it: probabilities, or the predicted values."""
    return (output.softmax(-1) if kind == "classification" else output.contiguous()).numpy()


def _suggestions(output: Tensor, batch: Batch, count: int) -> Suggestions:
    """The likeliest classes at each step of the displayed sequence. output  # (T, O)"""
    shares = output.softmax(-1)
    likely = output.topk(min(count, output.shape[1])).indices  # of the outputs, as probabilities round to equal ones
    right = shares.gather(1, torch.from_numpy(batch.y[:, :1]))[:, 0].numpy()
    asked = np.where(batch.mask[:, 0], right, np.float32(np.nan))
    return Suggestions(likely.tolist(), shares.gather(1, likely).numpy(), asked)


def _why_no_verdict(picture: Picture, cell: Cell) -> str | None:
    """Why a layer's gradient has no verdict; None where each has one."""
    if all(layer.verdict.value is not None for layer in picture.layers):
        return None
    if all(np.isnan(layer.signal).all() for layer in picture.layers):
        return (
            "The loss has a gradient of 0 at the answer, as where the model's own answer stands for the right one, or "
            "one that is not finite: there is no signal and no verdict on it."
        )
    if isinstance(cell, FeedForward):
        return None  # no state is handed on, so there is nothing to judge, and nothing went wrong
    return "Fewer than two steps before the answer have a gradient to speak of: there is no verdict on it."


def _layers(traces: list[Trace], found: Derivatives, answer: int) -> list[LayerFrame]:
    return [_layer(trace, gradient, answer) for trace, gradient in zip(traces, found.layers, strict=True)]


def _layer(trace: Trace, gradient: LayerGradient, answer: int) -> LayerFrame:
    G = signal(gradient.norm, answer)
    return LayerFrame(
        h=_first(trace.h),
        c=None if trace.c is None else _first(trace.c),
        gates={name: _first(gate) for name, gate in trace.gates.items()},
        grad_h=_first(gradient.grad_h),
        grad_c=None if gradient.grad_c is None else _first(gradient.grad_c),
        grad_norm=gradient.norm[:, 0],
        signal=G,
        verdict=verdict(G, answer),
        inner=None if trace.inner is None else _first(trace.inner),
        grad_inner=None if gradient.grad_inner is None else _first(gradient.grad_inner),
    )


def _first(array: Tensor | Floats) -> Floats:
    """The displayed sequence of (T, B, H), as an array of its own."""
    return np.ascontiguousarray(array[:, 0])
