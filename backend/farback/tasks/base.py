"""What every task offers: batches, what guessing would score, when it counts as solved, skill by lag."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from .. import config
from ..arrays import Floats
from ..cite import Cite
from ..errors import InvalidInput
from ..strict import Strict, listed, shown

Whole: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

Item = TypeVar("Item")

Predict: TypeAlias = Callable[[Floats], Floats]
"""A model as the test by lag sees it: inputs (T, N, I) to raw outputs (K, N, O) at the K answer steps."""

PREDICT_VALUES = 2**22
"""Most input numbers given to one `predict`: 16 MB, so a test of many lags at many trials stays small in memory."""


@dataclass(frozen=True)
class Batch:
    """B sequences of T time steps, time first."""

    x: Floats  # (T, B, I)
    y: Whole | Floats
    """(T, B) int64 classes, or (T, B, 1) float32 values in a regression; meaningless where the mask is false."""
    mask: Flags  # (T, B) where the loss counts
    known: Whole | None = None  # (T, B) letters read of the word that is asked for, where words are


@dataclass(frozen=True)
class Chance:
    """What a model scores that has learned all but what must be remembered; each task says how it is defined."""

    loss: float
    accuracy: float | None


@dataclass(frozen=True)
class ByLag:
    """How well a model answers when what matters lies d steps back. L lags, n held-out sequences each."""

    measure: Literal["skill", "added_loss"]
    lags: tuple[int, ...]
    scores: Floats  # (L, n) one score a sequence, NaN where the output is not finite
    chance: Floats  # (L,) mean score of guessing
    perfect: float
    """Score of a perfect answer."""
    stretch: Whole | None = None
    """(n,) from which stretch of one series each sequence is cut, the same ones at every lag. Those of one stretch
    share what they read, so only stretches count as independent. None: every sequence is drawn by itself."""

    @property
    def trials(self) -> int:
        """Independent trials a lag: sequences, or the stretches that they are cut from."""
        return self.scores.shape[1] if self.stretch is None else np.unique(self.stretch).size

    @property
    def too_few(self) -> bool:
        """Whether no standard error, and so no reach, can be told from so few stretches."""
        return self.stretch is not None and self.trials < config.REACH_STRETCHES

    @property
    def value(self) -> Floats:
        """(L,) skill, (mean score - chance) / (perfect - chance): 0 is guessing, 1 is perfect; or the mean added
        loss in nats."""
        mean: Floats = self.scores.mean(axis=1)
        return mean if self.measure == "added_loss" else (mean - self.chance) / (self.perfect - self.chance)

    @property
    def error(self) -> Floats:
        """(L,) standard error of `value`, from how its independent trials scatter; NaN where there is only one.

        A stretch counts by how many sequences are cut from it (Liang & Zeger 1986's variance of a clustered mean).
        """
        scale = 1.0 if self.measure == "added_loss" else self.perfect - self.chance
        trials = self.trials
        if trials < 2:
            return np.full(len(self.scores), np.nan, np.float32)
        apart = self.scores - self.scores.mean(axis=1, keepdims=True)
        if self.stretch is not None:
            order, starts, _ = self._by_stretch
            apart = np.add.reduceat(apart[:, order], starts, axis=1)
        variance = (apart**2).sum(axis=1) * (trials / (trials - 1))
        error: Floats = np.sqrt(variance) / self.scores.shape[1] / scale
        return error

    def resampled(self, rng: np.random.Generator) -> ByLag:
        """One bootstrap resample: the sequences of each lag, or whole stretches, drawn anew with replacement."""
        if self.stretch is None:
            drawn = rng.integers(0, self.scores.shape[1], self.scores.shape, np.uint16)  # twice as fast as in 64 bits
            return replace(self, scores=np.take_along_axis(self.scores, drawn, axis=1))
        order, starts, sizes = self._by_stretch
        drawn = rng.integers(0, sizes.size, sizes.size)
        place = np.repeat(starts[drawn], sizes[drawn]) + _counted(sizes[drawn])
        again = np.repeat(np.arange(sizes.size), sizes[drawn])  # drawn twice, a stretch counts as two
        return replace(self, scores=self.scores[:, order[place]], stretch=again)

    @property
    def _by_stretch(self) -> tuple[Whole, Whole, Whole]:
        """The sequences in order of their stretches; where in that order each stretch starts; how many it has."""
        assert self.stretch is not None
        _, starts, sizes = np.unique(np.sort(self.stretch), return_index=True, return_counts=True)
        return self.stretch.argsort(kind="stable"), starts, sizes


class Task(Strict):
    """A kind of sequence and its options; the options of a spec are the task itself."""

    title: ClassVar[str]
    summary: ClassVar[str]
    """One plain sentence for a student."""
    kind: ClassVar[Literal["classification", "regression"]]
    cite: ClassVar[Cite]
    chance_text: ClassVar[str]
    """How the chance level is defined."""
    success_text: ClassVar[str]
    """The rule of `solved`, in words."""
    relevant_text: ClassVar[str]
    """From which input the lag is counted."""
    form: ClassVar[Literal["labels", "numbers", "pairs", "text"]] = "labels"
    """How a person writes a sequence down, see `read`."""
    stretches: ClassVar[str]
    """The option that makes sequences longer, step by step."""
    result_trials: ClassVar[int] = config.RESULT_TRIALS
    symbolic: ClassVar[bool] = True
    """Whether an input is one of I symbols, a 1 at its place; else it is made of real numbers."""
    suggestions: ClassVar[int | None] = None
    """How many of the likeliest classes a frame tells at each step, in place of the probabilities of all."""

    name: str

    if TYPE_CHECKING:  # a field in some tasks and computed in others, and pydantic lets no field hide a property

        @property
        def length(self) -> int:
            """T, time steps of a sequence."""

    @property
    @abstractmethod
    def inputs(self) -> int:
        """I, width of the input."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """O, width of the output: the classes, or 1 in a regression."""

    @property
    @abstractmethod
    def lags(self) -> tuple[int, ...]:
        """Every lag that can be tested, ascending."""

    @property
    def answers(self) -> tuple[int, ...]:
        """The output times k of the probe's loss and of connectivity: the last step, unless a task answers longer."""
        return (self.length - 1,)

    @property
    def span(self) -> int:
        """The longest memory that the task needs, in steps."""
        return self.lags[-1]

    @property
    def guess(self) -> float | None:
        """Score of guessing in the test by lag, where it is a share of right answers: as accuracy, unless it asks for
        less than the whole answer."""
        return self.chance().accuracy

    @property
    def frame_trials(self) -> int:
        """Sequences a lag in a live frame: enough that guessing looks like a skill of one half once in 1,000 times.

        A guess right with chance c scatters the skill of n trials by sqrt(c / (1 - c) / n); 3.1 of that make one half.
        The first lags decide: a lucky one further back is no reach while those before it are missing.
        """
        c = self.guess
        return config.FRAME_TRIALS if c is None else max(config.FRAME_TRIALS, ceil(38.4 * c / (1 - c)))

    @property
    def scored(self) -> Flags:
        """(T,) the steps that accuracy is taken on, of those in the mask."""
        return np.ones(self.length, np.bool_)

    @abstractmethod
    def batch(self, rng: np.random.Generator, size: int, held_out: bool = False) -> Batch:
        """Draw fresh sequences.

        Args:
            rng: where the randomness comes from; the same state draws the same batch.
            size: B, sequences.
            held_out: draw from what is never trained on. Only a task with a corpus needs to know; elsewhere every
                sequence is fresh, and a generator of its own is enough.
        """

    def held_out(self, rng: np.random.Generator, size: int) -> Batch:
        """The held-out batch, of at most so many sequences, that loss and accuracy are told on."""
        return self.batch(rng, size, held_out=True)

    @abstractmethod
    def probe(self, rng: np.random.Generator, size: int) -> Batch:
        """The held-out batch that a run is looked at on; its first sequence is the one that the page displays."""

    @abstractmethod
    def chance(self) -> Chance:
        """Loss and accuracy of the strategy in `chance_text`, in closed form or counted on the corpus."""

    @abstractmethod
    def memoryless_loss(self) -> float | None:
        """Loss of the best predictor that sees only the current input; None where that is not known."""

    @abstractmethod
    def solved(self, loss: float, accuracy: float | None) -> bool:
        """Whether these values on held-out sequences count as solved: the rule in `success_text`."""

    @abstractmethod
    def by_lag(self, predict: Predict, rng: np.random.Generator, lags: Sequence[int], trials: int) -> ByLag:
        """Test a model on held-out sequences whose relevant input lies d steps before the answer.

        Args:
            predict: the model.
            rng: draws the sequences.
            lags: the d to test, some of `self.lags`, ascending.
            trials: sequences a lag.

        Raises:
            ValueError: a lag cannot be tested.
        """

    @abstractmethod
    def labels(self) -> dict[str, list[str]]:
        """Short names of the inputs and outputs: {"x": I names, "y": O names}."""

    def facts(self) -> dict[str, Any]:
        """What else is known before training, as JSON values; docs/api.md says what each task tells."""
        return {}

    def read(self, sequence: object) -> Batch:
        """One sequence that a person wrote down, of any length: here a list of the inputs' labels.

        Its mask says where the right answer is known.

        Raises:
            InvalidInput: it cannot be read; says what is wrong with it.
        """
        names = self.labels()["x"]
        steps = sequence_of(sequence, "a list of the inputs' labels")
        if unknown := [step for step in steps if step not in names]:
            raise InvalidInput(f"There is no input {shown(unknown[0])}; there are {listed(names)}.", "sequence")
        codes = np.array([[names.index(step)] for step in steps])
        return Batch(one_hot(codes, self.inputs), np.zeros_like(codes), np.zeros(codes.shape, np.bool_))

    def stretched(self, factor: float) -> Self | None:
        """The same task on sequences so many times as long; None where that is too long.

        It is measured with models that were trained on the shorter ones, so inputs and outputs stay what they are.
        """
        more = round(self.length * (factor - 1))
        longer = self.model_copy(update={self.stretches: getattr(self, self.stretches) + more})
        return longer if longer.length <= config.MAX_STEPS_OF_TIME else None

    def corpus_sha256(self) -> str | None:
        """SHA-256 of the text that is trained on, in UTF-8; None where every sequence is made up."""
        return None

    def check_lags(self, lags: Sequence[int]) -> None:
        """Refuse lags that the task cannot test.

        Raises:
            ValueError: names them.
        """
        if unknown := sorted(set(lags) - set(self.lags)):
            raise ValueError(f"Lags {unknown} cannot be tested; there are {', '.join(map(str, self.lags))}.")

    def skill_by_lag(
        self, lags: Sequence[int], trials: int, score: Callable[[Whole], Floats], guess: float | None = None
    ) -> ByLag:
        """The test by lag of a task whose answers are right or wrong.

        Args:
            lags: the d to test.
            trials: sequences a lag.
            score: draws a sequence for each of these lags (N,) and tells (N,) whether the model was right, see
                `rightness`.
            guess: share of right guesses; None: the task's.
        """
        self.check_lags(lags)
        scores = [score(np.repeat(group, trials)).reshape(len(group), trials) for group in self.groups(lags, trials)]
        chance = np.full(len(lags), self.guess if guess is None else guess, np.float32)
        return ByLag("skill", tuple(lags), np.concatenate(scores), chance, perfect=1.0)

    def groups(self, items: Sequence[Item], sequences: int) -> Iterator[Sequence[Item]]:
        """The items, each tested on so many sequences, in groups whose inputs fit into one `predict`."""
        size = max(1, PREDICT_VALUES // (self.length * self.inputs * sequences))
        for first in range(0, len(items), size):
            yield items[first : first + size]

    def portions(self, items: int, trials: int) -> Iterator[tuple[slice, slice]]:
        """Items and trials in portions whose inputs fit into one `predict`, however many trials an item has."""
        most = max(1, PREDICT_VALUES // (self.length * self.inputs))
        width = min(trials, most)
        size = max(1, most // width)
        for first in range(0, items, size):
            for start in range(0, trials, width):
                yield slice(first, first + size), slice(start, start + width)


def _counted(sizes: Whole) -> Whole:
    """0, 1, .. up to each size, one after the other."""
    counted: Whole = np.arange(sizes.sum()) - np.repeat(sizes.cumsum() - sizes, sizes)
    return counted


def together(batches: Sequence[Batch]) -> Batch:
    """Sequences of one length side by side."""
    return Batch(*(np.concatenate([getattr(batch, name) for batch in batches], axis=1) for name in ("x", "y", "mask")))


def rightness(output: Floats, target: Whole) -> Floats:
    """(...) 1 where the largest of the outputs (..., O) is the target's, 0 where not, NaN where one is not finite."""
    right = (output.argmax(axis=-1) == target).astype(np.float32)
    return np.where(np.isfinite(output).all(axis=-1), right, np.float32(np.nan))


def one_hot(codes: NDArray[np.integer], width: int) -> Floats:
    """A 1 at each code: (T, B) to (T, B, width)."""
    x = np.zeros((*codes.shape, width), np.float32)
    x.reshape(-1)[np.arange(0, x.size, width) + codes.reshape(-1)] = 1  # three times as fast as comparing with arange
    return x


def sequence_of(value: object, kind: str) -> list[Any]:
    """A person's sequence as a list, if it is one of a length that can be looked at.

    Raises:
        InvalidInput: it is no list, too short or too long.
    """
    if not isinstance(value, list):
        raise InvalidInput(f"The sequence must be {kind}, not {shown(value)}.", "sequence")
    if not 2 <= len(value) <= config.MAX_STEPS_OF_TIME:
        count = "1 step" if len(value) == 1 else f"{len(value)} steps"
        raise InvalidInput(f"The sequence has {count}; it needs 2 to {config.MAX_STEPS_OF_TIME}.", "sequence")
    return value


def last_step(length: int, size: int) -> Flags:
    """(T, B) mask of a task that asks once, at the end."""
    mask = np.zeros((length, size), np.bool_)
    mask[-1] = True
    return mask


def symbol_names(count: int) -> list[str]:
    """A, B, C, ... for up to 64 symbols."""
    return list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-"[:count])


def spread(lags: tuple[int, ...], most: int) -> tuple[int, ...]:
    """At most `most` of the lags, evenly spread, the first and the last among them."""
    if len(lags) <= most:
        return lags
    return tuple(lags[round(i * (len(lags) - 1) / (most - 1))] for i in range(most))
