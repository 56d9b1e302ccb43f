"""Figures: what a lesson can show, what each can be set to, and the places in it that a text may name."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import ConfigDict, Field

from ..strict import Strict

ModelName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
"""What a lesson calls one of its models."""

Length: TypeAlias = Annotated[int, Field(ge=2, le=12)]
"""Steps of time that are drawn as copies of the net."""


class Figure(Strict):
    """One figure, set up. Its fields are what the text sets; what the reader changes starts from there."""

    model_config = ConfigDict(use_attribute_docstrings=True)  # docs/lessons.md tells them

    show: str
    caption: str = ""
    """One sentence that says what is to be seen; the figure adds the numbers."""

    parts: ClassVar[dict[str, str]] = {}
    """Places that a text can point at, as `[words](figure:name)`, and what each is."""
    curves: ClassVar[frozenset[str]] = frozenset()
    """Curves by which a drawn prediction can be told right or wrong."""
    kind: ClassVar[frozenset[str]] = frozenset()
    """The cells that its models may have; empty for any."""

    def named(self) -> list[str]:
        """The lesson's models that it shows."""
        return []


class OfOne(Figure):
    """A figure about one model."""

    model: ModelName
    """One of the lesson's models."""

    def named(self) -> list[str]:
        return [self.model]


NET = {
    "x": "the inputs",
    "h": "the hidden states",
    "y": "the output",
    "w_ih": "the weights from the input",
    "w_hh": "the recurrent weights, from one step's state to the next",
    "w_out": "the weights of the read-out",
}


class Nets(OfOne):
    """A net with weights of its own at each step beside a recurrent one. One colour is one weight."""

    show: Literal["nets"] = "nets"
    length: Length = 4
    """Steps that are drawn."""
    built: Length | None = None
    """Steps that the net with weights of its own was made for; null: as many as are drawn."""
    net: Literal["both", "own", "shared"] = "both"
    """Which of the two nets is shown."""

    parts: ClassVar[dict[str, str]] = NET | {
        "own": "the net with weights of its own at each step",
        "shared": "the recurrent net",
        "edit": "the slider that changes one weight",
        "length": "the buttons for the sequence's length",
        "count": "the parameters of both, by the sequence's length",
    }
    kind: ClassVar[frozenset[str]] = frozenset({"rnn"})


class Unfold(OfOne):
    """One recurrent net, as a loop or as T copies of it; activations run forward, gradients back."""

    show: Literal["unfold"] = "unfold"
    length: Length = 6
    """Steps that are drawn."""
    folded: bool = False
    """Whether it is drawn as a loop."""
    back: bool = False
    """Whether the gradients are shown as well."""
    nudge: bool = False
    """Whether one weight can be nudged, and the loss beside what the gradient foretold."""
    descended: int = Field(0, ge=0, le=100)
    """Steps of gradient descent that are done already."""

    parts: ClassVar[dict[str, str]] = NET | {
        "loop": "the arrow from the state back to itself",
        "fold": "the slider that draws the loop out",
        "play": "the button that runs the steps",
        "loss": "the loss",
        "grad": "the gradient at each state",
        "nudge": "the weight that is nudged",
        "foretold": "the change of the loss as the gradient foretells it",
        "measured": "the change of the loss as it is",
        "descend": "the button that changes all weights by one step of gradient descent",
    }
    kind: ClassVar[frozenset[str]] = frozenset({"rnn"})


class Functions(Figure):
    """Functions one within another: values run outwards, derivatives back."""

    show: Literal["functions"] = "functions"
    functions: list[Literal["square", "sin", "exp", "tanh", "sigmoid", "double", "half"]] = Field(
        min_length=1, max_length=5
    )
    """The innermost first."""
    x: float = Field(1.0, ge=-3, le=3)
    """What the innermost is given."""

    parts: ClassVar[dict[str, str]] = {
        "x": "the slider of the innermost value",
        "values": "the values, from the innermost outwards",
        "slopes": "the derivative of each function at the value that it is given",
        "product": "the product of the derivatives",
        "measured": "what a small change of x really does",
        "choose": "the functions, to be changed",
    }


class Steps(OfOne):
    """The chain rule through time: each step of a trained net is a factor, and they are multiplied one by one."""

    show: Literal["steps"] = "steps"
    t: int = Field(0, ge=0, le=30)
    """The step back to which the derivative goes; with none before `k`, the one before it."""
    k: int | None = Field(None, ge=1, le=30)
    """The step from which it goes back; null: the last one."""
    multiplied: bool = False
    """Whether all factors are multiplied from the start."""

    parts: ClassVar[dict[str, str]] = {
        "h": "the state at each step",
        "pick": "the sliders of the two steps",
        "factors": "what each step multiplies a small change by",
        "next": "the button that multiplies one factor more",
        "play": "the button that multiplies one after another",
        "product": "the product so far",
        "autograd": "what automatic differentiation says of the whole product",
    }
    kind: ClassVar[frozenset[str]] = frozenset({"rnn"})


