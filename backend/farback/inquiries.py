"""Inquiries: what can be asked of a trained model beside its frames. Checked here, answered in `probing`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from . import config
from .cells import FeedForward, Held
from .errors import InvalidInput, TooLarge
from .spec import RunSpec
from .strict import Strict, checked, listed, shown
from .tasks import AnyTask, Batch
from .tasks.text import Text

Time: TypeAlias = Annotated[int, Field(ge=0, lt=config.MAX_STEPS_OF_TIME)]
Layer: TypeAlias = Annotated[int, Field(ge=0, lt=config.MAX_LAYERS)]

MOST_OPERATIONS = 1.5e11
"""Most operations of the forward passes behind an answer: some ten seconds of one core."""
DOUBLE = 4
"""Operations that one in float64 counts as: torch's fastest kernels are for float32."""
NUMBER = 20
"""Operations that each state and gate of a unit counts as at every step, once for each state that it takes part in.
Small models spend most of their time on these and on the calls of every step: in float64 a causal check over 400 steps
took 7 to 9 ns for each with every cell (nested LSTM, 3 layers of 8 units: 11 seconds), and 80 operations are 5 ns; the
products are reckoned the dearer for it."""
MOST_PRODUCTS = 2.5e10
"""Most N^3 steps of matrix products behind an answer, N the width of the state: some fifteen seconds."""
MOST_JACOBIANS = 1e11
"""The same for Jacobians, whose products of all lags are decomposed as well: an LSTM of 256 units takes 12 seconds over
400 steps (5.4e10), a nested one of 192 units 15 (7.6e10)."""
FACTORS = (1.0, 1.5, 2.0, 3.0, 4.0)
"""How many times as long the sequences of the length test are."""
PASSAGES = 64
"""Held-out windows that passages are looked for in: half a second with a model of the default size."""
LAGS, TRIALS = 40, 50
"""Lags tested at the longest length, and sequences a lag: a skill of one half is then known to +- 0.14 (two standard
errors). A model of the default size takes a second; what would take too long is refused."""


class Inquiry(Strict):
    """A question to a model; its fields are checked against the run it is asked of."""

    name: str

    def check(self, spec: RunSpec) -> None:
        """Refuse what this run cannot be asked.

        Raises:
            InvalidInput: names the field.
            TooLarge: the answer would take longer than anybody waits.
        """


class Hold(Strict):
    """A gate that is held open (1) or shut (0) for some steps, whatever the model wants."""

    gate: str
    value: Annotated[int, Field(ge=0, le=1)]
    start: Time = 0
    stop: Annotated[int, Field(ge=1, le=config.MAX_STEPS_OF_TIME)] = config.MAX_STEPS_OF_TIME
    """The step after the last one that is held."""
    layer: Layer = 0


class Displayed(Inquiry):
    """A question about the model as the page may show it: with gates held, or on a sequence of one's own."""

    hold: list[Hold] = Field([], max_length=16)
    sequence: Any = None
    """As the task's `read` takes it; null: the held-out sequence that all frames show."""

    def held(self) -> dict[int, Held]:
        """The gates that stand still, by layer; the later of two holds counts."""
        found: dict[int, dict[tuple[int, str], float]] = {}
        for hold in self.hold:
            steps = range(hold.start, hold.stop)
            found.setdefault(hold.layer, {}).update({(t, hold.gate): float(hold.value) for t in steps})
        return {**found}

    def own(self, spec: RunSpec) -> Batch | None:
        """The person's own sequence.

        Raises:
            InvalidInput: it cannot be read.
        """
        return None if self.sequence is None else spec.task.read(self.sequence)

    def length(self, spec: RunSpec) -> int:
        """T, the time steps of the sequence that is looked at."""
        own = self.own(spec)
        return spec.task.length if own is None else len(own.x)

    def check(self, spec: RunSpec) -> None:
        gates = [gate.name for gate in spec.cell.shown_gates() if gate.low == 0]  # a candidate is no valve
        length = self.length(spec)
        for hold in self.hold:
            check_layer(hold.layer, spec, "hold")
            if hold.gate not in gates:
                there = f"there are {listed(gates)}" if gates else f"the {spec.cell.title} has none"
                raise InvalidInput(f"There is no gate {shown(hold.gate)} to hold; {there}.", "hold")
            if not hold.start < min(hold.stop, length):
                raise InvalidInput(f"Nothing lies between step {hold.start} and step {hold.stop}.", "hold")
        for name, value in self:
            if name in ("t", "k") and value is not None and value >= length:
                raise InvalidInput(f"`{name}` is {value}, the last time step is {length - 1}.", name)
            if name == "layer" and value is not None:
                check_layer(value, spec)


