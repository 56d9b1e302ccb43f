"""A person's own torch module, taken apart into what is probed, and a `Model` made of copies of its weights."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import NoReturn

import torch
from torch import Tensor, nn

from ..arrays import Floats
from ..cells import Cell
from ..cells.gru import GRU
from ..cells.lstm import LSTM
from ..cells.rnn import RNN
from ..errors import InvalidInput
from ..model import Model

KINDS = "torch.nn.RNN, GRU or LSTM"
APART = "pass the two parts themselves: farback.probe(recurrent, x, readout=linear)"
CLOSE = {torch.float32: 1e-3, torch.float64: 1e-6}
"""Share of the largest output by which a module's own forward may differ: rounding grows along a long sequence, and a
forward that computes something else differs by far more."""
PLAIN = re.compile(r"(weight|bias)(_[ih]h_l\d+)?")
"""Names of the weights that torch.nn's own modules have."""


class CannotProbe(InvalidInput, ValueError):
    """What was given to `farback.probe` cannot be probed. `field` names the argument.

    It is a ValueError as well, as scripts expect. `InvalidInput` itself is none, since pydantic would take those that a
    spec's own checks raise for its own.
    """


def refuse(field: str, sentence: str) -> NoReturn:
    """Raise CannotProbe for an argument."""
    raise CannotProbe(sentence, field)


@dataclass(frozen=True)
class Parts:
    """What a module was found to consist of."""

    recurrent: nn.RNNBase
    readout: nn.Linear
    embedding: nn.Embedding | None

    @property
    def dtype(self) -> torch.dtype:
        """Of all weights: float32 or float64."""
        return self.readout.weight.dtype

    def model(self) -> Model:
        """The same layers as a `Model`, over copies of the weights, on the CPU; a bias that is missing is zero."""
        recurrent, weights = self.recurrent, {}
        for layer in range(recurrent.num_layers):
            for name in (f"weight_ih_l{layer}", f"weight_hh_l{layer}", f"bias_ih_l{layer}", f"bias_hh_l{layer}"):
                found = getattr(recurrent, name, None)
                rows = len(getattr(recurrent, f"weight_hh_l{layer}"))
                weights[f"recurrent.{name}"] = _array(torch.zeros(rows, dtype=self.dtype) if found is None else found)
        bias = self.readout.bias
        zeros = torch.zeros(self.readout.out_features, dtype=self.dtype)
        weights["readout.weight"] = _array(self.readout.weight)
        weights["readout.bias"] = _array(zeros if bias is None else bias)
        return Model(_cell(recurrent), recurrent.input_size, self.readout.out_features, weights, self.dtype)


def take_apart(module: nn.Module, readout: nn.Linear | None) -> Parts:
    """Find the recurrent layers and their read-out, by type.

    Args:
        module: a torch.nn.RNN, GRU or LSTM, or one module that holds it, one Linear and at most one Embedding.
        readout: the Linear that reads the top layer's h, where `module` is the recurrent part itself.

    Raises:
        CannotProbe: there is none, there are several, or they are of a form that is not measured here.
    """
    if not isinstance(module, nn.Module):
        refuse("module", f"`module` is of type {_name(module)}; it must be a {KINDS}, or a torch.nn.Module with one.")
    if isinstance(module, nn.RNNBase):
        if readout is None:
            refuse("readout", f"A {_name(module)} alone gives no answer: pass its read-out too, readout=the Linear.")
        if type(readout) is not nn.Linear:
            refuse("readout", f"`readout` is of type {_name(readout)}; it must be a torch.nn.Linear.")
        parts = Parts(module, readout, None)
    else:
        if readout is not None:
            refuse(
                "module", f"With `readout` given, `module` must be the {KINDS} itself; it is of type {_name(module)}."
            )
        parts = _found(module)
    _check(parts)
    return parts


def check_forward(module: nn.Module, x: Tensor, output: Tensor) -> None:
    """Refuse a module that computes something else than its Linear of its recurrent layers' h.

    A copy of it without hooks runs in eval mode on the CPU, so the module itself stays as it is. Outputs at every step
    or at the last one are known, with either axis first, as a tensor or first in a tuple, as logits or their
    log_softmax.

    Args:
        module: what holds the parts.
        x: the input in the module's own layout.
        output: (T, B, O) what the parts give.

    Raises:
        CannotProbe: it gives something else, or cannot be run on `x` alone.
    """
    try:
        with torch.random.fork_rng(devices=[]):
            copy = deepcopy(module).cpu().eval()
            for part in copy.modules():
                part._forward_hooks.clear()
                part._forward_pre_hooks.clear()
            given = copy(x)
    except Exception as error:  # a stranger's code may raise anything
        sentence = f"{_name(module)} could not be run on `x` alone ({type(error).__name__}: {error}); {APART}."
        raise CannotProbe(sentence, "module") from error
    given = given[0] if isinstance(given, (tuple, list)) and given else given
    if not isinstance(given, Tensor) or not _same(given, output):
        sentence = f"{_name(module)} gives something else than its Linear of its recurrent layers' h, so the numbers"
        refuse("module", f"{sentence} would not be its own; if the read-out is meant alone, {APART}.")


