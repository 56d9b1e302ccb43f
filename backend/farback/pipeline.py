"""The whole pipeline on one page: a spec in, frames out. Works in a REPL, with no server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from .arrays import Floats
from .config import SETTLE_STEPS
from .errors import Exploded, InvalidInput
from .frame import Frame, Updates, stamped
from .probing.observe import Observer, Progress
from .spec import RunSpec, parse_spec
from .training import Training, Update


@dataclass(frozen=True)
class Moment:
    """One training step as it is kept."""

    frame: Frame
    weights: dict[str, Floats]
    """torch.nn's names and layout: `recurrent.weight_ih_l0`, ..., `readout.weight`, `readout.bias`."""
    checkpoint: dict[str, Floats]
    """All that `record(resume=...)` needs to go on from here, bit for bit."""


@dataclass
class Story:
    """What a run must remember between its frames."""

    seq: int = 0
    updates: list[Update] = field(default_factory=list)  # since the last frame
    solved_at: int | None = None  # first of two solved frames in a row
    was_solved: bool = False
    candidate: int | None = None
    stop_at: int | None = None
    horizon_at_start: int | None = None

    def as_array(self) -> Floats:
        numbers = (
            self.seq,
            self.solved_at,
            self.was_solved,
            self.candidate,
            self.stop_at,
            self.horizon_at_start,
        )
        return np.array([-1 if n is None else n for n in numbers], np.float32)

    @classmethod
    def from_array(cls, array: Floats) -> Story:
        seq, solved_at, was_solved, candidate, stop_at, at_start = (None if n < 0 else int(n) for n in array)
        return cls(seq or 0, [], solved_at, bool(was_solved), candidate, stop_at, at_start)


def is_frame(step: int) -> bool:
    """Whether a frame is taken at this step: 0, 1, 2, 4, 8, 16, every 10 to 200, then every 50.

    It depends on the step alone, never on the clock, so a run that was cut off shows the same frames again.
    """
    if step <= 16:
        return step in (0, 1, 2, 4, 8, 16)
    return step % 10 == 0 if step <= 200 else step % 50 == 0


def run(spec: RunSpec | Mapping[str, Any], start: Mapping[str, Floats] | None = None) -> Iterator[Frame]:
    """Train one model and yield its frames.

    Args:
        spec: a RunSpec, or JSON values as in `{"task": {"name": "recall"}, "cell": {"name": "lstm"}}`.
        start: the weights that a spec with a `start` goes on from, as a snapshot's `weights(n)` gives them.

    Raises:
        InvalidInput: the spec is not one, or not one with these weights.
        Exploded: the loss or the gradient stopped being finite; raised after the frame that shows it.
    """
    resolved = spec if isinstance(spec, RunSpec) else parse_spec(dict(spec))
    return (moment.frame for moment in record(resolved, start=start))


