"""The answers of the intake, as ASGI messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final

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


async def send_json(send: Send, status: int, body: bytes, headers: Iterable[Header] = ()) -> None:
    """One answer with a JSON body (already encoded)."""
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [*_JSON_HEADERS, length, *headers]})
    await send({"type": "http.response.body", "body": body})


async def send_empty(send: Send, status: int, headers: Iterable[Header] = ()) -> None:
    """One answer without a body."""
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": b""})


async def send_refusal(send: Send, refusal: Refused, headers: Iterable[Header] = ()) -> None:
    """`{"error": code, "problem": sentence}` with what the client needs to know of when to come back."""
    body = json.dumps({"error": refusal.code, "problem": refusal.problem}).encode()
    more = list(headers)
    if refusal.retry_after:
        more += [(b"retry-after", b"%d" % refusal.retry_after), EXPOSED]
    if refusal.status == 405:
        more.append((b"allow", b"POST, OPTIONS"))
    await send_json(send, refusal.status, body, more)


def outcome(accepted: int, duplicate: int, rejected: Sequence[tuple[int, EventProblem]]) -> bytes:
    """The body of a 202: how many are new, how many were there already, which were refused and why."""
    if not rejected:
        return b'{"accepted":%d,"duplicate":%d,"rejected":[]}' % (accepted, duplicate)
    named = [{"i": index, "code": code} for index, code in rejected]
    return json.dumps({"accepted": accepted, "duplicate": duplicate, "rejected": named}, separators=(",", ":")).encode()
