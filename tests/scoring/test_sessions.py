"""Sessions: where they begin, what they remember, and what is only a repeat."""

from __future__ import annotations

import msgspec
import pytest
from tests.scoring.stories import DAY, HOUR, MINUTE, SECOND, Told, event, one_by_one, page, scorer_of

from ripeline.domain.event import Event
from ripeline.domain.source import DIRECT, Source

FILE = """
[models.m]
bands = { hot = 1000 }
[models.m.rules]
begins = { points = 1, on = "session" }
visit = { points = 2, on = "page", once_per = "session" }
"""


def told(*events: Event, file: str = FILE) -> Told:
    return one_by_one(scorer_of(file), events)


def test_a_gap_of_exactly_thirty_minutes_starts_a_new_session() -> None:
    story = told(page("a", 0), page("b", 30 * MINUTE - 1), page("c", 60 * MINUTE - 1))
    assert story.started == [True, False, True]


def test_the_rule_file_says_how_long_a_session_idles() -> None:
    story = told(page("a", 0), page("b", 2 * MINUTE), file='session_timeout = "2m"\n' + FILE)
    assert story.started == [True, True]


def test_phone_and_laptop_at_once_are_two_sessions() -> None:
    story = told(page("a", 0), page("b", MINUTE, visitor="laptop"), page("c", 2 * MINUTE))
    assert [session.id for session in story.sessions] == ["a", "b", "a"]


def test_midnight_splits_nothing() -> None:
    story = told(page("a", 15 * HOUR - MINUTE), page("b", 15 * HOUR + MINUTE))
    assert story.started == [True, False]


def test_a_session_is_known_by_the_place_of_its_first_event_in_the_log() -> None:
    assert told(page("a", 0, seq=17)).sessions[0].id == 17
    assert told(page("a", 0)).sessions[0].id == "a"


def test_the_source_of_a_session_is_that_of_its_first_event() -> None:
    newsletter = Source(channel="email", source="newsletter")
    story = told(page("a", 0, source=newsletter), page("b", MINUTE, source=Source(channel="search")), page("c", HOUR))
    assert [session.source for session in story.sessions] == [newsletter, newsletter, DIRECT]


def test_the_entry_is_the_first_page_with_an_address() -> None:
    story = told(event("a", "trial", 0, url=""), page("b", MINUTE, "/pricing"), page("c", 2 * MINUTE, "/about"))
    assert story.sessions[-1].entry == "/pricing"
    assert story.sessions[-1].events == 3


def test_a_session_happens_at_its_first_event_just_before_it() -> None:
    story = told(page("a", 0), page("b", MINUTE), page("c", HOUR))
    assert [(line.rule, line.event, line.reason) for line in story.lines] == [
        ("begins", "a", None),
        ("visit", "a", None),
        ("visit", "b", "repeat"),
        ("begins", "c", None),
        ("visit", "c", None),
    ]


def test_a_session_a_bot_began_is_worth_nothing() -> None:
    assert told(page("a", 0, suspect="bot")).reasons == ["suspect", "suspect"]


def test_what_a_session_meets_is_met_for_its_first_event() -> None:
    file = FILE.replace('once_per = "session"', 'after = "begins"')
    assert told(page("a", 0), file=file).reasons == [None, None]


def test_nobody_can_send_a_session() -> None:
    assert [line.event for line in told(page("a", 0), event("b", "session", MINUTE)).lines] == ["a", "a"]


def test_time_on_a_page_prolongs_its_session_and_matches_no_rule() -> None:
    file = FILE.replace('on = "page"', 'on = ["page", "engagement"]')
    story = told(page("a", 0), event("b", "engagement", 20 * MINUTE), page("c", 40 * MINUTE), file=file)
    assert [line.event for line in story.lines] == ["a", "a", "c"]


def test_visitors_whose_session_is_over_are_forgotten() -> None:
    story = told(*[page(f"p{n}", n * HOUR, visitor=f"visitor-{n}") for n in range(20)])
    assert list(story.state.visitors) == ["visitor-19"]


DUPLICATES = FILE.replace('once_per = "session"', 'once_per = "event"').replace(
    '"page"', '["page", "form", "trial", "identify"]'
)


def reasons_of(*events: Event) -> list[str | None]:
    return [line.reason for line in told(*events, file=DUPLICATES).lines if line.rule == "visit"]


def test_the_same_within_five_seconds_is_a_duplicate() -> None:
    assert reasons_of(page("a", 0), page("b", 5 * SECOND)) == [None, "duplicate"]
    assert reasons_of(page("a", 0), page("b", 5 * SECOND + 1)) == [None, None]


def test_five_seconds_count_from_the_last_one_kept() -> None:
    assert reasons_of(page("a", 0), page("b", 4 * SECOND), page("c", 8 * SECOND)) == [None, "duplicate", None]


def test_another_visitor_or_item_or_kind_is_no_duplicate() -> None:
    assert reasons_of(page("a", 0), page("b", 1, visitor="laptop")) == [None, None]
    assert reasons_of(page("a", 0), page("b", 1, "/other")) == [None, None]
    assert reasons_of(page("a", 0), event("b", "form", 1)) == [None, None]


def test_a_human_just_after_a_bot_is_no_duplicate() -> None:
    assert reasons_of(page("a", 0, suspect="bot"), page("b", SECOND)) == ["suspect", None]


@pytest.mark.parametrize(("props", "second"), [({"plan": "pro"}, "duplicate"), ({"plan": "free"}, None)])
def test_custom_events_differ_by_their_props_too(props: dict[str, str], second: str | None) -> None:
    trial = event("a", "trial", 0, props={"plan": "pro"})
    assert reasons_of(trial, msgspec.structs.replace(trial, id="b", at=trial.at + 1, props=props)) == [None, second]


def test_saying_who_one_is_is_never_a_duplicate() -> None:
    assert reasons_of(event("a", "identify", 0), event("b", "identify", 1)) == [None, None]


def test_a_machine_gun_of_pages_leaves_little_behind() -> None:
    story = told(*[page(f"p{n:03}", n * SECOND, f"/{n}") for n in range(100)])
    assert len(story.state.visitors["phone"].kept) < 10


def test_a_repeat_among_many_pages_at_once_is_still_a_duplicate() -> None:
    tabs = [page(f"p{n}", n * 100, f"/{n}") for n in range(20)]
    assert reasons_of(*tabs, page("q", 4 * SECOND, "/0")) == [None] * 20 + ["duplicate"]


def test_a_session_over_days_forgets_what_was_kept() -> None:
    assert reasons_of(page("a", 0), page("b", 3 * DAY)) == [None, None]
