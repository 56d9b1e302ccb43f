"""What older context is worth: the loss that is added when everything older than d steps is replaced."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import Floats
from .base import ByLag, Predict, Task, Whole, one_hot


def added_loss(
    task: Task, predict: Predict, read: Whole, elsewhere: Whole, target: Whole, lags: Sequence[int], stretch: Whole
) -> ByLag:
    """Keep the last d + 1 inputs and replace the older ones; the score is the change of the loss, in nats.

    The same sequences serve every lag.

    Args:
        task: what they are sequences of.
        predict: the model, whose one answer is at the last step.
        read: (T, n) codes of the inputs.
        elsewhere: (T, n) codes to replace them by.
        target: (n,) what is right at the last step.
        lags: the d.
        stretch: (n,) see `ByLag`.
    """
    T, trials = read.shape
    variants = [T - 1, *lags]  # the longest lag of all keeps everything
    loss = np.empty((len(variants), trials), np.float32)
    for which, some in task.portions(len(variants), trials):
        older = np.arange(T)[:, None, None] < T - 1 - np.array(variants[which])[:, None]
        mixed = np.where(older, elsewhere[:, None, some], read[:, None, some])  # (T, lags, trials)
        output = predict(one_hot(mixed.reshape(T, -1), task.inputs))[0]
        asked = np.tile(target[some], mixed.shape[1])
        loss[which, some] = _cross_entropy(output, asked).reshape(mixed.shape[1:])
    return ByLag("added_loss", tuple(lags), loss[1:] - loss[0], np.zeros(len(lags), np.float32), 0.0, stretch)


def _cross_entropy(logits: Floats, target: Whole) -> Floats:
    """(N, O) logits and (N,) classes to (N,) losses in nats."""
    top = logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0]
    loss: Floats = log_sum - logits[np.arange(target.size), target]
    return loss
