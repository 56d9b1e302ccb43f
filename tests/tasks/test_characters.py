from __future__ import annotations

import random
from itertools import pairwise
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from farback import config
from farback.arrays import Floats
from farback.tasks.characters import Characters

from .models import windowed


def letters(count: int, alphabet: str = "abcde \n", seed: int = 0) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=count))


def refusal(**options: object) -> str:
    with pytest.raises(ValidationError) as caught:
        Characters.model_validate(options)
    return str(caught.value.errors()[0]["msg"])


def test_the_default_text_is_pythons_own_documentation() -> None:
    task = Characters()
    read = "".join(task.corpus.alphabet[code] or "" for code in [*task.corpus.training, *task.corpus.held_out])
    assert 'The "assert" statement' in read[:30]
    assert "yield" in read[-20_000:]
    assert len(read) > 400_000
    assert task.inputs == len(set(read)) == task.outputs


@given(length=st.integers(8, 60), seed=st.integers(0, 99), size=st.integers(1, 4), held_out=st.booleans())
def test_windows_are_pieces_of_the_text_and_ask_for_each_next_character(
    length: int, seed: int, size: int, held_out: bool
) -> None:
    text = letters(1000)
    task = Characters(length=length, text=text)
    batch = task.batch(np.random.default_rng(seed), size, held_out)
    part = text[900:] if held_out else text[:900]
    assert batch.mask.all()
    assert np.array_equal(np.sort(batch.x, axis=2)[..., -2:], np.tile([0.0, 1.0], (length, size, 1)))
    for b in range(size):
        read = "".join(sorted(set(text))[code] for code in batch.x[:, b].argmax(axis=1))
        asked = "".join(sorted(set(text))[int(code)] for code in batch.y[:, b])
        assert read + asked[-1] in part
        assert asked[:-1] == read[1:]


@given(length=st.integers(8, 98), seed=st.integers(0, 99))
def test_held_out_text_is_never_trained_on(length: int, seed: int) -> None:
    task = Characters(length=length, text=letters(900, "ab") + letters(100, "cd"))
    rng = np.random.default_rng(seed)
    trained = task.batch(rng, 200)
    assert set(np.unique(trained.y)) | set(np.unique(trained.x.argmax(axis=2))) == {0, 1}
    for batch in (task.batch(rng, 200, held_out=True), task.probe(rng, 16)):
        assert set(np.unique(batch.y)) | set(np.unique(batch.x.argmax(axis=2))) == {2, 3}


def test_every_window_is_drawn() -> None:
    text = letters(1000, "abcdefghijklmnopqrstuvwxyz")
    task = Characters(length=97, text=text)
    batch = task.batch(np.random.default_rng(0), 300, held_out=True)
    read = {"".join(sorted(set(text))[code] for code in batch.x[:, b].argmax(axis=1)) for b in range(300)}
    assert read == {text[start : start + 97] for start in (900, 901, 902)}


def test_the_displayed_sequence_of_the_probe_starts_a_line() -> None:
    text = letters(950, "ab") + "\n" + letters(49, "ab")
    task = Characters(length=8, text=text)
    shown = "".join(sorted(set(text))[code] for code in task.probe(np.random.default_rng(0), 3).x[:, 0].argmax(axis=1))
    assert shown == text[951:959]


def test_of_the_lines_the_one_with_most_letters_is_displayed() -> None:
    text = "ab c" * 242 + "\n" + "12 34 5,\n" + "abcabca \n" + "a 1 b 2 \n" + "1" * 9
    task = Characters(length=8, text=text)
    shown = "".join(sorted(set(text))[code] for code in task.probe(np.random.default_rng(0), 3).x[:, 0].argmax(axis=1))
    assert shown == "abcabca "


