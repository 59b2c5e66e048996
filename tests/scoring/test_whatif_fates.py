"""When sales would have been told, in a replay: as the machine that tells them does, event by event, night by night."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.scoring.random_files import rule_files
from tests.scoring.random_histories import as_event, histories
from tests.scoring.stories import (
    DAY,
    HOUR,
    MONDAY,
    WHITE_PAPERS,
    download,
    event,
    page,
    sales_of,
    scorer_of,
    visits,
)
from tests.scoring.test_the_law import scorer_of as scorer_of_file

from ripeline.scoring.whatif import fates_of

EXAMPLES = int(os.environ.get("RIPELINE_LAW_EXAMPLES", "100"))
NAMED = event("form", "form", 2 * DAY, email="marc@example.com")


def calls(rules: str, *events: object, until: int = 90 * DAY) -> list[float]:
    """The days on which sales are told."""
    (fate,) = fates_of(scorer_of(rules), events, MONDAY + until)  # type: ignore[arg-type]
    return [(at - MONDAY) / DAY for at in fate.calls]


def test_who_is_ripe_before_they_have_a_name_is_told_of_when_they_have_one() -> None:
    """Case 33."""
    assert calls(WHITE_PAPERS, download("c", 0), NAMED) == [2]
    assert calls(WHITE_PAPERS, download("c", 0)) == []


def test_one_call_for_one_stay_in_the_band() -> None:
    assert calls(WHITE_PAPERS, NAMED, download("c", 3 * DAY), *visits("1", "2", start=4 * DAY)) == [3]


def test_coming_back_before_the_cool_down_ends_is_told_when_it_does() -> None:
    rules = """
    [models.m]
    bands = { hot = 10 }
    cool_down = "30d"
    [models.m.rules]
    c = { points = 10, on = "download" }
    gone = { points = -5, on = "unsubscribe", once_per = "event" }
    back = { points = 5, on = "trial" }
    """
    story = [event("form", "form", 0, email="ada@example.com"), download("c", DAY)]
    story += [event("bye", "unsubscribe", 2 * DAY), event("hello", "trial", 5 * DAY)]
    assert calls(rules, *story) == [1, 31]
    assert calls(rules, *story, until=30 * DAY) == [1]


def test_who_is_out_of_target_is_not_told_of() -> None:
    """Case 34."""
    rules = WHITE_PAPERS.replace("bands", "min_fit = 0\nbands") + 'student = { points = -10, lead.job = "student" }\n'
    student = event("form", "form", 0, email="eve@example.com", props={"job": "student"})
    (fate,) = fates_of(scorer_of(rules), [student, download("c", HOUR), *visits("1", "2", "3", "4", "5")], MONDAY + DAY)
    assert (fate.band, fate.calls) == ("out of target", ())


def test_two_models_are_two_calls() -> None:
    """Case 29."""
    rules = WHITE_PAPERS + WHITE_PAPERS.replace("vertical", "general")
    fates = fates_of(scorer_of(rules), [NAMED, download("c", 3 * DAY), page("p", 4 * DAY)], MONDAY + 9 * DAY)
    assert [fate.calls for fate in fates] == [(MONDAY + 3 * DAY,)] * 2


def test_nothing_happened_to_nobody() -> None:
    (fate,) = fates_of(scorer_of(WHITE_PAPERS), [], MONDAY)
    assert (fate.score, fate.band, fate.calls) == (0, "cold", ())


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_replay_tells_when_the_machine_would_have_told(data: st.DataObject) -> None:
    scorer = scorer_of_file(data.draw(rule_files(), "file"))
    events = [as_event(each) for each in data.draw(histories(), "history")]
    until = events[-1].at + data.draw(st.sampled_from([0, 3, 60]), "days after") * DAY
    facts = sales_of(scorer, events, until).facts.values()
    expected = [tuple(fact.made_at for fact in each if fact.state != "late") for each in facts]
    assert [fate.calls for fate in fates_of(scorer, events, until)] == expected
