"""The script that sites load: at its everyday address for an hour, at its hashed address for ever."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256, sha384

from starlette.requests import Request
from starlette.responses import Response

from ripeline.auth.guard import public
from ripeline.paths import TRACKER


@cache
def script_bytes() -> bytes:
    """tracker/dist/t.js as it is."""
    return TRACKER.read_bytes()


@cache
def script_hash() -> str:
    """16 hex digits that change with the script."""
    return sha256(script_bytes()).hexdigest()[:16]


@cache
def integrity() -> str:
    """The value of the `integrity` attribute (Subresource Integrity)."""
    return "sha384-" + b64encode(sha384(script_bytes()).digest()).decode()


def hashed_path(script_path: str) -> str:
    """/t.js → /t.<hash>.js"""
    stem, dot, extension = script_path.rpartition(".")
    return f"{stem}.{script_hash()}{dot}{extension}" if dot else f"{script_path}.{script_hash()}"


@public
async def everyday_script(request: Request) -> Response:
    return _script(request, "public, max-age=3600")


@public
async def hashed_script(request: Request) -> Response:
    return _script(request, "public, max-age=31536000, immutable")


def _script(request: Request, caching: str) -> Response:
    etag = f'"{script_hash()}"'
    headers = {
        "Cache-Control": caching,
        "ETag": etag,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
        # `integrity` needs a CORS answer, and the script is no secret.
        "Access-Control-Allow-Origin": "*",
    }
    asked = request.headers.get("if-none-match", "")
    if any(candidate.strip().removeprefix("W/") in (etag, "*") for candidate in asked.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(script_bytes(), headers=headers, media_type="text/javascript")
