"""Answers to inquiries: what a trained model is asked beside its frames, as JSON values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..arrays import Floats, finite
from ..cells import FeedForward, Trace
from ..errors import InvalidInput
from ..frame import Frame, encode, encode_arrays, pack, stamped
from ..inquiries import PASSAGES, Arrays, Causal, Chain, Displayed, Inquiry, Jacobians, Lengths, Look, Passages, States
from ..model import Model
from ..randomness import Stream, randomness
from ..spec import RunSpec
from ..tasks import Batch, spread, together
from ..tasks.text import Text
from .causal import borrowed, causal
from .chain import chain, window_chain
from .connectivity import connectivity, state_connectivity
from .derivatives import scores, targets
from .lengths import lengths
from .lyapunov import exponents
from .observe import Observer, Progress, shown_rows
from .passages import DISTANCE, passages
from .reach import why_none
from .spectrum import direct_path, of_products, of_steps, recurrent_weights
from .strand import Strand

Json = dict[str, Any]

PRODUCT_LAGS = 120
"""Most lags whose product is told, evenly spread: each costs a decomposition."""
SPECTRUM_WORK = 1e10
"""Most N^3 T of a layer whose every step is decomposed: some five seconds."""


def answer(spec: RunSpec, weights: Mapping[str, Floats], step: int, inquiry: Inquiry) -> Json:
    """Answer an inquiry about a model.

    Args:
        spec: the run.
        weights: the model's, at that step.
        step: the training step.
        inquiry: checked against the spec.

    Raises:
        InvalidInput: it has no answer for this model; says why.
    """
    model = Model(spec.cell, spec.task.inputs, spec.task.outputs, weights)
    with torch.no_grad(), np.errstate(all="ignore"):  # an exploded model is told by its numbers
        return {"name": inquiry.name, "step": step} | _answer(Subject(spec, model, inquiry), step, inquiry)


def _answer(subject: Subject, step: int, inquiry: Inquiry) -> Json:
    match inquiry:
        case Arrays():
            picture = subject.observer.picture(subject.model)
            return {"arrays": encode_arrays(vars(picture), full=True) | {"rows": picture.rows}}
        case Look():
            return _look(subject, step, inquiry)
        case States():
            return _states(subject, inquiry)
        case Jacobians():
            return _jacobians(subject, inquiry)
        case Chain():
            return _chain(subject, inquiry)
        case Causal():
            return _causal(subject, inquiry)
        case Lengths():
            return _lengths(subject)
        case Passages():
            return _passages(subject)
    raise TypeError(f"nobody answers {inquiry.name}")  # an inquiry that was not registered here


class Subject:
    """The model as the inquiry looks at it: with gates held where it holds some, on the probe's first sequence, which
    frames display, or on the person's own. What is not asked for is not computed."""

    def __init__(self, spec: RunSpec, model: Model, inquiry: Inquiry) -> None:
        self.spec, self.observer = spec, Observer(spec)
        self.model, self.own = model, None
        if isinstance(inquiry, Displayed):
            self.model, self.own = model.holding(inquiry.held()), inquiry.own(spec)

    @cached_property
    def batch(self) -> Batch:
        """The one sequence."""
        batch, _ = self.observer.looked_at(self.own)
        return Batch(batch.x[:, :1], batch.y[:, :1], batch.mask[:, :1])

    @cached_property
    def traces(self) -> list[Trace]:
        """One a layer, of that sequence."""
        return self.model.scan(torch.from_numpy(self.batch.x))

    @cached_property
    def y(self) -> NDArray[Any]:
        """(T, 1) or (T, 1, 1) see `targets`."""
        return targets(self.batch, self.model.readout(self.traces[-1].h).numpy(), self.spec.task.kind)

    @cached_property
    def pull(self) -> Tensor:
        """(T, 1, H) see `scores`."""
        return scores(self.model, self.y, self.spec.task.kind)

    def strand(self, layer: int | None) -> Strand:
        """A layer's course over the displayed sequence; the top one's where none was asked for."""
        if isinstance(self.model.cell, FeedForward):
            raise InvalidInput("A feed-forward net has no state that one step hands to the next: no Jacobian.", "name")
        return Strand.of(self.model, self.traces, self.model.cell.layers - 1 if layer is None else layer, 0)


def _look(subject: Subject, step: int, inquiry: Look) -> Json:
    model, observer = subject.model, subject.observer
    score = observer.score(model)
    whole = inquiry.tests_whole(subject.spec)
    frame = observer.frame(model, score, Progress(0, step, whole, None, None, None, None), subject.own)
    return {"frame": json.loads(encode(_without_start(frame), inquiry.full))}


def _without_start(frame: Frame) -> Frame:
    """What a horizon was at step 0 is told by the run's own frames."""
    return stamped(replace(frame, horizon=replace(frame.horizon, at_start=None)), "")