def test_chance_and_memoryless_loss_are_the_tables_counted_by_hand() -> None:
    text = letters(700, "aab", seed=1) + letters(1300, "abcd\n", seed=2)
    trained, held_out = text[:1800], text[1800:]
    alphabet = sorted(set(text))
    single = {a: (trained.count(a) + 1) / (len(trained) + len(alphabet)) for a in alphabet}
    after = {a: [y for x, y in pairwise(trained) if x == a] for a in alphabet}
    nats, nats_pair, hits = 0.0, 0.0, 0
    for now, then in pairwise(held_out):
        kinds = len(set(after[now]))
        nats -= log(single[then])
        nats_pair -= log((after[now].count(then) + kinds * single[then]) / (len(after[now]) + kinds))
        hits += then == max(alphabet, key=lambda a: single[a])
    task = Characters(length=16, text=text)
    assert task.chance().loss == pytest.approx(nats / (len(held_out) - 1))
    assert task.chance().accuracy == pytest.approx(hits / (len(held_out) - 1))
    assert task.memoryless_loss() == pytest.approx(nats_pair / (len(held_out) - 1))


def test_the_tables_score_on_held_out_batches_what_is_said() -> None:
    task = Characters()
    batch = task.batch(np.random.default_rng(0), 2000, held_out=True)
    y, now = batch.y.astype(np.int64), batch.x.argmax(axis=2)
    assert -np.log(task.corpus.single[y]).mean() == pytest.approx(task.chance().loss, abs=0.02)
    assert -np.log(task.corpus.pair[now, y]).mean() == pytest.approx(task.memoryless_loss(), abs=0.02)
    assert (y == task.corpus.single.argmax()).mean() == pytest.approx(task.chance().accuracy, abs=0.01)
    assert task.memoryless_loss() < task.chance().loss - 0.5


def test_the_tables_are_probabilities_even_of_what_was_never_trained_on() -> None:
    corpus = Characters(length=16, text=letters(900, "ab") + letters(100, "cd")).corpus
    np.testing.assert_allclose(corpus.pair.sum(axis=1), 1)
    np.testing.assert_allclose(corpus.single.sum(), 1)
    assert corpus.pair.min() > 0


def test_solved_a_tenth_of_a_nat_under_the_memoryless_loss() -> None:
    task = Characters()
    assert task.solved(task.memoryless_loss() - 0.1, None)
    assert not task.solved(task.memoryless_loss() - 0.0999, None)
    assert not task.solved(float("nan"), None)


@pytest.mark.parametrize("window", [1, 2, 5, 9, 12, 64])
def test_added_loss_is_0_exactly_from_a_models_context_on(window: int) -> None:
    """A model of w inputs uses w - 1 steps back, and older text changes nothing."""
    task = Characters()
    weights = np.random.default_rng(1).integers(-3, 4, (64, 1, task.inputs)).astype(np.float32)

    def mixing(x: Floats) -> Floats:
        """Each step's character moves the logits by a weight of its own, so each input counts."""
        moved = (x * weights).sum(axis=2).sum(axis=0)  # (N,), whole numbers: the same in any order
        logits: Floats = (moved[:, None] * np.arange(1, task.inputs + 1, dtype=np.float32)) % 7
        return logits[None]

    by_lag = task.by_lag(windowed(mixing, window), np.random.default_rng(0), task.lags, 60)
    assert by_lag.measure == "added_loss"
    for d, scores, value in zip(by_lag.lags, by_lag.scores, by_lag.value, strict=True):
        assert value == pytest.approx(scores.mean())
        if d >= window - 1:
            assert abs(scores).max() < 1e-6
        else:
            assert abs(scores).max() > 0.1


