"""A disk that fails: reads, writes and syncs of the database that return EIO or ENOSPC, by strace.

A write that fails is the disk's matter and may be over soon: it goes on. After a sync that failed nothing can be
believed: it ends, and the next start has everything that was acknowledged.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.faults.house import Record, Server, chance, lost_nothing, many, scored_once, tell
from tests.faults.onlooker import PAGES, Onlooker, Said
from tests.faults.senders import Senders, sending

_FILES = ["log file", "database file"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """With a folder that has been used: at a start there is then little to write."""
    with Server(tmp_path / "data") as server:
        server.start().stop()
        yield server


def _failing(server: Server, file: str, fault: str) -> Path:
    """From the next start on this happens to that file; where strace writes what it did."""
    path, trace = f"{server.file}-wal" if file == "log file" else str(server.file), server.data.with_name("strace.txt")
    trace.write_text("")
    calls = fault.partition(":")[0]
    server.before = ("strace", "-D", "-f", "-qq", "-o", str(trace), "-P", path, "-e", f"trace={calls}")
    server.before += ("-e", f"inject={fault}")
    return trace


class _Busy:
    """What is done while the disk fails: events, pages, notes, and people erased, which empties the log file."""

    def __init__(self, server: Server, alice: Onlooker, key: str) -> None:
        self._server, self._alice = server, alice
        self._program = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        self.pages: Counter[int] = Counter()
        self.deeds: Counter[tuple[int, str]] = Counter()

    def go_on(self, senders: Senders, seconds: float) -> None:
        """Until so many seconds are over, or the server is."""
        until, number = time.monotonic() + seconds, 0
        while time.monotonic() < until and self._server.is_running():
            number += 1
            self.pages.update(self._alice.pages().values())
            self._count(self._alice.send("/api/events", _somebody(number), self._program))
            self._count(self._alice.send(f"/api/leads/leaver-{number}@example.com", "", self._program, "DELETE"))
            time.sleep(0.05)

    def _count(self, said: Said) -> None:
        self.deeds[said.status, said.retry_after] += 1


def _somebody(number: int) -> str:
    return f'{{"id": "leaver-{number}-{time.time_ns()}", "email": "leaver-{number}@example.com", "on": "identify"}}'


def _ended(server: Server) -> bool:
    """Whether it has come to its own end, and said why."""
    assert server.process is not None
    if server.is_running():
        return False
    assert server.process.returncode == 1, server.tail()
    assert "ripeline: the writer gave up: " in server.tail()
    return True


@pytest.mark.fault
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("file", _FILES)
def test_writes_that_fail_refuse_and_it_goes_on(server: Server, file: str, error: str, record_property: Record) -> None:
    rounds, luck, injected = many(1, 2), chance(f"writes {file} {error}"), 0
    alice, key, said = Onlooker(server), server.token("write", "admin"), Counter[int]()
    acknowledged: set[str] = set()
    for number in range(rounds):
        first = luck.randrange(300, 1_200) if file == "log file" else luck.randrange(1, 40)
        trace = _failing(server, file, f"pwrite64:error={error}:when={first}..{first + luck.randrange(200)}")
        busy = _Busy(server.start(), alice, key)
        with sending(server.port, 3, luck, f"r{number}x") as senders:
            busy.go_on(senders, 4.0)
            assert server.is_running(), server.tail()
            senders.wait_for(len(senders.acknowledged) + 100)
        assert set(busy.pages) == {200}
        # Whoever was not taken in cannot be erased.
        assert set(busy.deeds) <= {(202, ""), (200, ""), (404, ""), (503, "5")}, busy.deeds
        injected += len(re.findall("INJECTED", trace.read_text("utf-8", "replace")))
        acknowledged |= senders.acknowledged
        said += senders.said
        scored_once(server)
        server.stop()
    assert injected >= rounds
    assert set(said) <= {202, 503}
    figures = lost_nothing(server, acknowledged)
    tell(record_property, rounds=rounds, failed_writes=injected, refused=said[503], **figures)


@pytest.mark.fault
@pytest.mark.parametrize("file", _FILES)
def test_a_sync_that_fails_ends_it_and_the_next_start_has_everything(
    server: Server, file: str, record_property: Record
) -> None:
    rounds, luck = many(1, 3), chance(f"syncs {file}")
    alice, key = Onlooker(server), server.token("write", "admin")
    acknowledged: set[str] = set()
    for number in range(rounds):
        _failing(server, file, f"fsync:error=EIO:when={luck.randrange(*((20, 200) if file == 'log file' else (1, 6)))}")
        busy = _Busy(server.start(), alice, key)
        with sending(server.port, 3, luck, f"r{number}x") as senders:
            busy.go_on(senders, 30.0)
            assert _ended(server), "no sync failed"
            server.before = ()
            server.start()
            senders.wait_for(len(senders.acknowledged) + 100)
        assert set(senders.said) <= {0, 202, 503}
        acknowledged |= senders.acknowledged
        scored_once(server)
        server.stop()
    tell(record_property, rounds=rounds, **lost_nothing(server, acknowledged))


@pytest.mark.fault
def test_reads_that_fail_are_answered_503_until_they_work_again(server: Server, record_property: Record) -> None:
    alice, luck, answers = Onlooker(server.start()), chance("reads"), Counter[tuple[int, str]]()
    with sending(server.port, 3, luck) as senders:
        senders.wait_for(1_000)
        with _no_reads(server):
            until = time.monotonic() + many(2, 10)
            while time.monotonic() < until and server.is_running():
                said = [alice.get(path) for path in PAGES]
                answers.update((each.status, each.retry_after) for each in said)
        if not server.is_running():
            # The writer itself had to read, and takes a page it cannot have for a damaged one.
            assert _ended(server)
            server.start()
        senders.wait_for(len(senders.acknowledged) + 100)
        assert alice.pages() == dict.fromkeys(PAGES, 200)
    assert answers[503, "5"]
    assert set(answers) <= {(200, ""), (503, "5"), (0, "")}
    assert set(senders.said) <= {0, 202, 503}
    scored_once(server)
    server.stop()
    tell(record_property, pages_refused=answers[503, "5"], **lost_nothing(server, senders.acknowledged))


@contextmanager
def _no_reads(server: Server) -> Iterator[None]:
    """While the block runs, no page of the database can be read from the disk; what is in memory can."""
    command = ["strace", "-f", "-qq", "-o", "/dev/null", "-p", str(server.pid), "-P", str(server.file)]
    command += ["-P", f"{server.file}-wal", "-e", "trace=pread64", "-e", "inject=pread64:error=EIO"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        time.sleep(0.3)
        assert tracer.poll() is None, f"strace may not attach here: {tracer.communicate()[1]}"
        yield
        tracer.terminate()
