"""A server on a large database: started, asked for its pages as a person and as a program, loaded with events."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final

from benchmarks.scale_data import KEY, token_of
from benchmarks.subject import HERE, Ripeline
from ripeline.store.database import Database

_KEYS: Final = "SELECT key FROM visitors WHERE id % ? = 0 LIMIT 20000"
#: Senders who each wait long between two events, so that the rate hardly depends on how soon they are answered.
_SENDERS: Final = 256
_LONGEST: Final = 3_600


class Load:
    """The events that come in: so many a second, once it is over."""

    rate = 0.0


class Grown(Ripeline):
    """The product on a data folder that is there; `started` is how many seconds it took until it was ready."""

    started = 0.0
    site = "site2"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.file = folder / "data" / "ripeline.db"

    def __enter__(self) -> Grown:
        self.token = token_of(self.folder / "data")
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_as_installed()
        )
        while not self._is_ready():
            if time.perf_counter() - begin > _LONGEST or self.process.poll() is not None:
                self.stop()
                raise RuntimeError("the server does not become ready")
            time.sleep(0.01)
        self.started = time.perf_counter() - begin
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _is_ready(self) -> bool:
        try:
            return self.page("/readyz")[0] == 200
        except OSError:
            return False

    def page(self, path: str) -> tuple[int, str]:
        """What an owner's browser gets."""
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            conn.request("GET", path, headers=self.headers(path))
            answer = conn.getresponse()
            return answer.status, answer.read().decode()
        finally:
            conn.close()

    def headers(self, path: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if path.startswith("/api/") else {"Cookie": f"ripeline={KEY}"}

    def milliseconds(self, path: str, times: int) -> list[float]:
        """How long each of so many answers takes, on one connection, the fastest first; the first answer left out."""
        took: list[float] = []
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for _ in range(times + 1):
            begin = time.perf_counter()
            conn.request("GET", path, headers=self.headers(path))
            answer = conn.getresponse()
            answer.read()
            took.append((time.perf_counter() - begin) * 1000)
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
        conn.close()
        return sorted(took[1:])

    def megabytes(self) -> float:
        """What is resident now."""
        return self._megabytes("VmRSS")

    @contextmanager
    def loaded(self, rate: int) -> Iterator[Load]:
        """While the block lasts, so many events a second come in, of visitors from all over the database; 0: none."""
        keys = self.folder / "keys.txt"
        with Database(self.file).read() as conn:
            (every,) = conn.execute("SELECT max(id) / 20000 + 1 FROM visitors").fetchone()
            keys.write_text("\n".join(key for (key,) in conn.execute(_KEYS, (every,)).fetchall()) + "\n")
        if not rate:
            yield Load()
            return
        pause = _SENDERS * 1000 // rate
        process = subprocess.Popen(
            [*self._wrk(_SENDERS, _LONGEST), f"r{time.time_ns() // 1_000_000:x}-", str(pause), str(keys)],
            stdout=subprocess.PIPE,
        )
        load, begin, before = Load(), time.perf_counter(), self.last_seq()
        try:
            time.sleep(2)
            yield load
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(15)
            load.rate = (self.last_seq() - before) / (time.perf_counter() - begin)

    def last_seq(self) -> int:
        return int(self.read("SELECT max(seq) FROM events"))

    def stored(self) -> int | None:
        """The places in the log, which are counted sooner than the events."""
        return self.last_seq()

    def _wrk(self, connections: int, seconds: int) -> list[str]:
        command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(HERE / "scale.lua")]
        return [*command, f"http://127.0.0.1:{self.port}", "--"]


def _as_installed() -> dict[str, str]:
    """An installed server has its byte code beside it: without, half of a start is compiling."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def p95(sorted_ms: list[float]) -> float:
    return sorted_ms[min(len(sorted_ms) - 1, int(len(sorted_ms) * 0.95))]