class Look(Displayed):
    """A whole frame of the model as it is at that step."""

    name: Literal["look"] = "look"
    full: bool = False
    """Whether arrays come in float32 instead of one byte a value."""
    result: bool = False
    """Whether the reach is tested on as many sequences as that of a run's result, so that the two can be compared. A
    model for which this takes too long is tested as for a live frame."""

    def check(self, spec: RunSpec) -> None:
        super().check(spec)
        _bound_connectivity(self, spec)

    def tests_whole(self, spec: RunSpec) -> bool:
        """Whether the reach is tested as for a result."""
        trials = min(len(spec.task.lags), config.RESULT_LAGS) * spec.task.result_trials
        return self.result and operations(spec, trials * spec.task.length) <= MOST_OPERATIONS


class FromOutput(Displayed):
    """A question that looks back from an output time."""

    k: Time | None = None
    """Null: the last answer step; of a sequence of one's own, the last step."""

    def output_time(self, spec: RunSpec) -> int:
        """The output time that is meant."""
        if self.k is not None:
            return self.k
        return spec.task.answers[-1] if self.sequence is None else self.length(spec) - 1


class Arrays(Inquiry):
    """The arrays of the frame at that step in float32, measured again on its weights."""

    name: Literal["arrays"] = "arrays"


class States(Displayed):
    """Connectivity to the states of a layer in place of the inputs."""

    name: Literal["states"] = "states"
    layer: Layer | None = None
    """Null: the top layer."""

    def check(self, spec: RunSpec) -> None:
        if isinstance(spec.cell, FeedForward):
            raise InvalidInput("A feed-forward net has no state that one step hands to the next.", "name")
        super().check(spec)
        _bound_connectivity(self, spec)


class Jacobians(FromOutput):
    """Singular values of every step's Jacobian and of their products back from an output time."""

    name: Literal["jacobians"] = "jacobians"
    layer: Layer | None = None
    """Null: the top layer."""

    def check(self, spec: RunSpec) -> None:
        if isinstance(spec.cell, FeedForward):
            raise InvalidInput("A feed-forward net has no state that one step hands to the next: no Jacobian.", "name")
        super().check(spec)
        k = self.output_time(spec)
        if _width(spec) ** 3 * k > MOST_JACOBIANS:
            raise TooLarge("The Jacobians of a model this large take too long: choose an earlier output `k`.", "k")


class Chain(FromOutput):
    """The chain rule factor by factor: d s_k / d s_t, and what autograd says."""

    name: Literal["chain"] = "chain"
    t: Time
    layer: Layer | None = None

    def check(self, spec: RunSpec) -> None:
        super().check(spec)
        k = self.output_time(spec)
        if self.t >= k:
            raise InvalidInput(f"`t` is {self.t}: it must lie before the output time {k}.", "t")
        if _width(spec) ** 3 * (k - self.t) > MOST_PRODUCTS:
            raise TooLarge("The chain of a model this large takes too long: choose a later `t`.", "t")


class Causal(FromOutput):
    """What happens to the answer when an input is really replaced, beside what the gradient says."""

    name: Literal["causal"] = "causal"

    def check(self, spec: RunSpec) -> None:
        super().check(spec)
        k, task = self.output_time(spec), spec.task
        others = config.PROBE_SEQUENCES - (self.sequence is None)  # each may have an input of its own
        if task.symbolic:
            others = min(others, task.inputs - 1)
        bound_work(spec, DOUBLE * (1 + (k + 1) * others) * (k + 1))


