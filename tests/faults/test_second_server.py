"""Another server on the same data: it refuses in one sentence, and the first does not notice."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.faults.house import Record, Server, chance, lost_nothing, many, scored_once, tell
from tests.faults.senders import sending


def refused(data: Path, *command: str) -> str:
    """What it says on its one line; it ends with 1."""
    said = subprocess.run(
        [sys.executable, "-m", "ripeline", *command, "--data", str(data)], capture_output=True, text=True, timeout=30
    )
    assert (said.returncode, len(said.stderr.splitlines())) == (1, 1), said.stderr
    return said.stderr


@pytest.mark.row
def test_a_second_server_on_the_same_data_refuses_and_the_first_is_unharmed(
    tmp_path: Path, record_property: Record
) -> None:
    times = many(1, 10)
    with Server(tmp_path / "data").start() as server:
        # The same folder by another name is the same folder.
        (tmp_path / "alias").symlink_to(server.data)
        with sending(server.port, 2, chance("a second server")) as senders:
            for number in range(times):
                folder = server.data if number % 2 else tmp_path / "alias"
                assert f"another Ripeline (process {server.pid}) is using" in refused(folder, "serve", "--port", "0")
            if times > 1:
                assert f"another Ripeline (process {server.pid})" in refused(server.data, "rescore")
            senders.wait_for(len(senders.acknowledged) + 1)
        assert set(senders.said) == {202}
        scored_once(server)
        server.stop()
        tell(record_property, times=times, **lost_nothing(server, senders.acknowledged))


@pytest.mark.fault
def test_of_several_that_start_at_once_on_a_new_folder_one_serves(tmp_path: Path, record_property: Record) -> None:
    for round in range(many(1, 5)):
        with ExitStack() as stack:
            servers = [stack.enter_context(Server(tmp_path / f"data-{round}")) for _ in range(4)]
            for server in servers:
                server.launch()
            (first,) = [server for server in servers if _comes_up(server)]
            for server in servers:
                assert server.process is not None
                assert server is first or server.process.wait(10) == 1
            with sending(first.port, 2, chance("several")) as senders:
                senders.wait_for(20)
            first.stop()
            lost_nothing(first, senders.acknowledged)
    tell(record_property, rounds=many(1, 5), served=1)


def _comes_up(server: Server) -> bool:
    while server.is_running():
        if server.get("/readyz") == 200:
            return True
        time.sleep(0.05)
    return False