def _states(subject: Subject, inquiry: States) -> Json:
    rows = shown_rows(len(subject.y), subject.observer.looked_at(subject.own)[1])
    layer = subject.model.cell.layers - 1 if inquiry.layer is None else inquiry.layer
    found = state_connectivity(subject.model, subject.traces, subject.pull, layer)
    return {"layer": layer, "rows": rows, "connectivity": _array(found[0, rows].numpy())}


def _jacobians(subject: Subject, inquiry: Jacobians) -> Json:
    k = inquiry.output_time(subject.spec)
    strand = subject.strand(inquiry.layer)
    lags = spread(tuple(range(k + 1)), PRODUCT_LAGS)
    products = of_products(strand, k, lags)
    path = direct_path(strand, k)
    weights = recurrent_weights(strand.cell, strand.w)
    small = strand.width**3 * strand.length <= SPECTRUM_WORK
    return {
        "k": k,
        "layer": inquiry.layer,
        "lags": list(products.lags),
        "products": _array(_three(products.singular)),
        "memory": None if products.memory is None else _array(products.memory[None]),
        "direct": path
        and {"gate": path.gate, "paths": _array(np.stack([path.largest, path.median, path.smallest], 1))},
        "weights": weights
        and asdict(weights) | {"must_vanish": weights.must_vanish, "may_explode": weights.may_explode},
        "steps": _array(_three(of_steps(strand))) if small else None,
        "lyapunov": [finite(exponent) for exponent in exponents(strand)] if small else None,
        "reason": None if small else "The spectra of every step of a model this large take too long.",
    }


def _three(singular: NDArray[Any]) -> NDArray[Any]:
    """(..., N) singular values, descending, to (..., 3): the largest, the middle one, the smallest."""
    N = singular.shape[-1]
    return singular[..., [0, N // 2, N - 1]]


def _chain(subject: Subject, inquiry: Chain) -> Json:
    k = inquiry.output_time(subject.spec)
    if isinstance(subject.model.cell, FeedForward):
        window = window_chain(subject.model, subject.traces, subject.pull, 0, inquiry.t, k)
        norms = [finite(norm) for norm in window.connectivity]
        found = asdict(window) | {"connectivity": norms, "steps": window.steps.tolist()}
        return {"kind": "window"} | found
    factors = chain(subject.strand(inquiry.layer), inquiry.t, k)
    return {
        "kind": "state",
        "t": factors.t,
        "k": factors.k,
        "steps": factors.steps.tolist(),
        **{
            name: [finite(value) for value in getattr(factors, name)]
            for name in ("spectral", "frobenius", "product_spectral", "product_frobenius")
        },
        "autograd": dict(zip(("spectral", "frobenius"), map(finite, factors.autograd), strict=True)),
        "difference": finite(factors.difference),
    }


def _causal(subject: Subject, inquiry: Causal) -> Json:
    k, task = inquiry.output_time(subject.spec), subject.spec.task
    row = connectivity(subject.model, subject.traces, subject.pull)[0, k].numpy()
    target = int(subject.y[k, 0]) if task.kind == "classification" else None
    x, probe = subject.batch.x, subject.observer.probe.x
    others = probe[:, 1:] if subject.own is None else borrowed(probe, len(x))
    found = causal(subject.model, x, others, target, k, row)
    return {
        "k": k,
        "measured": _array(found.measured[None]),
        "connectivity": _array(row[None]),
        "correlation": found.correlation,
    }


def _lengths(subject: Subject) -> Json:
    found = lengths(subject.spec, subject.model)
    return {
        "at": [
            {"length": each.length, "loss": finite(each.score.loss), "accuracy": each.score.accuracy}
            | {"chance": asdict(each.chance)}
            for each in found.at
        ],
        "by_lag": {
            "measure": found.by_lag.measure,
            "lags": list(found.by_lag.lags),
            "value": [finite(value) for value in found.by_lag.value],
            "error": [finite(error) for error in found.by_lag.error],
            "trials": found.by_lag.trials,
        },
        "reach": asdict(found.reach),
        "reason": why_none(found.by_lag),
    }


def _passages(subject: Subject) -> Json:
    task, seed = subject.spec.task, subject.spec.seed
    assert isinstance(task, Text)  # checked at the door
    windows = task.batch(randomness(seed, Stream.PASSAGES), PASSAGES, held_out=True)
    texts = [task.written(windows.x[:, b]) for b in range(PASSAGES)]
    found = passages(subject.model, together([task.read(text) for text in texts]), texts)  # as a person reads them
    return {
        "distance": DISTANCE,
        **{
            name: [{"text": texts[each.window], "k": each.k, "share": each.share} for each in some]
            for name, some in (("long", found.long), ("short", found.short))
        },
    }


def _array(values: NDArray[Any]) -> Json:
    return pack(values.astype(np.float32), "linear", full=True)
