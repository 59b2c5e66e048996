"""`count`: so many matches within a while pay once, and are spent."""

from __future__ import annotations

import pytest
from tests.scoring.stories import DAY, HOUR, MINUTE, Told, event, one_by_one, page, scorer_of

from ripeline.domain.event import Event

MODEL = "[models.m]\nbands = { hot = 1000 }\n[models.m.rules]\n"


def told(rules: str, *events: Event) -> Told:
    return one_by_one(scorer_of(MODEL + rules), events)


def reasons(rule: str, *events: Event) -> list[str | None]:
    return [line.reason for line in told(rule, *events).lines if line.rule == "r"]


def trials(*hours: float, item: str = "") -> list[Event]:
    return [event(f"t{n}", "trial", int(hour * HOUR), item=item) for n, hour in enumerate(hours)]


TWICE = 'r = { points = 4, on = "trial", count = { n = 2, within = "1d" } }'


def test_the_nth_match_pays_and_all_n_are_spent() -> None:
    assert reasons(TWICE, *trials(0, 1, 2, 3, 4)) == ["counting", None, "counting", None, "counting"]


@pytest.mark.parametrize(("hours", "second"), [(24, "counting"), (24 - 1 / 3600, None)])
def test_the_while_ends_to_the_millisecond(hours: float, second: str | None) -> None:
    assert reasons(TWICE, *trials(0, hours)) == ["counting", second]


def test_the_oldest_falls_out_and_the_rest_counts_on() -> None:
    assert reasons(TWICE.replace("n = 2", "n = 3"), *trials(0, 23, 25, 26)) == ["counting"] * 3 + [None]


def test_of_distinct_items_only_the_latest_match_counts() -> None:
    rule = 'r = { points = 4, on = "page", once_per = "event", count = { n = 2, within = "1d", distinct = "item" } }'
    pages = [page("a", 0, "/1"), page("b", HOUR, "/1"), page("c", 24 * HOUR, "/2"), page("d", 25 * HOUR, "/1")]
    assert reasons(rule, *pages) == ["counting", "counting", None, "counting"]
    late = [page("a", 0, "/1"), page("c", 24 * HOUR, "/2"), page("d", 25 * HOUR, "/1")]
    assert reasons(rule, *late) == ["counting", "counting", None]


def test_only_what_is_kept_counts() -> None:
    rule = 'r = { points = 4, on = "page", once_per = "item", count = { n = 2, within = "7d" } }'
    pages = [page("a", 0, "/1"), page("b", HOUR, "/1"), page("c", DAY, "/2", suspect="bot"), page("d", 2 * DAY, "/2")]
    assert reasons(rule, *pages) == ["counting", "repeat", "suspect", None]


def test_a_capped_payment_has_spent_its_matches() -> None:
    rule = TWICE.replace("} }", '}, cap = { points = 4, per = "ever" } }')
    assert reasons(rule, *trials(0, 1, 2, 3, 4)) == ["counting", None, "counting", "capped", "counting"]


def test_with_values_the_nth_match_says_what_it_is_worth() -> None:
    rule = 'r = { values = { "/1" = 1, "/9" = 9 }, on = "page", count = { n = 2, within = "7d" } }'
    assert told(rule, page("a", 0, "/1"), page("b", MINUTE, "/9")).paid == [0, 9]


def test_what_is_counted_does_not_grow_with_what_has_been() -> None:
    state = told(TWICE.replace("n = 2", "n = 5"), *trials(*range(0, 2400, 24))).state
    assert len(state.counted[0]) == 1
