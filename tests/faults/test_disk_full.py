"""No room on the disk: senders are told to come again, people go on reading, and it goes on when there is room."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
from tests.faults.crowd import crowd
from tests.faults.house import READY_SECONDS, RULES, Record, Server, chance, lost_nothing, many, scored_once, tell
from tests.faults.onlooker import PAGES, Onlooker, Said
from tests.faults.senders import BROWSER, sending
from tests.faults.small_disk import small_disk

from ripeline.rules.reading import read_rules

#: Enough that their scores need more room than there is.
_PEOPLE: Final = 6_000


def _until(is_so: Callable[[], bool], seconds: float) -> float:
    """How long it took."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.row
def test_a_full_disk_refuses_until_there_is_room_again(tmp_path: Path, record_property: Record) -> None:
    rounds, luck, back = many(1, 10), chance("full disk"), 0.0
    with small_disk(tmp_path / "data", many(16, 80)) as disk, Server(disk.folder) as server:
        alice, token, pid = Onlooker(server.start()), server.token("read", "write"), server.pid
        with sending(server.port, 4, luck) as senders:
            for _ in range(rounds):
                senders.wait_for(len(senders.acknowledged) + 200)
                disk.fill(server, luck.randrange(400_000))
                _is_as_promised(alice, token, disk.says)
                disk.free(server)
                back = max(back, _until(lambda: server.get("/readyz") == 200, 60))
                senders.wait_for(len(senders.acknowledged) + 200)
                assert alice.write_note().status == 303
        assert (server.is_running(), server.pid) == (True, pid)
        assert set(senders.said) <= {202, 503}
        scored_once(server)
        server.stop()
        figures = lost_nothing(server, senders.acknowledged)
    assert back <= many(60.0, READY_SECONDS)
    tell(record_property, rounds=rounds, by=disk.how, refused=senders.said[503], ready_again_s=back, **figures)


@pytest.mark.fault
def test_new_rules_that_find_no_room_wait_for_it_and_nobody_sees_half(tmp_path: Path, record_property: Record) -> None:
    new = RULES.replace("points = 1,", "points = 2,")
    with small_disk(tmp_path / "data", 80) as disk, Server(disk.folder) as server:
        server.start().stop()
        crowd(server, _PEOPLE)
        server.start().settle()
        alice, before = Onlooker(server), server.in_force()
        disk.fill(server, 20_000)
        (server.data / "rules.toml").write_text(new, encoding="utf-8")
        _until(lambda: "chore of the writer failed" in server.tail(), 60)
        assert (server.in_force(), server.is_running()) == (before, True)
        assert server.rows("SELECT DISTINCT points FROM ledger WHERE reason IS NULL") == [(1_000,)]
        assert alice.pages() == dict.fromkeys(PAGES, 200)
        disk.free(server)
        waited = _until(lambda: server.in_force() == read_rules(new).hash, 120)
        assert server.rows("SELECT DISTINCT points FROM ledger WHERE reason IS NULL") == [(2_000,)]
        server.stop()
        figures = lost_nothing(server, {id for (id,) in server.rows("SELECT event_id FROM events")})
    tell(record_property, leads=_PEOPLE, by=disk.how, in_force_after_s=waited, **figures)


def _is_as_promised(alice: Onlooker, token: str, says: str) -> None:
    """Whoever brings something new is told to come again, and when; whoever reads is answered."""
    program = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    for write in (
        lambda: alice.send("/e", _browser_events(), BROWSER),
        lambda: alice.send("/api/events", _program_events(), program),
        alice.write_note,
    ):
        refused = _refused(write)
        assert refused.retry_after == "5", refused
        assert says in refused.body, refused
    assert alice.pages() == dict.fromkeys(PAGES, 200)
    assert alice.send("/api/leads", "", program, "GET").status == 200
    assert alice.get("/livez").status == 200


def _refused(write: Callable[[], Said]) -> Said:
    """The first refusal; what is small may find room for a while."""
    for _ in range(500):
        if (said := write()).status not in (202, 303):
            assert said.status == 503, said
            return said
    raise AssertionError("it is never refused")


def _browser_events() -> str:
    events = [{"i": uuid4().hex, "n": "page", "u": "https://shop.example/", "h": "x" * 300} for _ in range(50)]
    return json.dumps({"v": "v", "e": events})


def _program_events() -> str:
    return json.dumps(
        [{"id": uuid4().hex, "visitor": "v", "on": "note", "props": {"x": "x" * 900}} for _ in range(100)]
    )
