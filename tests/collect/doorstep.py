"""A whole server behind a test client, and what a test asks it."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from httpx2 import Client, Response

from ripeline.auth.tokens import create_token
from ripeline.settings import Settings
from ripeline.store.database import Database, transaction

NOW = 1_795_284_000_000
SHOP = "https://shop.example"


@dataclass(frozen=True, slots=True)
class Doorstep:
    """The client, the settings the server runs with, and its database read beside it."""

    client: Client
    settings: Settings

    def send(self, body: object, **headers: str) -> Response:
        """POST to /e: objects as JSON, bytes and text as they are; headers with _ for -."""
        return self._post(self.settings.endpoint_path, body, "text/plain;charset=UTF-8", headers)

    def report(self, body: object, **headers: str) -> Response:
        """POST to /api/events."""
        return self._post("/api/events", body, "application/json", headers)

    def _post(self, path: str, body: object, type_: str, headers: dict[str, str]) -> Response:
        content = body if isinstance(body, (str, bytes)) else json.dumps(body)
        given = {"content-type": type_} | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, content=content, headers=given)

    def new_token(self, name: str, *scopes: str) -> str:
        """The Authorization header of a fresh token."""
        with closing(Database(self.settings.database_file).writer()) as conn, transaction(conn):
            return "Bearer " + create_token(conn, name, frozenset(scopes), NOW)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with Database(self.settings.database_file).read() as conn:
            return conn.execute(sql).fetchall()

    def stored(self) -> list[str]:
        """The ids of all events, in the order of the log."""
        return [id for (id,) in self.rows("SELECT event_id FROM events ORDER BY seq")]


def visit(id: str, **changed: Any) -> dict[str, Any]:
    """One page view as a browser sends it."""
    return {"i": id, "n": "page", "u": f"{SHOP}/pricing", "a": NOW - 50} | changed


def batch(*items: Any, **changed: Any) -> dict[str, Any]:
    """The body of /e around these items."""
    return {"v": "ada-phone", "t": NOW, "e": list(items)} | changed


def reported(id: str, **changed: Any) -> dict[str, Any]:
    """One page view as a program reports it."""
    return {"id": id, "visitor": "ada-phone", "on": "page", "url": f"{SHOP}/pricing", "at": NOW - 50} | changed
