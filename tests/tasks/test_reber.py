from __future__ import annotations

import re
from collections import Counter
from itertools import product
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farback.arrays import Floats
from farback.tasks.base import Batch
from farback.tasks.reber import SYMBOLS, EmbeddedReber, continuations

from .models import constant, windowed

REBER = re.compile(r"B(?:TS*X(?:XT*VPXT*VPS|XT*VP(?:XT*VP)*S|XT*VP(?:XT*VP)*XT*VV|XT*VV|S)|PT*V(?:PXT*V)*(?:V|PS))E")
"""Reber's grammar once more, as an expression: through S*X or T*V, round the loop V P X T*, out by S or V."""

TASKS = st.builds(EmbeddedReber, length=st.integers(8, 90))


def oracle(x: Floats) -> Floats:
    """(T, B, 7) probabilities of one who knows the grammar and remembers."""
    p = np.full((len(x), x.shape[1], 7), 1e-9, np.float32)
    for b in range(x.shape[1]):
        steps = np.flatnonzero(x[:, b, :7].any(axis=-1))
        for t, allowed in zip(steps, continuations(x[steps, b].argmax(axis=-1).tolist()), strict=False):
            p[t, b, list(allowed)] = 1 / len(allowed) if allowed else 0
    return p


def strings(batch: Batch) -> list[str]:
    """The strings: what is read, and the last target."""
    found = []
    for b in range(batch.x.shape[1]):
        steps = np.flatnonzero(batch.mask[:, b])
        assert np.array_equal(steps, np.arange(steps[0], steps[-1] + 1))
        read = batch.x[steps, b].argmax(axis=-1)
        assert np.array_equal(batch.y[steps[:-1], b], read[1:])
        blank = np.delete(batch.x[:, b], steps, axis=0)
        assert np.all(blank[:, 7] == 1)
        found.append("".join(SYMBOLS[code] for code in [*read, int(batch.y[steps[-1], b])]))
    return found


@given(task=TASKS, seed=st.integers(0, 99), size=st.integers(1, 8))
def test_every_string_is_of_the_grammar_and_its_end_repeats_its_beginning(
    task: EmbeddedReber, seed: int, size: int
) -> None:
    rng = np.random.default_rng(seed)
    for string in strings(task.batch(rng, size)):  # may be cut off
        assert len(continuations([SYMBOLS.index(symbol) for symbol in string])) == len(string) >= 8
    for batch in (task.batch(rng, size, held_out=True), task.probe(rng, size)):
        for string in strings(batch):
            assert string[0] + string[-1] == "BE"
            assert string[1] == string[-2]
            assert string[1] in "TP"
            assert REBER.fullmatch(string[2:-2]), string
            assert len(string) - 4 in task.lags
        assert batch.mask[-1].all()
        assert [string[-2] for string in strings(batch)] == [SYMBOLS[int(code)] for code in batch.y[task.answers[0]]]
        assert task.scored[task.answers[0]]
    assert task.scored.sum() == 1


def test_where_a_string_begins_tells_nothing_of_its_length() -> None:
    """Counted on whether a string that begins by one of two steps goes on as the shortest ones do."""
    task = EmbeddedReber()
    batch = task.batch(np.random.default_rng(0), 20_000)
    begin = batch.mask.argmax(axis=0)
    assert set(begin) == set(range(23))
    inner_ends = batch.y[np.minimum(begin + 5, 29), np.arange(20_000)] == SYMBOLS.index("E")  # an inner one of five
    early, late = inner_ends[begin < 8].mean(), inner_ends[(begin >= 8) & (begin < 23)].mean()
    assert early == pytest.approx(0.25, abs=0.02)
    assert late == pytest.approx(0.25, abs=0.02)
    held_out = task.batch(np.random.default_rng(0), 2000, held_out=True).mask.argmax(axis=0)
    assert set(held_out) <= set(begin)  # and held-out strings begin where training's do


def test_strings_are_drawn_as_often_as_the_grammar_draws_them() -> None:
    """A walk takes each of two arcs with probability 1/2, so a string of n inner symbols has 2^-(n - 2), once for
    each outer symbol; those that are too long are left out."""
    task = EmbeddedReber(length=12)
    assert task.lags == (5, 6, 7, 8, 9)
    every = {
        "B" + "".join(middle) + "E": 0.5 ** len(middle)
        for n in range(3, 8)
        for middle in product("TPSXV", repeat=n)
        if REBER.fullmatch("B" + "".join(middle) + "E")
    }
    total = sum(every.values())
    size = 20_000
    counted = Counter(string[1:-2] for string in strings(task.batch(np.random.default_rng(0), size, True)))
    assert set(counted) == {outer + string for outer in "TP" for string in every}
    for string, share in every.items():
        for outer in "TP":
            p = share / total / 2
            assert abs(counted[outer + string] - size * p) < 4.5 * np.sqrt(size * p * (1 - p))


def test_continuations_written_by_hand() -> None:
    codes = [SYMBOLS.index(symbol) for symbol in "BTBPVVETE"]
    allowed = ["".join(sorted(SYMBOLS[code] for code in each)) for each in continuations(codes)]
    assert allowed == ["PT", "B", "PT", "TV", "PV", "E", "T", "E", ""]
    assert len(continuations([SYMBOLS.index(symbol) for symbol in "BTBS"])) == 3
    assert continuations([1]) == []


