"""Kept: one run of a snapshot as what is handed on with it needs it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from .. import config
from ..arrays import Floats
from ..cells.feedforward import FeedForward
from ..cells.lstm import LSTM
from ..cells.nested import NestedLSTM
from ..cells.rnn import RNN
from ..errors import InvalidInput
from ..frame import Frame
from ..randomness import Stream, randomness
from ..snapshots import Snapshot
from ..spec import RunSpec
from ..start import Start
from ..tasks import Batch

VARIANTS = {"no_forget": "NoForgetLSTM", "coupled": "CoupledLSTM", "peepholes": "PeepholeLSTM"}
"""The class in `modules.py` of each variant of the LSTM that torch.nn lacks."""


@dataclass(frozen=True)
class Kept:
    """One run of a snapshot.

    Args:
        snapshot: it.
        n: which of its runs, counted from 0.
        name: how its files are called, as `farback-ID` or whatever tells them from others.
    """

    snapshot: Snapshot
    n: int
    name: str

    @cached_property
    def spec(self) -> RunSpec:
        """What it trained."""
        return self.snapshot.spec(self.n)

    @property
    def step(self) -> int:
        """The training step that was chosen."""
        return self.snapshot.run(self.n).step

    @cached_property
    def frame(self) -> Frame:
        """What was seen at that step.

        Raises:
            InvalidInput: the frames were spoilt.
        """
        for frame in self.snapshot.frames(self.n):
            if frame.step == self.step:
                return frame
        raise InvalidInput(f"Run {self.n} has no frame at step {self.step}.")

    @cached_property
    def probe(self) -> Batch:
        """The sequences that it is looked at on, drawn again; the first is the one that is displayed."""
        return self.spec.task.probe(randomness(self.spec.seed, Stream.PROBE), config.PROBE_SEQUENCES)

    def file(self, ending: str) -> str:
        """What one of its files is called."""
        return f"{self.name}-{self.n}-{self.step}.{ending}"

    @property
    def words(self) -> str:
        """What it is, in a line of this program's own words."""
        cell, task = self.spec.cell, self.spec.task
        layers = "" if cell.layers == 1 else f" in each of {cell.layers} layers"
        return f"{cell.title} with {cell.hidden} hidden units{layers}, on the task “{task.title}”"

    @property
    def written_out(self) -> str | None:
        """The class in `modules.py` that its cell needs; None where torch.nn has it."""
        cell = self.spec.cell
        if isinstance(cell, LSTM):
            return VARIANTS.get(cell.variant)
        if isinstance(cell, RNN):
            return "SigmoidRNN" if cell.activation == "sigmoid" else None
        return {FeedForward: "FeedForward", NestedLSTM: "NestedLSTM"}.get(type(cell))

    @property
    def module(self) -> str:
        """Its recurrent part as an expression of Python's."""
        cell, inputs = self.spec.cell, self.spec.task.inputs
        if isinstance(cell, FeedForward):
            options = f'window={cell.window}, activation="{cell.activation}"'
            return f"FeedForward({inputs}, {cell.hidden}, {cell.layers}, {options})"
        if self.written_out:
            return f"{self.written_out}({inputs}, {cell.hidden}, {cell.layers})"
        name = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}[cell.name]
        relu = ', nonlinearity="relu"' if isinstance(cell, RNN) and cell.activation == "relu" else ""
        return f"torch.nn.{name}({inputs}, {cell.hidden}, num_layers={cell.layers}{relu})"

    @property
    def net(self) -> str:
        """The whole net as an expression of Python's; its state dict has the names of the kept weights."""
        readout = f"torch.nn.Linear({self.spec.cell.hidden}, {self.spec.task.outputs})"
        return f'torch.nn.ModuleDict({{"recurrent": {self.module}, "readout": {readout}}})'

    @property
    def start(self) -> Start | None:
        """The weights that it went on from."""
        return self.spec.start

    def right(self) -> tuple[float, float]:
        """What it says at the last answer step of the displayed sequence, and how exactly that is known: the
        probability of what is right, or its value in a regression. NaN where it is not finite."""
        k, frame = self.frame.answers[-1], self.frame
        if frame.suggestions is not None:
            return float(frame.suggestions.right[k]), _precision(frame.suggestions.right)
        assert frame.output is not None  # one of both is there
        if self.spec.task.kind == "regression":
            return float(frame.output[k, 0]), _precision(frame.output)
        return float(frame.output[k, int(self.probe.y[k, 0])]), _precision(frame.output)

    def connections(self) -> Floats:
        """(k + 1,) the displayed sequence's connectivity at the last answer step k, by lag."""
        k = self.frame.answers[-1]
        row: Floats = self.frame.connectivity[self.frame.rows.index(k), k::-1]
        return row


def number(value: float | None) -> str:
    """A number as Python writes it."""
    if value is None:
        return "None"
    return f"{value:.6g}" if math.isfinite(value) else f'float("{value}")'


def _precision(array: Floats) -> float:
    """Half of one of the 254 steps that lie between the smallest and the largest value, see `farback.frame`."""
    finite = array[abs(array) < math.inf]
    return float(finite.max() - finite.min()) / 254 / 2 if finite.size else 0.0
