"""Waiting a moment for company, only where there is some."""

from __future__ import annotations

import pytest

from ripeline.worker.gathering import Gathering


@pytest.mark.parametrize(
    ("last", "calls", "waits"), [(0, 1, False), (3, 1, False), (32, 2, True), (32, 30, False), (32, 0, False)]
)
def test_a_batch_is_waited_for_while_most_are_still_on_their_way(
    last: int, calls: int, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("ripeline.worker.gathering.time.sleep", slept.append)
    between = Gathering()
    between.took(last)
    between.wait(calls)
    assert bool(slept) == waits


@pytest.mark.parametrize(("last", "waits"), [(0, False), (3, False), (32, True)])
def test_in_the_midst_of_other_work_many_callers_are_given_way_to(
    last: int, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("ripeline.worker.gathering.time.sleep", slept.append)
    between = Gathering()
    between.took(last)
    between.give_way()
    assert bool(slept) == waits


@pytest.mark.parametrize(("before", "waits"), [([1] * 50, False), ([2, 1] * 50, True), ([2, 1] * 50 + [1] * 50, False)])
def test_single_callers_are_waited_for_where_several_at_once_are_usual(
    before: list[int], waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sends one after the other, each after the answer to the one before, is alone."""
    slept: list[float] = []
    monkeypatch.setattr("ripeline.worker.gathering.time.sleep", slept.append)
    between = Gathering()
    for calls in before:
        between.took(calls)
    between.wait(1)
    assert bool(slept) == waits
