"""The real server as a process of its own, as `ripeline serve` starts it, and its API as a program uses it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
from tests.browser.serving import free_port

from ripeline.commands.export import export_events
from ripeline.store.database import Database

SETUP_TOKEN = "first-of-all"


@dataclass(slots=True)
class Live:
    """A running server; `api` may do everything."""

    url: str
    folder: Path
    api: httpx2.Client

    def get(self, path: str, **query: str) -> Any:
        """The decoded answer of the API; fails on any status but 200."""
        answer = self.api.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def settled(self) -> None:
        """Return once everything accepted so far has been scored."""
        self.get("/api/settled")

    @property
    def port(self) -> str:
        return self.url.rpartition(":")[2]

    def events(self, name: str = "") -> list[dict[str, Any]]:
        """What is in the log by now, as `ripeline export events` writes it, in the order it came in."""
        out = BytesIO()
        export_events(Database(self.folder / "ripeline.db"), out)
        events = [json.loads(line) for line in out.getvalue().splitlines()]
        return [event for event in events if not name or event["on"] == name]

    def wait(self, name: str, count: int = 1, seconds: float = 4) -> list[dict[str, Any]]:
        """At least `count` events of that name, or fail with what there is instead."""
        deadline = time.monotonic() + seconds
        while len(found := self.events(name)) < count:
            assert time.monotonic() < deadline, f"{count} {name} expected: {self.events()[-20:]}"
            time.sleep(0.01)
        return found

    def wait_page(self, address: str, seconds: float = 4) -> dict[str, Any]:
        """The one view of that page, once it is stored."""
        deadline = time.monotonic() + seconds
        while not (found := [event for event in self.events("page") if event["url"] == address]):
            assert time.monotonic() < deadline, f"no view of {address}"
            time.sleep(0.01)
        (view,) = found
        return view

    def score(self, lead: str, model: str) -> float | None:
        """The score of the lead with that e-mail, None while there is no such lead."""
        answer = self.api.get(f"/api/leads/{lead}")
        if answer.status_code == 404:
            return None
        score: float = answer.json()["scores"][model]["score"]
        return score


@contextmanager
def running(folder: Path, *, port: int = 0, **settings: str) -> Iterator[Live]:
    """`ripeline serve` on that folder until the block ends; `rate_limit="off"` is RIPELINE_RATE_LIMIT."""
    url = f"http://127.0.0.1:{(port := port or free_port())}"
    environment = {**os.environ, "RIPELINE_DATA": str(folder), "RIPELINE_SETUP_TOKEN": SETUP_TOKEN}
    environment |= {f"RIPELINE_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "ripeline"]
    server = subprocess.Popen([*command, "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_until_ready(server, url)
        create = [*command, "token", "create", f"tests {time.time_ns()}", "--scope", "admin"]
        token = subprocess.run(create, env=environment, check=True, capture_output=True, text=True).stdout.strip()
        with httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as api:
            yield Live(url, folder, api)
    finally:
        server.terminate()
        server.wait(15)


def _wait_until_ready(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        assert server.poll() is None, "the server stopped while it started"
        assert time.monotonic() < deadline, "the server was not ready within 20 s"
        try:
            if httpx2.get(f"{url}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