def _found(module: nn.Module) -> Parts:
    recurrent = [part for part in module.modules() if isinstance(part, nn.RNNBase)]
    readouts = [part for part in module.modules() if type(part) is nn.Linear]
    embeddings = [part for part in module.modules() if type(part) is nn.Embedding]
    if len(recurrent) != 1:
        refuse("module", f"{_name(module)} holds {len(recurrent)} recurrent modules; it must hold exactly one {KINDS}.")
    if len(readouts) != 1:
        refuse("module", f"{_name(module)} holds {len(readouts)} torch.nn.Linear; one read-out is needed, or {APART}.")
    if len(embeddings) > 1:
        refuse(
            "module", f"{_name(module)} holds {len(embeddings)} torch.nn.Embedding; at most one can be read through."
        )
    known = {*recurrent, *readouts, *embeddings}
    for name, part in module.named_modules():
        if part not in known and next(part.parameters(recurse=False), None) is not None:
            where = f"its part `{name}`, of type {_name(part)}," if name else "it"
            refuse("module", f"{_name(module)} cannot be probed as a whole: {where} has weights of its own; {APART}.")
    return Parts(recurrent[0], readouts[0], embeddings[0] if embeddings else None)


def _check(parts: Parts) -> None:
    recurrent, readout, embedding = parts.recurrent, parts.readout, parts.embedding
    if type(recurrent) not in (nn.RNN, nn.GRU, nn.LSTM):
        refuse("module", f"{_name(recurrent)} is no plain {KINDS}: what it computes is not known.")
    if recurrent.bidirectional:
        refuse(
            "module", "The recurrent module is bidirectional: it reads the future, so no step is a limit to its memory."
        )
    if recurrent.proj_size:
        refuse("module", f"The LSTM has proj_size={recurrent.proj_size}; only LSTMs without projection are probed.")
    if readout.in_features != recurrent.hidden_size:
        sentence = f"The read-out takes {readout.in_features} values, but the recurrent module has hidden_size"
        refuse("readout", f"{sentence} {recurrent.hidden_size}.")
    if not readout.out_features:
        refuse("readout", "The read-out has no output.")
    if embedding is not None and embedding.embedding_dim != recurrent.input_size:
        sentence = f"The Embedding gives {embedding.embedding_dim} values, but the recurrent module has input_size"
        refuse("module", f"{sentence} {recurrent.input_size}.")
    if embedding is not None and embedding.max_norm is not None:
        refuse("module", "The Embedding has max_norm, with which every look changes its weights.")
    weights: list[nn.Parameter] = []
    for part in (recurrent, readout, embedding):
        if part is not None:
            own = dict(part.named_parameters(recurse=False))
            if not all(PLAIN.fullmatch(name) for name in own):
                sentence = f"The weights of the {_name(part)} are made of others, as by weight_norm or pruning"
                refuse("module", f"{sentence}; remove that first.")
            weights += own.values()
    dtypes = {weight.dtype for weight in weights}
    if len(dtypes) > 1 or parts.dtype not in CLOSE:
        found = " and ".join(sorted(str(dtype) for dtype in dtypes))
        refuse("module", f"The weights are {found}; they must all be torch.float32, or all torch.float64.")
    if any(weight.is_meta for weight in weights):
        refuse("module", "The weights are on the device “meta”: they have no values.")


def _cell(recurrent: nn.RNNBase) -> Cell:
    """The cell with the module's sizes, made without validation: the limits on H and layers are a server's."""
    hidden, layers = recurrent.hidden_size, recurrent.num_layers
    if isinstance(recurrent, nn.RNN):
        return RNN.model_construct(hidden=hidden, layers=layers, activation=recurrent.nonlinearity)
    return (LSTM if isinstance(recurrent, nn.LSTM) else GRU).model_construct(hidden=hidden, layers=layers)


def _same(given: Tensor, output: Tensor) -> bool:
    """Whether `given` is `output` (T, B, O) in one of the forms that `check_forward` knows."""
    outputs = output.shape[-1]
    forms = [output, output.transpose(0, 1), output[-1]]
    if output.shape[1] == 1:  # one sequence, without the axis of sequences
        forms += [output[:, 0], output[-1, 0]]
    if outputs == 1:
        forms += [form[..., 0] for form in forms]
    elif given.is_floating_point():  # loss and gradient are those of log_softmax, which leaves a log_softmax as it is
        given, output, forms = given.log_softmax(-1), output.log_softmax(-1), [form.log_softmax(-1) for form in forms]
    largest = float(output[output.isfinite()].abs().max()) if bool(output.isfinite().any()) else 0.0
    within = CLOSE[output.dtype] * max(largest, 1e-30)  # of all steps, as what has faded keeps the rounding of before
    return given.dtype == output.dtype and any(
        form.shape == given.shape and torch.allclose(given, form, rtol=0, atol=within, equal_nan=True) for form in forms
    )


def _array(weight: Tensor) -> Floats:
    array: Floats = weight.detach().cpu().numpy()
    return array


def _name(thing: object) -> str:
    return type(thing).__name__
