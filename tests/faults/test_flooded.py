"""Far more than it can take: what is not taken is refused, in bounded memory, and who floods harms nobody else."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.faults.bystanders import Client, Memory, Scores, coming_by, percentile, remembering
from tests.faults.flood import Told, Wave, flooding
from tests.faults.house import Record, Server, chance, lost_nothing, many, scored_once, tell

from ripeline.store.database import Database, transaction
from ripeline.store.sites import add_site, site_keys

#: What a normal client may wait for at most (s), and how far memory may grow (MB).
PROMPT = 0.5
GROWS = 100.0

#: The limit everybody has unless somebody says otherwise.
USUAL: tuple[str, ...] = ()


def guest(server: Server, **changed: object) -> Client:
    """Somebody who has nothing to do with the flood: an event now and then, from other addresses."""
    usual = {"net": 9, "addresses": 200, "visitors": 50, "name": "guest"} | changed
    return Client(Wave(port=server.port, seconds=0, **usual))  # type: ignore[arg-type]


def acknowledged(wave: Wave, told: Told, client: Client) -> set[str]:
    return told.acknowledged(wave) | {id for id, _ in client.acknowledged}


@pytest.mark.fault
def test_ten_times_more_than_it_can_take_is_refused_and_forgotten(tmp_path: Path, record_property: Record) -> None:
    seconds = many(20.0, 60.0)
    with Server(tmp_path / "data").start() as server:
        client = guest(server)
        wave = Wave(port=server.port, seconds=seconds, connections=500, events=80)
        with remembering(server.pid) as memory, coming_by(client):
            time.sleep(5)
            before = percentile([took for _, took in client.took])
            with flooding(wave) as told:
                pass
            ended = time.monotonic()
            time.sleep(20)
        again = client.p99(after=ended + 10)
        server.settle()
        offered, could = sum(told.said.values()) * wave.events / seconds, told.accepted / seconds
        tell(
            record_property,
            offered_a_second=offered,
            accepted_a_second=could,
            **{f"said_{status}": count for status, count in told.said.items()},
            grown_mb=memory.grown,
            p99_before_s=before,
            p99_meanwhile_s=client.p99(),
            p99_10_s_after_s=again,
        )
        lost_nothing(server, acknowledged(wave, told, client))
    assert set(told.said) | set(client.said) <= {202, 429, 503}
    assert told.said[503] > 0
    assert offered >= 10 * could
    assert memory.grown <= GROWS
    assert again <= PROMPT


@pytest.mark.fault
def test_the_longest_texts_of_strangers_stay_in_no_memory(tmp_path: Path, record_property: Record) -> None:
    with Server(tmp_path / "data").start() as server:
        client = guest(server)
        wave = Wave(port=server.port, seconds=many(10.0, 40.0), connections=400, events=4, pad=1_800)
        with remembering(server.pid) as memory, coming_by(client), flooding(wave) as told:
            pass
        took = sum(told.said.values())
        tell(record_property, requests=took, accepted=told.accepted, grown_mb=memory.grown, p99_guest_s=client.p99())
        assert set(told.said) | set(client.said) <= {202, 429, 503}
        assert memory.grown <= GROWS
        lost_nothing(server, acknowledged(wave, told, client))


@pytest.mark.fault
def test_a_flood_from_one_address_costs_nobody_else_anything(tmp_path: Path, record_property: Record) -> None:
    with Server(tmp_path / "data", flags=USUAL).start() as server:
        client = guest(server)
        wave = Wave(port=server.port, seconds=many(10.0, 30.0), connections=300, events=20)
        with coming_by(client), flooding(wave) as told:
            pass
        # Nobody's batch can be larger than 100, nor somebody's share than 30 requests a second and 100 at once.
        assert told.said[202] <= 100 + 30 * (wave.seconds + 5)
        assert told.said[429] > told.said[202]
        assert set(client.said) == {202}
        tell(record_property, flood=dict(told.said), guest=dict(client.said), p99_guest_s=client.p99())
        assert client.p99() <= PROMPT
        server.settle()
        lost_nothing(server, acknowledged(wave, told, client))


@pytest.mark.fault
@pytest.mark.parametrize("addresses", [100, 250], ids=["100 of one /24", "250 of one /24"])
def test_a_flood_on_one_site_leaves_the_others_untouched(
    tmp_path: Path, record_property: Record, addresses: int
) -> None:
    with Server(tmp_path / "data", flags=USUAL).start() as server:
        with closing(Database(server.file).writer()) as conn, transaction(conn):
            add_site(conn, "orchard", "The other one", 1)
            first = next(key for key, id in site_keys(conn).items() if id == 1)
        time.sleep(1.5)
        client = guest(server, site="orchard")
        wave = Wave(
            port=server.port,
            seconds=many(10.0, 20.0),
            connections=addresses,
            addresses=addresses,
            visitors=addresses,
            events=20,
            site=first,
        )
        scores = Scores(server, site=2)
        with scores.watched(), coming_by(client):
            time.sleep(1)
            with flooding(wave) as told:
                pass
        lag = scores.lag(client)
        tell(
            record_property,
            accepted_a_second=told.accepted / wave.seconds,
            flood=dict(told.said),
            guest=dict(client.said),
            p99_guest_s=client.p99(),
            p99_scored_s=percentile(lag),
        )
        assert set(client.said) == {202}
        assert len(lag) == len(client.acknowledged)
        assert percentile(lag) <= 1.0
        server.settle()
        lost_nothing(server, acknowledged(wave, told, client))


@pytest.mark.fault
def test_one_event_sent_a_hundred_thousand_times_is_one_and_scored_once(
    tmp_path: Path, record_property: Record
) -> None:
    wanted, sent, new, rounds = many(2_000, 100_000), 0, 0, 0
    luck = chance("one event")
    with Server(tmp_path / "data").start() as server:
        while sent < wanted:
            rounds += 1
            events = 1 if rounds % 2 else 20
            wave = Wave(port=server.port, seconds=many(1.0, 6.0), connections=32, events=events, one_id=True)
            with flooding(wave) as told:
                time.sleep(luck.uniform(0.5, many(0.8, 3.0)))
                server.kill()
                server.start()
            sent += told.accepted + told.duplicate
            new += told.accepted
            assert set(told.said) <= {0, 202, 503}
            assert rounds < 100
        server.settle()
        assert server.rows("SELECT event_id FROM events") == [("one-0",)]
        assert server.rows("SELECT count(*), sum(points) FROM ledger") == [(1, 1_000)]
        # The answer that said so may have been cut off by the kill.
        assert new <= 1
        scored_once(server)
        server.stop()
        figures = lost_nothing(server, {"one-0"})
    tell(record_property, **figures | {"acknowledged": sent}, restarts=rounds)


def test_memory_is_seen_to_grow() -> None:
    """The watch itself: a process that takes 50 MB is seen to."""
    with remembering(os.getpid()) as memory:
        taken = bytearray(50 * 1024 * 1024)
        time.sleep(0.3)
        assert len(taken) > 0
    assert isinstance(memory, Memory)
    assert memory.grown >= 40
