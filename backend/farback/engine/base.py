"""The interface of a place where runs execute, and the words it speaks in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple, Protocol

Status = Literal["queued", "running", "done", "failed", "cancelled"]

UNFINISHED: tuple[Status, ...] = ("queued", "running")


@dataclass(frozen=True)
class Job:
    """A run to be trained. The engine does not look into its JSON."""

    id: str
    spec: str  # fully resolved, as JSON
    public: str  # the same without a person's own text
    facts: str  # JSON
    steps: int  # at most
    private: bool  # whether the spec carries a person's own text
    start: bytes | None = None  # weights (safetensors) to go on from; None: it draws its own, or has them already


@dataclass(frozen=True)
class State:
    """How a run stands."""

    run: str
    status: Status
    step: int  # updates done
    steps: int  # updates at most
    seq: int  # newest frame, -1 before the first
    position: int | None  # 1 is started next; None when it does not wait
    watchers: int
    code: str | None  # why it failed, for scripts
    reason: str | None  # why it failed, for people
    result: dict[str, Any] | None

    @property
    def finished(self) -> bool:
        """Whether no further frame will come, unless somebody asks for the run again."""
        return self.status not in UNFINISHED

    def as_json(self) -> dict[str, Any]:
        """The state as it is told to the outside."""
        return asdict(self)


class Capacity(NamedTuple):
    """What an engine can do, and has to."""

    workers: int  # runs that can train at the same time
    ready: int  # of these, how many have started
    busy: int  # of these, how many train
    queued: int  # runs that wait


class Engine(Protocol):
    """A place where runs execute. All calls are safe from any thread."""

    def submit(self, job: Job, viewer: str) -> tuple[State, bool]:
        """Join the run of this id, resume it, or start it; the second value tells whether it is new.

        A run that is queued, running, done or exploded is joined; a cancelled or otherwise failed one goes on from its
        checkpoint, and one of which the disk lost something is trained again. The viewer watches from now on, and is
        the client by whom the queue is fair. A viewer whose name begins with `BACKGROUND` is nobody who waits: the run
        is trained where it slows no other down, and makes way for others, until somebody looks at it.

        Raises:
            Busy: too many runs wait.
            StorageFailed: the run cannot be stored.
        """
        ...

    def read(self, run: str, after: int = -1, wait: float = 0.0) -> tuple[State, list[tuple[int, bytes]]]:
        """The run's state and its next frames, as (seq, wire JSON), rising; a page of them at most. Where the disk lost
        one, those before it, and the state that says so.

        Args:
            run: id.
            after: seq of the last frame the caller has.
            wait: seconds to wait for a frame where there is none and more will come.

        Raises:
            NotFound: there is no such run.
        """
        ...

    def cancel(self, run: str, viewer: str) -> State:
        """Withdraw a viewer; the run stops, within a second, when nobody else watches. Its frames stay.

        Raises:
            NotFound: there is no such run.
        """
        ...

    def capacity(self) -> Capacity:
        """What the engine can do, and has to."""
        ...
