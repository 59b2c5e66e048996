"""SIGTERM to a server and all it has started, as a service manager sends it, while everything slow is under way."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.faults.crowd import crowd
from tests.faults.house import RULES, Record, Server, chance, lost_nothing, tell
from tests.faults.senders import sending
from tests.faults.test_ended_under_load import EXIT_SECONDS
from tests.outbox.listener import listening

from ripeline.auth.secrets import hash_of
from ripeline.outbox.signing import new_secret
from ripeline.store.database import Database, transaction
from ripeline.store.destinations import Destination, add_destination
from ripeline.store.people import User, add_login, add_user
from ripeline.store.rule_drafts import keep_rule_draft

PEOPLE = 12_000
DAY = 86_400_000
#: What only folding everybody again can answer.
OTHERS = RULES.replace('on = "page" }', 'on = "page", where.path = "/1*" }')


def become_marketer(server: Server) -> str:
    """Mona, who is signed in and thinks about other rules; her cookie."""
    now = time.time_ns() // 1_000_000
    with closing(Database(server.file).writer()) as conn, transaction(conn):
        mona = add_user(conn, User(0, "mona@example.com", "", "marketer", "en", None, None), now)
        add_login(conn, hash_of("key of mona"), mona, now, now + DAY)
        ((in_force,),) = conn.execute("SELECT value FROM meta WHERE key = 'rules_hash'").fetchall()
        keep_rule_draft(conn, mona, in_force, OTHERS, now)
    return "ripeline=key of mona"


def hang(server: Server, path: str, cookie: str) -> socket.socket:
    """Ask for a page and read nothing of it."""
    asking = socket.socket()
    asking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    asking.connect(("127.0.0.1", server.port))
    asking.sendall(f"GET {path} HTTP/1.1\r\nhost: a\r\ncookie: {cookie}\r\n\r\n".encode())
    return asking


@contextmanager
def deaf() -> Iterator[str]:
    """A mail server that takes every connection and never says a word; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"


def asks_what_if(server: Server, cookie: str) -> None:
    with closing(hang(server, "/tuning/rules", cookie)) as page:
        page.settimeout(30)
        page.recv(1)


def changes_rules(server: Server, cookie: str) -> None:
    (server.data / "rules.toml").write_text(OTHERS, encoding="utf-8")


@pytest.mark.fault
@pytest.mark.parametrize("begin", [asks_what_if, changes_rules])
def test_a_busy_server_told_to_end_with_all_its_processes_ends_in_time(
    tmp_path: Path, begin: Callable[[Server, str], None], record_property: Record
) -> None:
    with deaf() as mail, listening() as listener:
        listener.thinks = 2.0
        hooks = {"RIPELINE_PRIVATE_HOOKS": "1", "RIPELINE_SMTP": mail, "RIPELINE_MAIL_FROM": "leads@shop.example"}
        with Server(tmp_path / "data", environment=hooks).start() as server:
            token, cookie = server.token("write"), ""
            server.destination(listener.url, new_secret())
            with closing(Database(server.file).writer()) as conn, transaction(conn):
                add_destination(conn, Destination(0, "email", "mail", "sales@shop.example", ("lead.ready",)))
            server.stop()
            crowd(server, PEOPLE)
            server.start()
            server.settle()
            cookie = become_marketer(server)
            form = {"id": "f1", "visitor": "v", "on": "form", "item": "contact", "email": "ada@shop.example"}
            assert server.ask("/api/events", token=token, body=json.dumps(form).encode())[0] == 202
            listener.wait_for(1)
            with (
                sending(server.port, 2, chance("ended while busy")) as senders,
                closing(hang(server, "/live", cookie)),
                closing(hang(server, "/leads.csv", cookie)),
            ):
                begin(server, cookie)
                until = time.monotonic() + 20
                while not server.mates():
                    assert time.monotonic() < until, server.tail()
                    time.sleep(0.01)
                time.sleep(0.2)
                mates = server.mates()
                took = server.stop(2 * EXIT_SECONDS, all=True)
                senders.stop.set()
            assert server.outlived_by(mates) == []
            server.start()
            server.takes_rules()
            server.stop()
            figures = lost_nothing(server, senders.acknowledged)
    assert took <= EXIT_SECONDS
    tell(record_property, exit_s=took, **figures)
