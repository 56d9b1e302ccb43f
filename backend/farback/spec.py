"""RunSpec: what one run trains, fully resolved and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import Field

from . import config
from .cells import CELLS, AnyCell, Cell
from .cells.lstm import LSTM
from .errors import InvalidInput, TooLarge
from .presets import preset
from .start import Start
from .strict import Strict, checked, listed, refuse_unknown, shown
from .tasks import TASKS, AnyTask


class Training(Strict):
    """How the weights are moved."""

    steps: int = Field(
        1500,
        title="Steps",
        description="Updates of the weights at most; a run ends earlier when the task is solved.",
        ge=1,
        le=config.MAX_TRAINING_STEPS,
    )
    batch: int = Field(
        32,
        title="Batch",
        description="Fresh sequences behind each update. More give a steadier direction and take longer.",
        ge=1,
        le=config.MAX_BATCH,
    )
    optimizer: Literal["adam", "sgd"] = Field(
        "adam",
        title="Optimizer",
        description="Adam gives every weight a step size of its own; SGD follows the plain gradient, so a vanished "
        "gradient moves nothing.",
    )
    lr: float = Field(
        0.01,
        title="Learning rate",
        description="Size of the steps. Too small learns slowly, too large can explode.",
        gt=0,
        le=10,
    )
    clip: float | None = Field(
        1.0,
        title="Clip",
        description="Longest gradient that is followed in full; a longer one is scaled down to this norm. "
        "Empty: never clipped, so an exploding gradient is let loose.",
        gt=0,
        le=1e6,
    )
    truncate: int | None = Field(
        None,
        title="Truncate",
        description="Cuts back-propagation through time every so many steps, counted from the end. It cuts what "
        "training sees; the connectivity shown is always the full derivative.",
        ge=1,
        le=config.MAX_STEPS_OF_TIME,
    )
    stop: Literal["solved", "never"] = Field(
        "solved",
        title="Stop",
        description=f"Ends {config.SETTLE_STEPS} steps after two solved frames in a row, or never early.",
    )


class RunSpec(Strict):
    """One run: one model, trained once. Everything is resolved; equal specs train equal bits."""

    task: AnyTask
    cell: AnyCell
    training: Training
    seed: int = Field(
        0,
        title="Seed",
        description="Where the randomness starts: the same seed draws the same data and the same starting weights.",
        ge=0,
        le=config.MAX_SEED,
    )
    start: Start | None = None
    """Where it goes on from; None: from starting weights drawn by the seed."""

    @property
    def private(self) -> bool:
        """Whether it carries a person's own text, or weights that were trained on one, so that its id must be
        unguessable."""
        return self._carries_text or (self.start is not None and self.start.private)

    @property
    def _carries_text(self) -> bool:
        return getattr(self.task, "text", None) is not None

    def as_json(self) -> dict[str, Any]:
        """The resolved spec as JSON values. One that starts afresh does not say so, as none did before."""
        values = self.model_dump(mode="json")
        if self.start is None:
            del values["start"]
        return values

    def public_json(self) -> dict[str, Any]:
        """The resolved spec without a person's own text, of which only the length is told."""
        values = self.as_json()
        if self._carries_text:
            values["task"] |= {"text": None, "text_length": len(values["task"]["text"])}
        return values


def parse_spec(raw: object) -> RunSpec:
    """Resolve presets into a spec and check all of it.

    Args:
        raw: JSON values as in `{"task": {"name": "recall", "lag": 40}, "cell": {"name": "lstm"}}`; everything but the
            two names may be left out.

    Raises:
        InvalidInput: something is unknown, missing, of the wrong type or out of range; names the field.
        TooLarge: the training would take more work than a run may.
    """
    spec = _mapping(raw, None)
    refuse_unknown(spec, RunSpec, None)
    task, cell = (_mapping(spec.get(part, {}), part) for part in ("task", "cell"))
    training = _mapping(spec.get("training", {}), "training")
    task_name, cell_name = _name(task, TASKS, "task"), _name(cell, CELLS, "cell")
    defaults = preset(task_name, cell_name)
    parts: dict[str, tuple[type[Strict], Mapping[str, Any]]] = {
        "task": (TASKS[task_name], task),
        "cell": (CELLS[cell_name], defaults["cell"] | cell),
        "training": (Training, defaults["training"] | training),
    }
    resolved: dict[str, Any] = {name: checked(model, values, name) for name, (model, values) in parts.items()}
    resolved["training"] = _once_written(resolved["training"], resolved["task"].length)
    resolved["cell"] = _cell_once_written(resolved["cell"])
    if "start" in spec:
        resolved["start"] = checked(Start, _mapping(spec["start"], "start"), "start")
    whole = checked(RunSpec, resolved | {key: spec[key] for key in ("seed",) if key in spec}, None)
    _bound_work(whole)
    return whole


