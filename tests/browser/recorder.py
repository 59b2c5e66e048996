"""A site with the real script on one origin, and on another an endpoint that writes down all it is sent."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ripeline.paths import TRACKER

Item = dict[str, Any]

#: Longer than the tracker waits before it sends (150 ms) and the time a request takes here.
SETTLED_MS = 450


@dataclass(slots=True)
class Sent:
    """One request to the endpoint: its method, headers and decoded body."""

    method: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def events(self) -> list[Item]:
        return list(self.body.get("e", []))


@dataclass(slots=True)
class Recorder:
    """What the endpoint was sent; `status` is what it answers."""

    status: int = 202
    requests: list[Sent] = field(default_factory=list)

    def all(self, name: str = "") -> list[Item]:
        return [event for sent in self.requests for event in sent.events if not name or event["n"] == name]

    def names(self) -> list[str]:
        """The kinds of events in order, without the time spent on pages."""
        return [event["n"] for event in self.all() if event["n"] != "engagement"]

    def wait(self, name: str, count: int = 1, seconds: float = 4) -> list[Item]:
        """At least `count` events of that kind, or fail with what came instead."""
        deadline = time.monotonic() + seconds
        while len(found := self.all(name)) < count:
            assert time.monotonic() < deadline, f"{count} {name} expected: {str(self.all())[-3000:]}"
            time.sleep(0.01)
        return found

    def wait_request(self, wanted: Callable[[Sent], bool], seconds: float = 4) -> Sent:
        deadline = time.monotonic() + seconds
        while True:
            for sent in list(self.requests):
                if wanted(sent):
                    return sent
            assert time.monotonic() < deadline, [sent.body for sent in self.requests]
            time.sleep(0.01)

    def app(self) -> Starlette:
        """The endpoint and the script, as Ripeline serves them."""
        return Starlette(
            routes=[
                Route("/t.js", self._script),
                Route("/e", self._take, methods=["POST", "OPTIONS"]),
                Route("/elsewhere/e", self._take, methods=["POST", "OPTIONS"]),
            ]
        )

    async def _script(self, _: Request) -> Response:
        return Response(TRACKER.read_bytes(), media_type="text/javascript")

    async def _take(self, request: Request) -> Response:
        raw = await request.body()
        body = json.loads(raw) if raw else {}
        self.requests.append(Sent(request.method, dict(request.headers), {**body, "path": request.url.path}))
        headers = {
            "Access-Control-Allow-Origin": request.headers.get("origin", "*"),
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Headers": "content-type",
        }
        if self.status == 202:
            age = "; Max-Age=0" if body.get("c") == 0 else ""
            headers["Set-Cookie"] = f"rl=signed; HttpOnly; SameSite=Lax; Path=/{age}"
        return JSONResponse({"accepted": 1, "duplicate": 0, "rejected": []}, self.status, headers)


@dataclass(slots=True)
class Site:
    """Pages that say what the test wants said; any path not named is an empty page with the tag."""

    script_url: str
    attributes: str = 'data-site="KEY" data-consent="granted" data-dev'
    before: str = ""
    bodies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])])

    def tag(self, query: str = "") -> str:
        return f'<script async src="{self.script_url}{query}" {self.attributes}></script>'

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        if path.startswith("/files/"):
            return Response(b"%PDF-1.4", media_type="application/pdf", headers={"Content-Disposition": "attachment"})
        body = self.bodies.get(path, "")
        tag = "" if "<script async" in body else self.tag()
        html = f"<!doctype html><title>Page {path}</title>{self.before}{tag}<body>{body}</body>"
        return HTMLResponse(html, headers=self.headers)
