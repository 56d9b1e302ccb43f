"""Notebook: a run trained again in plain PyTorch, with nothing of Farback but what is copied into it.

The task's generator, the starting weights' and the reading of the reach are this program's own source, see `lift`;
model, training, gradients and horizon are torch's and `plain.py`'s. Seed, starting weights and batches are the run's
own, so what differs is rounding: torch's modules add up in another order than Farback's kernels.
"""

from __future__ import annotations

import base64
import json
from html import escape

import numpy as np

from .. import __version__, config
from ..cells.feedforward import FeedForward
from ..snapshots import Snapshot
from ..snapshots.weights import shapes_of
from .kept import Kept, number
from .lift import Lift
from .tables import UNITS

TASK = (
    "batch", "probe", "held_out", "by_lag", "answers", "inputs", "outputs", "length", "span", "kind", "lags",
    "result_trials", "frame_trials", "scored", "corpus_sha256", "value", "error", "too_few",
)  # fmt: skip
"""What the notebook asks of its task, and of a test by lag."""

CELL = ("initial", "hidden", "layers")
"""What it asks of the cell's options."""

ID = "cell"
"""How the ids of cells begin, which the format asks for since 4.5."""


def notebook(snapshot: Snapshot, n: int, name: str) -> bytes:
    """A Jupyter notebook (nbformat 4.5) that trains a run again, measures it and shows both beside each other.

    Args:
        snapshot: the snapshot.
        n: which of its runs, counted from 0.
        name: how its files are called, see `Kept`.

    Raises:
        NotFound: there is no such run.
        InvalidInput: its frames were spoilt.
    """
    kept = Kept(snapshot, n, name)
    cells = [
        _cell(at, kind, text.strip("\n")) for at, (kind, text) in enumerate(_story(kept))
    ]  # fmt: skip
    whole = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"


def _cell(at: int, kind: str, text: str) -> dict[str, object]:
    cell: dict[str, object] = {"cell_type": kind, "id": f"{ID}-{at}", "metadata": {}, "source": text.splitlines(True)}
    return cell if kind == "markdown" else cell | {"execution_count": None, "outputs": []}


def _story(kept: Kept) -> list[tuple[str, str]]:
    spec = kept.spec
    task_name, cell_name = type(spec.task).__name__, type(spec.cell).__name__
    own = getattr(spec.task, "text", None)
    texts = {} if own is None else {"text": "TEXT"}
    values = {
        task_name: {k: ascii(v) for k, v in spec.task.model_dump().items()} | texts,
        cell_name: {k: ascii(v) for k, v in spec.cell.model_dump().items()},
    }
    task = Lift([(_place(spec.task), task_name)], TASK, values)
    cell = Lift([(_place(spec.cell), cell_name)], CELL, values)
    wanted = ["drawn_weights", "loss_of", "train", "connectivity", "horizon", "predict", "accuracy_of"]
    plain = Lift([("takeaway.plain", name) for name in wanted], [])
    reading = Lift(
        [("probing.reach", name) for name in ("from_skill", "from_added_loss")]
        + [("tasks.base", "spread"), ("randomness", "ByLagStream")]
    )
    written = kept.written_out and Lift([("takeaway.modules", kept.written_out)], ["forward", "step"])
    return [
        ("markdown", _head(kept)),
        ("code", _settings(kept)),
        ("markdown", f"## The task\n\n{spec.task.summary} Copied from Farback's own source."),
        *([("code", f"TEXT = {own!a}")] if texts else []),
        ("code", f"{task.text()}\n\n\ntask = {task_name}()"),
        *_corpus(kept),
        ("markdown", f"## The model\n\n{spec.cell.summary} {_source(kept)}"),
        *([("code", written.text())] if written else []),
        ("code", f"net = {kept.net}\nnet"),
        ("markdown", _weights_words(kept)),
        *([] if kept.start else [("code", f"{cell.text(task)}\n\n\ncell = {cell_name}()")]),
        ("markdown", "## Training and measuring\n\nPlain PyTorch: autograd, and torch's optimiser."),
        ("code", plain.text(task, cell)),
        ("code", reading.text(task, cell, plain)),
        ("code", _training(kept)),
        ("markdown", MEASURED),
        ("code", _measured(kept)),
        ("markdown", "## Connectivity\n\nC[k,t] = |∂s_k/∂x_t|: how strongly a small change of the input at step t "
         "would move the score of what is right at output step k. Left as trained here, right as Farback kept it."),
        ("code", _heatmaps(kept)),
        ("markdown", "## Beside what was kept\n\nThe weights that Farback kept are in the next cell: measured here, "
         "they must give what its page shows. What was trained here should, see at the top."),
        ("code", _weights(kept)),
        ("code", TABLE),
    ]  # fmt: skip


