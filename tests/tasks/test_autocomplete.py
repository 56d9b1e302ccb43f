"""Completing words: rows written by hand, tables and baselines counted in plain Python, and texts of every kind."""

from __future__ import annotations

import json
import random
import unicodedata
from collections import Counter
from collections.abc import Callable
from math import log, sqrt
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from farback import config
from farback.arrays import Floats
from farback.errors import FarbackError, InvalidInput
from farback.facts import facts
from farback.frame import decode, encode
from farback.inquiries import parse_inquiry
from farback.pipeline import record
from farback.probing.answer import answer
from farback.probing.observe import Observer
from farback.spec import parse_spec
from farback.tasks.autocomplete import Autocomplete
from farback.tasks.letters import by_letters, rank_of
from farback.tasks.words import spans
from farback.training import Training

from .models import windowed

Made = TypeVar("Made")

BEES = "A bee sees a tree. Bees see; it's 2 bees! "
"""Words by frequency: a and bees and see are twice or more, the others once."""


def prose(count: int, seed: int = 0, words: str = "the tree then bee bees see sees a an any") -> str:
    """Words in a random order, the first ones oftener, with other characters between some."""
    drawn = random.Random(seed)
    names = words.split()
    text = ""
    while len(text) < count:
        text += names[int(len(names) * drawn.random() ** 2)] + drawn.choice([" ", " ", ", ", ".\n", " 2 "])
    return text[:count]


def read_by_hand(text: str) -> list[tuple[int, str]]:
    """Start and word of each word of a text in lower case, character by character."""
    found: list[tuple[int, str]] = []
    word = ""
    for at, character in enumerate(f"{text} "):
        kind = unicodedata.category(character)[0]
        if kind == "L" or (kind == "M" and word):
            word += character
        elif word:
            found.append((at - len(word), word))
            word = ""
    return found


