"""The recorder: runs as the workers train them. The only module of this room that loads torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from itertools import islice

import torch
import torch._dynamo  # optimisers load it at their first step, for over a second: better once, beforehand
from safetensors.numpy import load

from ..arrays import Floats
from ..frame import encode
from ..inquiries import parse_inquiry
from ..pipeline import record as moments
from ..probing.answer import answer as answer_to
from ..spec import RunSpec, parse_spec
from ..store import Entry, StorageFailed

WARM_UP = [
    {"task": {"name": "recall"}, "cell": {"name": cell}, "training": {"steps": 2}}
    for cell in ("feedforward", "rnn", "gru", "lstm")
]
"""The first use of every kernel takes longer than the later ones; the first update of these runs is that use."""


def prepare() -> None:
    """Make this process ready to train."""
    torch.set_num_threads(1)  # two threads on two busy cores were up to eight times slower than one
    for spec in WARM_UP:
        for moment in islice(moments(parse_spec(spec)), 2):  # before and after one update
            encode(moment.frame)


def answer(spec: str, weights: bytes, step: int, inquiry: str) -> bytes:
    """Answer an inquiry (JSON) about the model with these weights (safetensors), as JSON."""
    run = parse_spec(json.loads(spec))
    told = answer_to(run, load(weights), step, parse_inquiry(json.loads(inquiry), run))
    return json.dumps(told, allow_nan=False, separators=(",", ":")).encode()


def record(
    spec: str,
    run: str,
    resume: dict[str, Floats] | None,
    after_step: Callable[[int], None],
    start: bytes | None = None,
) -> Iterator[Entry]:
    """Train the spec (JSON) from the checkpoint on.

    Raises:
        StorageFailed: the weights (safetensors) that it goes on from are not those that it names.
    """
    whole = parse_spec(json.loads(spec))
    for moment in moments(whole, resume, after_step, run, _started(whole, start)):
        frame = moment.frame
        yield Entry(
            seq=frame.seq,
            step=frame.step,
            wire=encode(frame),
            weights=moment.weights,
            checkpoint=moment.checkpoint,
            result=frame.result() if frame.last else None,
        )


def _started(spec: RunSpec, start: bytes | None) -> dict[str, Floats] | None:
    if spec.start is None:
        return None
    if start is None or hashlib.sha256(start).hexdigest() != spec.start.sha256:
        raise StorageFailed(
            "The weights that this run goes on from were lost on the disk: continue the snapshot again."
        )
    return load(start)
