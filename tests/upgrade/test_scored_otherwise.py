"""The first start of a version that scores otherwise: events are taken while it makes scores anew, and then count."""

from __future__ import annotations

import http.client
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.routing import Route
from tests.faults.crowd import crowd
from tests.faults.house import Record, Server, chance, lost_nothing, many, scored_once, tell

from ripeline.auth.secrets import hash_of
from ripeline.commands.appending import fold_all
from ripeline.pages.routes import ROUTES as PAGES
from ripeline.settings import Settings
from ripeline.store.authors import Said
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.opening import open_data
from ripeline.store.people import User, add_login, add_user
from ripeline.store.rule_versions import keep_rule_version

#: Enough that a process beside the server helps, which can be kept from it.
PEOPLE: Final = 5_100
KEY: Final = "a key"
GIVEN: Final = json.dumps({"points": 1, "reason": "called", "model": "sales"}).encode()
NOTICE: Final = "Since the upgrade all scores are being made anew"


def scored_otherwise(server: Server) -> None:
    """A crowd in the database of another version, and somebody who may look at it."""
    settings, now = Settings(data=server.data), time.time_ns() // 1_000_000
    open_data(settings).close()
    crowd(server, PEOPLE, 1)
    with closing(Database(server.file).writer()) as conn:
        fold_all(settings, conn)
        with transaction(conn):
            owner = add_user(conn, User(0, "ada@example.com", "", "owner", "", None, None), now)
            add_login(conn, hash_of(KEY), owner, now, now + 3_600_000)
            keep_rule_version(conn, "before", "no rules of today", Said("", now))
        make_old(conn)


def make_old(conn: Connection) -> None:
    """Scores, states and rules as no version of today can go on with."""
    conn.execute("UPDATE meta SET value = 'before' WHERE key IN ('scoring_form', 'rules_hash')")
    conn.execute("UPDATE lead_states SET state = x'c1', due_at = 1")


@contextmanager
def held(server: Server) -> Iterator[None]:
    """The server started, and kept from making scores anew until it is let go on, or killed."""
    server.launch()
    until = time.monotonic() + 30
    while not (mates := [pid for pid in map(pid_of, server.mates()) if is_crew(pid)]):
        assert server.is_running(), server.tail()
        assert time.monotonic() < until, f"nobody helps with the rescore: {server.tail()}"
        time.sleep(0.005)
    # It has only just begun to start.
    for mate in mates:
        os.kill(mate, signal.SIGSTOP)
    try:
        while server.get("/readyz") != 200:
            assert time.monotonic() < until, server.tail()
            time.sleep(0.02)
        yield
    finally:
        for mate in mates:
            os.kill(mate, signal.SIGCONT)


def pid_of(stat: Path) -> int:
    return int(stat.parent.name)


def is_crew(pid: int) -> bool:
    """Not the process that Python itself starts beside."""
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def send(server: Server, *ids: str, on: str = "page") -> list[str]:
    """Of a browser; the ids that were accepted."""
    now = time.time_ns() // 1_000_000
    more: dict[str, Any] = {"k": "contact", "p": {"email": f"{ids[0]}@example.com"}} if on == "form" else {}
    events = [{"i": id, "n": on, "u": f"https://shop.example/{id}", "a": now, **more} for id in ids]
    status, said = server.ask("/e", body=json.dumps({"v": f"of {ids[0]}", "t": now, "e": events}).encode())
    assert (status, json.loads(said)["rejected"]) == (202, []), said
    return list(ids)


def look(server: Server, path: str, form: str | None = None, said: str = "") -> tuple[int, str]:
    """A page, or the one after it, as its owner sees it; after a form with what is said of that."""
    headers = {"cookie": f"ripeline={KEY}; {said}", "accept": "text/html", "sec-fetch-site": "same-origin"}
    headers |= {"content-type": "application/x-www-form-urlencoded"} if form else {}
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as link:
        link.request("POST" if form else "GET", path, form, headers)
        answer = link.getresponse()
        html = answer.read().decode()
        if answer.status == 303:
            return look(server, answer.headers["location"], said=answer.headers.get("set-cookie", "").partition(";")[0])
        return answer.status, html