EXAMPLES = {
    None: '{"task": {"name": "recall"}, "cell": {"name": "lstm"}}',
    "task": '{"name": "recall"}',
    "cell": '{"name": "lstm"}',
    "training": '{"steps": 500}',
    "start": '{"snapshot": "ID", "run": 0}',
}
"""What each part of a spec may look like."""


def _mapping(value: object, field: str | None) -> dict[str, Any]:
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return value
    what = f"`{field}`" if field else "A run's spec"
    raise InvalidInput(f"{what} must be a JSON object like {EXAMPLES[field]}, not {_kind(value)}.", field)


def _name(values: Mapping[str, Any], known: Mapping[str, object], part: str) -> str:
    if "name" not in values:
        raise InvalidInput(f"`{part}` needs a name; there are {listed(known)}.", f"{part}.name")
    name = values["name"]
    if not isinstance(name, str) or name not in known:
        raise InvalidInput(f"There is no {part} called {shown(name)}; there are {listed(known)}.", f"{part}.name")
    return name


def _once_written(training: Training, length: int) -> Training:
    """One way to write what trains the same bits, so that it has one id: a cut beyond the sequence's start is none."""
    cuts = training.truncate is not None and training.truncate < length
    return training if cuts else training.model_copy(update={"truncate": None})


def _cell_once_written(cell: Cell) -> Cell:
    """The same for a number at which a gate would start that the LSTM of 1997 does not have."""
    idle = isinstance(cell, LSTM) and cell.variant == "no_forget" and cell.forget_bias != "chrono"
    return cell.model_copy(update={"forget_bias": 0.0}) if idle else cell


def _bound_work(spec: RunSpec) -> None:
    for limit in LIMITS.values():
        needed = limit.measure(spec)
        if needed > limit.most:
            raise TooLarge(
                f"This run would {limit.verb} {_number(needed)} {limit.what}, at most {_number(limit.most)} are "
                f"allowed: lower {limit.remedy}.",
                limit.field,
            )


def _sweeps(spec: RunSpec) -> float:
    """Time steps that training goes through, each layer counted."""
    return float(spec.task.length * spec.training.steps * spec.cell.layers)


def _operations(spec: RunSpec) -> float:
    """Floating-point operations of training, frames and result: 2 forwards and 4 backwards for each weight."""
    task, training = spec.task, spec.training
    rows = 1 + len(task.answers)
    live = min(len(task.lags), config.FRAME_LAGS) * task.frame_trials
    whole = task.length  # connectivity of all output times: T / 2 rows on average, back only
    frame = config.HELD_OUT_SEQUENCES + live + config.PROBE_SEQUENCES * (1 + rows) + whole
    frames = 26 + training.steps / 50  # 26 up to step 200, then every 50
    result = min(len(task.lags), config.RESULT_LAGS) * task.result_trials
    forwards = 3.0 * training.batch * training.steps + frames * frame + result
    weights = spec.cell.parameters(task.inputs) + task.outputs * spec.cell.hidden
    return 2.0 * weights * task.length * forwards


def _floats(spec: RunSpec) -> float:
    """Numbers that an update or a frame's sweep keeps: activations, their factors and their derivatives, outputs."""
    task, cell = spec.task, spec.cell
    unit = cell.layers * cell.hidden * (3 * len(cell.shown_gates()) + 6) + 2 * task.inputs + 3 * task.outputs
    sequences = max(spec.training.batch, config.PROBE_SEQUENCES * (1 + len(task.answers)))
    return float(task.length) * sequences * unit


class Limit(NamedTuple):
    """A bound on what a whole run takes, where every option by itself is in range."""

    most: float
    measure: Callable[[RunSpec], float]
    verb: str
    what: str
    remedy: str
    field: str


LIMITS = {
    "sweeps": Limit(
        config.MAX_SWEEPS, _sweeps, "go through", "time steps (steps x length x layers)",
        "the steps, the layers or the length", "training.steps",
    ),
    "work": Limit(
        config.MAX_WORK, _operations, "take", "operations",
        "the steps, the hidden units, the batch or the length", "training.steps",
    ),
    "floats": Limit(
        config.MAX_FLOATS, _floats, "hold", "numbers at a time",
        "the hidden units, the layers, the batch or the length", "cell.hidden",
    ),
}  # fmt: skip
"""All of them, by the name under which the catalog tells them; checked in this order."""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value < 1e9 else f"{value:.1e}"


def _kind(value: object) -> str:
    return {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "null"}.get(
        type(value), "a number"
    )
