"""A whole server with something behind every door: people, leads, hand-offs, links, reviews; and who may walk in.

Made once; each walk opens a copy of its data folder, so that what one walk spoils the next one finds whole.
"""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from httpx2 import Response
from starlette.testclient import TestClient
from tests.docs.conversation import examples, settings_of
from tests.docs.test_api_docs import settle

from ripeline.app import Application, create_app
from ripeline.auth.invitations import address_of, invite, offer_reset
from ripeline.auth.logins import cookie_name, now_ms
from ripeline.auth.passwords import hash_password
from ripeline.auth.people import add_person
from ripeline.auth.secrets import derived_key, hash_of
from ripeline.auth.setup import demo_link
from ripeline.auth.tokens import create_token
from ripeline.outbox.signing import new_secret
from ripeline.outbox.verdict_links import PURPOSE, VerdictLink, VerdictSigner
from ripeline.settings import Settings
from ripeline.store.authors import Said
from ripeline.store.database import Database, transaction
from ripeline.store.destinations import Destination, add_destination
from ripeline.store.people import add_login

ALICE: Final = "alice@example.com"
PASSWORD: Final = "a ripe pear in june"
MAILGUN: Final = "key-of-mailgun"
#: Where programs come in.
FOR_PROGRAMS: Final = ("/api/", "/v1/", "/metrics", "/hooks/")

_KEYS: Final = "keys.json"


@dataclass
class Town:
    """A running server, asked as the owner or as a program that may do everything; `slow` answers are remembered."""

    settings: Settings
    client: TestClient
    app: Application
    keys: dict[str, str]
    slowest: tuple[float, str] = (0.0, "")
    faults: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, headers: Mapping[str, bytes] | None = None, body: bytes = b"") -> Response:
        """One request with whoever's rights its address needs; headers given here go before ours."""
        given = {name: value.encode() for name, value in self.rights(path).items()} | dict(headers or {})
        began = time.perf_counter()
        answer = self.client.request(method, path, headers=_encoded(given), content=body or None)
        took = time.perf_counter() - began
        self.slowest = max(self.slowest, (took, f"{method} {path[:100]}"))
        return answer

    def rights(self, path: str) -> dict[str, str]:
        if path.startswith(FOR_PROGRAMS):
            return {"authorization": f"Bearer {self.keys['token']}", "content-type": "application/json"}
        if path.partition("?")[0] in ("/e", "/e/test"):
            return {"origin": "https://shop.example", "content-type": "text/plain"}
        form = "application/x-www-form-urlencoded"
        return {"cookie": self.keys["cookie"], "sec-fetch-site": "same-origin", "content-type": form}

    def post(self, path: str, **fields: str) -> Response:
        body = "&".join(f"{name}={quote(value)}" for name, value in fields.items()).encode()
        answer = self.ask("POST", path, body=body)
        assert answer.status_code < 400, (path, answer.text)
        return answer

    def rows(self, sql: str) -> list[Any]:
        with self.database.read() as conn:
            return list(conn.execute(sql).fetchall())

    @property
    def database(self) -> Database:
        return Database(self.settings.database_file)

    def shape(self) -> list[Any]:
        """Every table with its columns: what no input may change."""
        return self.rows(
            "SELECT m.name, p.name, p.type FROM sqlite_master AS m, pragma_table_info(m.name) AS p "
            "WHERE m.type = 'table' ORDER BY 1, 2"
        )

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        names = [name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: self.rows(f'SELECT count(*) FROM "{name}"')[0][0] for name in names}

    def sign_in_again(self) -> None:
        """Alice may have signed out, or signed out everywhere else."""
        with closing(self.database.writer()) as conn, transaction(conn):
            id = conn.execute("SELECT id FROM users WHERE email = ?", (ALICE,)).fetchone()[0]
            conn.execute("UPDATE users SET disabled_at = NULL, role = 'owner' WHERE id = ?", (id,))
            conn.execute("DELETE FROM logins WHERE token_hash = ?", (hash_of("key of alice"),))
            add_login(conn, hash_of("key of alice"), id, now_ms(), now_ms() + 86_400_000)


