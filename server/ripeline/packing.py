"""What goes to browsers goes packed: our files ahead of time, a page when somebody opens it.

A page is packed only for who went there from our own pages or by their own hand. What another site makes a browser
ask for keeps its length, so that nobody learns what is on a page by trying words in its address (BREACH).
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

#: Where a browser says a page comes from that nobody else made it ask for.
_OWN_WAYS: Final = ("same-origin", "none")
#: 50 KB in half a millisecond; more would save 3 %.
_LEVEL: Final = 4
_AS_THEY_ARE: Final = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "text/csv", "application/*", "image/*")


@dataclass(frozen=True, slots=True)
class Packed:
    """A file as it is, and what it is packed to by the names of codings, the smallest first."""

    body: bytes
    forms: dict[str, bytes]

    def for_whom(self, accepts: str) -> tuple[bytes, str]:
        """What to send to who sent this Accept-Encoding, and the coding it is in: "" for as it is."""
        taken = _codings(accepts)
        return next(((body, name) for name, body in self.forms.items() if name in taken), (self.body, ""))


def packed(body: bytes, brotli: Path | None = None) -> Packed:
    """Packed by gzip, and by brotli where a file holds that."""
    forms = {"br": brotli.read_bytes()} if brotli is not None and brotli.is_file() else {}
    return Packed(body, {**forms, "gzip": gzip.compress(body, 9, mtime=0)})


def headers_of(coding: str, version: str) -> dict[str, str]:
    """What a packed file says of itself: another coding is another answer, with an ETag of its own."""
    said = {"Vary": "Accept-Encoding", "ETag": f'"{version}-{coding}"' if coding else f'"{version}"'}
    return said | ({"Content-Encoding": coding} if coding else {})


class PackPages:
    """Gzip for a page somebody opens; all else as it is. Outermost: what is packed, nothing can change any more."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.gzip = GZipMiddleware(app, compresslevel=_LEVEL, exclude_content_types=_AS_THEY_ARE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self.gzip if _is_opened(scope) else self.app)(scope, receive, send)


def _is_opened(scope: Scope) -> bool:
    """A person opens a page, by a browser that says so (all do since 2023, over https)."""
    if scope["type"] != "http":
        return False
    headers = Headers(scope=scope)
    return headers.get("sec-fetch-dest") == "document" and headers.get("sec-fetch-site") in _OWN_WAYS


def _codings(accepts: str) -> set[str]:
    parted = [each.replace(" ", "").lower().partition(";q=") for each in accepts.split(",")]
    return {name for name, _, weight in parted if not weight or weight.strip("0.")}