class Lengths(Inquiry):
    """How the model does on sequences up to four times as long as those it was trained on."""

    name: Literal["lengths"] = "lengths"

    def check(self, spec: RunSpec) -> None:
        super().check(spec)
        lengths = [task.length for task in stretched(spec)]
        bound_work(spec, sum(lengths) * config.HELD_OUT_SEQUENCES + lengths[-1] * LAGS * TRIALS)


class Passages(Inquiry):
    """Places of the held-out text where the model looks far back, and places where it does not."""

    name: Literal["passages"] = "passages"

    def check(self, spec: RunSpec) -> None:
        if not isinstance(spec.task, Text):
            raise InvalidInput(f"There are no passages in “{spec.task.title}”: it reads no text.", "name")
        super().check(spec)
        length = spec.task.length
        bound_work(spec, PASSAGES * length * (length + 2))


INQUIRIES: dict[str, type[Inquiry]] = {
    "look": Look, "states": States, "jacobians": Jacobians, "chain": Chain, "causal": Causal, "lengths": Lengths,
    "passages": Passages, "arrays": Arrays,
}  # fmt: skip
"""By name."""


def parse_inquiry(raw: object, spec: RunSpec) -> Inquiry:
    """Check what was asked of a run.

    Args:
        raw: JSON values as in `{"name": "chain", "t": 3}`.
        spec: the run's.

    Raises:
        InvalidInput: it is no inquiry, or none for this run; names the field.
        TooLarge: the answer would take longer than anybody waits.
    """
    if not isinstance(raw, Mapping):
        raise InvalidInput('An inquiry must be a JSON object like {"name": "jacobians"}.')
    name = raw.get("name")
    if not isinstance(name, str) or name not in INQUIRIES:
        raise InvalidInput(f"There is no inquiry called {shown(name)}; there are {listed(INQUIRIES)}.", "name")
    inquiry = checked(INQUIRIES[name], raw, None)
    inquiry.check(spec)
    return inquiry


def stretched(spec: RunSpec) -> list[AnyTask]:
    """The run's task at every length that the length test looks at, as far as sequences may be long."""
    return [task for factor in FACTORS if (task := spec.task.stretched(factor)) is not None]


def bound_work(spec: RunSpec, steps: int, field: str = "name") -> None:
    """Refuse what would take longer than anybody waits.

    Args:
        spec: the run's.
        steps: how many time steps of all sequences together go through the model, in float32.
        field: what is refused.

    Raises:
        TooLarge: it would.
    """
    needed = operations(spec, steps)
    if needed > MOST_OPERATIONS:
        raise TooLarge(
            f"This takes {needed:.0e} operations with so large a model; at most {MOST_OPERATIONS:.1e} are allowed.",
            field,
        )


def operations(spec: RunSpec, steps: int) -> float:
    """What it takes that so many time steps go through the model."""
    cell = spec.cell
    numbers = cell.layers * cell.hidden * (1 + len(cell.shown_gates())) * max(1, len(cell.states))
    return (2.0 * cell.parameters(spec.task.inputs) + NUMBER * numbers) * steps


def _bound_connectivity(inquiry: Displayed, spec: RunSpec) -> None:
    """Refuse a sequence of one's own over which the connectivity of a model this large takes too long.

    What the run's own sequences take was allowed with the run. Half of all pairs of steps go back through the model, in
    products so large that they take half of the time: a nested LSTM, 3 layers of 256 units, 9 seconds over 400 steps.

    Raises:
        TooLarge: it does.
    """
    if inquiry.sequence is not None:
        bound_work(spec, inquiry.length(spec) ** 2 // 4, "sequence")


def _width(spec: RunSpec) -> int:
    """N, numbers that a layer hands from one step to the next."""
    return spec.cell.hidden * len(spec.cell.states)


def check_layer(layer: int, spec: RunSpec, field: str = "layer") -> None:
    """Refuse a layer that the model does not have.

    Raises:
        InvalidInput: there is no such layer.
    """
    if layer >= spec.cell.layers:
        raise InvalidInput(f"There is no layer {layer}: the last one is {spec.cell.layers - 1}, counted from 0.", field)