def _place(part: object) -> str:
    return type(part).__module__.removeprefix("farback.")


def _head(kept: Kept) -> str:
    # Quotes stay as they are: of `&#x27;` the next line would make what is read letter by letter.
    title = escape(kept.snapshot.manifest.title or "A snapshot without a title", quote=False)
    plain = "".join(f"\\{letter}" if letter in r"\`*_{}[]()#+-.!|~$" else letter for letter in title)
    return f"""# {plain}

{kept.words}: run {kept.n} of a snapshot kept by Farback {__version__}, at training step {kept.step},
trained again in plain PyTorch. Nothing of Farback is imported.

It needs PyTorch, NumPy and Plotly: `pip install torch numpy plotly nbformat`. The snapshot was made with torch
{escape(kept.snapshot.manifest.versions.torch)}.

Seed, starting weights and batches are those of the run. What differs is rounding: torch's modules add up in another
order than Farback's kernels, and every update makes such a difference larger. In a short training reach and horizon
come out the same; in a longer one, above all that of a plain RNN, the weights may drift apart, and the numbers with
them. So the weights that were kept are in this notebook as well, and are measured beside those trained here."""


def _settings(kept: Kept) -> str:
    spec, frame = kept.spec, kept.frame
    training = spec.training
    truncate = None if isinstance(spec.cell, FeedForward) else training.truncate
    reach = (frame.reach.value, frame.reach.at_least)
    return f"""from __future__ import annotations

import torch

torch.set_num_threads(1)  # as Farback trains: small matrices gain nothing from more, and sums round alike

SEED = {spec.seed}
STEPS = {kept.step}  # updates
TRAINING = {{
    "batch": {training.batch},
    "optimizer": "{training.optimizer}",
    "lr": {training.lr},
    "clip": {training.clip},
    "truncate": {truncate},
}}
# As Farback kept it.
KEPT = {{
    "loss": {number(frame.loss)},
    "accuracy": {number(frame.accuracy)},
    "reach": {reach},
    "horizon": {frame.horizon.value},
}}"""


def _corpus(kept: Kept) -> list[tuple[str, str]]:
    sha256 = kept.spec.task.corpus_sha256()
    if sha256 is None or getattr(kept.spec.task, "text", None) is not None:
        return []
    return [
        (
            "code",
            f'if task.corpus_sha256() != "{sha256}":\n'
            '    print("What this task reads comes with Python or Plotly, and yours is another edition: "\n'
            '          "the numbers below will differ from those that were kept.")',
        )
    ]


def _source(kept: Kept) -> str:
    if kept.written_out is None:
        return "torch.nn has it."
    return "torch.nn lacks it, so it is written out here in plain PyTorch."


def _weights_words(kept: Kept) -> str:
    start = kept.start
    if start is None:
        return "## Starting weights\n\nDrawn by the run's seed. Copied from Farback's own source."
    return f"""## Starting weights

This run went on from the weights of run {start.run} of the snapshot `{start.snapshot}` at training step {start.step}.
Download them there as safetensors and put the file beside this notebook, called `start.safetensors`; reading it needs
`pip install safetensors`."""


def _training(kept: Kept) -> str:
    start = kept.start
    if start is None:
        weights, first = "net.load_state_dict(drawn_weights(task, cell, SEED), strict=True)", 1
    else:
        first = start.updates + 1
        weights = f"""import hashlib
from pathlib import Path

from safetensors.torch import load

started = Path("start.safetensors").read_bytes()
if hashlib.sha256(started).hexdigest() != "{start.sha256}":
    print("These are other weights than the run went on from: the numbers below will differ from those that were kept.")
net.load_state_dict(load(started), strict=True)"""
    return f"""{weights}
losses = train(net, task, SEED, first={first}, steps=STEPS, **TRAINING)
net.double()  # what follows is measured in 64 bits
if losses:
    print(f"loss of the last batch: {{losses[-1]:.4f}}")"""


