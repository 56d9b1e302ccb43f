"""What cannot be probed of one's own torch modules is refused in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.prune import l1_unstructured

from farback.errors import InvalidInput
from farback.probing.own import probe

from .whole import INPUTS, Whole

with torch.random.fork_rng():
    torch.manual_seed(0)  # what is drawn while tests are collected must be the same whatever ran before
    RNN, LINEAR, X = nn.RNN(2, 3), nn.Linear(3, 4), np.zeros((5, 2, 2))
    ONE = nn.Linear(3, 1)


class Holding(nn.Module):
    """Any parts, and a forward as people write it, unless another one is given."""

    def __init__(self, *parts: nn.Module, forward: Callable[..., Any] | None = None) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)
        self.given = forward

    def forward(self, x: Tensor) -> Any:
        return self.given(self, x) if self.given else self.parts[-1](self.parts[0](x)[0])


NONE = nn.Linear(3, 1)
NONE.out_features = 0  # to make one that has none torch warns of
REFUSED: list[tuple[str, Callable[[], Any], str, str]] = [
    ("a function", lambda: probe(len, X), "module", "must be a torch.nn.RNN, GRU or LSTM, or"),  # type: ignore[arg-type]
    ("no readout", lambda: probe(RNN, X), "readout", "A RNN alone gives no answer: pass its read-out too"),
    ("no Linear", lambda: probe(RNN, X, readout=nn.ReLU()), "readout", "of type ReLU; it must be"),  # type: ignore[arg-type]
    ("two readouts", lambda: probe(Holding(RNN, LINEAR), X, readout=LINEAR), "module", "With `readout` given"),
    ("width", lambda: probe(RNN, X, readout=nn.Linear(2, 4)), "readout", "takes 2 values, .* hidden_size 3"),
    ("both ways", lambda: probe(nn.GRU(2, 3, bidirectional=True), X, readout=LINEAR), "module", "is bidirectional"),
    ("projected", lambda: probe(nn.LSTM(2, 4, proj_size=3), X, readout=LINEAR), "module", "has proj_size=3"),
    ("half", lambda: probe(nn.GRU(2, 3).half(), X, readout=LINEAR.half()), "module", "float16; they must"),
    ("mixed", lambda: probe(nn.GRU(2, 3).double(), X, readout=nn.Linear(3, 4)), "module", "float32 and torch.float64"),
    ("two", lambda: probe(Holding(nn.GRU(2, 3), RNN, LINEAR), X), "module", "holds 2 recurrent modules"),
    ("none", lambda: probe(Holding(LINEAR), X), "module", "holds 0 recurrent modules"),
    ("no head", lambda: probe(Holding(RNN), X), "module", "holds 0 torch.nn.Linear; one read-out"),
    ("two heads", lambda: probe(Holding(RNN, nn.Linear(3, 4), ONE), X), "module", "holds 2 torch.nn.Linear"),
    ("norm", lambda: probe(Holding(RNN, nn.LayerNorm(3), ONE), X), "module", "`parts.1`, of type LayerNorm, has"),
    (
        "other forward",
        lambda: probe(Holding(RNN, ONE, forward=lambda self, x: self.parts[1](2 * RNN(x)[0])), X + 1),
        "module",
        "gives something else than its Linear",
    ),
    ("failing", lambda: probe(Holding(RNN, ONE, forward=lambda self: 0), X), "module", r"alone \(TypeError: .* pass"),
    ("no weights", lambda: probe(nn.GRU(2, 3, device="meta"), X, readout=ONE), "module", "meta”: they have no values"),
    ("no output", lambda: probe(RNN, X, readout=NONE), "readout", "The read-out has no output."),
    (
        "x without values",
        lambda: probe(RNN, torch.empty(5, 2, 2, device="meta"), readout=ONE),
        "x",
        "`x` is on the dev",
    ),
    ("x words", lambda: probe(RNN, "abc", readout=ONE), "x", "`x` is of type str; it must be a tensor or an array"),
    ("x ragged", lambda: probe(RNN, [[1.0], [1.0, 2.0]], readout=ONE), "x", "`x` is of type list"),
    ("x whole", lambda: probe(RNN, X.astype(int), readout=ONE), "x", "torch.int64, but the module has no Embedding"),
    ("x shape", lambda: probe(RNN, X[0, 0], readout=ONE), "x", r"has shape \(2,\); it must be \(T, B, 2\) or \(T, 2\)"),
    ("x width", lambda: probe(RNN, np.zeros((5, 2, 3)), readout=ONE), "x", r"has shape \(5, 2, 3\)"),
    ("x empty", lambda: probe(RNN, X[:0], readout=ONE), "x", "there is nothing in it"),
    ("x nan", lambda: probe(RNN, X * np.nan, readout=ONE), "x", "not finite in torch.float32"),
    ("x too large", lambda: probe(RNN, X + 1e300, readout=ONE), "x", "not finite in torch.float32"),
    ("tokens as floats", lambda: probe(Whole(), X[..., 0]), "x", "has an Embedding: it must hold whole numbers"),
    ("unknown token", lambda: probe(Whole(), [[1, 9]]), "x", "`x` holds 9; there are 9 entries of the Embedding"),
    ("token axes", lambda: probe(Whole(), [[[1]]]), "x", r"has shape \(1, 1, 1\); it must be \(B, T\) or \(T,\)"),
    ("y floats", lambda: probe(RNN, X, [0.0, 1.0], nn.Linear(3, 4)), "target", "with 4 outputs it must hold class"),
    ("y flags", lambda: probe(RNN, X, [True, False], nn.Linear(3, 4)), "target", "torch.bool; with 4 outputs"),
    ("y range", lambda: probe(RNN, X, [0, 4], nn.Linear(3, 4)), "target", "`target` holds 4; there are 4 outputs"),
    ("y ignored", lambda: probe(RNN, X, [0, -1], nn.Linear(3, 4)), "target", "`target` holds -1"),
    (
        "y shape",
        lambda: probe(RNN, X, [0] * 5, nn.Linear(3, 4)),
        "target",
        r"shape \(5,\); it must be \(2,\) or \(5, 2\)",
    ),
    ("y classes", lambda: probe(RNN, X, [0, 1], ONE), "target", "with one output the module is a regression"),
    ("y nan", lambda: probe(RNN, X, [0.0, np.nan], ONE), "target", "`target` holds a value that is not finite"),
    ("at", lambda: probe(RNN, X, readout=ONE, at=5), "at", "`at` is 5; of 5 steps .* from -5 to 4"),
    ("at early", lambda: probe(RNN, X, readout=ONE, at=-6), "at", "`at` is -6"),
    ("at float", lambda: probe(RNN, X, readout=ONE, at=1.0), "at", "`at` is 1.0"),  # type: ignore[arg-type]
    ("threshold", lambda: probe(RNN, X, readout=ONE).horizon(0), "threshold", "a share above 0 and at most 1"),
    ("figure", lambda: probe(RNN, X, readout=ONE).figure("pie"), "kind", "no figure 'pie'; there are all, states,"),
    (
        "sequence",
        lambda: probe(RNN, X, readout=ONE).figure(sequence=2),
        "sequence",
        "there are 2 sequences, from 0 to 1",
    ),
]


@pytest.mark.parametrize(("call", "field", "sentence"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_be_probed_is_refused_in_a_sentence(call: Callable[[], Any], field: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        call()
    assert isinstance(caught.value, InvalidInput)
    assert caught.value.field == field
    assert str(caught.value).endswith(".")


def test_weights_that_are_made_of_others_are_refused() -> None:
    pruned = nn.Linear(3, 4)
    l1_unstructured(pruned, "weight", 1)  # type: ignore[no-untyped-call]
    with pytest.raises(ValueError, match="weights of the Linear are made of others"):
        probe(RNN, X, readout=pruned)
    with pytest.raises(ValueError, match="ParametrizedGRU is no plain"):
        probe(nn.utils.parametrizations.weight_norm(nn.GRU(2, 3), "weight_hh_l0"), X, readout=nn.Linear(3, 4))
    packed = nn.utils.rnn.pack_sequence([torch.zeros(3, 2), torch.zeros(2, 2)])
    with pytest.raises(ValueError, match="`x` is a packed sequence"):
        probe(RNN, packed, readout=ONE)
    limited = Whole()
    limited.embed = nn.Embedding(9, INPUTS, max_norm=1.0)
    with pytest.raises(ValueError, match="max_norm"):
        probe(limited, [[1, 2]])
