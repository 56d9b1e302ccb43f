"""Digest: a snapshot in a few words and numbers, as other sites show it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..arrays import Floats
from ..cells import CELLS
from ..config import MAX_STEPS_OF_TIME
from ..errors import InvalidInput
from ..frame import decode
from ..snapshots import Snapshot
from ..snapshots.manifest import SavedRun
from ..snapshots.reel import frames_of
from ..tasks import TASKS

COLOURS = 8
"""Colours for models that the page has."""

LONGEST = 300
"""Most characters of a description: other sites cut it at 200 to 300."""


@dataclass(frozen=True)
class Steps:
    """A number of steps back."""

    value: int
    at_least: bool  # as far as was tested, or as the sequence goes
    estimated: bool = False  # from the few sequences of a live frame

    def __str__(self) -> str:
        return f"{'≥ ' if self.at_least else '≈ ' if self.estimated else ''}{self.value}"


@dataclass(frozen=True)
class Model:
    """One model as it was saved."""

    name: str
    colour: int  # its place in the page's palette
    reach: Steps | None  # None: it cannot be told
    horizon: Steps | None
    at_start: int | None  # the horizon before training


@dataclass(frozen=True)
class Digest:
    """What there is to say about a snapshot."""

    title: str
    task: str
    note: str
    models: list[Model]
    longest: int  # steps back that any of them was tested at or sees

    @property
    def words(self) -> str:
        """The answer to the page's question, and how the note begins."""
        told = "; ".join(f"{model.name}: {model.reach}" for model in self.models if model.reach is not None)
        answer = f"How far back, in steps? {told}." if told else f"Models trained on “{self.task}”."
        return shortened(" ".join(f"{answer} {self.note}".split()), LONGEST)

    @property
    def best(self) -> int:
        """Which model connects furthest."""
        return max(
            range(len(self.models)), key=lambda n: (_value(self.models[n].reach), _value(self.models[n].horizon))
        )


def digest_of(snapshot: Snapshot) -> Digest:
    """A snapshot's digest. What the disk has spoilt of it is left out; the page itself tells."""
    manifest = snapshot.manifest
    runs, task = manifest.runs, TASKS[manifest.runs[0].spec["task"]["name"]].title
    frames = [_numbers(snapshot, n) for n in range(len(runs))]
    names, colours = names_of(runs), colours_of([run.spec["cell"]["name"] for run in runs])
    models = [Model(*each) for each in zip(names, colours, *_measured(frames), strict=True)]
    tested = [lag for run in runs for lag in run.facts.get("lags", [])]
    longest = max([1, *tested, *(_value(steps) for model in models for steps in (model.reach, model.horizon))])
    return Digest(manifest.title or f"How far back? {task}", task, manifest.note, models, longest)


def connectivity_of(snapshot: Snapshot, n: int) -> Floats | None:
    """(R, T) connectivity of the n-th run at the step that was chosen; None where the disk has spoilt it."""
    try:
        return decode(_frame(snapshot, n)).connectivity
    except (InvalidInput, ValueError, KeyError):
        return None


def names_of(runs: Sequence[SavedRun]) -> list[str]:
    """What each model is called: its cell, and what tells it from others of that cell."""
    titles = [CELLS[run.spec["cell"]["name"]].title for run in runs]
    options = [dict(_options(run)) for run in runs]
    names = []
    for n, title in enumerate(titles):
        twins = [options[m] for m in range(len(runs)) if m != n and titles[m] == title]
        apart = [
            value if isinstance(value, str) else f"{name} {'none' if value is None else value}"
            for name, value in options[n].items()
            if any(name not in twin or twin[name] != value for twin in twins)
        ]
        names.append(", ".join([title, *apart]))
    return names


def colours_of(cells: Sequence[str]) -> list[int]:
    """A place in the palette for each model, as the page gives it: its cell's own, or the next free one where the cell
    comes again."""
    own = list(CELLS)
    given: dict[int, int] = {}
    for at, cell in enumerate(cells):
        if (place := own.index(cell) % COLOURS) not in given.values():
            given[at] = place
    for at in range(len(cells)):
        if at not in given:
            order = [(i + len(own)) % COLOURS for i in range(COLOURS)]
            given[at] = next((place for place in order if place not in given.values()), 0)
    return [given[at] for at in range(len(cells))]


def shortened(text: str, most: int) -> str:
    """A text of so many characters at most, cut between words where that is near."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    head, gap, _ = cut.rpartition(" ")
    return f"{head if gap and len(head) > most // 2 else cut}…"


def _frame(snapshot: Snapshot, n: int) -> bytes:
    """The frame at the step that was chosen of the n-th run.

    Raises:
        InvalidInput: the disk has spoilt it.
    """
    run = snapshot.run(n)
    found = next(islice(frames_of(snapshot.unpacked(n)), run.steps.index(run.step), None), None)
    if found is None:
        raise InvalidInput("The frames are fewer than the manifest says.")
    return found


def _numbers(snapshot: Snapshot, n: int) -> dict[str, Any]:
    """The plain values of that frame; empty where the disk has spoilt it."""
    try:
        values = json.loads(_frame(snapshot, n))
    except (InvalidInput, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _measured(frames: Sequence[dict[str, Any]]) -> Iterator[list[Any]]:
    """Reach, horizon and the horizon at step 0 of every model."""
    yield [_reach(frame.get("reach"), frame.get("last")) for frame in frames]
    yield [_horizon(frame.get("horizon"), frame.get("answers")) for frame in frames]
    yield [_bounded((frame.get("horizon") or {}).get("at_start")) for frame in frames]


def _reach(told: Any, last: Any) -> Steps | None:
    value = _bounded(told and told["value"])
    return None if value is None else Steps(value, told["at_least"], not last)


def _horizon(told: Any, answers: Any) -> Steps | None:
    """It is "at least" only where the sequence itself is no longer: a lag beyond could not be seen."""
    value = _bounded(told and told["value"])
    longest = answers[-1] if answers else 0
    return None if value is None else Steps(value, 0 < longest <= value)


def _bounded(steps: int | None) -> int | None:
    """A number of steps that a sequence can have: a snapshot that was taken in from a file may say any other."""
    return None if steps is None else min(max(steps, 0), MAX_STEPS_OF_TIME)


def _options(run: SavedRun) -> Iterator[tuple[str, Any]]:
    """All that can differ between models of one cell, by the words for it."""
    for part in ("cell", "training"):
        yield from ((name.replace("_", " "), value) for name, value in run.spec[part].items() if name != "name")
    yield "seed", run.spec["seed"]
    yield "step", run.step


def _value(steps: Steps | None) -> int:
    return -1 if steps is None else steps.value
