"""Glossary: one definition for each term, shown wherever the term stands. Those of measures are in `measures.py`."""

from __future__ import annotations

from typing import NamedTuple

from .measures import MEASURES


class Term(NamedTuple):
    """A word of the field."""

    title: str
    plain: str


def measured(name: str) -> Term:
    """A word that is also a number on the page: what is said of it there."""
    return Term(MEASURES[name].title, MEASURES[name].plain)


TERMS = {
    "sequence": Term(
        "Sequence",
        "Inputs in an order: letters of a word, prices of days. Its length T is counted in time steps.",
    ),
    "time-step": Term(
        "Time step",
        "One place of the sequence, t = 0, 1, 2, ... At each the net reads one input.",
    ),
    "feed-forward": Term(
        "Feed-forward net",
        "A net whose layers pass values on in one direction only, each with weights of its own, so that nothing comes "
        "back to where it was. In the explorer it sees a window of the last few inputs at once, with weights of its "
        "own for each place in it, and keeps nothing from step to step.",
    ),
    "recurrent": Term(
        "Recurrent net",
        "A net that hands its state from each step to the next, with the same weights at every step.",
    ),
    "weight": Term(
        "Weight",
        "A number by which one unit's value counts in another's. Training changes the weights, and nothing else.",
    ),
    "shared-weights": Term(
        "Shared weights",
        "The same weights used at every time step. The net has as many parameters for a long sequence as for a "
        "short one.",
    ),
    "parameters": Term(
        "Parameters",
        "All weights and biases: what training changes.",
    ),
    "unfolding": Term(
        "Unfolding",
        "Drawing a recurrent net once for each time step, so that the loop becomes a chain of copies that share "
        "their weights.",
    ),
    "hidden-state": Term(
        "Hidden state",
        "The values h_t that a recurrent net hands from step t to step t + 1: all that it knows of what it has read.",
    ),
    "activation": Term(
        "Activation function",
        "The function that squashes a unit's sum: sigmoid to between 0 and 1, tanh to between -1 and 1; relu cuts"
        " off what is below 0.",
    ),
    "forward-pass": Term(
        "Forward pass",
        "Working out states and outputs from the first input to the last.",
    ),
    "loss": measured("loss"),
    "backward-pass": Term(
        "Backward pass",
        "Working out from the loss backwards how much it would change with each state and each weight.",
    ),
    "gradient": Term(
        "Gradient",
        "How much the loss changes for a small change of a value, for each of many values at once. Training steps"
        " against it.",
    ),
    "chain-rule": Term(
        "Chain rule",
        "The derivative of one function within another is the outer one's derivative times the inner one's. "
        "Through T steps it is a product of T factors.",
    ),
    "bptt": Term(
        "Back-propagation through time",
        "The chain rule along the unfolded net: the gradient at a step is the one at the step after it, times how"
        " that state depends on this one. What it says of a shared weight is summed over all steps.",
    ),
    "vanishing": Term(
        "Vanishing gradient",
        "A gradient that shrinks by a factor at each step back, so that early inputs no longer teach the net anything.",
    ),
    "exploding": Term(
        "Exploding gradient",
        "A gradient that grows by a factor at each step back, until one update throws the weights far away.",
    ),
    "clipping": Term(
        "Clipping",
        "Scaling a gradient down to a threshold where its norm is above it. It keeps the direction; it cures "
        "exploding, not vanishing.",
    ),
    "spectral-radius": Term(
        "Spectral radius",
        "The size of the largest eigenvalue of the recurrent weights: by what factor a state is stretched in the "
        "long run where nothing squashes it.",
    ),
    "memory-cell": Term(
        "Memory cell",
        "The cell state c_t of an LSTM: f_t times what it was, plus i_t times the candidate. Along it the "
        "gradient is multiplied by the forget gate and by nothing else.",
    ),
    "gate": Term(
        "Gate",
        "A value between 0 and 1 by which another is multiplied, unit by unit: 0 lets nothing through, 1 all. "
        "What it reads decides how far it opens.",
    ),
    "input-gate": Term(
        "Input gate",
        "i_t of an LSTM: how much of the candidate is written to the cell state.",
    ),
    "forget-gate": Term(
        "Forget gate",
        "f_t of an LSTM: how much of the cell state is kept. 1 keeps all of it, 0 wipes it.",
    ),
    "output-gate": Term(
        "Output gate",
        "o_t of an LSTM: how much of the cell state is shown as the hidden state.",
    ),
    "candidate": Term(
        "Candidate",
        "What would be written to the state if the gate let all of it through.",
    ),
    "update-gate": Term(
        "Update gate",
        "z_t of a GRU: how much of the old state is kept; the rest is filled with the candidate.",
    ),
    "reset-gate": Term(
        "Reset gate",
        "r_t of a GRU: how much of the old state the candidate may see.",
    ),
    "seed": Term(
        "Seed",
        "The number from which starting weights and training sequences are drawn. Another seed is another run of luck.",
    ),
}
"""The field's words, in the order in which the story needs them."""

GLOSSARY = TERMS | {name: measured(name) for name in MEASURES}
"""All terms: the field's words, and the numbers on the page."""


def markdown() -> str:
    """The page docs/glossary.md: `python -m farback.glossary` prints it."""
    head = (
        "# Glossary\n\nOne definition for each term; lessons and panels show the same words. "
        "Made by `python -m farback.glossary`.\n"
    )
    terms = "\n".join(f"- **{term.title}** (`{name}`): {term.plain}" for name, term in TERMS.items())
    return f"{head}\n{terms}\n\nEvery number on the page: [definitions.md](definitions.md).\n"


if __name__ == "__main__":
    print(markdown(), end="")
