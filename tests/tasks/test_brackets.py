from __future__ import annotations

from collections import Counter
from itertools import product
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farback.arrays import Floats
from farback.tasks.base import Batch
from farback.tasks.brackets import Brackets

from .models import constant, windowed

TASKS = st.builds(Brackets, length=st.integers(6, 60), kinds=st.integers(2, 8), depth=st.integers(3, 16))
PAIRS = dict(zip(")]}>»›⟩⟧", "([{<«‹⟨⟦", strict=True))


def closer(task: Brackets, x: Floats) -> Floats:
    """(T, B, O) the kind of the innermost bracket that it sees open at each step; nothing where it sees none."""
    answer = np.zeros((*x.shape[:2], task.kinds), np.float32)
    for b in range(x.shape[1]):
        stack: list[int] = []
        for t in range(len(x)):
            if x[t, b].any():
                code = int(x[t, b].argmax())
                if code < task.kinds:
                    stack.append(code)
                elif stack:
                    stack.pop()
            if stack:
                answer[t, b, stack[-1]] = 1
    return answer


def words(task: Brackets, batch: Batch) -> list[str]:
    names = task.labels()["x"]
    assert np.array_equal(np.sort(batch.x, axis=2)[..., -2:], np.tile([0.0, 1.0], (*batch.mask.shape, 1)))
    return ["".join(names[code] for code in batch.x[:, b].argmax(axis=-1)) for b in range(batch.x.shape[1])]


