"""The definition of every number on the page: in plain words, as a formula, with its source."""

from __future__ import annotations

from typing import NamedTuple

from . import config


class Measure(NamedTuple):
    """One definition, as the page and the docs show it."""

    title: str
    plain: str
    """What is being looked at, for a newcomer."""
    formula: str
    unit: str
    source: str


MEASURES: dict[str, Measure] = {
    "reach": Measure(
        "Reach",
        "How many steps back the model really answers from: held-out sequences are made whose relevant "
        "input lies exactly d steps back, and the reach is the longest d at which it still answers "
        "clearly better than a guess.",
        "the largest D with skill(D) ≥ 0.5 and skill(d) ≥ 0.5 at 90 % or more of the tested lags d ≤ D, "
        "0 if there is none; ≥ D where D is the longest lag tested. For text: the smallest d such that "
        f"replacing everything older than d steps changes the mean loss by less than {config.REACH_NATS} "
        f"nat, or by less than {config.REACH_ERRORS:.0f} standard errors of that change. Interval: 5 % and 95 % points "
        "over resampled trials.",
        "steps",
        "Farback; an intervention on inputs in the spirit of Madsen 2019, Visualizing memorization in RNNs, Distill",
    ),
    "horizon": Measure(
        "Gradient horizon",
        "How many steps back the gradient of the answer still sees an input. It is a local sensitivity: "
        "an untrained net can have a long one, and a net that solved the task with saturated units a "
        "short one.",
        "the largest lag d ≥ 1 at which the median over sequences of C[k,k−d] / max over d′ ≥ 1 of "
        f"C[k,k−d′] is at least θ = {config.HORIZON_THRESHOLD:.0%}, 0 if there is none; several answer "
        "steps: their median, rounded down. Interval: quartiles over sequences.",
        "steps",
        "Farback; the decay of this gradient: Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013",
    ),
    "skill": Measure(
        "Skill by lag",
        "How much better than a guess the model answers when the relevant input lies d steps back: 1 is "
        "perfect, 0 is chance.",
        "skill(d) = (score − chance) / (perfect − chance), on held-out sequences whose relevant input "
        "lies d steps before the answer",
        "1 (share)",
        "Farback; the score is the task's own",
    ),
    "added_loss": Measure(
        "Loss added without older context",
        "How much worse the model predicts when everything older than d steps is replaced by other text.",
        "mean of L(context older than d replaced) − L(whole context) at the last step",
        "nat",
        "Farback; after Khandelwal et al. 2018, Sharp Nearby, Fuzzy Far Away (arXiv 1805.04623)",
    ),
    "signal": Measure(
        "Gradient signal G",
        "How much of the gradient at the answer is left after flowing back to step t. 1 is all of it; a "
        "straight line down on this log axis is a gradient that vanishes.",
        "G(d) = |[∂L/∂h; ∂L/∂c] at k−d| / |the same at k|, median over held-out sequences",
        "1 (ratio)",
        "Hochreiter 1991; Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063",
    ),
    "grad_h": Measure(
        "Gradient of the loss for the hidden state",
        "How the loss at the answer would change if this unit had been a little larger at this step. "
        "Blue and orange are the two signs, the middle colour is zero.",
        "∂L/∂h_t with c_t held fixed, L the cross-entropy (squared error in a regression) at the last answer step",
        "nat (squared units in a regression) per unit of h",
        "Back-propagation through time: Werbos 1990",
    ),
    "grad_c": Measure(
        "Gradient of the loss for the cell state",
        "How the loss at the answer would change if this memory cell had held a little more at this step.",
        "∂L/∂c_t including the path through h_t",
        "nat (squared units in a regression) per unit of c",
        "Hochreiter & Schmidhuber 1997",
    ),
    "grad_norm": Measure(
        "Gradient size",
        "The length of the gradient that arrives at each step, for the sequence shown.",
        "|[∂L/∂h_t; ∂L/∂c_t]|, Euclidean norm over units",
        "nat (squared units in a regression) per unit of state",
        "Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063",
    ),
    "updates": Measure(
        "Gradient of the weights",
        "How long the step would be that the batches ask for, and what clipping leaves of it.",
        "|∂L/∂w| over all weights, L the batch's mean loss, mean over the updates since the frame before; after "
        "clipping min(|∂L/∂w|, clip); and the share of these updates that were clipped",
        "nat (squared units in a regression) per unit of weight",
        "Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063",
    ),
    "connectivity": Measure(
        "Connectivity",
        "Which inputs the answer depends on: how strongly a small change of each input would move the "
        "score of the right answer.",
        "C[k,t] = |∂s_k/∂x_t|, Euclidean norm over the input vector; s_k the logit of the target class "
        "at output time k (the prediction itself in a regression); where nothing is asked at k, of the class that is "
        "asked for next",
        "logits per unit of input",
        "Madsen 2019, Visualizing memorization in RNNs, Distill; the norm, not its square",
    ),
    "profile": Measure(
        "Connectivity by lag",
        "Connectivity counted back from the answer, as a share of its largest entry. The gradient horizon is where "
        "this curve last stands above the dashed line.",
        "median over held-out sequences of C[k,k−d] / max over d′ ≥ 1 of C[k,k−d′], for the chosen answer step k",
        "1 (share)",
        "Farback; after Pascanu, Mikolov & Bengio 2013",
    ),
    "h": Measure(
        "Hidden state h",
        "What the model carries from step to step: one row a unit, one column a time step.",
        "h_t, see the cell's equations",
        "1",
        "the cell's source",
    ),
    "c": Measure(
        "Cell state c",
        "The LSTM's memory: written through the input gate, kept by the forget gate.",
        "c_t = f_t · c_{t−1} + i_t · g_t",
        "1",
        "Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000",
    ),
    "gates": Measure(
        "Gates",
        "How far each valve of the cell is open at each step, unit by unit: 0 shut, 1 open.",
        "see the cell's equations",
        "1",
        "the cell's source",
    ),
    "x": Measure(
        "Input",
        "The held-out sequence that all panels show: the same one for the whole run, so a picture "
        "changes only because the weights did.",
        "x_t",
        "one-hot, or the task's values",
        "the task's source",
    ),
    "output": Measure(
        "Output",
        "What the model would answer at each step. A frame marks what would be right; where there is none, "
        "nothing is asked.",
        "softmax(W h_t + b), or W h_t + b in a regression",
        "probability, or the task's value",
        "the task's source",
    ),
    "loss": Measure(
        "Loss",
        "How wrong the model is on held-out sequences; the dashed line is guessing.",
        "mean cross-entropy (or squared error) over the steps that are asked for, on 128 held-out sequences",
        "nat (or squared units)",
        "the task's source",
    ),
    "accuracy": Measure(
        "Accuracy",
        "Share of right answers on held-out sequences; the dashed line is guessing.",
        "share of answer steps at which the largest output is the target's, on 128 held-out sequences; in copying "
        "only the repeated symbols count, since the blanks before them need no memory",
        "1 (share)",
        "the task's source",
    ),
}


def as_markdown() -> str:
    """The page docs/definitions.md: `python -m farback.measures` prints it."""
    head = (
        "# Definitions\n\n"
        "Every number on the page, as it is measured. T time steps, B sequences, H hidden units; t an input time, k an "
        "output time, lag d = k − t.\nMade from `measures.py` by `python -m farback.measures`; the page shows the same "
        "words.\n"
    )
    parts = [
        f"\n## {measure.title} (`{name}`)\n\n{measure.plain}\n\n"
        f"- Formula: {measure.formula}\n- Unit: {measure.unit}\n- Source: {measure.source}\n"
        for name, measure in MEASURES.items()
    ]
    return head + "".join(parts)


if __name__ == "__main__":
    print(as_markdown(), end="")
