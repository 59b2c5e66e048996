"""What every answer carries, and where a change may come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ripeline.auth.forms import refusal
from ripeline.sentences import N_
from ripeline.settings import Settings

_CSP: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

# `same-origin`, not `no-referrer`: with the latter browsers send `Origin: null` with our own forms over plain http.
_HEADERS: Final = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    # What other sites load of ours (the script, pictures of one pixel) says `cross-origin` itself.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

_FOR_PROGRAMS: Final = ("/api/", "/v1/", "/hooks/", "/u/")
#: It is also what a proxy comes to that hides the `Host` browsers name.
_FOREIGN: Final = N_(
    "Nothing was changed: this form was sent from another site, or the proxy in front of the server does not pass on "
    "the `Host` that the browser names."
)
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def add_headers(headers: MutableHeaders) -> None:
    """Ours, where an answer does not set them itself; nothing is cached unless it says so."""
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-store")


class SecurityHeaders:
    """Our headers on every answer but that to a fault, which is given outside of all middlewares (`api.nowhere`).

    `open_paths` answer scripts of other sites and set what they need themselves.
    """

    def __init__(self, app: ASGIApp, open_paths: frozenset[str]) -> None:
        self.app = app
        self.open_paths = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self.open_paths:
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message))
            await send(message)

        await self.app(scope, receive, send_with_headers)


class SameOrigin:
    """A change with a login cookie must come from our own pages.

    Programs send `Authorization` and no cookie: what is for them takes none and is left alone, as are `open_paths`
    (exact). `https`: that is how browsers reach us, so that a page over http is another site, whatever its name.
    """

    def __init__(self, app: ASGIApp, open_paths: frozenset[str], https: bool) -> None:
        self.app = app
        self.open_paths = open_paths
        self.schemes = ("https",) if https else ("https", "http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_guarded(scope) and not is_own(Headers(scope=scope), self.schemes):
            await refusal(Request(scope), _FOREIGN)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_guarded(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] in _SAFE:
            return False
        path: str = scope["path"]
        return path not in self.open_paths and not path.startswith(_FOR_PROGRAMS)


def is_own(headers: Headers, schemes: Sequence[str]) -> bool:
    """Did a browser send this from our own page? By Sec-Fetch-Site, or by Origin where there is no other."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    host = headers.get("host", "")
    return bool(host) and headers.get("origin") in [f"{scheme}://{host}" for scheme in schemes]


def security(settings: Settings) -> list[Middleware]:
    """The middlewares every request passes, outermost first."""
    # The second is the test of the first (`collect.trial_door`).
    open_paths = frozenset({settings.endpoint_path, settings.endpoint_path + "/test"})
    https = settings.public_url.startswith("https://")
    return [
        Middleware(SecurityHeaders, open_paths=open_paths),
        Middleware(SameOrigin, open_paths=open_paths, https=https),
    ]