def _heatmaps(kept: Kept) -> str:
    frame, score = kept.frame, UNITS[kept.spec.task.kind]["score"]
    seen = frame.connectivity > 0
    low = float(np.log10(frame.connectivity[seen]).min()) if seen.any() else 0.0
    high = float(np.log10(frame.connectivity[seen]).max()) if seen.any() else 0.0
    codes = np.zeros(frame.connectivity.shape, np.uint8)  # 0 stands for nothing
    scale = (high - low) / 254 or 1.0
    codes[seen] = np.rint((np.log10(frame.connectivity[seen]) - low) / scale).astype(np.uint8) + 1
    rows = list(frame.rows)
    told = f"list(range({len(rows)}))" if rows == list(range(len(rows))) else str(rows)
    return f"""import base64

import plotly.graph_objects as go
from plotly.subplots import make_subplots

ROWS = {told}  # output steps
CODES = "{base64.b64encode(codes.tobytes()).decode()}"
codes = np.frombuffer(base64.b64decode(CODES), np.uint8).reshape(len(ROWS), -1)
kept_map = np.where(codes > 0, {number(low)} + {number(scale)} * (codes - 1.0), np.nan)  # log10 of what was kept

here_map = connectivity(net, probe, ROWS, task.kind)[:, :, 0]  # of the displayed sequence
here_map = np.log10(here_map, out=np.full(here_map.shape, np.nan), where=here_map > 0)

figure = make_subplots(1, 2, subplot_titles=["trained here", "kept by Farback"], shared_yaxes=True)
for column, values in enumerate([here_map, kept_map], 1):
    figure.add_heatmap(z=values, y=ROWS, coloraxis="coloraxis", row=1, col=column)
    figure.update_xaxes(title_text="input step t", row=1, col=column)
figure.update_yaxes(title_text="output step k", autorange="reversed", row=1, col=1)
top = np.nanmax(kept_map) if np.isfinite(kept_map).any() else 0
figure.update_layout(
    title="Connectivity C[k,t], log10 of {score} per unit of input",
    coloraxis={{"colorscale": "Cividis", "cmin": top - 6, "cmax": top}},
)
figure"""


def _measured(kept: Kept) -> str:
    last, most = kept.frame.last, config.RESULT_LAGS if kept.frame.last else config.FRAME_LAGS
    accuracy = "None" if kept.spec.task.kind == "regression" else "accuracy_of(net, held_out, task.scored)"
    return f"""held_out = task.held_out(randomness(SEED, Stream.HELD_OUT), {config.HELD_OUT_SEQUENCES})
probe = task.probe(randomness(SEED, Stream.PROBE), {config.PROBE_SEQUENCES})


def measured(net):
    with torch.no_grad():
        loss = float(loss_of(net, held_out, task.kind))
    tested = task.by_lag(
        lambda x: predict(net, x, task.answers),
        randomness(SEED, Stream.BY_LAG, ByLagStream.{"RESULT" if last else "FRAME"}),
        spread(task.lags, {most}),
        task.{"result" if last else "frame"}_trials,
    )
    if tested.too_few:
        reach = 0, False
    elif tested.measure == "skill":
        reach = from_skill(tested.lags, tested.value)
    else:
        reach = from_added_loss(tested.lags, tested.value, tested.error)
    return {{
        "loss": loss,
        "accuracy": {accuracy},
        "reach": reach,
        "horizon": horizon(connectivity(net, probe, task.answers, task.kind), task.answers),
    }}


here = measured(net)
here"""


def _weights(kept: Kept) -> str:
    """The kept weights, and the net with them."""
    weights = kept.snapshot.weights(kept.n)
    names = shapes_of(kept.spec)  # in the order of the net's state
    raw = b"".join(weights[name].astype("<f4").tobytes() for name in names)
    return f"""import copy

WEIGHTS = "{base64.b64encode(raw).decode()}"
flat = torch.from_numpy(np.frombuffer(base64.b64decode(WEIGHTS), "<f4").copy())
sizes = {{name: weight.numel() for name, weight in net.state_dict().items()}}
parts = dict(zip(sizes, flat.split(list(sizes.values())), strict=True))
kept_net = copy.deepcopy(net)
shaped = {{name: parts[name].view_as(weight) for name, weight in net.state_dict().items()}}
kept_net.load_state_dict(shaped, strict=True)
kept_weights = measured(kept_net)
kept_weights"""


MEASURED = """## Loss, accuracy, reach and horizon

Loss and accuracy are those of held-out sequences. The **gradient horizon** is the largest lag d at which the median
over 16 held-out sequences of C[k,k-d] is at least 1 % of its largest entry. The **reach** is the largest lag D at which
the skill on held-out sequences is at least one half, as it is at 90 % of the lags up to D; where text or prices are
read, the smallest lag d such that replacing everything older changes the mean loss by less than 0.01 nat, or by less
than three standard errors of that change. The test by lag and the reading of the reach are copied from Farback."""

TABLE = '''def told(value):
    """A number, or a reach, as a person writes it."""
    if isinstance(value, tuple):
        return f"{'≥ ' if value[1] else ''}{value[0]}"
    return "–" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)


print(f"{'':10}{'trained here':>16}{'kept weights':>16}{'kept numbers':>16}")
for name, value in KEPT.items():
    print(f"{name:10}{told(here[name]):>16}{told(kept_weights[name]):>16}{told(value):>16}")
for what, found in {"trained here": here, "kept weights": kept_weights}.items():
    same = found["reach"] == KEPT["reach"] and found["horizon"] == KEPT["horizon"]
    print(f"{what}: reach and horizon", "are the same." if same else "differ from those that were kept.")'''
