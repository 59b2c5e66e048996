"""A server into which every field that anybody can fill has been filled with payloads, through its own doors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.browser.serving import free_port, serving
from tests.faults.payloads import payload
from tests.outbox.mail_host import MailHost

from ripeline.app import create_app
from ripeline.auth.logins import now_ms
from ripeline.auth.secrets import hash_of
from ripeline.auth.tokens import create_token
from ripeline.mail_server import MailServer
from ripeline.settings import Settings
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.people import User, add_login, add_user, name_login

PEOPLE: Final = ("owner", "marketer", "sales")
DAY: Final = 86_400_000


@dataclass
class House:
    """The server under `url`; `outside` keeps what it sent: the bodies that came to each path, and the e-mails.

    `ids`: of the leads; `fields`: every field that was filled.
    """

    url: str
    settings: Settings
    app: Starlette
    api: httpx2.Client
    web: httpx2.Client
    mail: MailHost
    outside: dict[str, list[bytes]]
    ids: list[int] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)

    def cookie(self, role: str) -> dict[str, str]:
        return {"name": "ripeline", "value": f"key of {role}", "url": self.url}

    def form(self, role: str, path: str, fields: Mapping[str, str], **more: Any) -> httpx2.Response:
        """A form of a page, sent by one of our people; it must be taken."""
        headers = {"cookie": f"ripeline=key of {role}", "sec-fetch-site": "same-origin"}
        self.web.cookies.clear()
        answer = self.web.post(path, data=dict(fields), headers=headers, **more)
        assert answer.status_code in (200, 303), f"{path} {answer.status_code} {answer.text[:200]}"
        return answer

    def text(self, number: int, field: str, longest: int = 2_048) -> str:
        """The payload for that field; a harmless word where it does not fit."""
        self.fields.add(field)
        text = payload(number, field)
        return text if len(text) <= longest else text[:longest]

    @property
    def site(self) -> str:
        """The key of the first site."""
        return str(self.rows("SELECT key FROM sites ORDER BY id LIMIT 1")[0][0])

    def rows(self, sql: str) -> list[Any]:
        with Database(self.settings.database_file).read() as conn:
            return list(conn.execute(sql).fetchall())


@contextmanager
def poisoned(folder: Path, fill: Callable[[House, str], None]) -> Iterator[House]:
    """The house, filled, until the block ends; `fill` gets the address it sends alerts to."""
    with ExitStack() as stack:
        mail = stack.enter_context(MailHost())
        outside: dict[str, list[bytes]] = {}
        port = stack.enter_context(serving(_outside(outside)))
        own = free_port()
        server = MailServer("127.0.0.1", mail.port, "none")
        settings = Settings(
            data=folder, port=own, rate_limit=None, private_hooks=True, smtp=server, mail_from="R <alerts@example.com>"
        )
        settings.rules_file.write_text(rules(), encoding="utf-8")
        app = create_app(settings)
        stack.enter_context(serving(app, own))
        with transaction(Database(settings.database_file).writer()) as conn:
            key = create_token(conn, "all", frozenset({"admin"}), 1)
            _people(conn)
        url = settings.public_url
        api, web = (stack.enter_context(httpx2.Client(base_url=url, timeout=20)) for _ in range(2))
        api.headers["authorization"] = f"Bearer {key}"
        house = House(url, settings, app, api, web, mail, outside)
        fill(house, f"http://127.0.0.1:{port}")
        yield house


def _outside(kept: dict[str, list[bytes]]) -> Starlette:
    """Where webhooks go; it answers with markup, which the log of alerts shows."""

    async def take(request: Request) -> Response:
        kept.setdefault(request.url.path, []).append(await request.body())
        return Response(payload(0, "answer"), 500 if "webhook" in request.url.path else 200, media_type="text/html")

    return Starlette(routes=[Route("/{path:path}", take, methods=["POST"])])


def _people(conn: Connection) -> None:
    for role in PEOPLE:
        id = add_user(conn, User(0, f"{role}@example.com", "", role, "", None, None), 0)
        add_login(conn, hash_of(f"key of {role}"), id, now_ms(), now_ms() + DAY)
        name_login(conn, hash_of(f"key of {role}"), payload(0, "device"))


def rules() -> str:
    """A rule file in which whatever may be called as one likes is called badly."""

    def said(name: str) -> str:
        return json.dumps(payload(0, name).replace("\0", ""), ensure_ascii=False).replace("\x7f", "")

    parts = [
        f"# {payload(0, 'comment')}",
        "[models.one]\nshared = false",
        f"label = {said('model')}",
        f"bands = {{ warm = 5, {said('band')} = 12 }}\nhandoff = {said('band')}",
        f"next = {{ {said('band')} = {said('next')} }}",
        f"groups = {{ {said('group')} = {{ max = 900 }} }}",
        "[models.one.rules]",
        f'seen = {{ points = 7, on = "page", label = {said("rule")}, group = {said("group")} }}',
        f'wrote = {{ points = 7, on = "form", label = {said("rule")}, where.form = {said("glob")} }}',
        f'form = {{ points = 7, on = "form", label = {said("rule")}, once_per = "lead" }}',
        f"fits = {{ points = 1, lead.job = {said('glob')}, label = {said('fit')} }}",
        '[models.two]\nlabel = "Two"\nshared = false\nbands = { hot = 5 }\nhandoff = "none"',
        'rules.seen = { points = 1, on = "page" }',
        f'[[scenarios]]\nname = {said("scenario")}\nmodel = "one"',
        'steps = [{ on = "page", path = "/x" }]\nexpect = { score = 7 }',
    ]
    return "\n".join(parts) + "\n"
