"""The writer dies under load: nobody is left waiting, the server says so and ends; the next start has everything."""

from __future__ import annotations

import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.faults import dying
from tests.faults.house import Record, Server, chance, lost_nothing, many, scored_once, tell
from tests.faults.senders import sending


class Watch(threading.Thread):
    """Asks again and again whether the server is ready, until nobody answers: `said` has when, and what."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.said: list[tuple[float, int]] = []

    def run(self) -> None:
        while not self.said or self.said[-1][1]:
            asked = time.monotonic()
            self.said.append((asked, self.server.get("/readyz", timeout=15)))


@pytest.mark.row
@pytest.mark.parametrize("where", ["append", pytest.param("fold", marks=pytest.mark.fault)])
def test_when_the_writer_dies_nobody_waits_and_nothing_is_lost(
    tmp_path: Path, where: str, record_property: Record
) -> None:
    rounds, luck = many(1, 5), chance("the writer dies")
    acknowledged: set[str] = set()
    longest, unready = 0.0, 0
    command = (sys.executable, dying.__file__)
    with Server(tmp_path / "data", command=command, environment={"DIES_IN": where}).start() as server:
        for number in range(rounds):
            with sending(server.port, 16, luck, f"r{number}-") as senders:
                senders.wait_for(luck.randint(400, 1_000))
                watch = Watch(server)
                watch.start()
                assert server.process is not None
                server.process.send_signal(signal.SIGUSR1)
                assert server.process.wait(10) == 1
                assert "the writer gave up: SystemError: made to fail" in server.said.read_text("utf-8")
                watch.join(20)
            assert set(senders.said) <= {0, 202, 503}
            assert senders.said[503] > 0
            assert [status for at, status in watch.said if at > senders.first(503) and status == 200] == []
            longest = max(longest, senders.longest(503))
            unready += 503 in {status for _, status in watch.said}
            acknowledged |= senders.acknowledged
            server.start()
            lost_nothing(server, acknowledged)
        scored_once(server)
    assert longest <= many(5.0, 1.0)
    # It is there to be seen for a tenth of a second only.
    assert unready >= many(0, 1)
    tell(
        record_property, rounds=rounds, acknowledged=len(acknowledged), lost=0, longest_wait_s=longest, unready=unready
    )
