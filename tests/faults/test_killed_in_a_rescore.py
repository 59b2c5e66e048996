"""`kill -9` while new rules are applied beside the flood: old scores or new, whole, and soon the new."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.faults.crowd import crowd
from tests.faults.house import RULES, SEED, Record, Server, chance, lost_nothing, many, scored_once, tell
from tests.faults.senders import sending

from ripeline.rules.reading import read_rules

#: Enough that a rescore has processes to help it.
PEOPLE = 12_000


def worth(points: int) -> str:
    return RULES.replace("points = 1,", f"points = {points},")


def mixed(server: Server) -> list[tuple[int, str]]:
    """How many views are worth what, when not all of them are worth the same."""
    worths = server.rows("SELECT points, count(*) FROM ledger WHERE reason IS NULL GROUP BY points")
    return worths if len(worths) > 1 else []


@pytest.mark.fault
def test_a_rescore_cut_short_is_done_after_all(tmp_path: Path, record_property: Record) -> None:
    rounds, luck = many(1, 6), chance("killed in a rescore")
    cut, versions = 0, [read_rules(worth(1)).hash]
    with Server(tmp_path / "data").start() as server:
        server.stop()
        crowd(server, PEOPLE)
        server.start()
        server.settle()
        with sending(server.port, 2, luck) as senders:
            for _ in range(rounds):
                before, points = server.in_force(), len(versions) + 1
                versions.append(read_rules(worth(points)).hash)
                (server.data / "rules.toml").write_text(worth(points), encoding="utf-8")
                while not server.rows("SELECT 1 FROM meta WHERE key = 'rescore_rules'") and server.in_force() == before:
                    time.sleep(0.02)
                time.sleep(luck.uniform(0.0, 2.0))
                mates = server.mates()
                server.kill()
                now = server.in_force()
                # What the round before cut short may be done only now.
                assert now in versions[versions.index(before) :]
                assert mixed(server) == [], f"{server.data}, seed {SEED}"
                cut += now == before
                assert server.outlived_by(mates) == []
                server.start()
            server.takes_rules()
        scored_once(server)
        assert mixed(server) == []
        server.stop()
        figures = lost_nothing(server, senders.acknowledged)
    assert cut > 0
    tell(record_property, rounds=rounds, cut_short=cut, **figures)