def test_added_loss_is_the_cross_entropy_gained_by_knowing() -> None:
    """Each character is the one 3 before it: a model that looks there loses exactly what it is worth."""
    text = "aab" * 667
    task = Characters(length=12, text=text[:2000])

    def looking_back(x: Floats) -> Floats:
        logits: Floats = 5 * x[-3]
        return logits[None]

    value = task.by_lag(looking_back, np.random.default_rng(0), task.lags, 500).value
    right = log(np.exp(5) + task.inputs - 1) - 5
    elsewhere = np.random.default_rng(0)  # the same windows, read by hand
    start = elsewhere.integers(0, 200 - 12, 500)
    other = (start + elsewhere.integers(1, 200 - 12, 500)) % (200 - 12)
    wrong = np.array([text[1800 + b + 9] != text[1800 + a + 12] for a, b in zip(start, other, strict=True)])
    expected = (wrong * (right + 5) + ~wrong * right).mean() - right
    np.testing.assert_allclose(value[:2], expected, rtol=1e-4)
    np.testing.assert_allclose(value[2:], 0, atol=1e-6)


@given(length=st.integers(8, 400))
def test_lags_start_at_0_and_end_where_one_older_character_is_left(length: int) -> None:
    lags = Characters(length=length).lags
    assert lags[0] == 0
    assert lags[-1] == length - 2
    assert list(lags) == sorted(set(lags))
    assert len(lags) <= config.RESULT_LAGS


def test_beyond_the_largest_alphabet_the_rarest_characters_share_one_symbol() -> None:
    common = "".join(chr(0x4E00 + i) for i in range(config.MAX_ALPHABET - 1))
    rare = "".join(chr(0x3041 + i) for i in range(80))
    task = Characters(length=16, text=common * 20 + rare)
    assert task.inputs == config.MAX_ALPHABET
    assert task.labels()["x"] == [*common, "other"]
    assert set(task.corpus.held_out[-len(rare) :]) == {config.MAX_ALPHABET - 1}
    assert Characters(length=16, text=common * 20 + "あ" * 9).labels()["x"] == ["あ", *common]


def test_labels_show_white_space() -> None:
    assert Characters(length=16, text=letters(2000, "a \t\n")).labels()["y"] == ["⇥", "⏎", "␣", "a"]


def test_the_same_text_is_the_same_from_every_system() -> None:
    unix = "Caf\u00e9\nth\u00e9\n" * 200
    windows = unix.replace("\u00e9", "e\u0301").replace("\n", "\r\n")
    assert Characters(text=windows) == Characters(text=unix)
    assert Characters(text=windows).corpus_sha256() == Characters(text=unix).corpus_sha256()
    assert Characters(text=unix + "!").corpus_sha256() != Characters(text=unix).corpus_sha256()


@given(text=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=4, max_size=40).map(lambda s: s * 300))
def test_a_resolved_text_resolves_to_itself(text: str) -> None:
    try:
        task = Characters(length=8, text=text)
    except ValidationError:
        return
    assert Characters.model_validate(task.model_dump(mode="json")) == task


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The text is empty; it needs at least 1,000 characters."),
        (" \n" * 1000, "The text is empty"),
        ("too short", "The text has 9 characters; it needs 1,000 to 1,000,000."),
        ("ab" * 500_001, "The text has 1,000,002 characters; at most 1,000,000 are allowed."),
        ("a" * 5000, "one character over and over"),
        ("PNG\r\n" + "ab" * 999 + "\x00", "no plain text: there is a character that text does not have (U+0000)"),
        ("ab\x1b[0m" * 999, "(U+001B) at position 3."),
        ("ab\x9f" * 999, "(U+009F)"),
        ("ab\ud800" * 999, "(U+D800)"),
        ("\u0958" * 999 + "\r\n" * 500_000, "at most 1,000,000"),
        (b"ab" * 1000, "valid string"),
        (["ab"] * 1000, "valid string"),
        (1000, "valid string"),
    ],
)
def test_what_is_no_usable_plain_text_is_refused(text: object, sentence: str) -> None:
    assert sentence in refusal(name="characters", text=text)


def test_a_text_too_short_for_its_length_is_refused() -> None:
    assert "needs at least 2,020, or a shorter length" in refusal(length=200, text=letters(2019))
    task = Characters(length=200, text=letters(2020))
    assert task.by_lag(lambda x: x[-1:], np.random.default_rng(0), task.lags, 5).scores.shape[1] == 5
