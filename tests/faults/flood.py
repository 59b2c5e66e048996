"""A flood of events, in a process of its own: more connections than anybody needs, each with a request under way.

`python -m tests.faults.flood '{"port": 8080, …}' FILE` sends until its time is over and writes down what it was told.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import uvloop

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36"


@dataclass(frozen=True, kw_only=True)
class Wave:
    """What is sent: `connections` from so many `addresses` (127.0.`net`.1 and on), for `seconds`, `events` a request.

    `pad`: characters of each text; `one_id`: the same event each time; `a_second`: requests of each connection at most,
    0 for as many as are answered; `story`: the kind of event; `headers`: more of them, `{n}` a number that changes.
    """

    port: int
    seconds: float
    connections: int = 64
    addresses: int = 1
    net: int = 1
    events: int = 1
    visitors: int = 1_000
    pad: int = 0
    one_id: bool = False
    a_second: float = 0.0
    site: str = ""
    name: str = "f"
    story: str = "page"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Told:
    """What came of a wave: answers by status (0: none), events that are new and that were there, and how long it took
    in seconds; `ids` are the first parts of the ids that were acknowledged."""

    said: Counter[int] = field(default_factory=Counter)
    accepted: int = 0
    duplicate: int = 0
    slowest: list[float] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def acknowledged(self, wave: Wave) -> set[str]:
        """The whole ids."""
        return {f"{id}-{0 if wave.one_id else k}" for id in self.ids for k in range(wave.events)}


class _Caller(asyncio.Protocol):
    """One connection: the next request as soon as the last one is answered."""

    def __init__(self, wave: Wave, told: Told, place: int, until: float) -> None:
        self.over = asyncio.get_running_loop().create_future()
        self._wave, self._told, self._place, self._until = wave, told, place, until
        self._numbers = itertools.count()
        self._transport: asyncio.Transport | None = None
        self._heard = b""
        self._id = ""
        self._began = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, found, rest = self._heard.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0) if found else 0
        if not found or len(rest) < length:
            return
        self._heard = rest[length:]
        self._note(int(head[9:12]), rest[:length])
        if b"connection: close" in head.lower():
            return
        pause = 1 / self._wave.a_second - (time.monotonic() - self._began) if self._wave.a_second else 0.0
        if pause > 0:
            asyncio.get_running_loop().call_later(pause, self._send)
        else:
            self._send()

    def _note(self, status: int, body: bytes) -> None:
        self._told.said[status] += 1
        self._told.slowest.append(time.monotonic() - self._began)
        if status == 202:
            answer = json.loads(body)
            self._told.accepted += answer["accepted"]
            self._told.duplicate += answer["duplicate"]
            if not answer["rejected"]:
                self._told.ids.append(self._id)

    def _send(self) -> None:
        assert self._transport is not None
        self._began = time.monotonic()
        if self._began > self._until:
            self._transport.close()
            return
        number = next(self._numbers)
        self._id = "one" if self._wave.one_id else f"{self._wave.name}{self._place}-{time.time_ns() % 10**12}-{number}"
        self._transport.write(request(self._wave, self._id, self._place * 7 + number))


def request(wave: Wave, id: str, number: int) -> bytes:
    """One POST as a browser sends it."""
    now = time.time_ns() // 1_000_000
    padding = f"{id}{'x' * wave.pad}" if wave.pad else ""
    items = [item(wave, f"{id}-{0 if wave.one_id else k}", now, padding) for k in range(wave.events)]
    body = json.dumps({"s": wave.site, "v": f"{wave.name}{number % wave.visitors}", "t": now, "e": items}).encode()
    given = {"content-type": "text/plain", "user-agent": AGENT + padding[:300]} | wave.headers
    head = "".join(f"{name}: {value.replace('{n}', str(number))}\r\n" for name, value in given.items())
    return f"POST /e HTTP/1.1\r\nhost: a\r\n{head}content-length: {len(body)}\r\n\r\n".encode() + body


def item(wave: Wave, id: str, now: int, padding: str) -> dict[str, Any]:
    given: dict[str, Any] = {"i": id, "n": wave.story, "u": "https://shop.example/pricing", "a": now}
    if padding:
        texts = {f"p{n}": f"{id}{n}{padding}"[:2_000] for n in range(3)}
        long = f"{id}{padding}"[:1_900]
        given |= {"u": f"https://shop.example/{long}", "r": f"https://a.example/{long}", "h": long, "p": texts}
    return given


async def _call(wave: Wave, told: Told, place: int, until: float) -> None:
    loop = asyncio.get_running_loop()
    address = f"127.0.{wave.net}.{1 + place % wave.addresses}"
    while time.monotonic() < until:
        try:
            _, caller = await loop.create_connection(
                lambda: _Caller(wave, told, place, until), "127.0.0.1", wave.port, local_addr=(address, 0)
            )
        except OSError:
            told.said[0] += 1
            await asyncio.sleep(0.05)
            continue
        await asyncio.wait([caller.over], timeout=max(0.0, until - time.monotonic()) + 15)


async def _pour(wave: Wave) -> Told:
    told, until = Told(), time.monotonic() + wave.seconds
    await asyncio.gather(*(_call(wave, told, place, until) for place in range(wave.connections)))
    return told


@contextmanager
def flooding(wave: Wave) -> Iterator[Told]:
    """That wave while the block runs, which does not end before it; then it is known what came of it."""
    told = Told()
    with tempfile.NamedTemporaryFile("r", encoding="ascii") as out:
        command = [sys.executable, "-m", "tests.faults.flood", json.dumps(asdict(wave)), out.name]
        process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
        try:
            yield told
            assert process.wait(wave.seconds + 60) == 0
        finally:
            process.kill()
            process.wait()
        found = json.load(out)
    told.said = Counter({int(status): count for status, count in found.pop("said").items()})
    for name, value in found.items():
        setattr(told, name, value)


if __name__ == "__main__":
    result = uvloop.run(_pour(Wave(**json.loads(sys.argv[1]))))
    result.slowest = sorted(result.slowest)
    Path(sys.argv[2]).write_text(json.dumps(vars(result)), encoding="ascii")
