"""`kill -9` at random while clients post and retry: nothing acknowledged is lost, each event is scored once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.faults.house import READY_SECONDS, Record, Server, chance, lost_nothing, many, scored_once, tell
from tests.faults.senders import sending


@pytest.mark.row
def test_what_a_killed_server_acknowledged_is_there_and_scored_once(tmp_path: Path, record_property: Record) -> None:
    rounds, luck = many(1, 50), chance("killed under load")
    with Server(tmp_path / "data").start() as server:
        with sending(server.port, 4, luck) as senders:
            for done in range(1, rounds + 1):
                senders.wait_for(len(senders.acknowledged) + 1)
                time.sleep(luck.uniform(0.05, 0.8))
                server.kill()
                if done % 10 == 0:
                    lost_nothing(server, senders.acknowledged)
                server.start()
            senders.wait_for(len(senders.acknowledged) + 1)
        scored_once(server)
        server.stop()
        figures = lost_nothing(server, senders.acknowledged)
    assert set(senders.said) <= {0, 202, 429, 503}
    # A busy machine must not make the short run fail.
    assert server.slowest_start <= many(30.0, READY_SECONDS)
    tell(record_property, rounds=rounds, **figures, slowest_start_s=server.slowest_start)