class Vanish(OfOne):
    """A trained net whose recurrent weights are scaled: slopes at its activations, and the gradient step by step."""

    show: Literal["vanish"] = "vanish"
    activation: Literal["sigmoid", "tanh", "relu"] | None = None
    """The squashing function that its weights are shown under; null: the one that it was trained with."""
    radius: float | None = Field(None, ge=0.1, le=2.5)
    """Spectral radius to which the recurrent weights are scaled; null: as trained."""
    steps: int = Field(30, ge=5, le=60)
    """Length of the sequence: its middle is repeated until it is as long."""
    clip: float | None = Field(None, ge=0.001, le=100)
    """Threshold of clipping; null: the gradient is not clipped."""
    gradient: bool = True
    """Whether the gradient is shown beside the slopes: not where the reader is to draw it first."""
    edge: bool = True
    """Whether what is left at every radius is shown, and the radius can be moved: not where that is to be predicted."""

    parts: ClassVar[dict[str, str]] = {
        "curve": "the squashing function, and its values at the units of all steps",
        "slope": "its derivative, at the same places",
        "radius": "the slider of the recurrent weights' size",
        "activation": "the choice of the squashing function",
        "gradient": "the gradient that is left, by steps back",
        "edge": "what is left of it at every radius, and where it turns from vanishing to exploding",
        "clip": "the threshold of clipping",
    }
    curves: ClassVar[frozenset[str]] = frozenset({"gradient"})
    kind: ClassVar[frozenset[str]] = frozenset({"rnn"})


class Updates(Figure):
    """How the training of some models went, update by update: the loss, the weights, and the size of the gradient."""

    show: Literal["updates"] = "updates"
    models: list[ModelName] = Field(min_length=1, max_length=3)
    """Some of the lesson's models."""

    parts: ClassVar[dict[str, str]] = {
        "loss": "the loss by updates",
        "weights": "how long the vector of all weights is, by updates",
        "norm": "the size of the gradient by updates, before and after clipping",
        "clip": "the threshold of clipping",
        "end": "how each run ended",
    }

    def named(self) -> list[str]:
        return self.models


class Held(Strict):
    """A gate of all units that is held at 0 or 1 from a step on."""

    gate: Literal["i", "f", "o", "r", "z"]
    value: int = Field(ge=0, le=1)
    start: int = Field(0, ge=0, le=400)


class Cell(OfOne):
    """The inside of an LSTM or a GRU with the values of one unit at one step, whose gates can be held."""

    show: Literal["cell"] = "cell"
    at: int = Field(0, ge=0, le=400)
    """The step that is shown."""
    unit: int | None = Field(None, ge=0, le=511)
    """Counted from 0; null: the one along whose own memory most of the answer's gradient comes back to the start."""
    untrained: bool = False
    """Whether the model is shown as it was before any training."""
    untrained_numbers: bool = True
    """Whether reach and gradient horizon from before training are listed: not where the reader is to predict them."""
    hold: list[Held] = Field([], max_length=3)
    """Gates that are held from the start, one hold a gate."""

    parts: ClassVar[dict[str, str]] = {
        "c": "the cell state", "h": "the hidden state", "x": "the input", "i": "the input gate",
        "f": "the forget gate", "o": "the output gate", "g": "the candidate", "r": "the reset gate",
        "z": "the update gate", "n": "the candidate of a GRU", "time": "the slider of the step",
        "unit": "the choice of the unit",
        "hold": "the buttons that hold a gate", "memory": "the state of this unit over all steps",
        "answer": "the probability of the right answer, as it was trained and with a gate held",
        "reach": "reach and gradient horizon",
        "road": "the way of the memory through the step, and what it leaves of the gradient",
    }  # fmt: skip
    kind: ClassVar[frozenset[str]] = frozenset({"lstm", "gru"})


class Panels(Figure):
    """The explorer's own panels, on some of the lesson's models."""

    show: Literal["panels"] = "panels"
    models: list[ModelName] = Field(min_length=1, max_length=8)
    panels: list[Annotated[str, Field(pattern=r"^[a-z-]{1,30}$")]] = Field([], max_length=12)
    """Which panels; empty for those that the explorer opens with."""

    def named(self) -> list[str]:
        return self.models


class Race(Figure):
    """What each of several models remembers, over several seeds: one dot a run."""

    show: Literal["race"] = "race"
    models: list[ModelName] = Field(min_length=1, max_length=6)
    seeds: int = Field(5, ge=1, le=5)
    measure: Literal["reach", "accuracy", "horizon"] = "reach"

    parts: ClassVar[dict[str, str]] = {
        "dots": "one dot for each run", "median": "the median of the seeds", "lag": "how far back the task asks for",
        "again": "the button that trains them again",
    }  # fmt: skip

    def named(self) -> list[str]:
        return self.models


FIGURES: dict[str, type[Figure]] = {
    kind.model_fields["show"].default: kind
    for kind in (Nets, Unfold, Functions, Steps, Vanish, Updates, Cell, Panels, Race)
}
"""All figures, under the names by which a lesson asks for them."""
