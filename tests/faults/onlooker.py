"""Alice, who owns the place, at her browser while harm is done to the server."""

from __future__ import annotations

import http.client
import time
import urllib.parse
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from tests.faults.house import Server

from ripeline.auth.people import add_person
from ripeline.auth.secrets import hash_of, new_key
from ripeline.store.database import Database, transaction
from ripeline.store.people import add_login

DAY_MS: Final = 86_400_000

#: What people look at all day; each of them reads the database.
PAGES: Final = ("/ready", "/leads", "/leads/1", "/suspects", "/settings/health", "/settings/people")


@dataclass(frozen=True)
class Said:
    """An answer: its status (0: none came), after how many seconds to come again ("": it does not say), its body."""

    status: int
    retry_after: str = ""
    body: str = ""


class Onlooker:
    """Signed in once, beside the server or while it is stopped."""

    def __init__(self, server: Server) -> None:
        self._server = server
        key, now = new_key(), time.time_ns() // 1_000_000
        with closing(Database(server.file).writer()) as conn, transaction(conn):
            alice = add_person(conn, "alice@example.com", "owner", "no password", now)
            add_login(conn, hash_of(key), alice, now, now + DAY_MS)
        self._headers = {"cookie": f"ripeline={key}", "sec-fetch-site": "same-origin", "accept-language": "en"}

    def get(self, path: str) -> Said:
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> Said:
        body = urllib.parse.urlencode(fields)
        return self._ask("POST", path, body, {"content-type": "application/x-www-form-urlencoded"})

    def send(self, path: str, body: str, headers: dict[str, str], method: str = "POST") -> Said:
        """As programs and pages of a site do."""
        return self._ask(method, path, body, headers)

    def _ask(self, method: str, path: str, body: str | None = None, more: dict[str, str] | None = None) -> Said:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=10)
        with closing(connection):
            try:
                connection.request(method, path, body, self._headers | (more or {}))
                answer = connection.getresponse()
                said = answer.read().decode("utf-8", "replace")
            except (OSError, http.client.HTTPException):
                return Said(0)
        return Said(answer.status, answer.getheader("Retry-After", ""), said)

    def write_note(self) -> Said:
        """Something a person does: 303 when it is done."""
        return self.post("/leads/1/notes", text="Called back.")

    def pages(self) -> dict[str, int]:
        """The status of each page."""
        return {path: self.get(path).status for path in PAGES}
