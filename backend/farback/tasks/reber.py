"""Embedded Reber grammar: predict a string's next symbol; its end repeats what stood at its beginning."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import log
from typing import ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from .. import config
from ..arrays import Floats
from ..cite import Cite
from .base import Batch, ByLag, Chance, Flags, Predict, Task, Whole, one_hot, rightness

Table: TypeAlias = NDArray[np.float64]

SYMBOLS = "BTPSXVE"
BLANK = len(SYMBOLS)
BEGIN, T_, P_, END = (SYMBOLS.index(symbol) for symbol in "BTPE")

ARCS = (
    (("T", 1), ("P", 2)),
    (("S", 1), ("X", 3)),
    (("T", 2), ("V", 4)),
    (("X", 2), ("S", 5)),
    (("P", 3), ("V", 5)),
)
"""Reber's grammar between its B and its E: from each state two symbols, equally likely, and where they lead; 5 is the
end. The shortest strings are BTXSE and BPVVE."""
DONE = 5
START, OUTER = -3, -2
"""States of the whole string before Reber's own: at its beginning, and before the T or P that comes back."""
SHORTEST = 5
"""Symbols of the shortest inner string, B and E counted."""
OUTSIDE = 4
"""Symbols of a whole string around the inner one: B and T or P before it, T or P and E after it."""

SYMBOL = np.array([[SYMBOLS.index(symbol) for symbol, _ in arcs] for arcs in ARCS])  # (states, 2)
NEXT = np.array([[state for _, state in arcs] for arcs in ARCS])  # (states, 2)


