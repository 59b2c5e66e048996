"""`POST /api/events`: events of programs, one, an array, or an NDJSON stream; trusted and back-dated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.types import Receive, Scope, Send

from ripeline.collect.answers import json_answer, outcome, refusal_answer, send_answer
from ripeline.collect.bodies import (
    JSON,
    MOST_EVENTS,
    NDJSON,
    TEXT,
    check_length,
    check_type,
    content_type,
    read_body,
    stream_body,
)
from ripeline.collect.decoding import TOO_LARGE, decode_api_items, decode_api_line
from ripeline.collect.intake import Intake
from ripeline.collect.lines import OVERLONG, Lines
from ripeline.collect.refusals import ClientLeft, Refused
from ripeline.collect.storing import store_counted, turn_away
from ripeline.domain.event import Event
from ripeline.domain.wire import parse_api_event
from ripeline.domain.wire_types import LARGEST_EVENT
from ripeline.errors import EventProblem, InvalidEvent

# A file of another kind sent by mistake must not make an answer as long as itself.
_MOST_REJECTED_NAMED: Final = 1_000


class Delivery:
    """The events of one request so far: how many were new, how many there already, which were refused."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._sent = 0
        self.accepted = 0
        self.duplicate = 0
        self.rejected: list[tuple[int, EventProblem]] = []

    async def take(self, items: Sequence[object], size: int) -> None:
        """Parse and store what came in so many bytes; on return it is on disk.

        Raises `Refused` 503 when the log takes none.
        """
        own = self._intake.own
        events, found = own.mark(self._parsed(items))
        accepted = await store_counted(self._intake.running, events, len(items) - len(events), size)
        own.saw(found)
        self.accepted += accepted
        self.duplicate += len(events) - accepted

    def _parsed(self, items: Sequence[object]) -> list[Event]:
        events, received_at = [], self._intake.clock()
        self._intake.own.refresh(received_at)
        for item in items:
            try:
                if item is TOO_LARGE:
                    raise InvalidEvent("too_large", "", "larger than 32 KiB")
                events.append(parse_api_event(item, received_at, self._intake.sites.channels))
            except InvalidEvent as problem:
                if len(self.rejected) < _MOST_REJECTED_NAMED:
                    self.rejected.append((self._sent, problem.code))
            self._sent += 1
        return events


class ApiDoor:
    """The ASGI endpoint; finds its `Intake` where the lifespan left it."""

    access = "scope:write"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        intake: Intake = scope["app"].state.intake
        try:
            delivery = await _take(intake, scope, receive)
        except ClientLeft:
            return
        except Refused as refusal:
            turn_away(intake.running, refusal)
            await send_answer(send, refusal_answer(refusal))
            return
        body = outcome(delivery.accepted, delivery.duplicate, delivery.rejected)
        await send_answer(send, json_answer(202, body))


async def _take(intake: Intake, scope: Scope, receive: Receive) -> Delivery:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    if scope["method"] != "POST":
        raise Refused(405, "bad_method", "events are sent by POST")
    intake.tokens.check(headers.get(b"authorization", b""), "write", intake.clock())
    check_type(headers, (JSON, NDJSON, TEXT))
    delivery = Delivery(intake)
    if content_type(headers) == NDJSON:
        await _take_lines(delivery, receive)
    else:
        check_length(headers)
        body = await read_body(receive)
        await delivery.take(decode_api_items(body), len(body))
    return delivery


async def _take_lines(delivery: Delivery, receive: Receive) -> None:
    """Line by line as they come: what was stored before the connection broke stays, and may be sent again."""
    lines = Lines(LARGEST_EVENT)
    async for chunk in stream_body(receive):
        await _take_complete(delivery, lines.feed(chunk))
    await _take_complete(delivery, lines.close())


async def _take_complete(delivery: Delivery, lines: list[bytes]) -> None:
    for start in range(0, len(lines), MOST_EVENTS):
        some = lines[start : start + MOST_EVENTS]
        await delivery.take([_decoded(line) for line in some], sum(map(len, some)))


def _decoded(line: bytes) -> object:
    """A line that is no JSON is no object either, and is refused as such with its number."""
    if line == OVERLONG:
        return TOO_LARGE
    try:
        return decode_api_line(line)
    except Refused:
        return None
