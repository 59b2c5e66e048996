"""What browsers send becomes an event, or is refused with a code."""

from __future__ import annotations

from typing import Any

import pytest

from ripeline.domain.event import Event
from ripeline.domain.wire_browser import Sender, is_browser_visitor, parse_browser_item
from ripeline.errors import InvalidEvent

NOW = 1_795_284_000_000
ADA = Sender(visitor="ada-phone", agent="Firefox", sent_at=NOW)

VISIT = {"i": "e1", "n": "page", "u": "https://shop.example/pricing", "a": NOW - 400}


def parsed(**changed: Any) -> Event:
    return parse_browser_item(VISIT | changed, ADA, NOW)


def code_of(**changed: Any) -> str:
    with pytest.raises(InvalidEvent) as caught:
        parsed(**changed)
    return caught.value.code


def test_a_page_view_is_read_whole() -> None:
    event = parsed(r="https://shop.example/?utm_source=x", h="Pricing", k="pricing-a", p={"ab": "b"})
    assert event == Event(
        id="e1",
        visitor="ada-phone",
        on="page",
        at=NOW - 400,
        received_at=NOW,
        url="https://shop.example/pricing",
        title="Pricing",
        referrer="https://shop.example/",
        agent="Firefox",
        item="pricing-a",
        props={"ab": "b"},
    )


def test_a_form_gives_email_fields_and_typed_attributes() -> None:
    event = parsed(
        n="form",
        k="contact",
        p={"f1": "Ada@Example.com", "f2": "Ada", "f3": "4111 1111 1111 1111", "f4": "s3cret", "message": "Call me"},
        f={"f1": "email", "f2": "given-name", "f4": "new-password"},
    )
    assert event.email == "ada@example.com"
    assert event.traits == {"email": "Ada@Example.com", "first_name": "Ada"}
    assert event.props == {"f1": "Ada@Example.com", "f2": "Ada", "message": "Call me"}
    assert not event.verified


def test_a_form_without_an_email_is_still_a_form() -> None:
    event = parsed(n="form", p={"q": "pears"})
    assert (event.email, event.props, event.traits) == (None, {"q": "pears"}, None)


def test_identify_carries_the_email_and_traits_flat() -> None:
    event = parsed(n="identify", p={"email": "Ada@example.com", "company": "Acme", "hash": "ab12", "password": "x"})
    assert (event.email, event.traits, event.props) == ("ada@example.com", {"company": "Acme"}, None)


@pytest.mark.parametrize("props", [None, {}, {"email": "nobody"}, {"company": "Acme"}])
def test_identify_without_an_email_is_refused(props: dict[str, Any] | None) -> None:
    assert code_of(n="identify", p=props) == "bad_email"


@pytest.mark.parametrize("name", ["email_open", "email_click", "unsubscribe", "bounce", "session"])
def test_nobody_can_post_what_only_our_links_may_say(name: str) -> None:
    assert code_of(n=name) == "bad_name"


def test_a_click_on_a_mail_address_keeps_the_address_alone() -> None:
    event = parsed(n="click", u="mailto:sales@shop.example?subject=Ada", k=None)
    assert (event.url, event.item) == ("", "mailto:sales@shop.example")


def test_a_clicked_link_is_stripped_like_any_address() -> None:
    assert parsed(n="click", k="https://me:pw@partner.example/?token=1").item == "https://partner.example/"


def test_an_odd_referrer_is_nobodys_fault() -> None:
    assert parsed(r="android-app://com.example").referrer == ""


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"i": ""}, "bad_id"),
        ({"i": 5}, "bad_id"),
        ({"n": None}, "bad_name"),
        ({"u": ""}, "bad_url"),
        ({"u": None}, "bad_url"),
        ({"u": "//evil.example"}, "bad_url"),
        ({"a": NOW // 1000}, "bad_time"),
        ({"a": "today"}, "bad_time"),
        ({"a": -1}, "bad_time"),
        ({"a": 0}, "bad_time"),
        ({"h": 5}, "bad_text"),
        ({"k": 5}, "bad_item"),
        ({"p": "x"}, "bad_props"),
        ({"f": {"a": 5}}, "bad_props"),
    ],
)
def test_a_bad_field_has_its_code(changed: dict[str, Any], code: str) -> None:
    assert code_of(**changed) == code


@pytest.mark.parametrize(
    ("visitor", "taken"),
    [
        ("m2x9", True),
        ("a b", True),
        ("", False),
        ("é", False),
        ("x" * 65, False),
        ("email:ada@example.com", False),
        ("user:42", False),
        ("lead:7", False),
        ("user", True),
    ],
)
def test_a_browser_cannot_take_a_name_that_can_be_guessed(visitor: str, taken: bool) -> None:
    assert is_browser_visitor(visitor) is taken
