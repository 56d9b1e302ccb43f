"""Script: a few lines of PyTorch that load kept weights and reproduce what the page shows of them."""

from __future__ import annotations

import numpy as np

from ..snapshots import Snapshot
from .kept import Kept, number
from .lift import Lift

LAGS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Lags at which connectivity is told."""


def script(snapshot: Snapshot, n: int, name: str) -> bytes:
    """A Python script that needs torch, safetensors and numpy, and the weights' file beside it.

    Args:
        snapshot: the snapshot.
        n: which of its runs, counted from 0.
        name: how its files are called, see `Kept`.

    Raises:
        NotFound: there is no such run.
        InvalidInput: its frames were spoilt.
    """
    kept = Kept(snapshot, n, name)
    # A title may look like a declaration of another encoding, which Python reads in the first two lines only.
    head = f'''"""Load the weights of a model that Farback kept, and reproduce what its page shows.

{kept.words}; run {n} of the snapshot, training step {kept.step}.
Needs torch, safetensors and numpy. Put {kept.file("safetensors")} beside this file and run it.
"""

# {snapshot.manifest.title or "A snapshot without a title"}
'''
    return "\n".join([head, _imports(kept), _data(kept), _body(kept)]).encode()


def _imports(kept: Kept) -> str:
    """What it imports, and the cell where torch.nn has none."""
    head = "from statistics import median\n\n"
    if kept.written_out is None:
        return f"{head}import torch\nfrom safetensors.torch import load_file\n"
    cell = Lift([("takeaway.modules", kept.written_out)], ["forward", "step"]).text()
    return f"from __future__ import annotations\n\n{head}from safetensors.torch import load_file\n{cell}\n\n"


def _data(kept: Kept) -> str:
    """The sequences that the run is looked at on, and what was kept."""
    task, probe, frame = kept.spec.task, kept.probe, kept.frame
    answers = list(frame.answers)
    right, precision = kept.right()
    connections = kept.connections()
    last = answers[-1]
    lags = [d for d in LAGS if d < last] + [last]
    what = "the code of each input" if task.symbolic else f"{task.inputs} numbers for each step, one after the other"
    lines = [
        f"# The {probe.x.shape[1]} held-out sequences that the model is looked at on: {what}. The first is displayed.",
        f'SEQUENCES = """\n{_written(kept)}\n"""',
        f"ANSWERS = {answers}  # the steps that are asked for",
        f"RIGHT = {_targets(kept)}  # what is right there, for each sequence",
        "# As Farback kept it at this training step; what is drawn is kept in 254 shades.",
        f"HORIZON = {frame.horizon.value}",
        f"SAID, PRECISION = {number(right)}, {number(precision)}",
        f"CONNECTIVITY = {{{', '.join(f'{d}: {number(float(connections[d]))}' for d in lags)}}}",
    ]
    return "\n".join(lines) + "\n"


def _written(kept: Kept) -> str:
    x = kept.probe.x
    if kept.spec.task.symbolic:
        return "\n".join(" ".join(map(str, row)) for row in x.argmax(axis=2).T.tolist())
    return "\n".join(
        " ".join(f"{value:.9g}" for value in row) for row in x.transpose(1, 0, 2).reshape(x.shape[1], -1).tolist()
    )


def _targets(kept: Kept) -> list[list[float]]:
    y = kept.probe.y[list(kept.frame.answers)]
    rows: list[list[float]] = (y[..., 0] if kept.spec.task.kind == "regression" else y).tolist()
    return [[float(f"{value:.9g}") for value in row] for row in rows] if y.dtype == np.float32 else rows


def _body(kept: Kept) -> str:
    task = kept.spec.task
    inputs = task.inputs
    classes = task.kind == "classification"
    if task.symbolic:
        x = f"torch.nn.functional.one_hot(torch.tensor(rows).T, {inputs}).double()"
    else:
        x = f"torch.tensor(rows, dtype=torch.float64).unflatten(1, (-1, {inputs})).transpose(0, 1).contiguous()"
    kind = "int" if task.symbolic else "float"
    score = "output[k].gather(1, torch.tensor(right)[:, None])" if classes else "output[k, :, 0]"
    said = "output[k, 0].softmax(0)[right[0]].item()" if classes else "output[k, 0, 0].item()"
    word = "probability of what is right" if classes else "answer, where {right[0]:.4f} is right"
    loss = 'print(f"squared error there: {(said - right[0]) ** 2:.6f}, kept: {(SAID - right[0]) ** 2:.6f}")'
    if classes:
        loss = 'print(f"loss there, in nat: {-torch.tensor(said).log():.4f}, kept: {-torch.tensor(SAID).log():.4f}")'
    return f'''
net = {kept.net}
net.load_state_dict(load_file("{kept.file("safetensors")}"), strict=True)
net.double()

rows = [[{kind}(value) for value in line.split()] for line in SEQUENCES.split("\\n")[1:-1]]
x = {x}.requires_grad_()  # (steps, sequences, inputs)
output = net["readout"](net["recurrent"](x)[0])  # (steps, sequences, outputs)

longest = []
for k, right in zip(ANSWERS, RIGHT, strict=True):
    score = {score}  # of what is right
    C = torch.autograd.grad(score.sum(), x, retain_graph=True)[0].norm(dim=2)[: k + 1].flip(0)  # by lag, sequence
    seen = (C / C[1:].amax(0)).nan_to_num().quantile(0.5, dim=1) >= 0.01
    longest.append(max(d for d in range(k + 1) if d == 0 or seen[d]))

said = {said}
print(f"{word}: {{said:.4f}}, kept: {{SAID:.4f}} ± {{PRECISION:.1g}}")
{loss}
print(f"gradient horizon, in steps: {{int(median(longest))}}, kept: {{HORIZON}}")
for d, kept in CONNECTIVITY.items():
    print(f"connectivity at lag {{d}}: {{C[d, 0]:.4g}}, kept: {{kept:.4g}}")
'''
