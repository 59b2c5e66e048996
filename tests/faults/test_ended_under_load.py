"""SIGTERM under load while fifty sockets stall: it ends in time, loses nothing, and says nothing but 2xx and 503."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from tests.faults.house import Record, Server, chance, lost_nothing, many, scored_once, tell
from tests.faults.senders import sending

STALLED = 50
EXIT_SECONDS = 10.0

#: Half a head; half a body; a body without end; answers nobody reads; nothing at all, after an answer.
HALF_HEAD = b"POST /e HTTP/1.1\r\nhost: a\r\ncontent-le"
HALF_BODY = b"POST /e HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: 99\r\n\r\n{"
ENDLESS = (
    b"POST /api/events HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-ndjson\r\nauthorization: Bearer %s\r\n"
    b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n"
)
UNREAD = b"GET /t.js HTTP/1.1\r\nhost: a\r\n\r\n" * 400
SILENT = b"GET /livez HTTP/1.1\r\nhost: a\r\n\r\n"


@contextmanager
def stalling(server: Server, token: str) -> Iterator[list[socket.socket]]:
    """Ten of each, connected and stalled."""
    says = (HALF_HEAD, HALF_BODY, ENDLESS % token.encode(), UNREAD, SILENT)
    with ExitStack() as stack:
        sockets = []
        for number in range(STALLED):
            stalled = stack.enter_context(socket.socket())
            # So that what is not read soon stands in the server's way.
            stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            stalled.settimeout(10)
            stalled.connect(("127.0.0.1", server.port))
            stalled.sendall(says[number % len(says)])
            sockets.append(stalled)
        yield sockets


def statuses(stalled: socket.socket) -> set[int]:
    """All that was answered by the end of the connection."""
    said = b""
    try:
        while piece := stalled.recv(65_536):
            said += piece
    except ConnectionResetError:
        pass
    return {int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", said)}


@pytest.mark.row
def test_a_server_told_to_end_ends_in_time_and_loses_nothing(tmp_path: Path, record_property: Record) -> None:
    rounds, luck = many(1, 20), chance("ended under load")
    acknowledged: set[str] = set()
    said: set[int] = set()
    slowest = 0.0
    with Server(tmp_path / "data").start() as server:
        token = server.token("write")
        for number in range(rounds):
            with sending(server.port, 4, luck, f"r{number}-") as senders, stalling(server, token) as stalled:
                senders.wait_for(luck.randint(20, 400))
                slowest = max(slowest, server.stop(2 * EXIT_SECONDS))
                senders.stop.set()
                said |= {status for each in stalled for status in statuses(each)}
            acknowledged |= senders.acknowledged
            said |= set(senders.said) - {0}
            lost_nothing(server, acknowledged)
            server.start()
        scored_once(server)
    assert said <= {200, 202, 503}
    assert slowest <= EXIT_SECONDS
    tell(record_property, rounds=rounds, acknowledged=len(acknowledged), lost=0, answers=sorted(said), exit_s=slowest)
