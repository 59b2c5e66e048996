"""JSON bodies into items: in one go where all is well, item by item where one of them is not."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from math import inf
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from ripeline.collect.bodies import MOST_EVENTS
from ripeline.collect.refusals import Refused
from ripeline.domain.wire import ApiItem
from ripeline.domain.wire_browser import BrowserItem
from ripeline.domain.wire_time import EARLIEST, LATEST
from ripeline.domain.wire_types import DEEPEST, LARGEST_EVENT, UNFIT, Text

T = TypeVar("T")

#: Stands for an item that is too large to look at.
TOO_LARGE: Final = object()


class Envelope(Struct, gc=False):
    """What surrounds the items of `/e`: site key, visitor, sent time (ms), consent (0: withdrawn), endings, items.

    `d`: its owner is trying the tag out, so that a driven browser is no suspicion.
    """

    s: Text | None = None
    v: Text | None = None
    t: Annotated[float, Meta(ge=EARLIEST, le=LATEST)] | None = None
    c: float | bool | None = None
    x: Text | None = None
    d: float | bool | None = None
    e: list[BrowserItem] | None = None


class _Sizes(Struct, gc=False):
    e: list[msgspec.Raw]


_ENVELOPE: Final = msgspec.json.Decoder(Envelope)
_SIZES: Final = msgspec.json.Decoder(_Sizes)
_ONE: Final = msgspec.json.Decoder(ApiItem)
_MANY: Final = msgspec.json.Decoder(list[ApiItem])
_RAWS: Final = msgspec.json.Decoder(list[msgspec.Raw])

_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decode_envelope(body: bytes) -> tuple[Envelope, Sequence[object]]:
    """The envelope of `/e` and its items, each a `BrowserItem` or whatever stood there; raises `Refused`."""
    try:
        envelope = _ENVELOPE.decode(body)
    except _UNREADABLE:
        envelope, items = _envelope_slowly(body)
        return envelope, checked_count(items)
    if envelope.e is None:
        raise _bad_body("`e`, the list of events, is missing")
    if len(body) <= LARGEST_EVENT:
        return envelope, checked_count(envelope.e)
    return envelope, _without_large(checked_count(envelope.e), _SIZES.decode(body).e)


def decode_api_items(body: bytes) -> Sequence[object]:
    """One event or an array of them, each an `ApiItem` or whatever stood there; raises `Refused`."""
    is_array = body[:64].lstrip().startswith(b"[")
    try:
        items = _MANY.decode(body) if is_array else [_ONE.decode(body)]
    except _UNREADABLE:
        value = loads(body)
        return checked_count(_sized(value if isinstance(value, list) else [value], body))
    if len(body) <= LARGEST_EVENT:
        return checked_count(items)
    return _without_large(checked_count(items), _RAWS.decode(body) if is_array else [body])


def decode_api_line(line: bytes) -> object:
    """One line of NDJSON; raises `Refused` when it is no JSON."""
    if len(line) > LARGEST_EVENT:
        return TOO_LARGE
    try:
        return _ONE.decode(line)
    except _UNREADABLE:
        return loads(line)


def checked_count(items: Sequence[T]) -> Sequence[T]:
    if len(items) > MOST_EVENTS:
        raise Refused(413, "too_many_events", f"at most {MOST_EVENTS} events in one body")
    return items


def loads(body: bytes) -> Any:
    """JSON as forgiving as it can be without guessing, so that one odd item does not cost its neighbours.

    Bytes that are no UTF-8 become U+FFFD, lone surrogates stay for the parser of events to take out, NaN and
    numbers beyond all bounds become infinite (which no field takes), and what is nested too deep is cut.
    """
    text = body.decode("utf-8-sig", "replace")
    try:
        return _json(text)
    except RecursionError:
        return _json(_cut_deep(text))


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=lambda _: inf, parse_int=_bounded_int)
    except ValueError as error:
        raise _bad_body(f"is no JSON: {error}") from error


def _bounded_int(digits: str) -> float:
    return int(digits) if len(digits) < 100 else inf


# Possessive, and a string may be unfinished: each character is looked at once, whatever a stranger sends.
_BRACKETS_AND_STRINGS: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{\]}]', re.DOTALL)


def _cut_deep(text: str) -> str:
    """The same JSON with everything far below the permitted depth replaced by null."""
    kept, depth, start, deepest = [], 0, 0, DEEPEST + 10
    for found in _BRACKETS_AND_STRINGS.finditer(text):
        if found.group() in "[{":
            depth += 1
            if depth == deepest:
                kept.append(text[start : found.start()])
        elif found.group() in "]}":
            if depth == deepest:
                kept.append("null")
                start = found.end()
            depth -= 1
    return "".join([*kept, text[start:]]) if depth < deepest else "".join(kept)


def _envelope_slowly(body: bytes) -> tuple[Envelope, Sequence[object]]:
    value = loads(body)
    if not isinstance(value, dict):
        raise _bad_body("is not an object")
    items = value.pop("e", None)
    if not isinstance(items, list):
        raise _bad_body("`e` is not a list of events")
    try:
        envelope = msgspec.convert(value, Envelope)
    except UNFIT as error:
        raise _bad_body(str(error)) from error
    return envelope, _sized(items, body)


def _sized(items: list[object], body: bytes) -> Sequence[object]:
    if len(body) <= LARGEST_EVENT:
        return items
    return [TOO_LARGE if _is_large(item) else item for item in items]


def _is_large(item: object) -> bool:
    try:
        return len(json.dumps(item, ensure_ascii=False)) > LARGEST_EVENT
    except RecursionError:
        return True


def _without_large(items: Sequence[object], raws: Sequence[msgspec.Raw | bytes]) -> Sequence[object]:
    sizes = (len(memoryview(raw)) for raw in raws)
    return [TOO_LARGE if size > LARGEST_EVENT else item for item, size in zip(items, sizes, strict=True)]


def _bad_body(problem: str) -> Refused:
    return Refused(400, "bad_body", problem)
