"""The steps a match goes through: after, suspect or duplicate, once_per, cap."""

from __future__ import annotations

import pytest
from tests.scoring.stories import DAY, HOUR, MINUTE, SECOND, Told, event, local, one_by_one, page, scorer_of

from ripeline.domain.event import Event

MODEL = "[models.m]\nbands = { hot = 1000 }\n[models.m.rules]\n"


def told(rules: str, *events: Event) -> Told:
    return one_by_one(scorer_of(MODEL + rules), events)


def once(what: str, *events: Event) -> list[str | None]:
    return told(f'r = {{ points = 1, on = ["page", "form"], once_per = "{what}" }}', *events).reasons


TWO_SESSIONS = [page("a", 0), page("b", MINUTE), page("c", 2 * MINUTE, "/x"), page("d", 3 * HOUR), page("e", DAY)]


@pytest.mark.parametrize(
    ("what", "paid"),
    [
        ("event", "abcde"),
        ("item", "ac"),
        ("session", "ade"),
        ("day", "ae"),
        ("lead", "a"),
        ("item session", "acde"),
        ("item day", "ace"),
        ("session day", "ade"),
    ],
)
def test_once_per(what: str, paid: str) -> None:
    assert [e.id for e, reason in zip(TWO_SESSIONS, once(what, *TWO_SESSIONS), strict=True) if not reason] == list(paid)


def test_once_per_session_is_one_for_each_of_two_visitors() -> None:
    story = [
        page("a", 0),
        page("b", MINUTE, visitor="laptop"),
        page("c", 2 * MINUTE),
        page("d", 3 * MINUTE, visitor="laptop"),
    ]
    assert once("session", *story) == [None, None, "repeat", "repeat"]


def test_once_per_session_day_is_paid_again_after_midnight() -> None:
    assert once("session day", page("a", 15 * HOUR - MINUTE), page("b", 15 * HOUR + MINUTE)) == [None, None]
    assert once("session", page("a", 15 * HOUR - MINUTE), page("b", 15 * HOUR + MINUTE)) == [None, "repeat"]


@pytest.mark.parametrize(
    ("kind", "reasons"),
    [
        ("page", [None, "repeat", None, None]),
        ("click", [None, "repeat", None, None]),
        ("download", [None, "repeat", "repeat", "repeat"]),
        ("email_open", [None, "repeat", "repeat", "repeat"]),
        ("form", [None, "repeat", "repeat", None]),
        ("unsubscribe", [None, "repeat", "repeat", "repeat"]),
        ("trial", [None, None, None, None]),
        ("identify", [None, None, None, None]),
    ],
)
def test_every_kind_has_its_own_default(kind: str, reasons: list[str | None]) -> None:
    """The same thing a minute, an hour and a day later."""
    times = {"a": 0, "b": MINUTE, "c": HOUR, "d": DAY}
    events = [event(id, kind, at, "/same", item="same") for id, at in times.items()]
    assert told(f'r = {{ points = 1, on = "{kind}" }}', *events).reasons == reasons


def test_with_a_list_each_event_follows_its_own_default() -> None:
    story = [
        page("a", 0, "/f"),
        event("b", "download", MINUTE, "/f"),
        page("c", HOUR, "/f"),
        event("d", "download", HOUR, "/f"),
    ]
    assert told('r = { points = 1, on = ["page", "download"] }', *story).reasons == [None, None, "repeat", None]


def test_a_capped_line_has_used_up_its_once_per() -> None:
    rule = 'r = { points = 3, on = "page", once_per = "item", cap = { points = 3, per = "24h" } }'
    story = [page("a", 0, "/1"), page("b", HOUR, "/2"), page("c", 3 * DAY, "/2"), page("d", 3 * DAY + HOUR, "/3")]
    assert told(rule, *story).reasons == [None, "capped", "repeat", None]


def test_a_match_stopped_early_uses_up_nothing() -> None:
    rules = (
        'key = { points = 0, on = "form" }\n'
        'r = { points = 3, on = "page", once_per = "lead", cap = { points = 3, per = "ever" }, after = "key" }'
    )
    story = [
        page("a", 0),
        event("b", "form", HOUR),
        page("c", 2 * HOUR, suspect="bot"),
        page("d", 3 * HOUR),
        page("e", DAY),
    ]
    assert [line.reason for line in told(rules, *story).lines if line.rule == "r"] == [
        "not_yet",
        "suspect",
        None,
        "repeat",
    ]


@pytest.mark.parametrize(("per", "length"), [("24h", DAY), ("7d", 7 * DAY), ("30d", 30 * DAY)])
def test_a_rolling_period_ends_to_the_millisecond(per: str, length: int) -> None:
    rule = f'r = {{ points = 5, on = "page", once_per = "event", cap = {{ points = 5, per = "{per}" }} }}'
    assert told(rule, page("a", 0), page("b", length - 1)).reasons == [None, "capped"]
    assert told(rule, page("a", 0), page("b", length)).reasons == [None, None]


def test_a_cap_a_day_begins_again_at_local_midnight() -> None:
    file = (
        'timezone = "America/New_York"\n'
        + MODEL
        + ('r = { points = 5, on = "page", once_per = "event", cap = { points = 5, per = "day" } }')
    )
    times = {"a": "2026-03-02T23:59", "b": "2026-03-03T00:00", "c": "2026-03-03T23:59"}
    events = [page(id, local("America/New_York", at)) for id, at in times.items()]
    assert one_by_one(scorer_of(file), events).reasons == [None, None, "capped"]


