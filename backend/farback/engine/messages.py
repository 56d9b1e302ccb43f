"""What the web process and its workers say to each other."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Order(NamedTuple):
    """To a worker: train this run. The ticket is a number used once, so that no late answer meets a later order."""

    ticket: int
    run: str
    folder: Path


class Stop(NamedTuple):
    """To a worker: let go of the run."""

    ticket: int


class Ready(NamedTuple):
    """From a worker: everything is loaded."""


class Stepped(NamedTuple):
    """From a worker: so many updates are done."""

    ticket: int
    step: int


class Kept(NamedTuple):
    """From a worker: a frame lies on disk."""

    ticket: int
    seq: int
    step: int
    bytes: int


class Done(NamedTuple):
    """From a worker: the run is complete."""

    ticket: int
    result: str  # JSON


class Failed(NamedTuple):
    """From a worker: the run cannot go on."""

    ticket: int
    code: str
    reason: str


class Stopped(NamedTuple):
    """From a worker: it let go of the run."""

    ticket: int


Answer = Stepped | Kept | Done | Failed | Stopped
