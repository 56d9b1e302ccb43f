"""Length test: a model on sequences longer than those it was trained on."""

from __future__ import annotations

from dataclasses import dataclass

from ..frame import Reach
from ..inquiries import LAGS, TRIALS, stretched
from ..model import Model
from ..randomness import ByLagStream, Stream, randomness
from ..spec import RunSpec
from ..tasks import ByLag, Chance, spread
from .observe import Observer, Score
from .reach import reach


@dataclass(frozen=True)
class AtLength:
    """How the model does on held-out sequences of one length."""

    length: int  # T, time steps
    score: Score
    chance: Chance


@dataclass(frozen=True)
class Lengths:
    """The length test of one model."""

    at: list[AtLength]  # ascending, the trained length first
    by_lag: ByLag  # at the longest of them
    reach: Reach  # read off `by_lag`


def lengths(spec: RunSpec, model: Model) -> Lengths:
    """Evaluate the model at up to four times the length it was trained on, as far as sequences may be long."""
    tasks = stretched(spec)
    specs = [spec.model_copy(update={"task": task}) for task in tasks]
    at = [AtLength(each.task.length, Observer(each).score(model), each.task.chance()) for each in specs]
    longest = tasks[-1]
    rng, spread_rng = (
        randomness(spec.seed, Stream.BY_LAG, purpose) for purpose in (ByLagStream.LENGTHS, ByLagStream.LENGTHS_SPREAD)
    )
    by_lag = longest.by_lag(lambda x: model.predict(x, longest.answers), rng, spread(longest.lags, LAGS), TRIALS)
    return Lengths(at, by_lag, reach(by_lag, spread_rng))
