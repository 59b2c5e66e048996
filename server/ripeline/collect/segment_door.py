"""`POST /v1/…`: what servers and pipelines send in Segment's way, its clients unchanged but for the host."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace
from starlette.types import Receive, Scope, Send

from ripeline.auth.tokens import basic_user, bearer_key
from ripeline.collect.agents import agent_of
from ripeline.collect.answers import Answer, json_answer, refusal_answer, send_answer
from ripeline.collect.bodies import JSON, MOST_EVENTS, TEXT, read_unpacked
from ripeline.collect.decoding import loads
from ripeline.collect.intake import Intake
from ripeline.collect.refusals import ClientLeft, Refused
from ripeline.collect.storing import store_counted, turn_away
from ripeline.domain.event import Event
from ripeline.domain.wire_segment import IGNORED, READ, Batch, parse_segment_item, sent_at_of
from ripeline.domain.wire_types import DEEPEST, LARGEST_EVENT, depth_of
from ripeline.errors import InvalidEvent

LARGEST_BODY: Final = 500 * 1024
_MOST_ITEMS: Final = 2_500
_BATCHES: Final = frozenset({"batch", "import"})
_UNKNOWN: Final = "is no kind of call that is known here"


class SegmentDoor:
    """The ASGI endpoint; the kind of call is in the path, that of each item of a batch in itself."""

    access = "scope:write"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await _take(scope, receive)
        except ClientLeft:
            return
        except Refused as refusal:
            turn_away(scope["app"].state.intake.running, refusal)
            answer = _refused(refusal)
        await send_answer(send, answer)


async def _take(scope: Scope, receive: Receive) -> Answer:
    intake: Intake = scope["app"].state.intake
    headers: dict[bytes, bytes] = dict(scope["headers"])
    kind: str = scope["path_params"]["kind"]
    if scope["method"] != "POST":
        raise Refused(405, "bad_method", "events are sent by POST")
    intake.tokens.check_key(_key(headers), "write", intake.clock())
    if kind not in _BATCHES | READ | IGNORED.keys():
        raise Refused(404, "not_found", f"there is no {scope['path']}")
    sent = await read_unpacked(headers, receive, (JSON, TEXT), LARGEST_BODY)
    body = _loaded(sent)
    if not isinstance(body, dict):
        raise Refused(400, "bad_body", "is not an object")
    items = body.get("batch") if kind in _BATCHES else [body | {"type": kind}]
    if not isinstance(items, list):
        raise Refused(400, "bad_body", "`batch` is not a list of messages")
    if len(items) > _MOST_ITEMS:
        raise Refused(413, "too_many_events", f"at most {_MOST_ITEMS} messages in one batch")
    batch = Batch(intake.clock(), sent_at_of(body), intake.sites.channels)
    return await _Delivery(intake, batch).take(items, len(sent))


class _Delivery:
    """The messages of one request: stored by the hundred, each that was not with its place and the reason."""

    def __init__(self, intake: Intake, batch: Batch) -> None:
        self._intake = intake
        self._batch = batch
        self._rejected: list[dict[str, Any]] = []
        self._ignored: list[dict[str, Any]] = []

    async def take(self, items: Sequence[object], size: int) -> Answer:
        for start in range(0, len(items), MOST_EVENTS):
            events: list[Event] = []
            before = len(self._rejected)
            some = items[start : start + MOST_EVENTS]
            for place, item in enumerate(some, start):
                events += self._read(place, item)
            rejected = len(self._rejected) - before
            await store_counted(self._intake.running, events, rejected, size * len(some) // len(items))
        told = {"rejected": self._rejected, "ignored": self._ignored}
        return json_answer(200, _encoded({"success": True} | {name: places for name, places in told.items() if places}))

    def _read(self, place: int, item: object) -> list[Event]:
        try:
            message = _checked(item)
            kind = str(message.get("type", ""))
            if kind not in READ:
                self._ignored.append({"i": place, "reason": IGNORED.get(kind, _UNKNOWN)})
                return []
            return [_with_agent(event) for event in parse_segment_item(message, self._batch)]
        except InvalidEvent as problem:
            self._rejected.append({"i": place, "code": problem.code, "problem": str(problem)})
            return []


def _checked(item: object) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise InvalidEvent("bad_item", "", "is not an object")
    if depth_of(item) > DEEPEST:
        raise InvalidEvent("too_deep", "", f"nested deeper than {DEEPEST}")
    if len(_encoded(item)) > LARGEST_EVENT:
        raise InvalidEvent("too_large", "", "larger than 32 KiB")
    return item


def _with_agent(event: Event) -> Event:
    """What the person's own browser says it is, passed on by the sender, is looked at as if it had come here."""
    agent = agent_of(event.agent.encode()) if event.agent else None
    return replace(event, agent=agent.text, suspect=agent.suspect) if agent else event


def _loaded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return loads(body)


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace")


def _refused(refusal: Refused) -> Answer:
    """As everywhere here, and as the clients of Segment read it."""
    answer = refusal_answer(refusal)
    told = json.loads(answer.body) | {"success": False, "code": refusal.code, "message": refusal.problem}
    body = _encoded(told)
    kept = [header for header in answer.headers if header[0] != b"content-length"]
    return Answer(answer.status, [*kept, (b"content-length", b"%d" % len(body))], body)


def _key(headers: dict[bytes, bytes]) -> str:
    """The token: the user name of Basic auth, Jitsu's header, or as everywhere else."""
    authorization = headers.get(b"authorization", b"").decode("latin-1")
    return basic_user(authorization) or bearer_key(authorization) or headers.get(b"x-write-key", b"").decode("latin-1")