def in_parts(text: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The words of the training and of the held-out part, starts counted in the whole text."""
    split = len(text) - len(text) // 10
    words = read_by_hand(text)
    return [(at, w) for at, w in words if at + len(w) <= split], [(at, w) for at, w in words if at >= split]


def vocabulary_of(text: str, most: int) -> list[str]:
    counts = Counter(word for _, word in in_parts(text)[0])
    return sorted(counts, key=lambda word: (-counts[word], word))[:most]


def steps_of(words: list[tuple[int, str]], vocabulary: list[str], first: int = 0) -> list[tuple[int, str, int]]:
    """Place, word and letters known of every step that is asked in a part that starts at `first`."""
    asked = [(at - 1 + k, word, k) for at, word in words if word in vocabulary for k in range(len(word) + 1)]
    return [step for step in asked if step[0] >= first]


def outcome(make: Callable[[], Made]) -> Made | str:
    """What was made, or the sentence that refuses it."""
    try:
        return make()
    except ValidationError as error:
        return str(error.errors()[0]["msg"])
    except InvalidInput as error:
        return error.message


def test_a_text_read_by_hand() -> None:
    task = Autocomplete(length=8, text=BEES * 40, vocabulary=10)
    a, bee, bees, it, s, see, sees, tree = (
        task.labels()["y"].index(w) for w in ["a", "bee", "bees", "it", "s", "see", "sees", "tree"]
    )
    assert task.labels()["y"][:2] == ["a", "bees"], "the most frequent first, equally frequent ones by code point"
    batch = task.read("A bee sees 2Trees; TREE; it's bee")
    expected: list[int | None] = [
        a, bee, bee, bee, bee, sees, sees, sees, sees, sees, None, None, None, None, None, None, None, None,
        tree, tree, tree, tree, tree, None, it, it, it, s, s, None, None, None, None,
    ]  # fmt: skip
    assert [int(y) if asked else None for y, asked in zip(batch.y[:, 0], batch.mask[:, 0], strict=True)] == expected
    assert batch.known is not None
    assert batch.known[batch.mask].tolist() == [1, 0, 1, 2, 3, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 0, 1]
    assert [task.labels()["x"][code] for code in batch.x[:5, 0].argmax(axis=1)] == ["a", "␣", "b", "e", "e"]
    assert (see, bees) != (sees, bee)
    finished = task.read("a bee ")
    assert finished.mask[:, 0].tolist() == [True] * 5 + [False], "with a space after it the last word is whole"


@given(length=st.integers(8, 40), seed=st.integers(0, 99), most=st.sampled_from([10, 4096]), held_out=st.booleans())
def test_windows_are_pieces_of_the_text_and_ask_for_whole_words(
    length: int, seed: int, most: int, held_out: bool
) -> None:
    text = prose(1200, seed)
    task = Autocomplete(length=length, text=text, vocabulary=most)
    vocabulary = task.labels()["y"]
    assert vocabulary == vocabulary_of(text, most)
    split = len(text) - len(text) // 10
    asked = {place: (word, k) for place, word, k in steps_of(in_parts(text)[held_out], vocabulary)}
    batch = task.batch(np.random.default_rng(seed), 3, held_out)
    part = text[split:] if held_out else text[:split]
    assert batch.mask[-1].all()
    for b in range(3):
        read = "".join(sorted(set(text))[code] for code in batch.x[:, b].argmax(axis=1))
        rows = []
        start = -1
        while (start := part.find(read, start + 1)) >= 0:  # the same piece may stand at several places
            places = [asked.get(start + t + split * held_out) for t in range(length)]
            rows.append([vocabulary.index(word[0]) if word and word[1] <= t else None for t, word in enumerate(places)])
        y, mask = batch.y[:, b].tolist(), batch.mask[:, b].tolist()
        assert [y[t] if mask[t] else None for t in range(length)] in rows


def test_chance_and_memoryless_loss_are_the_tables_counted_by_hand() -> None:
    text = prose(3000, 1)
    task = Autocomplete(length=12, text=text, vocabulary=10)
    vocabulary = task.labels()["y"]
    trained, held_out = in_parts(text)
    seen = [(text[place], word) for place, word, _ in steps_of(trained, vocabulary)]
    asked = [(text[place], word) for place, word, _ in steps_of(held_out, vocabulary, 2700)]
    single = Counter(word for _, word in seen)
    nats = -sum(log(single[word] / len(seen)) for _, word in asked) / len(asked)
    hits = sum(word == single.most_common(1)[0][0] for _, word in asked) / len(asked)
    nats_pair = 0.0
    for now, word in asked:
        followers = [w for character, w in seen if character == now]
        kinds = max(1, len(set(followers)))
        nats_pair -= log((followers.count(word) + kinds * single[word] / len(seen)) / (len(followers) + kinds))
    assert task.chance().loss == pytest.approx(nats)
    assert task.chance().accuracy == pytest.approx(hits)
    assert task.memoryless_loss() == pytest.approx(nats_pair / len(asked))


def test_held_out_windows_do_not_overlap_and_are_the_same_for_every_seed() -> None:
    text = prose(4000, 2)
    task = Autocomplete(length=10, text=text)
    one, other = (task.held_out(np.random.default_rng(seed), config.HELD_OUT_SEQUENCES) for seed in (0, 1))
    assert (one.x == other.x).all()
    assert one.mask[-1].all()
    read = ["".join(sorted(set(text))[code] for code in column) for column in one.x.argmax(axis=2).T]
    at = 3600
    for piece in read:  # each is found after the end of the one before
        at = text.index(piece, at) + 10
    assert 25 < len(read) <= 40
    assert Autocomplete().held_out(np.random.default_rng(0), 128).x.shape[1] == 128


@pytest.mark.parametrize(("length", "vocabulary"), [(8, 10), (8, 100), (16, 50), (64, 1000)])
def test_held_out_windows_ask_what_all_windows_ask(length: int, vocabulary: int) -> None:
    """As often before a word as within it: as windows that may overlap do."""
    task = Autocomplete(length=length, vocabulary=vocabulary)
    sample, many = (
        task.held_out(np.random.default_rng(0), 128),
        task.batch(np.random.default_rng(1), 3000, held_out=True),
    )
    shares = [(batch.known[batch.mask] == 0).mean() for batch in (sample, many) if batch.known is not None]
    assert abs(shares[0] - shares[1]) < 0.12


def test_the_displayed_window_begins_a_line_and_asks_at_most_steps() -> None:
    text = prose(2700, 6) + "1 2 3 the 4\n1 2 the tree sees\n1 2 3 4 5 6 7 8 9\n" * 6
    task = Autocomplete(length=12, text=text[:3000], vocabulary=10)
    batch = task.probe(np.random.default_rng(0), 5)
    shown = "".join(sorted(set(text[:3000]))[code] for code in batch.x[:, 0].argmax(axis=1))
    assert shown == "1 2 the tree"
    assert batch.mask[:, 0].tolist() == [False] * 3 + [True] * 9
    assert batch.mask[-1].all()


def test_the_baselines_are_what_plain_counting_finds() -> None:
    text = prose(6000, 3)
    task = Autocomplete(length=16, text=text, vocabulary=12)
    counts = Counter(word for _, word in in_parts(text)[0])
    vocabulary = task.labels()["y"]
    batch = task.held_out(np.random.default_rng(0), 128)
    assert batch.known is not None
    hits: dict[str, dict[int, list[int]]] = {"frequent": {}, "beginning": {}}
    for b in range(batch.x.shape[1]):
        for t in range(16):
            if batch.mask[t, b]:
                word, k = vocabulary[batch.y[t, b]], int(batch.known[t, b])
                for name, beginning in (("frequent", ""), ("beginning", word[:k])):
                    likely = sorted((w for w in vocabulary if w.startswith(beginning)), key=lambda w: (-counts[w], w))
                    rank = likely.index(word)
                    hits[name].setdefault(k, []).append(rank)
    told = task.facts()
    for name, ranks in hits.items():
        baseline = told["baselines"][name]
        assert baseline["letters"] == [k for k in sorted(ranks) if len(ranks[k]) >= config.LETTER_STEPS]
        for k in baseline["letters"]:
            n = len(ranks[k])
            assert baseline["steps"][k] == n
            for few in (1, 2, 3):
                p = sum(rank < few for rank in ranks[k]) / n
                assert baseline["top"][few - 1][k] == pytest.approx(p)
                assert baseline["error"][few - 1][k] == pytest.approx(sqrt(p * (1 - p) / n))
    best = [rank for ranks in hits["beginning"].values() for rank in ranks]
    accuracy = best.count(0) / len(best)
    assert task.solved(9.0, accuracy + 0.0501)
    assert not task.solved(0.0, accuracy + 0.0499)
    assert not task.solved(float("nan"), None)


def test_words_outside_the_vocabulary_are_counted_and_told() -> None:
    text = prose(5000, 4)
    task = Autocomplete(text=text, vocabulary=10, length=16)
    told = task.facts()["out_of_vocabulary"]
    for name, words in zip(("training", "held_out"), in_parts(text), strict=True):
        unknown = [word for _, word in words if word not in vocabulary_of(text, 10)]
        assert told[name] == pytest.approx(len(unknown) / len(words))
    run = facts(parse_spec({"task": {"name": "autocomplete"}, "cell": {"name": "rnn"}}))
    assert json.loads(json.dumps(run, allow_nan=False)) == run


def test_accuracy_by_letters_is_that_of_the_raw_outputs() -> None:
    spec = parse_spec(
        {"task": {"name": "autocomplete", "length": 24, "vocabulary": 50}, "cell": {"name": "gru", "hidden": 6}}
    )
    training = Training(spec)
    for _ in range(3):
        training.update()
    score = Observer(spec).score(training.model)
    batch = spec.task.held_out(np.random.default_rng(0), config.HELD_OUT_SEQUENCES)
    output = training.model.predict(batch.x, range(24))
    assert batch.known is not None
    assert score.by_letters is not None
    found: dict[int, list[int]] = {}
    for t, b in zip(*np.nonzero(batch.mask), strict=True):
        ranked = sorted(range(50), key=lambda o: -output[t, b, o])
        found.setdefault(int(batch.known[t, b]), []).append(ranked.index(batch.y[t, b]))
    for k, steps in zip(score.by_letters.letters, score.by_letters.steps, strict=True):
        assert steps == len(found[k]) >= config.LETTER_STEPS
        for few in (1, 2, 3):
            assert score.by_letters.top[few - 1][k] == pytest.approx(np.mean([rank < few for rank in found[k]]))
    ranks = [rank for some in found.values() for rank in some]
    assert score.accuracy == pytest.approx(ranks.count(0) / len(ranks))
    log_p = output - np.log(np.exp(output).sum(axis=2, keepdims=True))
    nats = -np.take_along_axis(log_p, batch.y[..., None].astype(np.int64), axis=2)[..., 0][batch.mask].mean()
    assert score.loss == pytest.approx(nats, rel=1e-5)


def test_scoring_in_portions_is_scoring_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = parse_spec({"task": {"name": "autocomplete", "length": 16}, "cell": {"name": "rnn", "hidden": 4}})
    model = Training(spec).model
    at_once = Observer(spec).score(model)
    monkeypatch.setattr("farback.probing.observe.SCORED_VALUES", 16 * 1000 * 5)
    portions = Observer(spec).score(model)
    assert portions.loss == pytest.approx(at_once.loss)
    assert (portions.accuracy, portions.by_letters) == (at_once.accuracy, at_once.by_letters)


def test_ranks_put_the_first_of_equals_first_and_what_is_no_number_before_all() -> None:
    output = np.array([[1, 3, 2], [2, 2, 2], [np.nan, 0, 1], [0, np.nan, 1], [-np.inf, 1, 0]], np.float32)
    assert rank_of(output, np.array([2, 1, 2, 1, 0])).tolist() == [1, 1, 1, 3, 2]


def test_numbers_of_letters_end_where_too_few_steps_are_left() -> None:
    known = np.array([0] * 30 + [1] * 20 + [2] * 19 + [3] * 25)
    found = by_letters(np.zeros(known.size, np.int64), known)
    assert (found.letters, found.steps, found.top[0], found.error[0]) == ([0, 1], [30, 20], [1.0, 1.0], [0.0, 0.0])
    few = by_letters(np.array([0, 2]), np.array([0, 0]))
    assert (few.letters, few.steps, few.top) == ([], [], [[], [], []]), "of hardly any steps nothing is told"


def test_a_frame_tells_the_three_likeliest_words_and_stays_small() -> None:
    spec = parse_spec(
        {"task": {"name": "autocomplete"}, "cell": {"name": "lstm", "hidden": 64}, "training": {"steps": 1, "batch": 2}}
    )
    *_, moment = record(spec)
    frame, task = moment.frame, spec.task
    assert frame.output is None
    assert frame.suggestions is not None
    model = Training(spec).model
    model.flat.copy_(type(model)(spec.cell, task.inputs, task.outputs, moment.weights).flat)
    probe = Observer(spec).probe
    output = model.predict(probe.x[:, :1], range(64))[:, 0].astype(np.float64)
    shares = np.exp(output) / np.exp(output).sum(axis=1, keepdims=True)
    for t in range(64):
        assert frame.suggestions.classes[t] == np.argsort(-shares[t], kind="stable")[:3].tolist()
        np.testing.assert_allclose(frame.suggestions.probability[t], np.sort(shares[t])[:-4:-1], rtol=1e-4)
        target = frame.y[t]
        if target is None:
            assert np.isnan(frame.suggestions.right[t])
        else:
            np.testing.assert_allclose(frame.suggestions.right[t], shares[t, int(target)], rtol=1e-4)
    wire = encode(frame)
    assert len(wire) < 80_000
    back = decode(wire)
    assert back.by_letters == frame.by_letters
    assert back.output is None
    assert back.suggestions is not None
    assert back.suggestions.classes == frame.suggestions.classes
    assert (np.isnan(back.suggestions.right) == np.isnan(frame.suggestions.right)).all()
    full = decode(encode(frame, full=True))
    assert full.suggestions is not None
    assert np.array_equal(full.suggestions.probability, frame.suggestions.probability)


def test_a_text_of_ones_own_is_completed_at_every_step() -> None:
    spec = parse_spec(
        {"task": {"name": "autocomplete"}, "cell": {"name": "gru", "hidden": 4}, "training": {"steps": 1, "batch": 2}}
    )
    *_, moment = record(spec)
    asked = parse_inquiry({"name": "look", "sequence": "The class of an obj"}, spec)
    frame = answer(spec, moment.weights, 1, asked)["frame"]
    names = spec.task.labels()["y"]
    assert [names[y] if y is not None else "" for y in frame["y"]][:10] == ["the"] * 3 + ["class"] * 6 + ["of"]
    assert frame["y"][-3:] == [None] * 3
    assert frame["output"] is None
    assert frame["suggestions"]["probability"]["shape"] == "19,3"
    assert all(len(set(likely)) == 3 for likely in frame["suggestions"]["classes"])


@pytest.mark.parametrize("window", [1, 5, 9, 64])
def test_added_loss_is_0_exactly_from_a_models_context_on(window: int) -> None:
    task = Autocomplete()
    weights = np.random.default_rng(1).integers(-3, 4, (64, 1, task.inputs)).astype(np.float32)

    def mixing(x: Floats) -> Floats:
        moved = (x * weights).sum(axis=2).sum(axis=0)  # (N,), whole numbers: the same in any order
        logits: Floats = (moved[:, None] * np.arange(1, task.outputs + 1, dtype=np.float32)) % 7
        return logits[None]

    by_lag = task.by_lag(windowed(mixing, window), np.random.default_rng(0), task.lags, 60)
    assert by_lag.measure == "added_loss"
    for d, scores in zip(by_lag.lags, by_lag.scores, strict=True):
        assert (abs(scores).max() < 1e-6) == (d >= window - 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The_2nd x1 isn't", "the nd x isn t"),
        ("Straße ÉCOLE İzmir", "straße école i̇zmir"),
        ("שלום עולם (مرحبا)", "שלום עולם مرحبا"),
        ("नमस्ते दुनिया", "नमस्ते दुनिया"),
        ("q\u0323 \u0301 \u0301a \u2764\ufe0f 👩‍🔬 e\u0301", "q\u0323 a é"),
        (" \n\t", ""),
        ("", ""),
    ],
)
def test_words_are_letters_with_their_marks_in_every_script(text: str, words: str) -> None:
    lower = unicodedata.normalize("NFC", text.lower())
    start, stop = spans(lower)
    assert [lower[a:b] for a, b in zip(start, stop, strict=True)] == words.split()
    assert [word for _, word in read_by_hand(lower)] == words.split()


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_words_are_found_as_by_hand(text: str) -> None:
    start, stop = spans(text)
    assert [(a, text[a:b]) for a, b in zip(start.tolist(), stop.tolist(), strict=True)] == read_by_hand(text)


@given(text=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=4, max_size=40).map(lambda s: s * 300))
def test_every_plain_text_is_trained_on_or_refused_in_a_sentence(text: str) -> None:
    task = outcome(lambda: Autocomplete(length=8, text=text))
    if isinstance(task, str):
        assert task.endswith(".")
        return
    assert Autocomplete.model_validate(task.model_dump(mode="json")) == task
    batch = task.batch(np.random.default_rng(0), 4, held_out=True)
    assert batch.mask[-1].all()
    assert task.held_out(np.random.default_rng(0), 9).mask.any()
    assert np.isfinite([task.chance().loss, task.memoryless_loss()]).all()
    assert task.facts()["baselines"]["beginning"]["top"][0][0] >= 0
    flat = np.zeros((1, 6, task.outputs), np.float32)
    assert (task.by_lag(lambda x: flat, np.random.default_rng(0), (0, 1), 2).value == 0).all()


@given(sequence=st.one_of(st.text(max_size=20), st.text(max_size=450), st.none(), st.integers(), st.lists(st.text())))
def test_every_sequence_is_read_or_refused_in_a_sentence(sequence: object) -> None:
    task = Autocomplete()
    batch = outcome(lambda: task.read(sequence))
    if isinstance(batch, str):
        assert batch.endswith(".")
        return
    assert isinstance(sequence, str)
    assert (batch.x.sum(axis=2) == 1).all()
    assert batch.x.shape[0] == batch.y.shape[0] == batch.mask.shape[0] <= config.MAX_STEPS_OF_TIME


@pytest.mark.parametrize(
    ("sequence", "says"),
    [
        ("", "0 steps; it needs 2 to 400"),
        ("a", "1 step"),
        ("a" * 401, "401 steps"),
        ("hi 😀", 'never seen "😀": leave it out.'),
        ("ab\x00", "never seen"),
        ("שלום", "never seen"),
        ("a" + "\u0301" * 40, "accents"),
        (["a"], "must be a text"),
    ],
)
def test_what_cannot_be_read_is_refused(sequence: object, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Autocomplete().read(sequence)
    assert says in caught.value.message


def test_where_rare_characters_share_a_code_any_character_is_read() -> None:
    """Half of a pair, as JSON can carry it, is no character at all."""
    task = Autocomplete(text=prose(4000) + "".join(chr(0x4E00 + i) for i in range(200)) + prose(1000), length=16)
    assert task.inputs == config.MAX_ALPHABET
    batch = task.read("the \ud800 tree 😀 ")
    assert batch.mask[:, 0].tolist() == [True] * 3 + [False] * 2 + [True] * 5 + [False] * 3


def test_what_is_no_word_is_read_and_asks_for_nothing() -> None:
    for text in ("   ", "1234 + 5", "__ ''", "zzzzqqq "):
        assert not Autocomplete().read(text).mask.any()


@pytest.mark.parametrize(
    ("task", "says"),
    [
        ({"text": "12 34; " * 300}, "no two different words"),
        ({"text": "ab, " * 300}, "no two different words"),
        ({"text": "a" * 900 + " " + "b" * 900}, "no two different words"),
        ({"text": "ab cd " * 300 + "1 2 " * 50}, "hardly a word of the vocabulary"),
        ({"text": prose(1800) + "zz qq " * 34, "length": 8}, "hardly a word of the vocabulary"),
        ({"text": "too short"}, "it needs 1,000"),
        ({"text": "\x00\x01" * 999}, "no plain text"),
        ({"vocabulary": 9}, "vocabulary"),
        ({"vocabulary": 4097}, "vocabulary"),
        ({"vocabulary": True}, "vocabulary"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_in_a_sentence(task: dict[str, Any], says: str) -> None:
    with pytest.raises(FarbackError) as caught:
        parse_spec({"task": {"name": "autocomplete"} | task, "cell": {"name": "rnn"}})
    assert says in caught.value.message
    assert caught.value.field == f"task.{next(iter(task))}"


def test_a_word_without_end_takes_no_memory() -> None:
    text = prose(500_000) + " " + "x" * 400_000
    task = Autocomplete(text=text + prose(99_000, 5), length=32)
    assert max(map(len, task.labels()["y"])) <= config.MAX_WORD
    assert len(task.words.beginnings) < 100


def test_a_longer_sequence_must_find_a_place_in_the_held_out_text() -> None:
    task = Autocomplete(text=prose(1000), length=32)
    assert task.stretched(1.5) is not None
    assert task.stretched(4.0) is None
