"""Conditions on events, sessions and leads."""

from __future__ import annotations

from typing import Any

import pytest

from ripeline.domain.event import Event
from ripeline.domain.session import Session
from ripeline.domain.source import Source
from ripeline.domain.urls import canonical_url
from ripeline.rules.match import event_matcher, lead_matcher, number_of, once_parts, value_matcher
from ripeline.rules.model import Condition, OncePart, Rule

SOURCE = Source(channel="search", source="google", medium="organic", campaign="Spring 2026", term="lead scoring")
SESSION = Session(id=1, started_at=0, last_at=0, entry="/blog/choosing", source=SOURCE)


def an_event(on: str = "page", url: str = "https://www.example.com/pricing", **more: Any) -> Event:
    return Event(id="e1", visitor="v1", on=on, at=0, url=canonical_url(url) if url else "", **more)


def holds(event: Event, *conditions: Condition, session: Session = SESSION) -> bool:
    test = event_matcher(conditions, {"decision": ("/pricing*", "/demo*"), "reading": ("/blog/*",)})
    assert test is not None
    return test(event, session)


def test_no_condition_is_no_test() -> None:
    assert event_matcher(()) is None


@pytest.mark.parametrize(
    ("key", "glob", "event"),
    [
        ("path", "/pricing/", an_event()),
        ("path", "/%C3%A9tude", an_event(url="https://example.com/%c3%a9tude/")),
        ("host", "WWW.example.com", an_event()),
        ("host", "*:8081", an_event(url="http://127.0.0.1:8081/")),
        ("url", "https://www.example.com/pric*", an_event()),
        ("title", "Prices*", an_event(title="Prices of 2026")),
        ("referrer", "*news.example/*", an_event(referrer="https://news.example/a")),
        ("channel", "search", an_event()),
        ("source", "goo*", an_event()),
        ("medium", "organic", an_event()),
        ("campaign", "Spring*", an_event()),
        ("term", "*scoring", an_event()),
        ("entry", "/blog/*", an_event()),
        ("form", "demo", an_event("form", item="demo")),
        ("form", "/pricing", an_event("form")),
        ("file", "*.pdf", an_event("download", "https://example.com/files/white-paper-a.pdf")),
        ("file", "white-paper-a.pdf", an_event("download", "https://example.com/files/white-paper-a.pdf", item="A")),
        ("file", "a.pdf", an_event("download", "", item="files/a.pdf")),
        ("link", "mailto:*", an_event("click", "", item="mailto:ada@example.com")),
        ("link", "https://partner.example/", an_event("click", "https://partner.example")),
        ("link", "*partner*", an_event("email_click", "https://partner.example", item="mail-1")),
        ("email", "newsletter-*", an_event("email_open", "", item="newsletter-3")),
        ("category", "video", an_event("played", props={"category": "video"})),
        ("stage", "decision", an_event()),
        ("stage", "dec*", an_event()),
        ("props.plan", "pro", an_event("asked", props={"plan": "pro"})),
        ("props.seats", "5", an_event("asked", props={"seats": 5})),
        ("props.yearly", "true", an_event("asked", props={"yearly": True})),
    ],
)
def test_each_key_reads_its_part_of_the_event(key: str, glob: str, event: Event) -> None:
    assert holds(event, Condition(key, (glob,)))
    assert not holds(event, Condition(key, ("something-else",)))
    assert not holds(event, Condition(key, refused=(glob,)))


@pytest.mark.parametrize("key", ["form", "file", "link", "email", "category", "props.plan", "title", "referrer"])
def test_what_an_event_does_not_have_matches_no_pattern_but_is_not_refused(key: str) -> None:
    assert not holds(an_event(), Condition(key, ("*",)))
    assert holds(an_event(), Condition(key, refused=("x",)))


