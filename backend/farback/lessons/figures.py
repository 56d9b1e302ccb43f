"""Figures: what a lesson can show beside its text, what each can be set to, and the places in it that a text may name."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from ..strict import Strict

ModelName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
"""What a lesson calls one of its models."""

Length: TypeAlias = Annotated[int, Field(ge=2, le=12)]
"""Steps of time that are drawn as copies of the net."""


class Figure(Strict):
    """One figure, set up. Its fields are what the text sets; what the reader changes starts from there."""

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
    net: Literal["both", "own", "shared"] = "both"

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
    folded: bool = False
    back: bool = False
    """Whether the gradients are shown as well."""
    nudge: bool = False
    """Whether one weight can be nudged, and the loss beside what the gradient foretold."""

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
    x: float = Field(1.0, ge=-3, le=3)

    parts: ClassVar[dict[str, str]] = {
        "x": "the slider of the innermost value",
        "values": "the values, from the innermost outwards",
        "slopes": "the derivative of each function at the value that it is given",
        "product": "the product of the derivatives",
        "measured": "what a small change of x really does",
        "choose": "the functions, to be changed",
    }


class Vanish(OfOne):
    """A trained net whose recurrent weights are scaled: slopes at its own activations, and the gradient step by step."""

    show: Literal["vanish"] = "vanish"
    activation: Literal["sigmoid", "tanh", "relu"] = "tanh"
    radius: float = Field(1.0, ge=0.1, le=2.5)
    """Spectral radius to which the recurrent weights are scaled."""
    steps: int = Field(30, ge=5, le=60)
    clip: float | None = Field(None, gt=0, le=100)

    parts: ClassVar[dict[str, str]] = {
        "curve": "the squashing function, and its values at the units of all steps",
        "slope": "its derivative, at the same places",
        "radius": "the slider of the recurrent weights' size",
        "activation": "the choice of the squashing function",
        "gradient": "the gradient that is left, by steps back",
        "edge": "the radius at which the gradient neither vanishes nor explodes",
        "clip": "the threshold of clipping",
    }
    curves: ClassVar[frozenset[str]] = frozenset({"gradient"})
    kind: ClassVar[frozenset[str]] = frozenset({"rnn"})


class Cell(OfOne):
    """The inside of an LSTM or a GRU with the values of one unit at one step, whose gates can be held."""

    show: Literal["cell"] = "cell"
    at: int = Field(0, ge=0, le=400)
    """The step that is shown."""
    unit: int | None = Field(None, ge=0, le=511)
    """Null: the unit whose state at the answer the answer depends on most."""
    untrained: bool = False
    """Whether the model is shown as it was before any training."""

    parts: ClassVar[dict[str, str]] = {
        "c": "the cell state", "h": "the hidden state", "x": "the input", "i": "the input gate",
        "f": "the forget gate", "o": "the output gate", "g": "the candidate", "r": "the reset gate",
        "z": "the update gate", "n": "the candidate of a GRU", "road": "the way of the cell state through the step",
        "time": "the slider of the step", "hold": "the buttons that hold a gate",
        "memory": "the state of this unit over all steps", "reach": "reach and gradient horizon",
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
    kind.model_fields["show"].default: kind for kind in (Nets, Unfold, Functions, Vanish, Cell, Panels, Race)
}
"""All figures, under the names by which a lesson asks for them."""
