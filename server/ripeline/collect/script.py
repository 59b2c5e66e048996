"""The script that sites load: at its everyday address for an hour, at its hashed address for ever."""

from __future__ import annotations

import time

from starlette.requests import Request
from starlette.responses import Response

from ripeline.auth.guard import public
from ripeline.packing import headers_of
from ripeline.running import Running
from ripeline.script import corner_bytes, packed_script, script_hash


@public
async def everyday_script(request: Request) -> Response:
    return _script(request, "public, max-age=3600")


@public
async def hashed_script(request: Request) -> Response:
    return _script(request, "public, max-age=31536000, immutable")


def _script(request: Request, caching: str) -> Response:
    if "test" in request.query_params:
        return _corner(request)
    _note(request)
    body, coding = packed_script().for_whom(request.headers.get("accept-encoding", ""))
    headers = headers_of(coding, script_hash()) | {
        "Cache-Control": caching,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
        # `integrity` needs a CORS answer, and the script is no secret.
        "Access-Control-Allow-Origin": "*",
    }
    asked = request.headers.get("if-none-match", "")
    if any(candidate.strip().removeprefix("W/") in (headers["ETag"], "*") for candidate in asked.split(",")):
        headers.pop("Content-Encoding", "")
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="text/javascript")


def _corner(request: Request) -> Response:
    """What the tag loads instead of itself for a test (`tracker/corner.js`); a module, so it needs a CORS answer."""
    running: Running = request.app.state.running
    headers = {
        "Cache-Control": "no-cache",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
    }
    body = corner_bytes(running.settings.base_path + running.settings.endpoint_path)
    return Response(body, headers=headers, media_type="text/javascript")


def _note(request: Request) -> None:
    """The Install page says from which site the script was asked for."""
    running: Running = request.app.state.running
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    running.sightings.loaded(request.headers.get("referer", ""), address[:200], int(time.time() * 1000))
