"""Training and measuring in plain PyTorch, as the notebook does them: copied into it, and run by nothing else.

T time steps, B sequences, I inputs, H hidden units, O outputs; time first. A net is a ModuleDict of a recurrent module
and a linear read-out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, mse_loss

from ..arrays import Floats
from ..randomness import Stream, randomness
from ..tasks import Batch


def drawn_weights(task: Any, cell: Any, seed: int) -> dict[str, Tensor]:
    """Starting weights: layer by layer, then the read-out, which starts as torch.nn.Linear does."""
    rng = randomness(seed, Stream.WEIGHTS)
    weights: dict[str, Floats] = {}
    for layer in range(cell.layers):
        width = task.inputs if layer == 0 else cell.hidden
        drawn = cell.initial(rng, width, layer, task.span)
        weights |= {f"recurrent.{name}_l{layer}": array for name, array in drawn.items()}
    bound = cell.hidden**-0.5
    for name, shape in (("weight", (task.outputs, cell.hidden)), ("bias", (task.outputs,))):
        weights[f"readout.{name}"] = rng.uniform(-bound, bound, shape).astype(np.float32)
    return {name: torch.from_numpy(array) for name, array in weights.items()}


def outputs(net: torch.nn.ModuleDict, x: Tensor, truncate: int | None = None) -> Tensor:
    """(T, B, O) raw outputs at every step. x  # (T, B, I)

    Args:
        net: the net.
        x: the inputs.
        truncate: drop the state's derivative every so many steps, counted from the end.
    """
    T, state, parts = len(x), None, []
    lengths = [T] if truncate is None else [T % truncate, *[truncate] * (T // truncate)]
    for part in torch.split(x, [length for length in lengths if length]):
        h, state = net["recurrent"](part, None if state is None else detached(state))
        parts.append(h)
    said: Tensor = net["readout"](torch.cat(parts))
    return said


def like(net: torch.nn.ModuleDict, x: Floats) -> Tensor:
    """The inputs in as many bits as the net's weights."""
    return torch.from_numpy(x).to(next(net.parameters()).dtype)


def detached(state: Any) -> Any:
    """The same state, with no way back."""
    return state.detach() if isinstance(state, Tensor) else type(state)(map(detached, state))


def loss_of(net: torch.nn.ModuleDict, batch: Batch, kind: str, truncate: int | None = None) -> Tensor:
    """Mean cross-entropy in nats, or mean squared error, over the steps that are asked for."""
    mask = torch.from_numpy(batch.mask)
    said, right = outputs(net, like(net, batch.x), truncate)[mask], torch.from_numpy(batch.y)[mask]
    return mse_loss(said, right.to(said.dtype)) if kind == "regression" else cross_entropy(said, right)


def train(
    net: torch.nn.ModuleDict,
    task: Any,
    seed: int,
    first: int,
    steps: int,
    batch: int,
    optimizer: str,
    lr: float,
    clip: float | None,
    truncate: int | None,
) -> list[float]:
    """Train for so many updates; the loss of each batch, before the weights were moved by it.

    Args:
        net: the net; its weights are moved.
        task: draws the batches.
        seed: of the batches.
        first: number of the first batch.
        steps: updates.
        batch: sequences of each.
        optimizer: "adam" or "sgd".
        lr: learning rate.
        clip: longest gradient that is followed in full.
        truncate: see `outputs`.
    """
    weights = list(net.parameters())
    kind = torch.optim.Adam if optimizer == "adam" else torch.optim.SGD
    mover = kind(weights, lr=lr, fused=True)
    losses = []
    for step in range(first, first + steps):
        loss = loss_of(net, task.batch(randomness(seed, Stream.TRAINING, step), batch), task.kind, truncate)
        mover.zero_grad()
        torch.autograd.backward(loss)
        grads = [weight.grad for weight in weights if weight.grad is not None]
        norm = float(torch.linalg.vector_norm(torch.cat([grad.flatten() for grad in grads]), dtype=torch.float64))
        if clip is not None and not norm <= clip:
            for grad in grads:
                grad.mul_(clip / norm)
        mover.step()
        losses.append(loss.item())
    return losses


def asked_next(batch: Batch, said: Floats, kind: str) -> Any:
    """The targets (T, B) or (T, B, 1) at every step: where nothing is asked, what is asked for next; where nothing more
    is asked, what the model itself says. said  # (T, B, O)"""
    found = said.argmax(axis=2) if kind == "classification" else said.copy()
    upcoming = found[-1]
    for t in reversed(range(len(found))):
        asked: Any = batch.mask[t]
        later: Any = batch.mask[t:].any(axis=0)
        if kind == "regression":
            asked, later = asked[:, None], later[:, None]
        upcoming = np.where(asked, batch.y[t], upcoming)
        found[t] = np.where(later, upcoming, found[t])
    return found


def connectivity(net: torch.nn.ModuleDict, batch: Batch, rows: Sequence[int], kind: str) -> Floats:
    """(rows, T, B) C[k,t] = |∂s_k/∂x_t|: s_k is the logit of the right class at output time k, or the prediction."""
    x = like(net, batch.x).requires_grad_()
    said = outputs(net, x)
    right = asked_next(batch, said.detach().numpy(), kind)
    found = []
    for k in rows:
        scores = said[k, :, 0] if kind == "regression" else said[k].gather(1, torch.from_numpy(right[k])[:, None])
        (gradient,) = torch.autograd.grad(scores.sum(), x, retain_graph=True)
        found.append(gradient.norm(dim=2))
    return torch.stack(found).numpy()


def horizon(C: Floats, answers: Sequence[int], threshold: float = 0.01) -> int | None:
    """The largest lag d ≥ 1 at which the median over sequences of C[k,k-d] / max over d' ≥ 1 of C[k,k-d'] is at least
    the threshold, 0 if there is none; several answer steps: their median, rounded down. C  # (answers, T, B)"""
    if not np.isfinite(C).all():
        return None
    longest = []
    for row, k in zip(C, answers, strict=True):
        lags = row[k::-1]  # entry d is input k - d
        largest = lags[1:].max(axis=0, initial=0)
        shares = np.median(np.divide(lags, largest, out=np.zeros_like(lags), where=largest != 0), axis=1)
        longest.append(max((d for d in range(1, k + 1) if shares[d] >= threshold), default=0))
    return int(np.median(longest))


def predict(net: torch.nn.ModuleDict, x: Floats, answers: Sequence[int]) -> Floats:
    """(T, N, I) -> (K, N, O): raw outputs at the answer steps, a few hundred sequences at a time."""
    with torch.no_grad():
        parts = torch.split(like(net, x), 256, dim=1)
        return torch.cat([net["readout"](net["recurrent"](part)[0][list(answers)]) for part in parts], dim=1).numpy()


def accuracy_of(net: torch.nn.ModuleDict, batch: Batch, scored: Any) -> float:
    """Share of right answers at the steps that are asked for and scored."""
    with torch.no_grad():
        said = outputs(net, like(net, batch.x)).argmax(dim=2).numpy()
    return float((said == batch.y)[batch.mask & scored[:, None]].mean())
