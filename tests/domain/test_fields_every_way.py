"""Whatever way a field comes in, the same filter stands before the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.domain.fields_corpus import CANARY, FORBIDDEN, KEPT, Field

from ripeline.domain.event import Event
from ripeline.domain.wire import parse_api_event
from ripeline.domain.wire_browser import Sender, parse_browser_item
from ripeline.domain.wire_mail import parse_report
from ripeline.domain.wire_segment import Batch, parse_segment_item

NOW = 1_795_284_000_000
PAGE = "https://shop.example/"
MINE = "ada@example.com"

#: What a type alone gives away, only a form says; everybody else is known by names and values.
UNTYPED = [field for field in FORBIDDEN if field.value != CANARY or not field.name.startswith("f")]


def _browser(on: str, fields: dict[str, Any], hints: dict[str, str]) -> Event:
    item = {"i": "1", "n": on, "u": PAGE, "a": NOW, "p": fields, "f": hints}
    return parse_browser_item(item, Sender(visitor="ada"), NOW)


def _form(fields: dict[str, Any], hints: dict[str, str]) -> Any:
    return _browser("form", fields, hints).props


def _own_event(fields: dict[str, Any], _: dict[str, str]) -> Any:
    return _browser("demo_asked", fields, {}).props


def _identify(fields: dict[str, Any], _: dict[str, str]) -> Any:
    return _browser("identify", {**fields, "email": MINE}, {}).traits


def _api_props(on: str) -> Callable[[dict[str, Any], dict[str, str]], Any]:
    return lambda fields, _: (
        parse_api_event({"id": "1", "on": on, "visitor": "ada", "url": PAGE, "props": fields}, NOW).props
    )


def _api_traits(on: str) -> Callable[[dict[str, Any], dict[str, str]], Any]:
    return lambda fields, _: parse_api_event({"id": "1", "on": on, "email": MINE, "traits": fields}, NOW).traits


def _segment(kind: str, key: str) -> Callable[[dict[str, Any], dict[str, str]], Any]:
    def send(fields: dict[str, Any], _: dict[str, str]) -> Any:
        page = {"page": {"url": PAGE}}
        item = {"type": kind, "event": "Signed Up", "messageId": "1", "userId": MINE, "context": page, key: fields}
        (event,) = parse_segment_item(item, Batch(NOW))
        return event.traits if kind == "identify" else event.props

    return send


def _mail_tool(fields: dict[str, Any], _: dict[str, str]) -> Any:
    return parse_report("brevo", {"event": "click", "email": MINE, "ts_event": NOW // 1000, **fields}, NOW).props


WAYS = {
    "form": _form,
    "own event": _own_event,
    "identify": _identify,
    "api form": _api_props("form"),
    "api own event": _api_props("demo_asked"),
    "api page": _api_props("page"),
    "api identify": _api_traits("identify"),
    "api form traits": _api_traits("form"),
    "segment track": _segment("track", "properties"),
    "segment page": _segment("page", "properties"),
    "segment identify": _segment("identify", "traits"),
    "mail tool": _mail_tool,
}


def _sent(way: str, field: Field) -> Any:
    # Segment's page has a title and the like of its own; none of the corpus does.
    return WAYS[way]({field.name: field.value, "plan": "pro"}, {field.name: field.hints}) or {}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_forbidden_is_kept_no_way(way: str) -> None:
    for field in FORBIDDEN if way == "form" else UNTYPED:
        kept = _sent(way, field)
        assert field.value not in kept.values(), (way, field)
        assert field.name not in kept, (way, field)
        assert kept.get("plan") == "pro"


@pytest.mark.parametrize("way", WAYS)
def test_what_only_looks_so_is_kept_every_way(way: str) -> None:
    for field in KEPT:
        kept = _sent(way, field)
        # A phone field without a telling name is known by its type, which only forms have.
        assert field.value in kept.values(), (way, field)


def test_where_a_mail_tool_says_somebody_is_goes_nowhere() -> None:
    address, place = "203.0.113.77", "Villeurbanne"
    report = {
        "event": "opened",
        "recipient": MINE,
        "timestamp": NOW / 1000,
        "ip": address,
        "envelope": {"sending-ip": address, "senderIp": address},
        "geolocation": {"city": place, "country": "FR"},
        "geo": place,
    }
    event = parse_report("mailgun", report, NOW)
    assert address not in str(event)
    assert place not in str(event)