def readiness(server: Server) -> tuple[int, dict[str, Any]]:
    status, said = server.ask("/readyz")
    return status, json.loads(said)


@pytest.mark.row
def test_events_are_taken_while_all_scores_are_made_anew(tmp_path: Path, record_property: Record) -> None:
    with Server(tmp_path / "data") as server:
        scored_otherwise(server)
        token = server.token("read", "write")
        with held(server):
            acknowledged = send(server, "a1", "a2") + send(server, "a3", on="form")
            assert stored(server, acknowledged)
            assert is_honest(server, token)
            assert all_pages_open(server)
            server.kill()
        server.start()
        acknowledged += send(server, "b1") + send(server, "b2", on="form")
        server.takes_rules()
        scored_once(server)
        assert server.rows("SELECT count(*), count(DISTINCT lead_id) FROM handoffs") == [(2, 2)]
        assert server.ask(f"/api/leads/{PEOPLE}/points", token=token, body=GIVEN)[0] == 200
        status, ready = readiness(server)
        assert (status, ready["warnings"]) == (200, [])
        assert NOTICE not in look(server, "/leads")[1]
        tell(record_property, **lost_nothing(server, acknowledged))


@pytest.mark.fault
def test_it_is_done_after_all_however_often_it_is_ended(tmp_path: Path, record_property: Record) -> None:
    luck, rounds, acknowledged, slowest = chance("ended while scores are made anew"), many(2, 8), [], 0.0
    with Server(tmp_path / "data") as server:
        scored_otherwise(server)
        for number in range(rounds):
            with held(server):
                acknowledged += send(server, f"a{number}") + send(server, f"b{number}", on="form")
            time.sleep(luck.uniform(0.0, 0.1))
            if number % 2:
                slowest = max(slowest, server.stop())
            else:
                server.kill()
            with closing(Database(server.file).writer()) as conn:
                make_old(conn)
        server.start()
        server.takes_rules()
        scored_once(server)
        assert server.rows("SELECT count(*) FROM handoffs") == [(rounds,)]
        assert slowest < 5.0
        tell(record_property, rounds=rounds, slowest_stop=slowest, **lost_nothing(server, acknowledged))


def stored(server: Server, ids: list[str]) -> bool:
    """And nothing is folded yet."""
    (cursor,) = server.rows("SELECT value FROM meta WHERE key = 'cursor'")[0]
    found = server.rows("SELECT event_id FROM events WHERE seq > ? ORDER BY seq", int(cursor))
    return [id for (id,) in found] == ids


def is_honest(server: Server, token: str) -> bool:
    """Ready for events; says that scores are late; does nothing that rests on them."""
    status, ready = readiness(server)
    assert (status, ready["status"]) == (200, "ok")
    assert "all scores are being made anew" in ready["warnings"][0]
    assert ready["lag"] > 0
    assert json.loads(server.ask("/api/settled", token=token)[1])["lag"] > 0
    status, said = server.ask("/api/leads/1/points", token=token, body=GIVEN)
    assert (status, json.loads(said)["error"]) == (503, "unavailable")
    assert "until then leads cannot be changed" in json.loads(said)["problem"]
    for path, fields in (("/leads/1/notes", "text=Called"), ("/ready/1", f"do=claim&back=/leads/{PEOPLE}")):
        status, html = look(server, path, fields)
        assert status == 200
        assert "Nothing was changed: all scores are being made anew." in html
    return True


def all_pages_open(server: Server) -> bool:
    """With a word of what goes on; what can be read is what was there before."""
    plain = [
        route.path
        for route in PAGES
        if isinstance(route, Route) and "GET" in (route.methods or ()) and "{" not in route.path
    ]
    assert len(plain) > 20
    for path in [*plain, "/leads/1", f"/leads/{PEOPLE}"]:
        if path != "/live":
            status, html = look(server, path)
            assert status in (200, 204), (path, html)
            assert NOTICE in html or "</main>" not in html, path
    return True