@given(task=TASKS, seed=st.integers(0, 99), size=st.integers(1, 6))
def test_every_word_is_well_nested_and_asks_after_each_closing_bracket(task: Brackets, seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    for last_asked, batch in enumerate([task.batch(rng, size), task.batch(rng, size, True), task.probe(rng, size)]):
        for b, word in enumerate(words(task, batch)):
            stack: list[str] = []
            for t, bracket in enumerate(word):
                if bracket in PAIRS:
                    assert stack.pop() == PAIRS[bracket]
                else:
                    stack.append(bracket)
                assert len(stack) <= task.depth
                assert batch.mask[t, b] == (bracket in PAIRS and bool(stack))
                if batch.mask[t, b]:
                    assert PAIRS[task.labels()["y"][int(batch.y[t, b])]] == stack[-1]
            assert batch.mask[-1, b] or not last_asked


def test_a_word_written_by_hand() -> None:
    task = Brackets()
    read = task.read([*"([]{<>})"])
    assert read.mask[:, 0].tolist() == [False, False, True, False, False, True, True, False]
    assert [task.labels()["y"][int(code)] for code in read.y[[2, 5, 6], 0]] == [")", "}", ")"]
    assert task.read([*"([)(]"]).mask.sum() == 0


def test_brackets_open_and_close_as_often_as_the_law_has_it() -> None:
    task = Brackets(length=5 + 1, depth=3, kinds=2)
    size = 20_000
    walks = task._walks(np.random.default_rng(0), size, ends_asked=False)
    law: dict[tuple[int, ...], float] = {}
    for steps in product((1, -1), repeat=6):
        levels = tuple(np.cumsum(steps).tolist())
        before = (0, *levels[:-1])
        if min(levels) < 0 or max(levels) > 3:
            continue
        law[levels] = float(np.prod([1.0 if level in (0, 3) else 0.5 for level in before]))
    assert sum(law.values()) == pytest.approx(1)
    counted = Counter(tuple(walk) for walk in walks.T.tolist())
    assert set(counted) == set(law)
    for levels, p in law.items():
        assert abs(counted[levels] - size * p) < 4.5 * np.sqrt(size * p)
    held_out = Counter(tuple(w) for w in task._walks(np.random.default_rng(1), size, ends_asked=True).T.tolist())
    kept = {levels: p for levels, p in law.items() if levels[-1] == levels[-2] - 1 > 0}
    assert set(held_out) == set(kept)
    for levels, p in kept.items():
        share = p / sum(kept.values())
        assert abs(held_out[levels] - size * share) < 4.5 * np.sqrt(size * share)


@given(task=TASKS, seed=st.integers(0, 99), data=st.data())
def test_the_bracket_asked_for_last_was_opened_d_before(task: Brackets, seed: int, data: st.DataObject) -> None:
    lags = np.array(data.draw(st.lists(st.sampled_from(task.lags), min_size=1, max_size=6)))
    walks = task._lagged(np.random.default_rng(seed), lags)
    assert walks.min() >= 0
    assert walks.max() <= task.depth
    assert np.all(abs(np.diff(walks, axis=0, prepend=0)) == 1)
    for walk, lag in zip(walks.T, lags, strict=True):
        at = task.length - 1 - lag
        assert walk[-1] == walk[at] > 0
        assert at == 0 or walk[at - 1] == walk[at] - 1
        assert np.all(walk[at:] >= walk[at])


def test_beginnings_and_what_stands_within_are_equally_likely() -> None:
    task = Brackets(length=8, depth=3, kinds=2)
    size = 12_000
    counted = Counter(tuple(walk) for walk in task._lagged(np.random.default_rng(0), np.full(size, 4)).T.tolist())
    # Three steps before, ending at 1; one that opens; four within: room for one level.
    starts = [(1, 2, 1), (1, 0, 1)]
    assert set(counted) == {(*start, 2, 3, 2, 3, 2) for start in starts}
    for count in counted.values():
        assert abs(count - size / 2) < 4 * np.sqrt(size)


def test_guessing_scores_chance() -> None:
    task = Brackets()
    rng = np.random.default_rng(0)
    batch = task.batch(rng, 2000, held_out=True)
    y = batch.y[batch.mask].astype(int)
    assert (rng.integers(0, 4, y.size) == y).mean() == pytest.approx(0.25, abs=0.01)
    just_closed = batch.x[batch.mask][:, 4:].argmax(axis=-1)
    assert (just_closed == y).mean() == pytest.approx(0.25, abs=0.01)  # the current input tells nothing
    assert (task.chance().loss, task.chance().accuracy, task.memoryless_loss()) == (log(4), 0.25, log(4))


def test_solved_from_99_percent() -> None:
    assert Brackets().solved(0.5, 0.99)
    assert not Brackets().solved(0.0, 0.9899)


@given(task=TASKS)
def test_a_perfect_model_has_skill_1_at_every_lag(task: Brackets) -> None:
    lags = task.lags[::4]
    by_lag = task.by_lag(lambda x: closer(task, x)[-1:], np.random.default_rng(0), lags, 2)
    np.testing.assert_allclose(by_lag.value, 1, rtol=1e-6)


def test_guessing_has_no_skill_and_a_window_reaches_as_far_as_it_is_wide() -> None:
    task = Brackets(length=15)
    rng = np.random.default_rng(0)
    assert np.all(abs(task.by_lag(constant(4, 2), rng, task.lags, 1000).value) < 0.08)
    value = task.by_lag(windowed(lambda x: closer(task, x)[-1:], 7), rng, task.lags, 800).value
    np.testing.assert_allclose(value[:3], 1, rtol=1e-6)  # lags 2, 4, 6
    assert np.all(value[3:] < 0.1)


def test_accuracy_by_depth_tells_where_a_model_forgets() -> None:
    task = Brackets()
    batch = task.batch(np.random.default_rng(0), 300)
    right = closer(task, batch.x)
    assert task.by_depth(right, batch) == {1: 1.0, 2: 1.0, 3: 1.0}
    opens = batch.x[..., :4].sum(axis=-1) > 0
    depth = np.where(opens, 1, -1).cumsum(axis=0)
    forgetful = np.where((depth == 2)[..., None], np.eye(4, dtype=np.float32)[0], right)
    found = task.by_depth(forgetful, batch)
    assert (found[1], found[3]) == (1.0, 1.0)
    assert found[2] == pytest.approx(0.25, abs=0.05)
