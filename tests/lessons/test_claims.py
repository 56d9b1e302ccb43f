"""What the lessons ask and say holds for the models that they show, and no figure shows an answer beforehand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from farback.arrays import Floats
from farback.lessons import lessons
from farback.lessons.figures import Cell, Figure, Panels, Unfold, Vanish
from farback.lessons.lesson import Step
from farback.pipeline import record
from farback.probing.observe import Observer
from farback.spec import RunSpec


def step_of(lesson: str, prediction: str) -> Step:
    """The step that asks for it."""
    return next(step for step in lessons().find(lesson).steps if step.prediction and step.prediction.name == prediction)


def seen_before(lesson: str, prediction: str) -> Iterator[Figure]:
    """The figures that a reader has seen when this is asked."""
    for step in lessons().find(lesson).steps:
        yield step.figure
        if step.prediction and step.prediction.name == prediction:
            return
        if step.revealed_figure:
            yield step.revealed_figure
    raise AssertionError(f"{lesson} does not ask for {prediction}")


def test_no_figure_answers_a_question_that_is_still_to_come() -> None:
    for figure in seen_before("vanishing", "left"):
        assert isinstance(figure, Vanish)
        assert not figure.gradient
    for figure in seen_before("vanishing", "radius"):
        assert isinstance(figure, Vanish)
        assert figure.radius is None
        assert not (figure.gradient and figure.edge)
    for figure in seen_before("lstm", "untrained"):
        assert isinstance(figure, Cell)
        assert not figure.untrained
        assert not figure.untrained_numbers
    for figure in seen_before("text", "none"):
        assert isinstance(figure, Panels)
        assert "letters" not in figure.panels
    for figure in seen_before("forward-backward", "where"):
        assert isinstance(figure, Unfold)
        assert not figure.back


class Net:
    """A trained plain RNN in double precision, its displayed sequence, and what is asked of it."""

    def __init__(self, spec: RunSpec) -> None:
        *_, last = record(spec)
        self.weights = {name: torch.from_numpy(array).double() for name, array in last.weights.items()}
        shown = Observer(spec).probe
        self.x: Floats = shown.x[:, 0].astype(np.float64)
        self.target = int(shown.y[-1, 0])

    def states(self, x: torch.Tensor, scale: float = 1.0) -> list[torch.Tensor]:
        w = {name.removeprefix("recurrent.").removesuffix("_l0"): array for name, array in self.weights.items()}
        states, h = [], torch.zeros(len(w["weight_hh"]), dtype=torch.float64)
        for one in x:
            h = torch.tanh(w["weight_ih"] @ one + w["bias_ih"] + w["bias_hh"] + scale * w["weight_hh"] @ h)
            states.append(h)
        return states

    def logits(self, h: torch.Tensor) -> torch.Tensor:
        return self.weights["readout.weight"] @ h + self.weights["readout.bias"]

    def loss(self, h: torch.Tensor) -> torch.Tensor:
        return -torch.log_softmax(self.logits(h), 0)[self.target]


def stretched(x: Floats, length: int) -> torch.Tensor:
    """As the figures do it: the middle is repeated until the sequence is as long."""
    middle = x[1:-1]
    return torch.from_numpy(np.stack([x[0], *(middle[t % len(middle)] for t in range(length - 2)), x[-1]]))


def left_at(net: Net, x: torch.Tensor, radius: float) -> float:
    """What share of the gradient at the last state is found at the first, by autograd."""
    own = float(torch.linalg.eigvals(net.weights["recurrent.weight_hh_l0"]).abs().max())
    states = net.states(x.requires_grad_(), radius / own)
    first, last = torch.autograd.grad(net.loss(states[-1]), [states[0], states[-1]])
    return float(first.norm() / last.norm())


def test_most_is_left_at_a_radius_in_between() -> None:
    step = step_of("vanishing", "radius")
    assert step.prediction is not None
    assert step.prediction.right == 1
    figure = step.revealed_figure
    assert isinstance(figure, Vanish)
    assert figure.radius is not None
    net = Net(lessons().find("vanishing").models[figure.model])
    x = stretched(net.x, figure.steps)
    left = {radius: left_at(net, x, radius) for radius in (0.1, 0.5, 0.9, figure.radius, 1.3, 1.64, 1.85, 2.5)}
    most = max(left, key=left.__getitem__)
    assert most == figure.radius, left
    assert 0.01 < left[most] < 1, "nowhere more than at the answer"
    assert left[1.85] < left[2.5] < left[1.64], "above 1.85 the curve rises again a little"


def test_the_loss_falls_in_ten_steps_as_the_last_caption_says() -> None:
    figure = lessons().find("forward-backward").steps[-1].figure
    assert isinstance(figure, Unfold)
    net = Net(lessons().find("forward-backward").models[figure.model])
    x = stretched(net.x, figure.length)
    losses = []
    for _ in range(figure.descended + 1):
        for array in net.weights.values():
            array.requires_grad_()
        loss = net.loss(net.states(x)[-1])
        slopes = torch.autograd.grad(loss, list(net.weights.values()))
        losses.append(float(loss.detach()))
        for (name, array), slope in zip(list(net.weights.items()), slopes, strict=True):
            # torch keeps two biases, the figure one: together they move as it does.
            rate = 0.25 if "bias_" in name else 0.5
            net.weights[name] = (array - rate * slope).detach()
    assert f"it was {losses[0]:.2f}." in figure.caption
    assert f"the loss is {losses[-1]:.3f} nat" in figure.caption
