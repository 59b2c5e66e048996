"""The pace of the fold, by an argument clock."""

from __future__ import annotations

import pytest

from ripeline.worker.folding import ENOUGH, FAR_BEHIND, FEW, LARGE, LATER, SOON, STEP, Folding


class _Steps:
    """Gives these results one after the other; an exception is raised."""

    is_held = False

    def __init__(self, *results: int | Exception) -> None:
        self.results = list(results)

    def step(self, limit: int = STEP) -> int:
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    def forget(self) -> None:
        """It remembers nothing."""


def _caught_up(*results: int | Exception) -> Folding:
    folding = Folding(_Steps(0, *results), 0.0)
    folding.step(0.0)
    return folding


def test_after_a_start_there_may_be_something_to_fold() -> None:
    folding = Folding(_Steps(STEP, 3), 0.0)
    assert folding.due_in(0.0) == 0.0
    folding.step(0.0)
    assert folding.due_in(0.0) == 0.0
    folding.step(0.0)
    assert folding.due_in(0.0) is None


def test_a_lone_event_is_folded_soon() -> None:
    folding = _caught_up()
    assert folding.due_in(1.0) is None
    folding.appended(1, 1.0)
    assert folding.due_in(1.0) == pytest.approx(SOON)
    assert folding.due_in(1.0 + SOON) == 0.0
    assert folding.lag(1.5) == 0.5


def test_more_events_wait_for_company_a_little_longer() -> None:
    folding = _caught_up()
    folding.appended(FEW, 1.0)
    assert folding.due_in(1.0 + SOON) == pytest.approx(LATER - SOON)
    assert folding.due_in(1.0 + LATER) == 0.0


def test_many_events_are_folded_at_once() -> None:
    folding = _caught_up()
    folding.appended(ENOUGH - 1, 1.0)
    assert folding.due_in(1.0) != 0.0
    folding.appended(1, 1.0)
    assert folding.due_in(1.0) == 0.0


def test_duplicates_are_nothing_to_fold() -> None:
    folding = _caught_up()
    folding.appended(0, 1.0)
    assert folding.due_in(1.0) is None


def test_who_waits_makes_it_hurry() -> None:
    folding = _caught_up(1)
    folding.appended(1, 1.0)
    folding.look()
    assert folding.due_in(1.0) == 0.0
    folding.step(1.0)
    assert folding.due_in(1.0) is None


def test_the_lag_is_that_of_the_oldest_event_without_a_score() -> None:
    folding = _caught_up(STEP, STEP, 1)
    folding.appended(STEP - 100, 1.0)
    folding.appended(STEP, 2.0)
    folding.appended(101, 3.0)
    folding.step(4.0)
    assert (folding.unfolded, folding.lag(4.0)) == (STEP + 1, 2.0)
    folding.step(4.0)
    assert (folding.unfolded, folding.lag(4.0)) == (1, 1.0)
    folding.step(4.0)
    assert (folding.unfolded, folding.lag(4.0)) == (0, 0.0)


def test_far_behind_a_step_takes_more_than_came_and_nothing_is_appended_in_its_midst() -> None:
    folding = _caught_up(LARGE, 1)
    folding.appended(FAR_BEHIND, 1.0)
    assert not folding.is_far_behind
    folding.appended(LARGE, 1.0)
    assert folding.is_far_behind
    folding.step(2.0)
    assert (folding.unfolded, folding.is_far_behind) == (FAR_BEHIND, False)


def test_a_failing_fold_rests_longer_each_time_and_recovers() -> None:
    folding = _caught_up(*[ValueError("poison")] * 8, 1)
    folding.appended(1, 0.0)
    now, rests = 0.0, []
    for _ in range(8):
        folding.step(now)
        rests.append(folding.due_in(now))
        now += rests[-1] or 0.0
    assert rests == [1, 2, 4, 8, 16, 30, 30, 30]
    assert folding.problem == "scores are not being updated: ValueError"
    folding.step(now)
    assert folding.problem == ""
    assert folding.due_in(now) is None


def test_what_comes_during_a_step_still_waits() -> None:
    folding = _caught_up()

    class _Busy(_Steps):
        def step(self, limit: int = STEP) -> int:
            folding.appended(2, 1.5)
            return super().step(limit)

    folding.folder = _Busy(3, 2)
    folding.appended(3, 1.0)
    assert folding.step(1.1) == 3
    assert (folding.is_behind, folding.unfolded, folding.lag(2.0)) == (True, 2, 0.5)


def test_nothing_is_folded_while_it_is_held_and_nobody_need_wait_for_it() -> None:
    steps = _Steps(STEP, 1)
    steps.is_held = True
    folding = Folding(steps, 0.0)
    assert (folding.due_in(0.0), folding.is_stuck, folding.unfolded) == (None, True, 1)
    for at in range(1, 200):
        folding.appended(2, float(at))
        assert folding.due_in(float(at)) is None
    assert (folding.unfolded, folding.lag(200.0), folding.late(200.0)) == (398, 199.0, 0.0)
    steps.is_held = False
    assert folding.due_in(201.0) == 0.0
    assert (folding.lag(201.0), folding.late(201.0)) == (200.0, 2.0)
    folding.step(201.0)
    folding.step(201.0)
    assert (folding.is_stuck, folding.lag(202.0), folding.due_in(202.0)) == (False, 0.0, None)


def test_a_look_in_a_quiet_month_is_not_behind_since_the_start() -> None:
    folding = _caught_up(0)
    folding.look()
    assert (folding.is_behind, folding.lag(2_592_000.0), folding.late(2_592_000.0)) == (True, 0.0, 0.0)
    assert folding.due_in(2_592_000.0) == 0.0
    assert folding.lag(2_592_003.0) == 3.0
    folding.step(2_592_003.0)
    folding.appended(1, 2_592_010.0)
    assert folding.lag(2_592_011.0) == 1.0