def record(
    spec: RunSpec,
    resume: dict[str, Floats] | None = None,
    after_step: Callable[[int], None] | None = None,
    run_id: str = "",
    start: Mapping[str, Floats] | None = None,
) -> Iterator[Moment]:
    """Train one model and yield every moment that is kept.

    Args:
        spec: the run.
        resume: a moment's checkpoint; the run then goes on after it, and ends in the same bits.
        after_step: called with the step after every update; it may raise to stop the run.
        run_id: the id that the frames carry.
        start: the weights that a spec with a `start` goes on from; another has none.

    Raises:
        InvalidInput: they are missing, not asked for, or not this model's.

    Torch works on one thread meanwhile: small matrices gain nothing from more, on busy cores they lose
    a lot, and sums that are split otherwise round otherwise.
    """
    if spec.start is not None and start is None:
        raise InvalidInput("This run goes on from the weights of a snapshot, which must be given with it.", "start")
    if spec.start is None and start is not None:
        raise InvalidInput("This run draws its own starting weights: its spec has no `start`.", "start")
    moments = _moments(spec, resume, after_step, run_id, start)
    while True:
        with _one_thread():  # not across a yield: other runs, and the caller's own work, may come in between
            moment = next(moments, None)
        if moment is None:
            return
        yield moment


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _moments(
    spec: RunSpec,
    resume: dict[str, Floats] | None,
    after_step: Callable[[int], None] | None,
    run_id: str,
    start: Mapping[str, Floats] | None,
) -> Iterator[Moment]:
    observer = Observer(spec)
    if resume is not None and not _fits(spec, resume):
        resume = None  # the same bits, only later
    training = Training(spec, resume, start)
    story = Story() if resume is None else Story.from_array(resume["story"])
    if resume is None:
        moment = _moment(training, observer, story, run_id, last=False)
        yield moment
        if moment.frame.loss is None:  # a rectifier that doubles its state at every step needs no training for it
            raise Exploded(training.step)
    while training.step < (story.stop_at or spec.training.steps):
        update = training.update()
        if not update.finite:
            yield _moment(training, observer, story, run_id, last=True)
            raise Exploded(training.step)
        story.updates.append(update)
        if after_step is not None:
            after_step(training.step)
        last = training.step == (story.stop_at or spec.training.steps)
        if last or is_frame(training.step):
            moment = _moment(training, observer, story, run_id, last)
            yield moment
            if moment.frame.loss is None:
                raise Exploded(training.step)


def _fits(spec: RunSpec, checkpoint: Mapping[str, Floats]) -> bool:
    """Whether a checkpoint has all that a run goes on from, in this run's sizes."""
    shapes = {name: array.shape for name, array in checkpoint.items()}
    weights = (spec.cell.parameters(spec.task.inputs) + spec.task.outputs * (spec.cell.hidden + 1),)
    whole = {"flat": weights, "step": (1,), "story": Story().as_array().shape}
    if spec.training.optimizer == "adam" and shapes.get("step") == (1,) and checkpoint["step"][0] > 0:
        whole |= {"optimizer.step": (1,), "optimizer.exp_avg": weights, "optimizer.exp_avg_sq": weights}
    return shapes == whole


def _moment(training: Training, observer: Observer, story: Story, run_id: str, last: bool) -> Moment:
    """Measure the model as it is, and move the story on."""
    spec, model = training.spec, training.model
    score = observer.score(model)
    _judge(spec, story, training.step, spec.task.solved(score.loss, score.accuracy))
    last = last or training.step == story.stop_at or not np.isfinite(score.loss)
    progress = Progress(
        seq=story.seq,
        step=training.step,
        last=last,
        train_loss=float(np.mean([update.loss for update in story.updates])) if story.updates else None,
        updates=_told(story.updates),
        solved_at=story.solved_at,
        horizon_at_start=story.horizon_at_start,
    )
    frame = observer.frame(model, score, progress)
    if training.step == 0:
        story.horizon_at_start = frame.horizon.value
    story.seq, story.updates = story.seq + 1, []
    return Moment(stamped(frame, run_id), model.state_dict(), training.state() | {"story": story.as_array()})


def _told(updates: list[Update]) -> Updates | None:
    """What a frame says of the updates before it."""
    if not updates:
        return None
    norms, clipped = ([getattr(update, name) for update in updates] for name in ("norm", "clipped_norm"))
    shorter = [after < before for before, after in zip(norms, clipped, strict=True)]
    return Updates(*(float(np.mean(values)) for values in (norms, clipped, shorter)))


def _judge(spec: RunSpec, story: Story, step: int, solved: bool) -> None:
    """Solved at two frames in a row counts; the first of the two is the step it was solved at."""
    if solved and story.was_solved and story.solved_at is None:
        story.solved_at = story.candidate
        if spec.training.stop == "solved":
            story.stop_at = min(step + SETTLE_STEPS, spec.training.steps)
    if not story.was_solved:
        story.candidate = step if solved else None
    story.was_solved = solved
