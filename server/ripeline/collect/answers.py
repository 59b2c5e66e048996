"""The answers of the intake."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from starlette.types import Send

from ripeline.collect.refusals import Refused
from ripeline.errors import EventProblem

Header = tuple[bytes, bytes]

#: Beside the headers a page's script cannot read by itself.
EXPOSED: Final[Header] = (b"access-control-expose-headers", b"Retry-After, X-Ripeline-Dropped")

_JSON_HEADERS: Final[tuple[Header, ...]] = (
    (b"content-type", b"application/json"),
    (b"vary", b"Origin"),
    (b"x-content-type-options", b"nosniff"),
)


class Answer(NamedTuple):
    """Status, headers (`content-length` included) and body, however they are sent."""

    status: int
    headers: list[Header]
    body: bytes


def json_answer(status: int, body: bytes, headers: Iterable[Header] = ()) -> Answer:
    """An answer with a JSON body (already encoded)."""
    return Answer(status, [*_JSON_HEADERS, (b"content-length", b"%d" % len(body)), *headers], body)


def refusal_answer(refusal: Refused, headers: Iterable[Header] = ()) -> Answer:
    """`{"error": code, "problem": sentence}` with what the client needs to know of when to come back."""
    body = json.dumps({"error": refusal.code, "problem": refusal.problem}).encode()
    more = list(headers)
    if refusal.retry_after:
        more += [(b"retry-after", b"%d" % refusal.retry_after), EXPOSED]
    if refusal.status == 401:
        more.append((b"www-authenticate", b'Bearer realm="ripeline"'))
    if refusal.status == 405:
        more.append((b"allow", b"POST, OPTIONS"))
    return json_answer(refusal.status, body, more)


async def send_answer(send: Send, answer: Answer) -> None:
    """As ASGI messages."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body})


async def send_empty(send: Send, status: int, headers: Iterable[Header] = ()) -> None:
    """One answer without a body."""
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": b""})


def outcome(accepted: int, duplicate: int, rejected: Sequence[tuple[int, EventProblem]]) -> bytes:
    """The body of a 202: how many are new, how many were there already, which were refused and why."""
    if not rejected:
        return b'{"accepted":%d,"duplicate":%d,"rejected":[]}' % (accepted, duplicate)
    named = [{"i": index, "code": code} for index, code in rejected]
    return json.dumps({"accepted": accepted, "duplicate": duplicate, "rejected": named}, separators=(",", ":")).encode()
