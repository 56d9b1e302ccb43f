"""Who counts as watching a run."""

from __future__ import annotations

import pytest

from farback.engine.watchers import WATCH_S, Watchers


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watchers(clock: Clock) -> Watchers:
    return Watchers(clock)


def test_a_call_counts_for_some_seconds(watchers: Watchers, clock: Clock) -> None:
    watchers.join("run", "ann")
    clock.now = WATCH_S - 1
    assert watchers.count("run") == 1
    clock.now = WATCH_S + 1
    assert watchers.count("run") == 0


def test_a_stream_counts_while_it_is_open(watchers: Watchers, clock: Clock) -> None:
    watchers.join("run", "ann")
    watchers.open("run", "ann")
    watchers.open("run", "ann")  # a second tab
    clock.now = 100 * WATCH_S
    assert watchers.count("run") == 1
    watchers.close("run", "ann")
    assert watchers.count("run") == 1
    watchers.close("run", "ann")
    assert watchers.count("run") == 0


def test_a_closed_page_no_longer_counts_for_its_earlier_call(watchers: Watchers) -> None:
    watchers.join("run", "ann")
    watchers.open("run", "ann")
    watchers.close("run", "ann")
    assert watchers.count("run") == 0


def test_who_withdrew_counts_again_only_after_asking_anew(watchers: Watchers) -> None:
    watchers.open("run", "ann")
    watchers.join("run", "bob")
    watchers.withdraw("run", "ann")
    assert watchers.count("run") == 1
    watchers.touch("run", "ann")
    assert watchers.count("run") == 1
    watchers.join("run", "ann")
    assert watchers.count("run") == 2


def test_runs_are_apart(watchers: Watchers) -> None:
    watchers.join("run", "ann")
    watchers.join("other", "bob")
    watchers.withdraw("run", "bob")
    assert (watchers.count("run"), watchers.count("other")) == (1, 1)


def test_nothing_is_kept_of_the_past(watchers: Watchers, clock: Clock) -> None:
    for number in range(100):
        watchers.join(f"run{number}", "ann")
        watchers.open(f"run{number}", "bob")
        watchers.withdraw(f"run{number}", "ann")
        watchers.close(f"run{number}", "bob")
    clock.now = WATCH_S + 1
    watchers.tidy()
    assert not any(vars(watchers)[name] for name in ("_streams", "_calls", "_withdrawn"))