def test_what_is_taken_away_is_never_capped_and_makes_room() -> None:
    rule = (
        'r = { values = { "/+" = 4, "/-" = -3 }, on = "page", once_per = "event", cap = { points = 4, per = "ever" } }'
    )
    story = [
        page("a", 0, "/+"),
        page("b", HOUR, "/+"),
        page("c", 2 * HOUR, "/-"),
        page("d", 3 * HOUR, "/-"),
        page("e", 4 * HOUR, "/+"),
    ]
    assert told(rule, *story).paid == [4, 0, -3, -3, 4]


def test_thousandths_are_kept() -> None:
    rule = 'r = { points = 0.125, on = "page", once_per = "event", cap = { points = 0.2, per = "ever" } }'
    assert told(rule, page("a", 0), page("b", HOUR), page("c", 2 * HOUR)).paid == [0.125, 0.075, 0]


def test_a_rule_worth_nothing_still_writes_its_line() -> None:
    story = told('r = { points = 0, on = "page" }', page("a", 0))
    assert (story.paid, story.reasons) == ([0], [None])


def test_the_first_glob_of_values_that_matches_counts() -> None:
    rule = 'r = { values = { "*case*.pdf" = 5, "*.pdf" = 2 }, on = "download" }'
    files = ["/case-1.pdf", "/guide.pdf", "/logo.png"]
    story = told(rule, *[event(f"d{n}", "download", n * HOUR, file) for n, file in enumerate(files)])
    assert story.paid == [5, 2]


AFTER = 'key = {{ points = 1, on = "download"{more} }}\nr = {{ points = 3, on = "page", after = {after} }}\n'


def after_reasons(after: str, *events: Event, more: str = "") -> list[str | None]:
    return [line.reason for line in told(AFTER.format(after=after, more=more), *events).lines if line.rule == "r"]


@pytest.mark.parametrize(
    "after", ['"key"', '"k*"', '["key"]', '{ on = "download" }', '{ on = "download", where.file = "a*" }']
)
def test_a_prerequisite_is_a_rule_or_an_event(after: str) -> None:
    story = [page("p", 0), event("d", "download", HOUR, "/f/a.pdf"), page("q", 2 * HOUR)]
    assert after_reasons(after, *story) == ["not_yet", None]


def test_at_the_same_moment_a_download_comes_first() -> None:
    assert after_reasons('"key"', page("a", 0), event("z", "download", 0, "/a.pdf")) == [None]


def test_an_event_is_not_its_own_prerequisite() -> None:
    rules = 'r = { points = 3, on = "page", once_per = "event", after = { on = "page" } }'
    assert told(rules, page("a", 0), page("b", MINUTE)).reasons == ["not_yet", None]


@pytest.mark.parametrize(("flaw", "second"), [("bot", "not_yet"), ("", None)])
def test_a_suspect_event_meets_no_prerequisite(flaw: str, second: str | None) -> None:
    story = [event("d", "download", 0, "/a.pdf", suspect=flaw), page("q", HOUR)]
    assert after_reasons('"key"', *story) == [second]
    assert after_reasons('{ on = "download" }', *story) == [second]


def test_a_missing_prerequisite_is_told_before_a_flaw() -> None:
    assert after_reasons('"key"', page("p", 0, suspect="bot")) == ["not_yet"]


def test_what_a_cap_remembers_does_not_grow_with_what_was_paid() -> None:
    for per, most in (("ever", 1), ("day", 1), ("24h", 25)):
        rule = f'r = {{ points = 1, on = "trial", cap = {{ points = 999, per = "{per}" }} }}'
        state = told(rule, *[event(f"e{n:03}", "trial", n * HOUR) for n in range(100)]).state
        assert len(state.awards[0]) <= most


def test_a_match_that_paid_nothing_meets_a_prerequisite_all_the_same() -> None:
    story = [event("d", "download", 0, "/a.pdf"), page("q", HOUR)]
    assert after_reasons('"key"', *story, more=', after = { on = "form" }') == [None]


def test_a_prerequisite_is_one_of_its_own_model() -> None:
    file = (
        '[models.one]\nbands = { hot = 9 }\n[models.one.rules]\nkey = { points = 1, on = "download" }\n'
        'r = { points = 3, on = "page", after = "key" }\n'
        '[models.two]\nbands = { hot = 9 }\n[models.two.rules]\nkey = { points = 1, on = "form" }\n'
        'r = { points = 3, on = "page", after = "key" }\n'
    )
    story = one_by_one(scorer_of(file), [event("d", "download", 0, "/a.pdf"), page("q", HOUR)])
    assert [(line.model, line.reason) for line in story.lines if line.rule == "r"] == [
        ("one", None),
        ("two", "not_yet"),
    ]


def test_a_shared_rule_writes_a_line_for_each_model_that_has_it() -> None:
    file = (
        '[rules]\nvisit = { points = 1, on = "page" }\n'
        + "[models.one]\nbands = { hot = 9 }\n[models.one.rules]\na = { points = 1, on = 'form' }\n"
        + "[models.two]\nbands = { hot = 9 }\n[models.two.rules]\na = { points = 1, on = 'form' }\n"
        + "[models.three]\nbands = { hot = 9 }\nshared = false\n[models.three.rules]\na = { points = 1, on = 'form' }\n"
    )
    story = one_by_one(scorer_of(file), [page("p", 0)])
    assert [(line.model, line.rule) for line in story.lines] == [("one", "visit"), ("two", "visit")]


def test_a_line_hangs_on_its_event() -> None:
    (line,) = told('r = { points = 2.5, on = "page" }', page("p", 7 * SECOND, seq=41)).lines
    assert (line.model, line.rule, line.event, line.seq, line.points) == ("m", "r", "p", 41, 2500)
    assert line.at == page("p", 7 * SECOND).at
