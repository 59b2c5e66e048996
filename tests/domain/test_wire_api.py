"""What programs send becomes an event, or is refused with a code."""

from __future__ import annotations

from typing import Any

import pytest

from ripeline.domain.event import Event
from ripeline.domain.source import Source
from ripeline.domain.wire import parse_api_event
from ripeline.errors import InvalidEvent

NOW = 1_795_284_000_000

VISIT = {"id": "e1", "visitor": "v1", "on": "page", "url": "https://shop.example/pricing", "at": NOW - 60_000}


def parsed(**changed: Any) -> Event:
    return parse_api_event(VISIT | changed, NOW)


def code_of(item: object) -> str:
    with pytest.raises(InvalidEvent) as caught:
        parse_api_event(item, NOW)
    return caught.value.code


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"deeper": value}
    return value


def test_a_page_view_is_read_whole() -> None:
    event = parsed(
        url="https://Shop.Example/pricing/?utm_source=autumn&utm_medium=email&id=7#top",
        title=" Pricing ",
        referrer="https://news.example/read?token=1",
        at="2026-11-21T18:00:00+01:00",
        props={"plan": "pro", "seats": 3},
    )
    assert event == Event(
        id="e1",
        visitor="v1",
        on="page",
        at=1_795_280_400_000,
        received_at=NOW,
        url="https://shop.example/pricing?id=7",
        title="Pricing",
        referrer="https://news.example/read",
        verified=True,
        props={"plan": "pro", "seats": 3},
        source=Source("email", "autumn", "email"),
    )


def test_an_event_with_only_an_email_belongs_to_the_visitor_of_that_email() -> None:
    event = parse_api_event({"id": "e1", "email": " Ada@Example.com ", "on": "demo_asked"}, NOW)
    assert (event.visitor, event.email, event.at) == ("email:ada@example.com", "ada@example.com", NOW)


def test_a_form_names_its_person_by_the_field_of_the_email() -> None:
    event = parsed(
        on="form", item="contact", props={"votre-email": "Ada@example.com", "password": "x", "message": "Hi"}
    )
    assert event.email == "ada@example.com"
    assert event.props == {"votre-email": "Ada@example.com", "message": "Hi"}


def test_a_custom_event_names_nobody() -> None:
    assert parsed(on="invited", props={"email": "marc@example.com"}).email is None


def test_traits_may_hold_the_email_of_an_identify() -> None:
    event = parsed(on="identify", traits={"email": "ada@example.com", "company": "Acme", "job": ""})
    assert (event.email, event.traits) == ("ada@example.com", {"email": "ada@example.com", "company": "Acme"})


def test_a_download_may_be_named_by_its_item_alone() -> None:
    assert parsed(on="download", url=None, item="/files/a.pdf").item == "/files/a.pdf"


def test_keys_nobody_knows_are_left_out() -> None:
    assert parsed(__proto__={"admin": True}, constructor="x", z=[1]) == parsed()


def test_what_an_export_knew_comes_back() -> None:
    event = parsed(verified=False, source={"channel": "referral", "source": "news.example\u202e"})
    assert (event.verified, event.source) == (False, Source("referral", "news.example"))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"id": None}, "bad_id"),
        ({"id": ""}, "bad_id"),
        ({"id": "é"}, "bad_id"),
        ({"id": "a\nb"}, "bad_id"),
        ({"id": "x" * 65}, "bad_id"),
        ({"id": 7}, "bad_id"),
        ({"visitor": "x" * 65}, "bad_visitor"),
        ({"visitor": "a\x00"}, "bad_visitor"),
        ({"visitor": ["v"]}, "bad_visitor"),
        ({"visitor": None}, "no_person"),
        ({"visitor": ""}, "no_person"),
        ({"email": "nobody"}, "bad_email"),
        ({"email": {"a": 1}}, "bad_email"),
        ({"on": ""}, "bad_name"),
        ({"on": None}, "bad_name"),
        ({"on": " page"}, "bad_name"),
        ({"on": "a\u202eb"}, "bad_name"),
        ({"on": "x" * 65}, "bad_name"),
        ({"on": "session"}, "bad_name"),
        ({"url": None}, "bad_url"),
        ({"url": 5}, "bad_url"),
        ({"url": "javascript:alert(1)"}, "bad_url"),
        ({"url": "https://x.example/" + "a" * 2048}, "bad_url"),
        ({"referrer": 5}, "bad_url"),
        ({"title": "x" * 2049}, "bad_text"),
        ({"title": ["x"]}, "bad_text"),
        ({"item": {"x": 1}}, "bad_item"),
        ({"item": "x" * 2049}, "bad_item"),
        ({"at": "yesterday"}, "bad_time"),
        ({"at": NOW + 300_001}, "in_future"),
        ({"at": True}, "bad_time"),
        ({"props": []}, "bad_props"),
        ({"props": {"a": {"b": 1}}}, "bad_props"),
        ({"props": {"a": [1]}}, "bad_props"),
        ({"props": {"k" * 65: 1}}, "bad_props"),
        ({"props": {"a": "x" * 2049}}, "bad_props"),
        ({"props": {"a": float("inf")}}, "bad_props"),
        ({"props": {"a": 2**63}}, "bad_props"),
        ({"props": {str(n): n for n in range(51)}}, "too_many_props"),
        ({"traits": {str(n): n for n in range(10_000)}}, "too_many_props"),
        ({"props": nested(21)}, "too_deep"),
        ({"source": {"channel": 1}}, "bad_props"),
    ],
)
def test_a_bad_field_has_its_code(changed: dict[str, Any], code: str) -> None:
    assert code_of(VISIT | changed) == code


@pytest.mark.parametrize("item", [None, [], "page", 5, True, [VISIT]])
def test_what_is_no_object_is_no_event(item: object) -> None:
    assert code_of(item) == "bad_item"


def test_control_characters_are_taken_out_of_texts() -> None:
    event = parsed(title="Pri\x00cing\u202e\ud800", props={"a\u2066": "b\x00\nc", "d": "\x00"})
    assert (event.title, event.props) == ("Pricing", {"a": "b\nc"})


def test_fifty_props_are_taken() -> None:
    assert len(parsed(props={str(n): n for n in range(50)}).props or {}) == 50