def test_a_literal_percent_in_a_path_is_decoded_once() -> None:
    event = an_event(url="https://example.com/100%2541")
    assert holds(event, Condition("path", ("/100%2541",)))
    assert not holds(event, Condition("path", ("/100A",)))


def test_all_conditions_must_hold_and_one_of_a_list() -> None:
    event = an_event("form", item="demo")
    assert holds(event, Condition("form", ("contact", "demo")), Condition("path", ("/pricing",)))
    assert not holds(event, Condition("form", ("contact", "demo")), Condition("path", ("/about",)))


def test_bounds_are_inclusive_and_ask_for_a_number() -> None:
    def seats(value: Any) -> bool:
        return holds(an_event("asked", props={"seats": value}), Condition("props.seats", minimum=5, maximum=10))

    assert [seats(value) for value in (4.9, 5, "7,5", "10", 10.1)] == [False, True, True, True, False]
    assert not any(seats(value) for value in ("many", True, None, "", float("nan"), "1e999"))


def test_a_page_outside_all_stages_is_in_none() -> None:
    event = an_event(url="https://example.com/about")
    assert not holds(event, Condition("stage", ("*",)))
    assert holds(event, Condition("stage", refused=("decision",)))
    assert not holds(an_event(), Condition("stage", refused=("decision",)))


def known(condition: Condition, **attributes: Any) -> bool:
    return lead_matcher((condition,))(attributes)


def test_attributes_are_compared_without_case_and_accents() -> None:
    assert known(Condition("job", ("*étudiant*",)), job="ETUDIANTE en droit")
    assert not known(Condition("job", ("*étudiant*",)), job="Directrice")
    assert not known(Condition("job", ("*étudiant*",)))


def test_a_missing_attribute_is_not_refused() -> None:
    assert known(Condition("job", refused=("*student*",)))
    assert not known(Condition("job", refused=("*student*",)), job="Student")


def test_attributes_may_be_numbers() -> None:
    assert known(Condition("employees", minimum=50), employees="250")
    assert not known(Condition("employees", minimum=50), employees=12)


def test_derived_attributes_come_from_the_email() -> None:
    assert known(Condition("email_domain", ("acme.fr",)), email="Ada@ACME.fr")
    assert known(Condition("freemail", ("true",)), email="ada@neuf.fr")
    assert known(Condition("freemail", ("false",)), email="ada@acme.fr")
    assert not known(Condition("freemail", ("false",)))
    assert known(Condition("channel", ("search",)), channel="search")


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("page", ("item", "session")),
        ("click", ("item", "session")),
        ("download", ("item",)),
        ("email_open", ("item",)),
        ("email_click", ("item",)),
        ("form", ("item", "day")),
        ("unsubscribe", ("lead",)),
        ("session", ("event",)),
        ("demo_asked", ("event",)),
    ],
)
def test_each_kind_has_its_default_once_per(kind: str, parts: tuple[OncePart, ...]) -> None:
    rule = Rule("a", "A", 1000, frozenset({kind}))
    assert once_parts(rule, kind) == parts
    assert once_parts(Rule("a", "A", 1000, frozenset({kind}), once_per=("day",)), kind) == ("day",)


def test_the_first_glob_of_the_item_says_the_value() -> None:
    worth = value_matcher((("*case*.pdf", 5000), ("*.pdf", 2000), ("demo", 7000), ("tel:*", 1000)))
    assert worth(an_event("download", "https://example.com/files/case-acme.pdf")) == 5000
    assert worth(an_event("download", "https://example.com/files/a.pdf")) == 2000
    assert worth(an_event("form", item="demo")) == 7000
    assert worth(an_event("click", "", item="tel:+331")) == 1000
    assert worth(an_event()) is None


@pytest.mark.parametrize(
    ("value", "number"), [("12", 12), ("12,5", 12.5), (3, 3), ("x", None), (True, None), ([], None)]
)
def test_numbers_are_read_as_people_write_them(value: Any, number: float | None) -> None:
    assert number_of(value) == number
