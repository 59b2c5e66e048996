"""Request bodies: what may be sent, and how much, checked before it is read and counted while it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from starlette.types import Receive

from ripeline.collect.refusals import ClientLeft, Refused

LARGEST_BODY: Final = 256 * 1024
MOST_EVENTS: Final = 100

TEXT: Final = b"text/plain"
JSON: Final = b"application/json"
NDJSON: Final = b"application/x-ndjson"

Headers = dict[bytes, bytes]


def content_type(headers: Headers) -> bytes:
    """The media type without parameters, lower case."""
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower()


def check_type(headers: Headers, accepted: tuple[bytes, ...]) -> None:
    """Raises `Refused` 415 for other media types and for compressed bodies (a small one may hide a huge one)."""
    if content_type(headers) not in accepted:
        wanted = ", ".join(type_.decode() for type_ in accepted)
        raise Refused(415, "bad_content_type", f"send {wanted}")
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise Refused(415, "bad_content_encoding", "send the body uncompressed")


def check_length(headers: Headers) -> None:
    """Raises `Refused` 413 by the announced length, before a byte of the body is read."""
    announced = headers.get(b"content-length")
    if announced is not None and (not announced.isdigit() or len(announced) > 9 or int(announced) > LARGEST_BODY):
        raise _too_large()


async def read_body(receive: Receive) -> bytes:
    """The whole body; raises `Refused` 413 once it is too large, `ClientLeft` when it never comes whole."""
    message = await receive()
    if message["type"] != "http.request":
        raise ClientLeft
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        if len(body) > LARGEST_BODY:
            raise _too_large()
        return body
    parts, size = [body], len(body)
    async for part in stream_body(receive):
        size += len(part)
        if size > LARGEST_BODY:
            raise _too_large()
        parts.append(part)
    return b"".join(parts)


async def stream_body(receive: Receive) -> AsyncIterator[bytes]:
    """The body as it comes, of any length; raises `ClientLeft` when it never comes whole."""
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientLeft
        more = message.get("more_body", False)
        yield message.get("body", b"")


def _too_large() -> Refused:
    return Refused(413, "too_large", f"at most {LARGEST_BODY} bytes")
