"""What the lessons ask and say holds for the models that they show, and no figure shows an answer beforehand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from farback.arrays import Floats
from farback.lessons import lessons
from farback.lessons.figures import Cell, Figure, Panels, Unfold, Vanish
from farback.lessons.lesson import Step
from farback.model import Model
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


def shut_at(lesson: str) -> tuple[str, int]:
    """The gate that the answer to the lesson's question holds shut, and the step from which on."""
    revealed = (step.revealed_figure for step in lessons().find(lesson).steps)
    (held,) = next(figure.hold for figure in revealed if isinstance(figure, Cell) and figure.hold)
    assert held.value == 0
    return held.gate, held.start


def named(lesson: str, gate: str, start: int) -> tuple[Floats, Floats]:
    """The letters that were read before a gate is held shut, of many sequences, and those that are named at the end."""
    (spec,) = lessons().find(lesson).models.values()
    *_, last = record(spec)
    trained = Model(spec.cell, spec.task.inputs, spec.task.outputs, last.weights)
    batch = spec.task.batch(np.random.default_rng(0), 2000)
    read = batch.x[:, :, : spec.task.outputs].sum(2).argmax(0) < start
    shut = trained.holding({0: {(t, gate): 0.0 for t in range(start, len(batch.x))}})
    answers = shut.predict(batch.x[:, read], [len(batch.x) - 1])[0].argmax(1)
    return batch.y[-1][read], answers


def test_a_forget_gate_shut_leaves_one_answer_to_all_letters_and_an_input_gate_shut_all_of_them() -> None:
    shut, start = shut_at("lstm")
    assert shut == "f"
    for gate in ("f", "o"):
        letters, answers = named("lstm", gate, start)
        assert len(set(letters.tolist())) == 4
        assert len(set(answers.tolist())) == 1
    letters, answers = named("lstm", "i", start)
    assert (letters == answers).all()


def test_a_reset_gate_shut_loses_the_letter_and_an_update_gate_shut_one_of_four() -> None:
    shut, start = shut_at("gru")
    assert shut == "r"
    letters, answers = named("gru", "r", start)
    assert (letters == answers).mean() < 0.3
    letters, answers = named("gru", "z", start)
    right = [(answers[letters == letter] == letter).mean() for letter in range(4)]
    assert sorted(share > 0.99 for share in right) == [False, True, True, True]
    assert min(right) < 0.01


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
