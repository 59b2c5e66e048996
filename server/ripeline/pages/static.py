"""Our own style, script and icon: read and packed once, kept by browsers while their address names their content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ripeline.auth.guard import public
from ripeline.packing import Packed, headers_of, packed
from ripeline.paths import STATIC

_KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, its media type and the short hash its address carries."""

    packed: Packed
    kind: str
    version: str


@lru_cache
def asset(name: str) -> Asset | None:
    """A file of admin/static by its plain name; None for anything else, whatever it looks like."""
    known = {path.name: path for path in STATIC.iterdir() if path.suffix in _KINDS}
    if name not in known:
        return None
    body = known[name].read_bytes()
    return Asset(packed(body), _KINDS[known[name].suffix], sha256(body).hexdigest()[:12])


@public
async def serve_asset(request: Request) -> Response:
    """A year for an address with the right version, no keeping otherwise."""
    found = asset(request.path_params["name"])
    if found is None:
        return PlainTextResponse("There is no such file.", 404)
    fresh = request.query_params.get("v") == found.version
    keep = "public, max-age=31536000, immutable" if fresh else "no-cache"
    body, coding = found.packed.for_whom(request.headers.get("accept-encoding", ""))
    headers = {"Cache-Control": keep, **headers_of(coding, found.version)}
    return Response(body, media_type=found.kind, headers=headers)