class EmbeddedReber(Task):
    """B, then T or P, then a string of Reber's grammar, then the same T or P again, then E; all next symbols are asked.

    Blanks fill the time before a string and after it; nothing is asked there. In training a string begins anywhere,
    whatever its length, and is cut off where the sequence ends: did all of them end together, counting steps would tell
    how many symbols are left, and with it much of what comes next. Held-out strings do end together, so that the answer
    which needs memory, the second-to-last symbol, is asked at the last step but one of all; they begin where training's
    may. Inputs are one-hot: the seven symbols and the blank. Strings longer than the sequence are not drawn.
    """

    title = "Follow a grammar (embedded Reber)"
    summary = "Read strings of a small grammar and say which symbol comes next; the last but one repeats the second."
    kind = "classification"
    cite = Cite(
        "Hochreiter & Schmidhuber 1997, Long Short-Term Memory, Neural Computation 9(8), experiment 1; the grammar: "
        "Reber 1967; as a test of nets: Cleeremans, Servan-Schreiber & McClelland 1989",
        "https://doi.org/10.1162/neco.1997.9.8.1735",
    )
    chance_text = (
        "Knowing the grammar but not which symbol stood second: accuracy 1/2 of the second-to-last symbol; loss "
        "m ln 2 / (m + 3), with m the mean length of the inner string and 1/2 for each of two legal symbols."
    )
    success_text = (
        "All second-to-last symbols are told right, and the loss is within 0.03 nat of the best that can be had, "
        "(m - 1) ln 2 / (m + 3); a prediction that holds any illegal symbol for as likely as a legal one costs at "
        "least ½ ln 2."
    )
    stretches = "length"
    relevant_text = (
        "The lag is counted from the string's second symbol, T or P, to the step at which it is to be predicted again."
    )

    SOLVED_NATS: ClassVar[float] = 0.03

    name: Literal["reber"] = "reber"
    length: int = Field(
        30,
        title="Length",
        description="Steps of a sequence. The longest strings fill it, most are much shorter.",
        ge=SHORTEST + OUTSIDE - 1,
        le=config.MAX_STEPS_OF_TIME,
    )

    @property
    def inputs(self) -> int:
        return len(SYMBOLS) + 1

    @property
    def outputs(self) -> int:
        return len(SYMBOLS)

    @property
    def _longest(self) -> int:
        """Symbols of the longest inner string; the whole string's last one is only asked for."""
        return self.length + 1 - OUTSIDE

    @property
    def lags(self) -> tuple[int, ...]:
        """As many as the inner string has symbols."""
        return tuple(range(SHORTEST, self._longest + 1))

    @property
    def answers(self) -> tuple[int, ...]:
        """The step at which the second-to-last symbol is asked for."""
        return (self.length - 2,)

    @property
    def scored(self) -> Flags:
        """Only the second-to-last symbol: of two legal ones elsewhere nobody can know which comes."""
        scored: Flags = np.arange(self.length) == self.length - 2
        return scored

    def batch(self, rng: np.random.Generator, size: int, held_out: bool = False) -> Batch:
        inner = rng.choice(np.array(self.lags), size, p=self._share)
        latest = self._longest - SHORTEST
        return self._sequences(rng, inner, None if held_out else rng.integers(0, latest + 1, size))

    def probe(self, rng: np.random.Generator, size: int) -> Batch:
        """Random strings, the longest of them displayed."""
        lengths = rng.choice(np.array(self.lags), size, p=self._share)
        return self._sequences(rng, np.sort(lengths)[::-1])

    def chance(self) -> Chance:
        m = self._mean
        return Chance(m * log(2) / (m + 3), 0.5)

    @property
    def best_loss(self) -> float:
        """Mean loss of one who knows the grammar and remembers: one half for each of two legal symbols."""
        m = self._mean
        return (m - 1) * log(2) / (m + 3)

    def memoryless_loss(self) -> float:
        """Of the table of what follows each symbol, counted over all strings as often as they are drawn."""
        counts = _followers(self._longest)
        rows = counts.sum(axis=1, keepdims=True)
        shares = np.divide(counts, rows, out=np.ones_like(counts), where=counts > 0)
        return float(-(counts * np.log(shares)).sum() / counts.sum())

    def solved(self, loss: float, accuracy: float | None) -> bool:
        return accuracy == 1 and loss <= self.best_loss + self.SOLVED_NATS

    def legal(self, output: Floats, batch: Batch) -> float:
        """The paper's measure: share of the predictions that hold every legal symbol for likelier than any illegal one.

        Args:
            output: (T, B, O) what a model says at every step of `batch`.
            batch: strings of the grammar.
        """
        right = 0
        for b in range(batch.x.shape[1]):
            steps = np.flatnonzero(batch.mask[:, b])
            string = batch.x[steps, b].argmax(axis=-1).tolist()
            for t, allowed in zip(steps, continuations(string), strict=True):
                others = np.delete(output[t, b], list(allowed))
                right += bool(output[t, b, list(allowed)].min() > others.max())
        return right / int(batch.mask.sum())

    def by_lag(self, predict: Predict, rng: np.random.Generator, lags: Sequence[int], trials: int) -> ByLag:
        """Share of second-to-last symbols told right after inner strings of d symbols."""

        def score(tested: Whole) -> Floats:
            batch = self._sequences(rng, tested)
            return rightness(predict(batch.x)[0], batch.y[-2])

        return self.skill_by_lag(lags, trials, score, guess=0.5)

    def labels(self) -> dict[str, list[str]]:
        return {"x": [*SYMBOLS, "·"], "y": [*SYMBOLS]}

    def read(self, sequence: object) -> Batch:
        """A list of labels. What came next is known but at the last step, where it is known if the grammar leaves no
        choice."""
        batch = super().read(sequence)
        codes = batch.x[:, 0].argmax(axis=-1)
        batch.y[:-1, 0] = np.where(codes[1:] == BLANK, 0, codes[1:])
        batch.mask[:-1, 0] = (codes[1:] != BLANK) & (codes[:-1] != BLANK)
        string = codes[codes != BLANK].tolist()
        allowed = continuations(string)
        if codes[-1] != BLANK and len(allowed) == len(string) and len(allowed[-1]) == 1:
            batch.y[-1], batch.mask[-1] = next(iter(allowed[-1])), True
        return batch

    @property
    def _share(self) -> Table:
        """(L,) how often an inner string has each of the lengths."""
        weight = _finishing(self._longest)[0, SHORTEST - 2 : self._longest - 1]
        share: Table = weight / weight.sum()
        return share

    @property
    def _mean(self) -> float:
        """Mean length of the inner string."""
        return float(self._share @ np.array(self.lags))

    def _sequences(self, rng: np.random.Generator, inner: Whole, begin: Whole | None = None) -> Batch:
        """One string around an inner one of each length (B,), from step `begin` (B,) on; None: all end together."""
        T, B = self.length, inner.size
        each, t = np.arange(B), np.arange(T)[:, None]
        begin = T + 1 - OUTSIDE - inner if begin is None else begin
        outer = rng.choice([T_, P_], B)
        codes = np.full((2 * T, B), BLANK)
        codes[begin, each], codes[begin + 1, each], codes[begin + 2, each] = BEGIN, outer, BEGIN
        finishing = _finishing(self._longest)
        state, left = np.zeros(B, np.int64), inner - 2
        for step in range(self._longest - 2):
            on = np.flatnonzero(left > 0)
            if not on.size:
                break
            here, after = NEXT[state[on]], left[on] - 1
            weight = finishing[here[:, 0], after]
            second = rng.random(on.size) * (weight + finishing[here[:, 1], after]) >= weight
            arc = second.astype(np.int64)
            codes[begin[on] + 3 + step, on] = SYMBOL[state[on], arc]
            state[on], left[on] = here[np.arange(on.size), arc], after
        end = begin + inner + 1  # of the inner string
        codes[end, each], codes[end + 1, each], codes[end + 2, each] = END, outer, END
        asked = (t >= begin) & (t <= end + 1)
        y = np.where(asked, codes[1 : T + 1], 0)
        codes[end + 2, each] = BLANK  # the last symbol is asked for and never read
        return Batch(one_hot(codes[:T], self.inputs), y, asked)