@given(length=st.sampled_from([8, 20, 40, 70]))
def test_chance_the_best_loss_and_memoryless_loss_are_what_is_counted(length: int) -> None:
    task = EmbeddedReber(length=length)
    batch = task.batch(np.random.default_rng(1), 20_000, held_out=True)
    x, y = batch.x.argmax(axis=-1)[batch.mask], batch.y[batch.mask].astype(int)
    table = np.zeros((7, 7))
    np.add.at(table, (x, y), 1)
    shares = table / table.sum(axis=1, keepdims=True).clip(1)
    assert -np.log(shares[x, y]).mean() == pytest.approx(task.memoryless_loss(), abs=0.01)
    few = task.batch(np.random.default_rng(2), 2000, held_out=True)
    p = oracle(few.x)
    likely = np.take_along_axis(p, few.y[..., None].astype(int), axis=-1)[..., 0]
    best = -np.log(likely[few.mask])
    assert best.mean() == pytest.approx(task.best_loss, abs=0.01)
    guessed = best.sum() + 2000 * log(2)  # the second-to-last symbol of each string guessed
    assert guessed / best.size == pytest.approx(task.chance().loss, abs=0.01)
    assert task.chance().accuracy == 0.5
    assert task.best_loss < task.chance().loss < task.memoryless_loss()


def test_the_papers_measure_asks_for_every_legal_symbol() -> None:
    task = EmbeddedReber()
    batch = task.batch(np.random.default_rng(0), 50, held_out=True)
    p = oracle(batch.x)
    assert task.legal(p, batch) == 1
    assert task.legal(np.ones_like(p), batch) == 0
    forgetful = p.copy()
    end = batch.mask.sum(axis=0) + batch.mask.argmax(axis=0) - 2
    forgetful[end, np.arange(50)] = oracle(batch.x)[0, 0] + np.eye(7, dtype=np.float32)[1]  # always T
    wrong = batch.y[end, np.arange(50)] != 1
    assert task.legal(forgetful, batch) == pytest.approx(1 - wrong.sum() / batch.mask.sum())


def test_a_prediction_that_misses_a_legal_symbol_costs_half_of_ln_2() -> None:
    """The cheapest one: an illegal symbol as likely as the less likely of two legal ones, found on a grid."""
    a = np.linspace(0.26, 0.98, 1000)
    cost = -0.5 * np.log(a) - 0.5 * np.log((1 - a) / 2) - log(2)
    assert cost.min() == pytest.approx(log(2) / 2, abs=1e-4)


def test_solved_where_all_are_right_at_nearly_the_best_loss() -> None:
    task = EmbeddedReber()
    assert task.solved(task.best_loss + 0.029, 1.0)
    assert not task.solved(task.best_loss + 0.031, 1.0)
    assert not task.solved(task.best_loss, 0.99)


@given(task=TASKS)
def test_a_perfect_model_has_skill_1_at_every_lag(task: EmbeddedReber) -> None:
    def remembering(x: Floats) -> Floats:
        return oracle(x)[list(task.answers)]

    lags = task.lags[::5]
    np.testing.assert_allclose(task.by_lag(remembering, np.random.default_rng(0), lags, 2).value, 1, rtol=1e-6)


def test_a_guess_has_no_skill_and_a_window_reaches_as_far_as_it_is_wide() -> None:
    task = EmbeddedReber(length=14)

    def second(x: Floats) -> Floats:
        """Answers with the outer symbol if it sees the B before the inner B, which nothing else has beside it."""
        answer = np.zeros((1, x.shape[1], 7), np.float32)
        for b in range(x.shape[1]):
            codes = x[:-1, b].argmax(axis=-1) - 9 * ~x[:-1, b].any(axis=-1)
            inner = [t for t in range(1, len(codes)) if codes[t] == 0 and codes[t - 1] in (1, 2)]
            answer[0, b, codes[inner[0] - 1] if inner else 1] = 1
        return answer

    rng = np.random.default_rng(0)
    value = task.by_lag(windowed(second, 9), rng, task.lags, 800).value  # the last step is after the answer's
    assert task.lags == (5, 6, 7, 8, 9, 10, 11)
    np.testing.assert_allclose(value[:3], 1, rtol=1e-6)
    assert np.all(abs(value[3:]) < 0.15)
    assert np.all(abs(task.by_lag(constant(7, 1), rng, task.lags, 800).value) < 0.15)


def test_a_string_of_ones_own() -> None:
    task = EmbeddedReber()
    read = task.read([*"BPBTXSE"])
    assert read.mask.all()
    assert [SYMBOLS[int(code)] for code in read.y[:, 0]] == [*"PBTXSEP"]
    for open_end in ("BPB", "BPBTT"):
        assert read.mask[:-1].all()
        assert not task.read([*open_end]).mask[-1]
    padded = task.read(["·", *"BT", "·"])
    assert padded.mask[:, 0].tolist() == [False, True, False, False]
