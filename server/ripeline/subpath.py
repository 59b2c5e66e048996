"""A server under a path of another's name, like https://example.com/leads-tool, and not at its root.

Inside, every address begins at the root; this is the only code that knows it from outside. A proxy may take the path
off or leave it on: both are understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ripeline.settings import Settings

#: Where a page of ours says an address; quotes in what people wrote are escaped, so nothing else looks like it.
_ADDRESS: Final = re.compile(rb'(?<=\s)(href|src|action|formaction|data-poll)="/(?!/)')
_COOKIE_PATH: Final = re.compile(r"(;\s*path=)/(?=;|$)", re.IGNORECASE)


def sub_path(settings: Settings) -> list[Middleware]:
    """The middleware to be passed before any that knows an address; none for a server at the root of its name."""
    return [Middleware(SubPath, path=settings.base_path)] if settings.base_path else []


class SubPath:
    """Takes the path off what comes in, and puts it before every address that goes out."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self.app = app
        self.path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")
        await self.app(self._inside(scope, host), receive, _Outward(self.path, host, send))

    def _inside(self, scope: Scope, host: str) -> Scope:
        asked: str = scope["path"]
        headers = [(name, self._off(value, host) if name == b"referer" else value) for name, value in scope["headers"]]
        if asked != self.path and not asked.startswith(self.path + "/"):
            return {**scope, "headers": headers}
        raw: bytes = scope.get("raw_path") or asked.encode()
        inside = {"path": asked[len(self.path) :] or "/", "raw_path": raw[len(self.path) :] or b"/"}
        return {**scope, **inside, "headers": headers}

    def _off(self, referrer: bytes, host: str) -> bytes:
        """The page of ours that a form was on, as we know it; other hosts' stay as they are."""
        try:
            parts = urlsplit(referrer.decode("latin-1"))
        except ValueError:
            return referrer
        if parts.netloc != host or not parts.path.startswith(self.path + "/"):
            return referrer
        return parts._replace(path=parts.path[len(self.path) :]).geturl().encode("latin-1")


class _Outward:
    """One answer on its way out; a page is held back until it is whole, as its length changes."""

    def __init__(self, path: str, host: str, send: Send) -> None:
        self._path = path
        self._host = host
        self._send = send
        self._start: Message = {}
        self._page: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            self._rename(headers, message["status"])
            if headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif self._start:
            self._page.append(message.get("body", b""))
            if not message.get("more_body"):
                await self._send_page()
            return
        await self._send(message)

    async def _send_page(self) -> None:
        page = _ADDRESS.sub(rb'\1="%b/' % self._path.encode(), b"".join(self._page))
        MutableHeaders(scope=self._start)["content-length"] = str(len(page))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": page})

    def _rename(self, headers: MutableHeaders, status: int) -> None:
        _change(headers, "location", lambda address: self._location(address, status))
        _change(headers, "set-cookie", lambda cookie: _COOKIE_PATH.sub(rf"\g<1>{self._path}", cookie))

    def _location(self, address: str, status: int) -> str:
        """Ours are paths, but for the one that takes a slash off (307). A click may lead to our host's other pages."""
        parts = urlsplit(address)
        is_ours = not parts.netloc or (status == 307 and parts.netloc == self._host)
        if not is_ours or not parts.path.startswith("/"):
            return address
        return self._path + parts._replace(scheme="", netloc="").geturl()


def _change(headers: MutableHeaders, name: str, change: Callable[[str], str]) -> None:
    key = name.encode()
    headers.raw[:] = [
        (each, change(value.decode("latin-1")).encode("latin-1") if each == key else value)
        for each, value in headers.raw
    ]
