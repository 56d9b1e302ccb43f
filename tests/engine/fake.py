"""A recorder without torch: a run is a chain of numbers, each made from the one before, so that a run which was cut off
ends in the same numbers only if it went on from the right one.

A spec may ask for trouble, to see how the engine bears it.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from safetensors.numpy import load

from farback.arrays import Floats
from farback.engine import Job
from farback.errors import Exploded, InvalidInput
from farback.frame import VERSION
from farback.store import Entry, StorageFailed


@dataclass(frozen=True)
class Plan:
    """What a fake run does."""

    steps: int = 20
    every: int = 2  # steps from frame to frame
    pause: float = 0.0  # seconds a step
    payload: int = 0  # bytes that a frame carries
    explode: int | None = None  # step at which the loss is no longer finite
    broken: int | None = None  # step at which the code raises an error
    deaf: int | None = None  # step that never ends
    fatal: int | None = None  # step at which the process dies, each time it gets there
    full: int | None = None  # step at which the disk is full
    name: str = ""

    def job(self, run: str, private: bool = False) -> Job:
        """The plan as the engine takes it."""
        spec = json.dumps(asdict(self))
        return Job(run, spec, spec, "{}", self.steps, private)


def prepare() -> None:
    """Nothing takes time here."""


def answer(spec: str, weights: bytes, step: int, inquiry: str) -> bytes:
    """What was asked, by whom it is answered; a bare word asks for trouble."""
    asked = json.loads(inquiry)
    if isinstance(asked, dict) and asked.get("name") == "arrays":
        return json.dumps({"arrays": {"x": f"in full at {step}"}}).encode()
    if asked == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if asked == "dream":
        time.sleep(3600)
    if asked == "refuse":
        raise InvalidInput("There is no answer to that.")
    if asked == "break":
        raise ZeroDivisionError
    return json.dumps(
        {"asked": asked, "step": step, "bytes": len(spec.encode()) + len(weights), "pid": os.getpid()}
    ).encode()


def record(
    spec: str,
    run: str,
    resume: dict[str, Floats] | None,
    after_step: Callable[[int], None],
    start: bytes | None = None,
) -> Iterator[Entry]:
    """Train the plan, from the number that the start holds, where there is one."""
    whole = json.loads(spec)
    plan = plan_of(whole)
    if (start is not None) != ("start" in whole):
        raise StorageFailed("The start is not there.")
    first = 1 if start is None else int(load(start)["readout.weight"][2])
    step, seq, value = (0, 0, first) if resume is None else (int(number) for number in resume["state"])
    if resume is None:
        yield entry(plan, run, seq, step, value)
        seq += 1
    while step < plan.steps:
        time.sleep(plan.pause)
        trouble(plan, step + 1)
        if step + 1 == plan.explode:
            yield entry(plan, run, seq, step + 1, value, last=True)
            raise Exploded(step + 1)
        step, value = step + 1, advance(value)
        after_step(step)
        if step % plan.every == 0 or step == plan.steps:
            yield entry(plan, run, seq, step, value, last=step == plan.steps)
            seq += 1


def plan_of(spec: dict[str, Any]) -> Plan:
    """The plan in a spec. In one of the program's own specs `lr` is the pause, `hidden` the payload in kB, and `sgd`
    explodes at step 5."""
    if "training" not in spec:
        return Plan(**spec)
    training = spec["training"]
    explode = 5 if training["optimizer"] == "sgd" else None
    return Plan(training["steps"], 2, training["lr"], 1000 * spec["cell"]["hidden"], explode)


def advance(value: int) -> int:
    """The next number of the chain; exact in float32."""
    return (value * 5 + 3) % 8191


def trouble(plan: Plan, step: int) -> None:
    """What goes wrong at this step."""
    if step == plan.broken:
        raise RuntimeError("as planned")
    if step == plan.full:
        raise OSError(28, os.strerror(28))
    if step == plan.fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    if step == plan.deaf:
        time.sleep(60)


def entry(plan: Plan, run: str, seq: int, step: int, value: int, last: bool = False) -> Entry:
    """One moment; its checkpoint carries the number of the next frame."""
    frame: dict[str, Any] = {"version": VERSION, "run": run, "seq": seq, "step": step, "last": last, "value": value}
    wire = json.dumps(frame | {"payload": "x" * plan.payload}).encode()
    numbers = np.array([step, seq + 1, value], np.float32)
    return Entry(
        seq=seq,
        step=step,
        wire=wire,
        weights={"readout.weight": numbers},
        checkpoint={"state": numbers},
        result={"loss": value, "steps": step} if last else None,
    )


def wires(plan: Plan, run: str) -> list[bytes]:
    """The frames of an undisturbed run."""
    hurried = json.dumps(asdict(replace(plan, pause=0.0)))
    return [entry.wire for entry in record(hurried, run, None, lambda _: None)]
