"""One request to an address somebody typed: checked and pinned, bounded in time and size, no redirect followed."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore2

from ripeline import __version__
from ripeline.outbox.places import Forbidden, LookUp, find_allowed, look_up
from ripeline.outbox.sending import Failed, Sent

_MOST_BYTES: Final = 64 * 1024
#: So much of an answer (characters) is kept for the log.
_EXCERPT: Final = 500
_REDIRECTS: Final = range(300, 400)
_GONE: Final = 410

_UNREACHED: Final = (OSError, httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.UnsupportedProtocol)

_OWN_HEADERS: Final = {
    "User-Agent": f"Ripeline/{__version__}",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until a connection must stand, and until the whole answer must be there."""

    connect: float = 5.0
    whole: float = 15.0


@dataclass(frozen=True, slots=True)
class Got:
    """An answer: its status, its headers by their name in lower case, the beginning of its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Web:
    """The way out of this server. `private`: it may lead into the network it stands in (see `places`).

    `trust` says whose certificates are believed.
    """

    private: bool = False
    look_up: LookUp = look_up
    patience: Patience = field(default_factory=Patience)
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # Reading all the authorities costs some 20 ms: once is enough.
        return self.trust()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Sent | Failed:
        """Send it there: `Sent` for any 2xx, else `Failed` with what came back; never raises but CancelledError."""
        try:
            async with asyncio.timeout(self.patience.whole):
                got = await self._exchange("POST", url, body, headers, _MOST_BYTES)
        except Forbidden as error:
            return Failed(str(error), permanent=True)
        except (TimeoutError, httpcore2.TimeoutException):
            return Failed(f"no whole answer within {self.patience.whole:g} s")
        except _UNREACHED as error:
            return Failed(_why(error))
        return _outcome(got.status, excerpt_of(got.body))

    async def get(self, url: str, headers: Mapping[str, str], most: int) -> Got | None:
        """What stands there, at most so many bytes of it; None when nothing answers, or it may not be asked."""
        try:
            async with asyncio.timeout(self.patience.whole):
                return await self._exchange("GET", url, b"", headers, most)
        except (Forbidden, TimeoutError, httpcore2.TimeoutException, *_UNREACHED):
            return None

    async def _exchange(self, method: str, url: str, body: bytes, headers: Mapping[str, str], most: int) -> Got:
        pool = httpcore2.AsyncConnectionPool(ssl_context=self._tls, network_backend=_Pinned(self), max_connections=1)
        sent = {**_OWN_HEADERS, **headers, "Host": urlsplit(url).netloc}
        limits = {"timeout": {"connect": self.patience.connect}}
        async with pool, pool.stream(method, url, headers=list(sent.items()), content=body, extensions=limits) as got:
            said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in got.headers}
            return Got(got.status, said, await _beginning(got, most))


class _Pinned(httpcore2.AsyncNetworkBackend):
    """Connects to an address of the host that was checked; the host's name stays what TLS asks and compares."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._wire = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        web, failure = self._web, OSError("no address")
        for address in await find_allowed(host, port, web.look_up, private=web.private):
            try:
                return await self._wire.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = OSError(_why(error))
        raise failure


async def _beginning(answer: httpcore2.Response, most: int) -> bytes:
    """At most so many bytes of the body: what comes after is left on the wire, and the connection is closed."""
    read = bytearray()
    async for chunk in answer.aiter_stream():
        read += chunk
        if len(read) >= most:
            break
    return bytes(read[:most])


def excerpt_of(answer: bytes) -> str:
    """The beginning of an answer as one line of printable text."""
    text = answer[: 8 * _EXCERPT].decode("utf-8", "replace")
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:_EXCERPT]


def _outcome(status: int, answer: str) -> Sent | Failed:
    if 200 <= status < 300:
        return Sent(status, answer)
    if status in _REDIRECTS:
        return Failed("it leads to another address, which is not followed: give that one", status=status, answer=answer)
    is_gone = status == _GONE
    return Failed(f"it answered {status}", permanent=is_gone, status=status, answer=answer, gone=is_gone)


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
