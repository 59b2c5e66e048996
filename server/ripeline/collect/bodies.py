"""Request bodies: what may be sent, and how much, checked before it is read and counted while it is."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Final

from starlette.types import Receive

from ripeline.collect.refusals import ClientLeft, Refused

LARGEST_BODY: Final = 256 * 1024
MOST_EVENTS: Final = 100

TEXT: Final = b"text/plain"
JSON: Final = b"application/json"
NDJSON: Final = b"application/x-ndjson"

_GZIP: Final = b"gzip"

Headers = dict[bytes, bytes]


def content_type(headers: Headers) -> bytes:
    """The media type without parameters, lower case."""
    return _media_type(headers.get(b"content-type", b""))


@lru_cache(maxsize=64)
def _media_type(header: bytes) -> bytes:
    return header.partition(b";")[0].strip().lower()


def check_type(headers: Headers, accepted: tuple[bytes, ...]) -> None:
    """Raises `Refused` 415 for other media types and for compressed bodies (a small one may hide a huge one)."""
    if content_type(headers) not in accepted:
        wanted = ", ".join(type_.decode() for type_ in accepted)
        raise Refused(415, "bad_content_type", f"send {wanted}")
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise Refused(415, "bad_content_encoding", "send the body uncompressed")


def check_length(headers: Headers, largest: int = LARGEST_BODY) -> None:
    """Raises `Refused` 413 by the announced length, before a byte of the body is read."""
    announced = headers.get(b"content-length")
    if announced is not None and (not announced.isdigit() or len(announced) > 9 or int(announced) > largest):
        raise _too_large(largest)


async def read_unpacked(headers: Headers, receive: Receive, accepted: tuple[bytes, ...], largest: int) -> bytes:
    """The whole body, which may come in gzip: at most `largest` bytes on its way and unpacked. Raises `Refused`."""
    is_packed = headers.get(b"content-encoding", b"").lower() == _GZIP
    check_type({**headers, b"content-encoding": b"identity"} if is_packed else headers, accepted)
    check_length(headers, largest)
    body = await read_body(receive, largest)
    return _unpacked(body, largest) if is_packed else body


def _unpacked(body: bytes, largest: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        # Asked for one byte more than there may be: what a small body hides is never unpacked whole.
        found = unpacker.decompress(body, largest + 1)
    except zlib.error as error:
        raise Refused(400, "bad_body", f"is no gzip: {error}") from error
    if len(found) > largest:
        raise _too_large(largest)
    if not unpacker.eof:
        raise Refused(400, "bad_body", "is no whole gzip")
    return found


async def read_body(receive: Receive, largest: int = LARGEST_BODY) -> bytes:
    """The whole body; raises `Refused` 413 once it is too large, `ClientLeft` when it never comes whole."""
    message = await receive()
    if message["type"] != "http.request":
        raise ClientLeft
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        if len(body) > largest:
            raise _too_large(largest)
        return body
    parts, size = [body], len(body)
    async for part in stream_body(receive):
        size += len(part)
        if size > largest:
            raise _too_large(largest)
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


def _too_large(largest: int) -> Refused:
    return Refused(413, "too_large", f"at most {largest} bytes")
