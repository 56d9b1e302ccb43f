"""The queue is fair between clients, and says the order it will keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farback.engine.queue import BACKGROUND, FairQueue, in_background

CLIENTS = st.lists(st.sampled_from("abcd"), max_size=30)
SOME_BEHIND = st.lists(st.sampled_from(["a", "b", f"{BACKGROUND}c", f"{BACKGROUND}d"]), max_size=30)


def filled(clients: list[str]) -> FairQueue:
    """One run for each entry, named by its client and its number."""
    queue = FairQueue()
    for number, client in enumerate(clients):
        queue.push(client, f"{client}{number}")
    return queue


@given(CLIENTS)
def test_pops_in_the_order_it_tells(clients: list[str]) -> None:
    queue = filled(clients)
    told = queue.order()
    assert [queue.pop() for _ in range(len(queue))] == told
    assert sorted(told) == sorted(f"{client}{number}" for number, client in enumerate(clients))


@given(CLIENTS)
def test_a_client_waits_for_one_run_of_each_other_at_most(clients: list[str]) -> None:
    order = filled(clients).order()
    for client in set(clients):
        turns = [place for place, run in enumerate(order) if run[0] == client]
        for before, turn in zip([-1, *turns], turns, strict=False):
            between = [run[0] for run in order[before + 1 : turn]]
            assert len(between) == len(set(between))


@given(CLIENTS)
def test_each_client_keeps_its_own_order(clients: list[str]) -> None:
    order = filled(clients).order()
    for client in set(clients):
        numbers = [int(run[1:]) for run in order if run[0] == client]
        assert numbers == sorted(numbers)


def test_a_newcomer_passes_a_crowd() -> None:
    queue = filled(["a"] * 50)
    queue.push("b", "first of b")
    assert queue.order()[1] == "first of b"


@given(CLIENTS, st.integers(0, 29))
def test_a_run_can_leave(clients: list[str], leaves: int) -> None:
    queue = filled(clients)
    told = queue.order()
    gone = told[leaves % len(told)] if told else "nobody"
    queue.remove(gone)
    assert len(queue) == len([run for run in told if run != gone])
    assert gone not in queue.order()


def test_a_run_that_was_under_way_is_next() -> None:
    queue = filled(["a", "b", "b"])
    queue.put_back("b", "under way")
    assert queue.pop() == "under way"
    assert queue.count("b") == 2


@given(SOME_BEHIND)
def test_what_nobody_waits_for_comes_last_and_in_turns(clients: list[str]) -> None:
    queue = filled(clients)
    told = queue.order()
    assert [queue.pop() for _ in range(len(queue))] == told
    behind = [in_background(run) for run in told]
    assert behind == sorted(behind)
    awaited = filled([client for client in clients if not in_background(client)])
    assert len(awaited) == awaited.awaited == behind.count(False)
    assert [run.rstrip("0123456789") for run in awaited.order()] == [run[0] for run in told if not in_background(run)]


def test_empty() -> None:
    with pytest.raises(IndexError):
        FairQueue().pop()
