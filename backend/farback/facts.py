"""What is known about a run before it trains: chance level, labels, sizes."""

from __future__ import annotations

from typing import Any

from .spec import RunSpec


def facts(spec: RunSpec) -> dict[str, Any]:
    """JSON values that the page needs to draw a run: told from the spec alone, without torch.

    `shared` counts the parameters used again at every time step (the read-out left out), `unshared` what a net with
    weights of its own for each of the sequence's steps would need, `parameters` all that is trained; `truncate` is how
    many steps back training follows the gradient, None where it goes all the way.
    """
    task, cell = spec.task, spec.cell
    chance = task.chance()
    shared = cell.parameters(task.inputs)
    return {
        "chance": {"loss": chance.loss, "accuracy": chance.accuracy},
        "memoryless_loss": task.memoryless_loss(),
        "solved_rule": task.success_text,
        "labels": task.labels(),
        "length": task.length,
        "lags": list(task.lags),
        "parameters": shared + task.outputs * (cell.hidden + 1),
        "shared": shared,
        "unshared": cell.unshared(task.inputs, task.length),
        "truncate": spec.training.truncate,
        **task.facts(),
    }