def continuations(string: Sequence[int]) -> list[set[int]]:
    """After each symbol of a whole string's beginning, which ones may come next; it ends where the grammar is left."""
    found: list[set[int]] = []
    state, outer = START, BLANK
    for code in string:
        if code not in _legal(state, outer):
            break
        outer = code if state == OUTER else outer
        inside = 0 <= state < DONE
        state = int(NEXT[state, SYMBOL[state].tolist().index(code)]) if inside else state + 1
        found.append(_legal(state, outer))
    return found


def _legal(state: int, outer: int) -> set[int]:
    """What may come in a state, Reber's own or one of those around them, after the outer symbol `outer`."""
    if 0 <= state < DONE:
        return set(SYMBOL[state].tolist())
    around = {START: {BEGIN}, OUTER: {T_, P_}, OUTER + 1: {BEGIN}, DONE: {END}, DONE + 1: {outer}, DONE + 2: {END}}
    return around.get(state, set())


@lru_cache(maxsize=8)
def _finishing(longest: int) -> Table:
    """(states, longest) probability that a walk from a state reaches the end in exactly so many symbols."""
    table = np.zeros((DONE + 1, longest))
    table[DONE, 0] = 1
    for left in range(1, longest):
        table[:DONE, left] = table[NEXT, left - 1].mean(axis=1)
    return table


@lru_cache(maxsize=8)
def _followers(longest: int) -> Table:
    """(7, 7) expected number of times in a string that one symbol (column) follows another (row)."""
    within = _finishing(longest).cumsum(axis=1)  # ends in at most so many symbols
    walk = longest - 2
    counts = np.zeros((len(SYMBOLS), len(SYMBOLS)))
    arriving = {(BEGIN, 0): 1.0}  # probability of having come to a state by a symbol, whatever comes after
    for step in range(walk + 1):
        coming: dict[tuple[int, int], float] = {}
        for (symbol, state), p in arriving.items():
            if state == DONE:
                counts[symbol, END] += p
                continue
            for following, target in zip(SYMBOL[state].tolist(), NEXT[state].tolist(), strict=True):
                left = walk - step - 1
                if left >= 0:
                    counts[symbol, following] += p / 2 * within[target, left]
                    coming[following, target] = coming.get((following, target), 0.0) + p / 2
        arriving = coming
    counts /= within[0, walk]
    for outer in (T_, P_):
        counts[BEGIN, outer] += 0.5
        counts[outer, BEGIN] += 0.5
        counts[END, outer] += 0.5
        counts[outer, END] += 0.5
    return counts
