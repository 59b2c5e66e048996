"""What Segment's clients send becomes our events: whose, when, where, and what is known of them."""

from __future__ import annotations

from typing import Any

import pytest

from ripeline.domain.event import Event
from ripeline.domain.flat import flat
from ripeline.domain.source import Source
from ripeline.domain.wire_segment import Batch, parse_segment_item
from ripeline.errors import InvalidEvent

NOW = 1_795_284_000_000
PAGE = {
    "type": "page",
    "messageId": "m1",
    "anonymousId": "a1",
    "properties": {
        "url": "https://shop.example/pricing?plan=pro",
        "title": "Pricing",
        "referrer": "https://qwant.com/",
    },
    "context": {"userAgent": "Mozilla/5.0 Firefox/140.0"},
}
TRACK = {"type": "track", "messageId": "m1", "userId": "42", "event": "Demo Asked"}


def parsed(item: dict[str, Any], sent_at: int | None = None, **changed: Any) -> Event:
    return parse_segment_item(item | changed, Batch(NOW, sent_at))[0]


def test_a_page_is_read_whole() -> None:
    event = parsed(PAGE)
    assert (event.id, event.visitor, event.on, event.url) == ("m1", "a1", "page", "https://shop.example/pricing")
    assert (event.title, event.agent, event.verified) == ("Pricing", "Mozilla/5.0 Firefox/140.0", True)
    assert event.source == Source("organic search", "qwant.com")


def test_a_page_is_found_in_the_context_too() -> None:
    event = parsed(
        PAGE, properties={"name": "Docs"}, context={"page": {"url": "https://shop.example/docs", "title": "D"}}
    )
    assert (event.url, event.title, event.props) == ("https://shop.example/docs", "D", {"name": "Docs"})


def test_numbers_beyond_all_bounds_are_left_out() -> None:
    assert flat({"a": 10**4_000, "b": float("inf"), "c": float("nan"), "d": 5}) == {"d": 5}


def test_half_a_character_in_a_campaign_is_taken_out() -> None:
    event = parsed(PAGE, context={"campaign": {"name": "Aut\ud800umn", "source": "\udfff"}})
    assert event.source is not None
    assert event.source.campaign == "Autumn"


def test_the_campaign_of_the_context_is_a_campaign() -> None:
    campaign = {"name": "Autumn", "source": "news", "medium": "email"}
    event = parsed(PAGE, context={"campaign": campaign})
    assert event.source == Source("email", "news", "email", "Autumn")
    assert event.url == "https://shop.example/pricing"


def test_a_campaign_in_the_address_counts_before_that_of_the_context() -> None:
    properties = {"url": "https://shop.example/?utm_source=own&utm_medium=email#top"}
    event = parsed(PAGE, properties=properties, context={"campaign": {"source": "other", "medium": "cpc"}})
    assert event.source is not None
    assert event.source.source == "own"


def test_a_track_is_a_custom_event_with_flat_props() -> None:
    properties = {"plan": "pro", "cart": {"total": 9.5, "items": ["a", "b"]}, "products": [{"id": 1}], "gone": None}
    event = parsed(TRACK, properties=properties, context={"page": {"url": "https://shop.example/demo"}})
    assert (event.on, event.item, event.visitor, event.url) == (
        "Demo Asked",
        "",
        "user:42",
        "https://shop.example/demo",
    )
    assert event.props == {"plan": "pro", "cart.total": 9.5, "cart.items": "a, b"}


def test_a_track_is_not_lost_for_an_odd_address() -> None:
    assert parsed(TRACK, context={"page": {"url": "app://home", "referrer": "x" * 5_000}}).url == ""


@pytest.mark.parametrize(
    ("ids", "visitor", "email"),
    [
        ({"anonymousId": "a1"}, "a1", None),
        ({"userId": "42"}, "user:42", None),
        ({"userId": 42}, "user:42", None),
        ({"userId": "42", "anonymousId": "a1"}, "a1", None),
        ({"userId": "Ada@Example.com"}, "email:ada@example.com", "ada@example.com"),
        ({"userId": "ada@example.com", "anonymousId": "a1"}, "a1", "ada@example.com"),
        ({"userId": "42", "context": {"traits": {"email": "ada@example.com"}}}, "user:42", "ada@example.com"),
    ],
)
def test_whose_it_is(ids: dict[str, Any], visitor: str, email: str | None) -> None:
    event = parsed({"type": "track", "messageId": "m1", "event": "Demo Asked"} | ids)
    assert (event.visitor, event.email) == (visitor, email)


@pytest.mark.parametrize("id", ["x" * 65, "é", "lead:7", "email:eve@example.com"])
def test_an_id_that_cannot_be_a_visitors_key_is_one_by_its_digest(id: str) -> None:
    keys = {parsed(PAGE, anonymousId=id).visitor for _ in range(2)}
    assert len(keys) == 1
    assert str(keys.pop()).isalnum()


