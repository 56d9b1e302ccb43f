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
        "0 if there is none; ≥ D where D is the longest lag tested. Where a text or prices are read: the smallest d "
        f"such that replacing everything older than d steps changes the mean loss by less than {config.REACH_NATS} "
        f"nat, or by less than {config.REACH_ERRORS:.0f} standard errors of that change; 0 where fewer than "
        f"{config.REACH_STRETCHES} independent stretches of held-out data stand behind it. Interval: 5 % and 95 % "
        "points over resampled trials, or stretches.",
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
        "steps: their median, rounded down. Interval: quartiles over sequences. Null where one of the "
        f"{config.PROBE_SEQUENCES} sequences has an entry that is not finite",
        "steps",
        "Farback; the decay of this gradient: Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013",
    ),
    "skill": Measure(
        "Skill by lag",
        "How much better than a guess the model answers when the relevant input lies d steps back: 1 is "
        "perfect, 0 is chance.",
        "skill(d) = (score − chance) / (perfect − chance), on held-out sequences whose relevant input "
        "lies d steps before the answer; its standard error is √(s²/n) / (perfect − chance), s² the variance of the n "
        "scores",
        "1 (share)",
        "Farback; the score is the task's own",
    ),
    "added_loss": Measure(
        "Loss added without older context",
        "How much worse the model predicts when everything older than d steps is replaced by another sequence's.",
        "mean of L(context older than d replaced) − L(whole context) at the last step, over random held-out windows. "
        "Those that start in the same stretch of a text, as long as a window, or ask for the same week of prices, are "
        "one trial: the standard error of the mean over n windows is √(G/(G − 1) · Σ e²) / n, e the sum of the "
        "deviations from the mean in each of the G stretches",
        "nat",
        "Farback; after Khandelwal et al. 2018, Sharp Nearby, Fuzzy Far Away (arXiv 1805.04623)",
    ),
    "signal": Measure(
        "Gradient signal G",
        "How much of the gradient at the answer is left after flowing back to step t. 1 is all of it; a "
        "straight line down on this log axis is a gradient that vanishes.",
        "G(d) = |[∂L/∂h; ∂L/∂c; ∂L/∂c̃] at k−d| / |the same at k|, as far as the cell has them, median over held-out "
        "sequences; those whose gradient at k is 0 or not finite are left out",
        "1 (ratio)",
        "Hochreiter 1991; Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063",
    ),
    "grad_h": Measure(
        "Gradient of the loss for the hidden state",
        "How the loss at the answer would change if this unit had been a little larger at this step. "
        "Blue and orange are the two signs, the middle colour is zero.",
        "∂L/∂h_t with c_t and c̃_t held fixed, L the cross-entropy (squared error in a regression) at the last answer "
        "step; where no right answer is known there, in a sequence of one's own, the model's own first choice (its "
        "prediction in a regression, so that L is 0) stands for it",
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
    "grad_inner": Measure(
        "Gradient of the loss for the inner memory",
        "The same for the memory inside the memory, which only a nested LSTM has.",
        "∂L/∂c̃_t including the paths through c_t and h_t",
        "nat (squared units in a regression) per unit of c̃",
        "Moniz & Krueger 2017, arXiv 1801.10308",
    ),
    "grad_norm": Measure(
        "Gradient size",
        "The length of the gradient that arrives at each step, for the sequence shown.",
        "|[∂L/∂h_t; ∂L/∂c_t; ∂L/∂c̃_t]|, as far as the cell has them, Euclidean norm over units",
        "nat (squared units in a regression) per unit of state",
        "Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063",
    ),
    "train_loss": Measure(
        "Training loss",
        "How wrong the model was on the batches that it learned from, each before the weights were moved by it.",
        "mean over the updates since the frame before of the batch's mean cross-entropy (or squared error)",
        "nat (or squared units)",
        "the task's source",
    ),
    "memoryless_loss": Measure(
        "Loss without memory",
        "The best that the current input alone allows: below the line “no memory”, a model uses something older. It is "
        "drawn where it differs from guessing.",
        "loss of the best predictor that sees x_k only: in closed form, or the cross-entropy of a table of "
        "what follows each input (in a text and in prices counted in the training part, and told on the held-out one); "
        "null where that is not known",
        "nat (or squared units)",
        "Farback; smoothing of a text's table: Witten & Bell 1991",
    ),
    "share": Measure(
        "Passages that look far back",
        "How much of what the model depends on, at one place of a text, lies further back than two words of common "
        "length. The places with most and with least of it are shown.",
        "Σ over k − t > 10 of C[k,t] / Σ over t ≤ k of C[k,t], C as in connectivity; the largest and the smallest of "
        "64 held-out windows, each once, where something is asked, more than 20 characters have been read and more "
        "than half of the last 10 are letters",
        "1 (share)",
        "Farback; after Madsen 2019, Visualizing memorization in RNNs, Distill",
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
        "asked for next, and where nothing more is asked, of the one that the model itself ranks first",
        "logits per unit of input",
        "Madsen 2019, Visualizing memorization in RNNs, Distill; the norm, not its square",
    ),
    "state_connectivity": Measure(
        "Connectivity to the states",
        "Which states the answer depends on, the inputs behind them left aside: the road that the gradient takes "
        "through time, for every output time at once.",
        "|∂s_k/∂h_t|, Euclidean norm over the units, s_k as in connectivity; with a memory cell that of ∂s_k/∂h_t, "
        "c_t held fixed, and of ∂s_k/∂c_t, the path through h_t included, in one vector; in a nested LSTM also of "
        "∂s_k/∂c̃_t, the paths through c_t and h_t included",
        "logits per unit of state",
        "Back-propagation through time: Werbos 1990",
    ),
    "causal": Measure(
        "Change when an input is replaced",
        "How far the score really moves when one input is exchanged for another one. The gradient only says how it "
        "would move for a slight change; where the two disagree, trust this one.",
        "mean of |s_k(x_t replaced by x′) − s_k|, s_k as in connectivity and its class that of the whole sequence, "
        "over all distinct inputs x′ ≠ x_t that the "
        f"{config.PROBE_SEQUENCES - 1} other probe sequences have at step t (in a sequence of one's own, that all "
        f"{config.PROBE_SEQUENCES} have as many steps before their end; farther back than they go, up to "
        f"{config.PROBE_SEQUENCES} evenly spread over all that they have), in float64; left out where there is none, "
        "or where it is at most 100 ε max(1, |s_k|), ε = 2.2e-16, which is rounding; the rank correlation is "
        "Spearman's ρ between it and C[k,t] over the steps t ≤ k that are left",
        "logits (the output's unit in a regression)",
        "Farback; rank correlation: Spearman 1904, The proof and measurement of association between two things",
    ),
    "lengths": Measure(
        "Beyond the trained length",
        "How the model does on sequences longer than any that it was trained on.",
        "loss and accuracy as they are defined, on 128 held-out sequences 1, 1.5, 2, 3 and 4 times as long, in whole "
        "steps, as far as sequences may be long: 400 steps, 24 of prices, of a text what its held-out part has; in "
        "autocomplete on at most so many as do not overlap. At the longest the skill by lag (or the loss added) and "
        "the reach, on 50 sequences for each of 40 lags at most",
        "as loss, accuracy and reach",
        "Farback",
    ),
    "profile": Measure(
        "Connectivity by lag",
        "Connectivity counted back from the answer, as a share of its largest entry. The gradient horizon is where "
        "this curve last stands above the dashed line.",
        "median over held-out sequences of C[k,k−d] / max over d′ ≥ 1 of C[k,k−d′], for the chosen answer step k",
        "1 (share)",
        "Farback; after Pascanu, Mikolov & Bengio 2013",
    ),
    "verdict": Measure(
        "Verdict",
        "Whether the gradient vanishes, stays or explodes on its way back from the answer. The half-life is how many "
        "steps back it takes to halve; where it explodes, how many to double.",
        "least-squares slope of log10 G(d) over d = 1..D, D the answer step, G below 1e-30 or not finite left out and "
        "counted; |slope| · D < 1, less than a factor of ten over the whole way: steady; falling: vanishing; rising: "
        "exploding; none if fewer than two entries are left. Half-life: log10(2) / |slope|",
        "one of three words; slope in powers of ten a step; half-life in steps",
        "Farback; the exponential decay: Hochreiter 1991; Bengio, Simard & Frasconi 1994",
    ),
    "jacobian": Measure(
        "Step Jacobian",
        "How one time step passes a small change of the state on: the largest singular value is the most it can "
        "stretch one, the smallest the least. Below 1 everywhere, that step shrinks every gradient that passes.",
        "singular values of J_t = ∂s_t/∂s_{t−1}, s = h, [h; c] in the LSTM, or [h; c; c̃] in the nested LSTM, for the "
        "sequence shown, in float64; left out where less than 100 times the rounding error",
        "1 (ratio), on a log axis",
        "Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063; Pennington, Schoenholz & Ganguli 2017, arXiv 1711.04735",
    ),
    "product": Measure(
        "Jacobian across many steps",
        "How the state at the output time would move with the state d steps before: the steps' Jacobians multiplied. "
        "Where even the largest singular value falls, every gradient vanishes; where some fall and some do not, it "
        "survives in a few directions only.",
        "singular values of ∂s_k/∂s_{k−d} = J_k J_{k−1} … J_{k−d+1}, rescaled at every step; left out where less than "
        "100 times the rounding error, which is the difference of two products that round differently",
        "1 (ratio), on a log axis",
        "Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063",
    ),
    "direct_path": Measure(
        "Direct path through the memory",
        "What each memory unit would keep of itself over d steps if nothing but its gate touched it, beside all "
        "paths together. A line near 1 is the road on which the gradient survives.",
        "Π over steps t+1..k of f (LSTM), z (GRU) or f̃ (nested LSTM), median, smallest and largest over units; beside "
        "it the largest singular value of the [c, c] block of ∂s_k/∂s_t (LSTM; h_t held fixed), of its [c̃, c̃] block "
        "(nested LSTM; h_t and c_t held fixed) or of ∂h_k/∂h_t (GRU). Without a forget gate (LSTM of 1997) the product "
        "is exactly 1 and not drawn",
        "1 (ratio), on a log axis",
        "Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000; Cho et al. 2014; Moniz & Krueger 2017",
    ),
    "spectral_radius": Measure(
        "Spectral radius of W_hh",
        "The recurrent weights of a plain RNN by themselves: the radius is the rate at which they would stretch a "
        "state if they were applied for ever, σ_max the most they can stretch one in a single step. Gated cells have "
        "no such number: their gates add a path that goes through no weights.",
        "ρ = max |eigenvalue of W_hh|, σ_max its largest singular value, γ the largest slope of φ (1 for tanh and "
        "relu, 1/4 for sigmoid). σ_max < 1/γ is sufficient for gradients to vanish; σ_max > 1/γ is only necessary for "
        "them to explode",
        "1 (ratio)",
        "Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063",
    ),
    "lyapunov": Measure(
        "Lyapunov exponents",
        "The rates at which the layer stretches (above 0) or shrinks (below 0) small changes of its state, one for "
        "each direction, over the sequence shown. 0 keeps a change as it is: memory for ever.",
        "mean over t = 1..T−1 of log |R_t[i,i]|, J_t Q_{t−1} = Q_t R_t by QR, Q_0 from a sweep back over the same "
        "steps; descending; left out where less than 100 times the rounding error",
        "nat a step",
        "Vogt et al. 2020, arXiv 2006.14123; Engelken 2023, arXiv 2312.17306; the choice of Q_0: Farback",
    ),
    "chain": Measure(
        "The chain rule, factor by factor",
        "The derivative of a later state for an earlier one is a product with one factor a step: the size of each "
        "factor, the size of the product so far, and what automatic differentiation says of the whole. A feed-forward "
        "net has no state and no factors: beyond its window the derivative is exactly 0.",
        "∂s_k/∂s_t = J_k J_{k−1} … J_{t+1}; spectral norm (largest singular value) and Frobenius norm (root of the sum "
        "of squares) of each factor and of each product; largest difference from torch's autograd over autograd's "
        "largest entry. Feed-forward: |∂s_k/∂x_τ| for τ = t..k",
        "1 (ratio); feed-forward: logits per unit of input",
        "Back-propagation through time: Werbos 1990; Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063",
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
        "c_t = f_t · c_{t−1} + i_t · g_t (other forms: the cell's equations)",
        "1",
        "Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000",
    ),
    "inner": Measure(
        "Inner memory c̃",
        "The memory inside the memory of a nested LSTM: what it keeps decides what the outer memory becomes.",
        "c̃_t = f̃_t · c̃_{t−1} + ĩ_t · g̃_t, and c_t = õ_t · tanh(c̃_t)",
        "1",
        "Moniz & Krueger 2017, arXiv 1801.10308",
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
    "suggestions": Measure(
        "Suggestions",
        "The three words that the model finds most likely at each step, and how likely it finds the right one.",
        "the largest entries of softmax(W h_t + b), and the right word's where one is asked for",
        "probability",
        "Madsen 2019, Visualizing memorization in RNNs, Distill",
    ),
    "by_letters": Measure(
        "Accuracy by letters known",
        "How often the right word is the first suggestion, or among the first two or three, when so many of its "
        "letters have been read. At 0 letters only the text before the word can tell. A model that is no better than "
        "the most frequent word with the same beginning uses the word's own letters and nothing else.",
        "share of held-out steps with k letters of the word read (k = 0 at the character directly before it) at which "
        "fewer than j = 1, 2, 3 words have a larger output than the right one; its standard error is √(p(1 − p)/n). n "
        "steps of at most 128 held-out windows that do not overlap; left out are words that the vocabulary lacks or "
        f"the window's start has cut, and numbers k with n < {config.LETTER_STEPS}. Baselines, on these steps: the 3 "
        "most frequent words of the training part, and the 3 most frequent that begin with the k letters",
        "1 (share)",
        "Madsen 2019, Visualizing memorization in RNNs, Distill; the baselines: Farback",
    ),
    "loss": Measure(
        "Loss",
        "How wrong the answers are: cross-entropy where one of several symbols is asked for, squared error where a "
        "number is. Panels show it on held-out sequences; the dashed line is guessing.",
        "mean cross-entropy (or squared error) over the steps that are asked for, on 128 held-out sequences; in "
        "autocomplete on at most so many that do not overlap, and a word that the vocabulary lacks is not asked for",
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
