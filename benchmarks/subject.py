"""A server under measurement: started, watched through /proc, stopped."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from ripeline.store.database import Database

HERE = Path(__file__).resolve().parent
_TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def read_one(file: Path, sql: str) -> Any:
    """The one value a question gives."""
    with Database(file).read() as conn:
        return conn.execute(sql).fetchone()[0]


def size_after_checkpoint(file: Path) -> int:
    """The whole database after a TRUNCATE checkpoint; nobody else may have it open."""
    conn = Database(file).writer()
    try:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        conn.close()
    return file.stat().st_size


class Subject:
    """One process serving `POST /e` on a port of its own, with a folder of its own; `site`: which of several."""

    site = ""

    #: What wrk sends it, and how many events are in one request of that.
    load = "load.lua"
    events_a_request = 1

    def __init__(self, name: str) -> None:
        self.name = name
        self.port = free_port()
        self._home = tempfile.TemporaryDirectory(prefix=f"bench-{name}-")
        self.folder = Path(self._home.name)

    def command(self) -> list[str]:
        return [sys.executable, str(HERE / "floors.py"), self.name, str(self.port), str(self.folder)]

    def __enter__(self) -> Subject:
        self.process = subprocess.Popen(self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait_until_up()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        self._home.cleanup()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)

    def _wait_until_up(self) -> None:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/livez", timeout=1).read()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"{self.name} did not start within 15 s")

    def cpu_seconds(self) -> float:
        """User and system time of the process so far, as the kernel counts it."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def peak_megabytes(self) -> float:
        return self._megabytes("VmHWM")

    def _megabytes(self, what: str) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition(f"{what}:")[2].split()[0]) / 1024

    def settle(self) -> None:
        """A floor has nothing left to do once it answered."""

    def stored(self) -> int | None:
        """How many events are on disk; None where nothing is."""
        if self.name != "one-insert":
            return None
        return int(read_one(self.folder / "floor.db", "SELECT count(*) FROM event"))

    def bytes_per_event(self) -> float | None:
        """All told, once it was stopped; None where that tells nothing."""
        return None


class Ripeline(Subject):
    """The product itself, started as anyone starts it, with limits by rate off."""

    def __init__(self) -> None:
        super().__init__("ripeline")

    def command(self) -> list[str]:
        command = [sys.executable, "-m", "ripeline", "serve", "--data", str(self.folder / "data")]
        return [*command, "--port", str(self.port), "--rate-limit", "off"]

    def __enter__(self) -> Ripeline:
        super().__enter__()
        self.token = self.make_token("bench", "read")
        return self

    def make_token(self, name: str, scope: str) -> str:
        """A key for a program, as its owner makes one."""
        create = [sys.executable, "-m", "ripeline", "token", "create", name, "--scope", scope]
        create += ["--data", str(self.folder / "data")]
        return subprocess.run(create, check=True, capture_output=True, text=True).stdout.strip()

    def get(self, path: str) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def settle(self) -> None:
        self.get("/api/settled")

    def read(self, sql: str) -> Any:
        return read_one(self.folder / "data" / "ripeline.db", sql)

    def stored(self) -> int | None:
        return int(self.read("SELECT count(*) FROM events"))

    def lag_ms(self) -> float:
        """How long the oldest event that is not folded yet has waited."""
        oldest = self.read(
            "SELECT min(received_at) FROM events WHERE seq = "
            "(SELECT cast(value AS INTEGER) + 1 FROM meta WHERE key = 'cursor')"
        )
        return max(0.0, time.time() * 1000 - oldest) if oldest else 0.0

    def bytes_per_event(self) -> float | None:
        file = self.folder / "data" / "ripeline.db"
        return size_after_checkpoint(file) / max(1, self.stored() or 0)