def test_an_identify_knows_the_person_under_our_names() -> None:
    traits = {"email": "ada@example.com", "firstName": "Ada", "company": {"name": "Acme"}, "title": "CTO", "vip": True}
    event = parsed({"type": "identify", "messageId": "m1", "anonymousId": "a1", "traits": traits})
    known = {"email": "ada@example.com", "first_name": "Ada", "company": "Acme", "job": "CTO", "vip": True}
    assert (event.on, event.email, event.traits) == ("identify", "ada@example.com", known)


def test_the_traits_of_a_rudderstack_script_are_in_the_context() -> None:
    context = {"traits": {"email": "ada@example.com", "phone": "1"}}
    event = parsed({"type": "identify", "messageId": "m1", "anonymousId": "a1", "context": context})
    assert (event.email, event.traits) == ("ada@example.com", {"email": "ada@example.com", "phone": "1"})


def test_an_identify_ties_both_ids_to_the_person() -> None:
    item = {
        "type": "identify",
        "messageId": "m1",
        "anonymousId": "a1",
        "userId": "42",
        "traits": {"email": "a@b.example"},
    }
    told, tie = parse_segment_item(item, Batch(NOW))
    assert [(event.visitor, event.email) for event in (told, tie)] == [
        ("a1", "a@b.example"),
        ("user:42", "a@b.example"),
    ]
    assert (tie.on, tie.at) == ("engagement", told.at)
    assert [event.id for event in parse_segment_item(item, Batch(NOW + 9))] == [told.id, tie.id]


@pytest.mark.parametrize(
    ("times", "sent_at", "at"),
    [
        ({}, None, NOW),
        ({"timestamp": "2026-11-21T18:00:00.000Z"}, None, NOW),
        ({"timestamp": NOW - 5_000}, None, NOW - 5_000),
        # A clock an hour ahead when it happened was an hour ahead when it was sent.
        ({"timestamp": NOW + 3_600_000 - 7_000}, NOW + 3_600_000, NOW - 7_000),
        ({"originalTimestamp": NOW - 9_000, "timestamp": NOW - 1, "sentAt": NOW - 1_000}, None, NOW - 8_000),
        # Long ago is long ago, and nothing happens ahead.
        ({"timestamp": NOW - 90 * 86_400_000}, NOW, NOW - 90 * 86_400_000),
        ({"timestamp": NOW + 60_000}, NOW, NOW),
        ({"timestamp": "2026-11-21T17:00:00"}, None, 1_795_280_400_000),
        ({"timestamp": NOW - 5_000, "sentAt": "yesterday"}, None, NOW - 5_000),
    ],
)
def test_when_it_was(times: dict[str, Any], sent_at: int | None, at: int) -> None:
    assert parsed(TRACK, sent_at, **times).at == at


def test_a_message_without_an_id_is_the_same_when_it_is_sent_again() -> None:
    item = {"type": "track", "userId": "42", "event": "Demo Asked", "timestamp": "2026-11-21T17:00:00Z"}
    first, again = (parse_segment_item(item | {"sentAt": NOW + n}, Batch(NOW + n))[0] for n in (0, 60_000))
    assert first.id == again.id != parsed(item, event="Other").id
    assert parsed(TRACK, messageId="m" * 100).id == parsed(TRACK, messageId="m" * 100).id


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (TRACK | {"userId": None}, "no_person"),
        (TRACK | {"event": ""}, "bad_name"),
        (TRACK | {"event": 7}, "bad_name"),
        (TRACK | {"event": "x" * 65}, "bad_name"),
        (TRACK | {"event": "session"}, "bad_name"),
        (TRACK | {"timestamp": "soon"}, "bad_time"),
        (TRACK | {"timestamp": 1e300}, "bad_time"),
        (TRACK | {"timestamp": True}, "bad_time"),
        (PAGE | {"properties": {}}, "bad_url"),
        (PAGE | {"properties": {"url": "javascript:alert(1)"}}, "bad_url"),
        (PAGE | {"properties": {"url": "https://shop.example/" + "x" * 2_100}}, "bad_url"),
    ],
)
def test_what_is_refused(item: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidEvent) as caught:
        parse_segment_item(item, Batch(NOW))
    assert caught.value.code == code


@pytest.mark.parametrize("odd", [None, 7, "x", [], [{}], {"page": 3, "traits": [], "campaign": "x", "userAgent": {}}])
def test_what_is_no_object_where_one_should_be_is_none(odd: Any) -> None:
    event = parsed(TRACK, properties=odd, traits=odd, context=odd)
    assert (event.on, event.email, event.agent) == ("Demo Asked", None, "")


def test_what_cannot_be_kept_is_left_out() -> None:
    values = {"a" * 65: 1, "inf": float("inf"), "big": 2**60, "text": "x" * 3_000, "on": False, "empty": ""}
    deep: dict[str, Any] = {"end": 1}
    for _ in range(30):
        deep = {"d": deep}
    assert flat(values | {"deep": deep}) == {"text": "x" * 2_048, "on": False}
    assert len(flat({str(n): n for n in range(99)})) == 50
