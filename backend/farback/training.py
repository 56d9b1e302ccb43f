"""Training: one update of the weights after another, by back-propagation through time. No I/O, no web."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from .arrays import Floats
from .model import Model
from .randomness import Stream, randomness
from .spec import RunSpec
from .tasks import Batch


@dataclass(frozen=True)
class Loss:
    """The task's loss on a batch and its derivative for the read-out's output."""

    value: float  # mean over masked entries: cross-entropy in nats, or squared error
    grad: Tensor  # (N, O) of that mean, one row a masked entry


class Update(NamedTuple):
    """What one step of training found before it moved the weights."""

    loss: float  # the batch's mean loss
    norm: float  # of the gradient of all weights
    clipped_norm: float  # of the same after clipping

    @property
    def finite(self) -> bool:
        """Whether there was anything to follow."""
        return math.isfinite(self.loss) and math.isfinite(self.norm)


class Training:
    """A model and its optimiser on the way through a run.

    Args:
        spec: the run.
        state: what `state` returned at some step; the training then goes on from there, bit for bit.
        start: the weights that the run goes on from, named and shaped as the model's; None: the seed draws some. The
            optimiser starts afresh, and the data goes on behind what the weights have seen, so under plain SGD a run
            that was cut in two ends in the bits of one that was not.

    Raises:
        InvalidInput: the weights are not this model's.
    """

    def __init__(
        self, spec: RunSpec, state: dict[str, Floats] | None = None, start: Mapping[str, Floats] | None = None
    ) -> None:
        self.spec = spec
        task = spec.task
        self.model = Model.drawn(spec.cell, task.inputs, task.outputs, task.span, randomness(spec.seed, Stream.WEIGHTS))
        if start is not None:
            self.model.load(start)
        self.step = 0
        self._seen = 0 if spec.start is None else spec.start.updates
        flat = self.model.flat
        self._grad = flat.grad = torch.zeros_like(flat)
        self._grads = self.model.views(self._grad)
        self._optimizer: torch.optim.Optimizer
        if spec.training.optimizer == "adam":
            self._optimizer = torch.optim.Adam([flat], lr=spec.training.lr, fused=True)
        else:
            self._optimizer = torch.optim.SGD([flat], lr=spec.training.lr, fused=True)
        if state is not None:
            self._restore(state)

    def update(self) -> Update:
        """One step: a fresh batch, forwards, backwards, clip, move.

        Where the loss or the gradient is not finite the weights are moved all the same, as plain training would; they
        are lost then.
        """
        drawn = randomness(self.spec.seed, Stream.TRAINING, self._seen + self.step + 1)
        batch = self.spec.task.batch(drawn, self.spec.training.batch)
        loss = self._backward(batch)
        with torch.inference_mode():
            # In float64, as the square of a large gradient leaves float32 before the gradient does.
            norm = float(torch.linalg.vector_norm(self._grad, dtype=torch.float64))
            clip = self.spec.training.clip
            if clip is not None and not norm <= clip:
                self._grad.mul_(clip / norm)
            self._optimizer.step()
        self.step += 1
        return Update(loss, norm, norm if clip is None else min(norm, clip))

    def state(self) -> dict[str, Floats]:
        """All that is needed to go on from this step: weights, the optimiser's memory, the step."""
        moments = {k: v for k, v in self._optimizer.state[self.model.flat].items() if v is not None}
        kept = {"flat": self.model.flat.numpy().copy(), "step": np.array([self.step], np.float32)}
        return kept | {f"optimizer.{name}": value.numpy().copy().reshape(-1) for name, value in moments.items()}

    def _restore(self, state: dict[str, Floats]) -> None:
        flat = self.model.flat
        flat.copy_(torch.from_numpy(state["flat"]))
        self.step = int(state["step"][0])
        moments = {
            name.removeprefix("optimizer."): torch.from_numpy(value.copy())
            for name, value in state.items()
            if name.startswith("optimizer.")
        }
        if "step" in moments:
            moments["step"] = moments["step"].reshape(())
        self._optimizer.state[flat] = moments

    def _backward(self, batch: Batch) -> float:
        """Fill the flat gradient with the derivative of the batch's mean loss; give the loss back."""
        model = self.model
        x, mask = torch.from_numpy(batch.x), torch.from_numpy(batch.mask)  # autograd could keep no inference tensor
        with torch.inference_mode():
            h, pullback = model.vjp(x, self.spec.training.truncate)
            top = h[mask]  # (N, H)
            loss = loss_of(self.spec.task.kind, model.readout(top), torch.from_numpy(batch.y)[mask])
            grad_h = torch.zeros_like(h)
            grad_h[mask] = loss.grad @ model.weights["readout.weight"]
            for name, grad in pullback(grad_h).items():
                self._grads[name].copy_(grad)
            self._grads["readout.weight"].copy_(loss.grad.mT @ top)
            self._grads["readout.bias"].copy_(loss.grad.sum(0))
        return loss.value


def loss_of(kind: str, output: Tensor, target: Tensor) -> Loss:
    """Cross-entropy of logits and classes, or squared error of values; mean over entries.

    The derivative at a target that the model is sure of is known to 6e-8, the rounding of a number near 1, and no
    better. That is far below what one batch says otherwise than the next, so training gains nothing from the exact form
    of `probing.derivatives.surprise`, which took a tenth to a fifth longer.

    Args:
        kind: "classification" or "regression".
        output: (N, O) raw outputs of the read-out.
        target: (N,) classes, or (N, O) values.
    """
    N = output.shape[0]
    if kind == "regression":
        error = output - target
        return Loss(float((error * error).mean()), error * (2 / error.numel()))
    log_p = output.log_softmax(1)
    grad = log_p.exp()
    index = target[:, None]
    value = -float(log_p.gather(1, index).mean())
    return Loss(value, grad.scatter_add_(1, index, grad.new_full((N, 1), -1.0)).div_(N))
