"""Waiting a moment for company, only where there is some."""

from __future__ import annotations

from itertools import cycle, repeat
from typing import Final

import pytest

from ripeline.worker.gathering import Gathering

#: Batches that are watched: more than pass between two trials.
_BATCHES: Final = 200


@pytest.mark.parametrize(
    ("last", "calls", "waits"), [(0, 1, False), (3, 1, False), (32, 2, True), (32, 30, False), (32, 0, False)]
)
def test_a_batch_is_waited_for_while_most_are_still_on_their_way(
    last: int, calls: int, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("ripeline.worker.gathering.time.sleep", slept.append)
    between = Gathering()
    between.took(last, last)
    between.wait(lambda: calls)
    assert bool(slept) == waits


@pytest.mark.parametrize(("last", "waits"), [(0, False), (3, False), (32, True)])
def test_in_the_midst_of_other_work_many_callers_are_given_way_to(
    last: int, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("ripeline.worker.gathering.time.sleep", slept.append)
    between = Gathering()
    between.took(last, last)
    between.give_way()
    assert bool(slept) == waits


class Callers:
    """So many calls wait at first; whoever is waited for arrives as said. Time passes only while somebody sleeps."""

    def __init__(self, arrivals: list[int]) -> None:
        self.there, self.now, self.slept, self._arrivals = 1, 100.0, 0, cycle(arrivals)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += 1
        self.there += next(self._arrivals)


def pauses(
    callers: Callers, batches: int, monkeypatch: pytest.MonkeyPatch, apart: float = 0.005, events: int = 1
) -> int:
    """How many of so many batches, so many seconds apart, were waited for; two calls are usual, each of so many."""
    monkeypatch.setattr("ripeline.worker.gathering.time.sleep", callers.sleep)
    monkeypatch.setattr("ripeline.worker.gathering.time.monotonic", lambda: callers.now)
    between, paused = Gathering(), 0
    for calls in (2,) * 50:
        callers.now += apart
        between.took(calls, calls * events)
    for calls in repeat(2, batches):
        before, callers.there = callers.slept, calls
        callers.now += apart
        between.wait(lambda: callers.there)
        between.took(callers.there, callers.there * events)
        paused += callers.slept > before
    return paused


def test_callers_who_come_by_themselves_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pauses(Callers([0, 1]), _BATCHES, monkeypatch) > _BATCHES / 2


def test_callers_who_each_wait_for_their_answer_are_waited_for_in_trials_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two programs in parallel that send one event after the other would be kept to a fifth of their rate."""
    assert 0 < pauses(Callers([0]), _BATCHES, monkeypatch) <= _BATCHES / 64


def test_nobody_is_waited_for_where_batches_fill_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pauses(Callers([1]), _BATCHES, monkeypatch, apart=0.001) == 0
    assert pauses(Callers([1]), _BATCHES, monkeypatch, events=20) == 0


def test_who_sends_one_after_the_other_is_alone_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    callers = Callers([1])
    monkeypatch.setattr("ripeline.worker.gathering.time.sleep", callers.sleep)
    between = Gathering()
    for _ in range(_BATCHES):
        between.took(1, 1)
        between.wait(lambda: 1)
    assert callers.slept == 0
