"""`after_within` and `retro`: how long a prerequisite holds, and what is paid when it comes afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from tests.scoring.stories import DAY, HOUR, MINUTE, SECOND, Told, event, one_by_one, page, scorer_of

from ripeline.domain.event import Event

MODEL = "[models.m]\nbands = { hot = 1000 }\n[models.m.rules]\n"


def told(rule: str, *events: Event) -> Told:
    return one_by_one(scorer_of(MODEL + rule), events)


def key(id: str, at: int, **rest: Any) -> Event:
    return event(id, "download", at, "/a.pdf", item=id, **rest)


def lines(story: Told) -> list[tuple[str, float | str]]:
    """The event of each line, and its points or why none."""
    return [(line.event, line.reason or line.points / 1000) for line in story.lines]


WITHIN = 'r = { points = 3, on = "trial", after = { on = "download" }, after_within = "1d" }'
RETRO = 'r = { points = 3, on = "page", after = { on = "download" }, retro = true }'
BOTH = 'r = { points = 3, on = "trial", after = { on = "download" }, after_within = "1d", retro = true }'


def trial(id: str, at: int, **rest: Any) -> Event:
    return event(id, "trial", at, **rest)


@pytest.mark.parametrize(("at", "said"), [(DAY - 1, 3), (DAY, "outside_window"), (9 * DAY, "outside_window")])
def test_a_prerequisite_holds_for_a_while(at: int, said: float | str) -> None:
    assert lines(told(WITHIN, key("k", 0), trial("t", at))) == [("t", said)]


def test_before_it_was_ever_met_it_is_not_yet() -> None:
    story = told(WITHIN, trial("s", 0), key("k", HOUR), trial("t", 3 * DAY), key("l", 3 * DAY + 1), trial("u", 4 * DAY))
    assert lines(story) == [("s", "not_yet"), ("t", "outside_window"), ("u", 3)]


def test_the_latest_time_it_was_met_counts() -> None:
    assert lines(told(WITHIN, key("k", 0), key("l", DAY), trial("t", 2 * DAY - 1))) == [("t", 3)]


def test_the_line_of_what_is_paid_afterwards_carries_the_moment_it_was_met() -> None:
    story = told(RETRO, page("p", 0, seq=1), page("q", DAY, "/2", seq=2), key("k", 3 * DAY, seq=3))
    assert lines(story) == [("p", "not_yet"), ("q", "not_yet"), ("k", 3), ("k", 3)]
    assert {(line.at, line.seq) for line in story.lines if line.points} == {(page("", 3 * DAY).at, 3)}


def test_what_was_paid_afterwards_has_used_the_key_of_its_own_time() -> None:
    """The same page in the same session, before and after: paid once; in another session again."""
    story = told(RETRO, page("p", 0), key("k", MINUTE), page("q", 2 * MINUTE), page("r", HOUR))
    assert lines(story) == [("p", "not_yet"), ("k", 3), ("q", "repeat"), ("r", 3)]


@pytest.mark.parametrize(
    ("once", "paid"),
    [("event", 4), ("item", 2), ("session", 2), ("day", 2), ("lead", 1), ("item day", 3), ("session day", 2)],
)
def test_of_what_waits_each_key_is_paid_once(once: str, paid: int) -> None:
    rule = RETRO.replace("retro", f'once_per = "{once}", retro')
    pages = [page("a", 0, "/1"), page("b", MINUTE, "/1"), page("c", 2 * MINUTE, "/2"), page("d", 2 * DAY, "/1")]
    story = told(rule, *pages, key("k", 3 * DAY))
    assert [line.event for line in story.lines if line.points] == ["k"] * paid
    assert len(story.lines) == 4 + paid


def test_a_key_is_remembered_as_long_as_its_scope_and_not_longer() -> None:
    rule = RETRO.replace("retro", 'once_per = "day", retro')
    story = told(rule, page("a", 0), key("k", HOUR), page("b", 2 * HOUR), page("c", DAY))
    assert lines(story) == [("a", "not_yet"), ("k", 3), ("b", "repeat"), ("c", 3)]


@pytest.mark.parametrize("flaw", ["suspect", "duplicate"])
def test_what_was_worth_nothing_is_not_paid_afterwards(flaw: str) -> None:
    bad = page("b", 5 * SECOND if flaw == "duplicate" else HOUR, suspect="bot" if flaw == "suspect" else "")
    story = told(RETRO.replace("retro", 'once_per = "event", retro'), page("a", 0), bad, key("k", DAY))
    assert lines(story) == [("a", "not_yet"), ("b", "not_yet"), ("k", 3)]


def test_a_suspect_prerequisite_pays_nobody() -> None:
    assert lines(told(RETRO, page("a", 0), key("k", HOUR, suspect="bot"))) == [("a", "not_yet")]


def test_what_is_paid_afterwards_is_counted_and_capped_as_of_now() -> None:
    capped = RETRO.replace("retro", 'cap = { points = 5, per = "day" }, retro')
    pages = [page(f"p{n}", n * DAY, f"/{n}") for n in range(3)]
    assert lines(told(capped, *pages, key("k", 9 * DAY)))[3:] == [("k", 3), ("k", 2), ("k", "capped")]
    counted = RETRO.replace("retro", 'count = { n = 3, within = "1h" }, retro')
    assert lines(told(counted, *pages, key("k", 9 * DAY)))[3:] == [("k", "counting"), ("k", "counting"), ("k", 3)]


def test_only_what_happened_within_the_while_before_is_paid() -> None:
    story = told(BOTH, trial("old", 0), trial("new", MINUTE), key("k", DAY))
    assert lines(story) == [("old", "not_yet"), ("new", "not_yet"), ("k", 3)]


def test_what_came_too_late_for_one_prerequisite_may_be_in_time_for_the_next() -> None:
    story = told(BOTH, key("k", 0), trial("t", 2 * DAY), key("l", 2 * DAY + HOUR))
    assert lines(story) == [("t", "outside_window"), ("l", 3)]


def test_an_event_that_is_its_own_prerequisite_waits_for_the_next() -> None:
    rule = 'r = { points = 3, on = "trial", after = { on = "trial" }, retro = true }'
    assert lines(told(rule, trial("a", 0), trial("b", HOUR))) == [("a", "not_yet"), ("b", 3), ("b", 3)]


def test_a_session_waits_for_what_is_done_in_it() -> None:
    rule = 'r = { points = 3, on = "session", after = { on = "page", where.path = "/pricing" }, retro = true }'
    assert lines(told(rule, page("p", 0, "/pricing"))) == [("p", "not_yet"), ("p", 3)]


def test_a_page_does_not_wait_for_what_its_session_was_just_paid() -> None:
    """The first page meets it for its session; the page itself, of the same item, would only repeat that."""
    rule = 'r = { points = 3, on = ["session", "page"], once_per = "item", after = { on = "page" }, retro = true }'
    story = told(rule, page("p", 0), page("q", DAY, "/2"))
    assert lines(story) == [("p", "not_yet"), ("p", "not_yet"), ("p", 3), ("q", 3), ("q", "repeat")]


def test_the_attributes_of_then_decide() -> None:
    rule = RETRO.replace("after", 'lead.job = "CTO", after')
    who = event("i", "identify", HOUR, email="ada@acme.com", traits={"job": "CTO"})
    assert lines(told(rule, page("a", 0), who, page("b", 2 * HOUR, "/2"), key("k", DAY))) == [
        ("b", "not_yet"),
        ("k", 3),
    ]


def test_a_rule_that_asks_for_a_hand_off_asks_when_it_is_paid() -> None:
    rule = RETRO.replace("retro", "handoff = true, retro")
    story = told(rule, page("p", 0), key("k", DAY))
    assert [change.asked for change in story.changes if change.session] == [[], ["m"]]
    assert story.state.models[0].asked == (page("", DAY).at, "k")


def test_what_waits_is_forgotten_once_it_is_paid_or_too_old() -> None:
    assert told(RETRO, page("p", 0), key("k", DAY)).state.waiting == {}
    state = told(BOTH, *[trial(f"t{n:03}", n * HOUR) for n in range(100)]).state
    assert len(state.waiting[0]) == 24
