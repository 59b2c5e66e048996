"""What others notice of a server that is done harm to: a client that comes by now and then, its memory, its scores."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.faults.flood import Wave, request
from tests.faults.house import Server

from ripeline.store.database import Database

_SCORED: Final = """
SELECT seq, event_id FROM events WHERE seq > ? AND site_id = ?
AND seq <= (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'cursor') ORDER BY seq
"""


class Client(threading.Thread):
    """Sends an event of its own each `every` seconds on a new connection, and remembers how it was treated."""

    def __init__(self, wave: Wave, every: float = 0.05) -> None:
        super().__init__(name=wave.name, daemon=True)
        self.wave, self.every = wave, every
        self.said: Counter[int] = Counter()
        self.took: list[tuple[float, float]] = []
        self.acknowledged: list[tuple[str, float]] = []
        self.stop = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.stop.wait(self.every):
            number += 1
            self._come_by(f"{self.wave.name}-{number}", number)

    def _come_by(self, id: str, number: int) -> None:
        began = time.monotonic()
        status = 0
        address = (f"127.0.{self.wave.net}.{1 + number % self.wave.addresses}", 0)
        connection = http.client.HTTPConnection("127.0.0.1", self.wave.port, timeout=20, source_address=address)
        try:
            connection.connect()
            connection.sock.sendall(request(self.wave, id, number))
            answer = http.client.HTTPResponse(connection.sock)
            answer.begin()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        self.said[status] += 1
        self.took.append((began, time.monotonic() - began))
        if status == 202:
            self.acknowledged.append((f"{id}-0", time.time()))

    def p99(self, after: float = 0.0) -> float:
        """Of those that began after that moment."""
        return percentile([took for began, took in self.took if began >= after])


def percentile(values: Sequence[float], part: float = 0.99) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


@contextmanager
def coming_by(*clients: Client) -> Iterator[None]:
    """They do while the block runs."""
    for client in clients:
        client.start()
    try:
        yield
    finally:
        for client in clients:
            client.stop.set()
        for client in clients:
            client.join(30)


class Memory(threading.Thread):
    """Looks at a process' resident memory ten times a second; in MB."""

    def __init__(self, pid: int) -> None:
        super().__init__(name="memory", daemon=True)
        self._status = Path(f"/proc/{pid}/status")
        self.before = self.most = self.now()
        self.over = threading.Event()

    def now(self) -> float:
        text = self._status.read_text(encoding="ascii")
        return int(text.partition("VmRSS:")[2].split()[0]) / 1024

    def run(self) -> None:
        while not self.over.wait(0.1):
            self.most = max(self.most, self.now())

    @property
    def grown(self) -> float:
        return self.most - self.before


@contextmanager
def remembering(pid: int) -> Iterator[Memory]:
    """How far the memory of that process grows while the block runs."""
    memory = Memory(pid)
    memory.start()
    try:
        yield memory
    finally:
        memory.over.set()
        memory.join(5)


class Scores:
    """When the events of a site were scored: looked at fifty times a second, beside the server."""

    def __init__(self, server: Server, site: int) -> None:
        self._server, self._site = server, site
        self._scored: dict[str, float] = {}
        self._over = threading.Event()

    def _look(self) -> None:
        upto = 0
        database = Database(self._server.file)
        while not self._over.wait(0.02):
            with database.read() as conn:
                found = conn.execute(_SCORED, (upto, self._site)).fetchall()
            for seq, id in found:
                self._scored[id], upto = time.time(), max(upto, seq)
        database.close()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While the block runs, and a little longer for what came last."""
        looking = threading.Thread(target=self._look, daemon=True)
        looking.start()
        try:
            yield
            time.sleep(3)
        finally:
            self._over.set()
            looking.join(5)

    def lag(self, client: Client) -> list[float]:
        """Of each event of the client, how long after its answer it was scored; those that are not are missing."""
        return [max(0.0, self._scored[id] - at) for id, at in client.acknowledged if id in self._scored]