@contextmanager
def opened(data: Path) -> Iterator[Town]:
    """The town of that folder; at the end nothing has been logged as a fault."""
    settings = Settings(data=data, base_url="http://testserver", rate_limit=None, mailgun_key=MAILGUN)
    app = create_app(settings)
    assert isinstance(app, Application)
    keys = json.loads((data / _KEYS).read_text()) if (data / _KEYS).exists() else {}
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        # Who may listen would be answered for minutes: here it is told that there is no room.
        app.state.running.changes.close()
        town = Town(settings, client, app, keys)
        heard = _Ear(town.faults)
        logging.getLogger("ripeline").addHandler(heard)
        try:
            yield town
        finally:
            logging.getLogger("ripeline").removeHandler(heard)


def _encoded(headers: Mapping[str, bytes]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value) for name, value in headers.items()]


class _Ear(logging.Handler):
    """Hears what the server says of faults of its own."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._faults = faults

    def emit(self, record: logging.LogRecord) -> None:
        self._faults.append(self.format(record))


def build(data: Path) -> None:
    """Everything docs/api.md tells of, and what people add by the pages."""
    settings_of(data)
    with opened(data) as town:
        _move_in(town)
        _tell(town)
        _add(town)
    (data / _KEYS).write_text(json.dumps(town.keys))


def copy_of(data: Path, place: Path) -> Path:
    shutil.copytree(data, place)
    return place


def _move_in(town: Town) -> None:
    """People, and a program."""
    running, now, password_hash = town.app.state.running, now_ms(), hash_password(PASSWORD)
    with closing(town.database.writer()) as conn, transaction(conn):
        for email, role in ((ALICE, "owner"), ("bob@example.com", "sales"), ("carol@example.com", "marketer")):
            id = add_person(conn, email, role, password_hash, now)
        town.keys["token"] = create_token(conn, "walker", frozenset({"admin"}), now)
        create_token(conn, "another", frozenset({"read"}), now)
        by = Said(ALICE, now)
        links = invite(conn, by, "dave@example.com", "sales"), offer_reset(conn, by, id)
        town.keys["invitation"], town.keys["reset"] = (address_of(running, link).split("/", 3)[3] for link in links)
        add_destination(conn, Destination(0, "webhook", "crm", "https://crm.invalid/", (), secret=new_secret()))
    town.keys["demo"] = demo_link(running).split("/", 3)[3]
    town.keys["cookie"] = f"{cookie_name(running)}=key of alice"
    town.sign_in_again()


def _tell(town: Town) -> None:
    """The conversation of docs/api.md, up to what would undo it."""
    header = {"authorization": f"Bearer {town.keys['token']}"}
    for example in examples():
        if example.method == "DELETE" or example.method == "PUT":
            continue
        given = town.ask(example.method, example.path, body=example.body.encode())
        settle(town.client, header, example, given.json())
        if example.path == "/api/links" and given.status_code == 200:
            made = given.json()
            town.keys |= {"c": made["links"][0]["url"], "o": made["open"], "u": made["unsubscribe"]}
    town.keys = {name: key.removeprefix("http://testserver/") for name, key in town.keys.items()}
    more = [{"id": f"w{n}", "visitor": f"w{n}", "on": "page", "url": "https://shop.example/"} for n in range(60)]
    more += [{"id": f"x{n}", "visitor": f"w{n}", "on": "identify", "email": f"w{n}@example.com"} for n in range(60)]
    for start in (0, 60):
        town.ask("POST", "/api/events", body=json.dumps(more[start : start + 60]).encode())
    town.ask("GET", "/api/settled")


def _add(town: Town) -> None:
    """What people write on the pages."""
    lead = town.rows("SELECT max(id) FROM leads WHERE email LIKE '%shop%' OR email NOT LIKE 'w%'")[0][0]
    town.post(f"/leads/{lead}/notes", text="called her")
    town.post("/leads/views", name="hot ones", query="band=hot")
    town.post("/tuning/rules/points", model="general", rule="student", points="-11")
    town.post("/tuning/review/begin", model="general")
    handoff, made_at = town.rows("SELECT id, made_at FROM handoffs ORDER BY id DESC LIMIT 1")[0]
    signer = VerdictSigner(derived_key(town.app.state.running.secret, PURPOSE))
    until = now_ms() + 86_400_000
    town.keys["v"] = "v/" + signer.token(VerdictLink(handoff, made_at, "right_time", "bob@example.com", until))
