"""Clients that say too little, too slowly, too much or never listen: each is closed in time, and nobody notices."""

from __future__ import annotations

import asyncio
import gzip
import resource
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.faults.bystanders import Client, coming_by, remembering
from tests.faults.flood import Wave
from tests.faults.house import Record, Server, many, tell

from ripeline.auth.logins import now_ms
from ripeline.auth.people import add_person
from ripeline.auth.secrets import hash_of
from ripeline.store.database import Database, transaction
from ripeline.store.people import add_login

PROMPT = 0.5
GROWS = 100.0
#: Seconds in which each must be over; the longest a client may leave an answer unread, and a little.
IN_TIME = 75.0

BOMB = gzip.compress(b"x" * 10_000_000) * 10
HEAD = b"POST /e HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\n"
Talk = tuple[asyncio.StreamReader, asyncio.StreamWriter]
#: What one bad client does: it ends when the server has ended it, and tells the status it was given, 0 for none.
Bad = Callable[[Talk], Awaitable[int]]


async def status_of(talk: Talk) -> int:
    """What the server said last before it closed."""
    said = b""
    try:
        while piece := await talk[0].read(65_536):
            said = (said + piece)[-2_000:]
    except OSError:
        pass
    found = said.rpartition(b"HTTP/1.1 ")[2][:3]
    return int(found) if found.isdigit() else 0


async def say(talk: Talk, *pieces: bytes, every: float = 0.0) -> None:
    for piece in pieces:
        if talk[1].is_closing():
            return
        try:
            talk[1].write(piece)
            await talk[1].drain()
        except OSError:
            return
        await asyncio.sleep(every)


async def nothing(talk: Talk) -> int:
    return await status_of(talk)


async def dripped_head(talk: Talk) -> int:
    drips = asyncio.ensure_future(say(talk, HEAD, *[b"x: y\r\n"] * 1_000, every=0.5))
    status = await status_of(talk)
    drips.cancel()
    return status


async def stalled_body(talk: Talk) -> int:
    await say(talk, HEAD + b"content-length: 100000\r\n\r\n" + b"x" * 50_000)
    return await status_of(talk)


async def dripped_body(talk: Talk) -> int:
    drips = asyncio.ensure_future(say(talk, HEAD + b"content-length: 9000\r\n\r\n", *[b"x"] * 9_000, every=0.2))
    status = await status_of(talk)
    drips.cancel()
    return status


async def ten_gigabytes(talk: Talk) -> int:
    await say(talk, HEAD + b"content-length: 10000000000\r\n\r\n", *[b"x" * 65_536] * 200)
    return await status_of(talk)


async def endless_chunks(talk: Talk) -> int:
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    await say(talk, HEAD + b"transfer-encoding: chunked\r\n\r\n", *[chunk] * 1_600)
    return await status_of(talk)


async def packed(talk: Talk) -> int:
    await say(talk, HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(BOMB) + BOMB)
    await say(talk, b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
    return await status_of(talk)


async def pipelined(talk: Talk) -> int:
    await say(talk, b"GET /t.js HTTP/1.1\r\nhost: a\r\n\r\n" * 20_000)
    return await status_of(talk)


async def half_closed(talk: Talk) -> int:
    talk[1].write(HEAD + b"content-length: 9\r\n\r\nabc")
    talk[1].write_eof()
    return await status_of(talk)


async def huge_head(talk: Talk) -> int:
    await say(talk, HEAD, *[b"x" * 10_000] * 10)
    return await status_of(talk)


#: How many of each, what it may be told (0: closed without a word), and what it does.
BAD: dict[str, tuple[int, set[int], Bad]] = {
    "idle sockets": (2_000, {0}, nothing),
    "dripped headers": (200, {408, 503, 0}, dripped_head),
    "stalled bodies": (300, {408, 503, 0}, stalled_body),
    "dripped bodies": (100, {408, 503, 0}, dripped_body),
    "10 GB announced": (20, {413, 0}, ten_gigabytes),
    "100 MB in chunks": (10, {413, 0}, endless_chunks),
    "gzip bombs": (20, {200, 415}, packed),
    "20 000 pipelined": (20, {200, 503, 0}, pipelined),
    "half closed": (200, {0}, half_closed),
    "huge heads": (100, {431, 0}, huge_head),
}


async def besiege(port: int, count: int, bad: Bad) -> tuple[Counter[int], float]:
    """So many at once; what each was told, and after how many seconds the last one was over."""

    async def one() -> int:
        try:
            talk = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return 0
        try:
            return await bad(talk)
        finally:
            talk[1].transport.abort()

    began = time.monotonic()
    told = await asyncio.wait_for(asyncio.gather(*(one() for _ in range(count))), 2 * IN_TIME)
    return Counter(told), time.monotonic() - began


async def besieging(port: int, count: int, bad: Bad) -> tuple[Counter[int], float]:
    """Again and again, until somebody else had the time to notice."""
    told: Counter[int] = Counter()
    slowest, until = 0.0, time.monotonic() + 5
    while time.monotonic() < until:
        more, took = await besiege(port, count, bad)
        told, slowest = told + more, max(slowest, took)
    return told, slowest


def room_for_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8_192)), hard))


@pytest.mark.fault
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_client_is_closed_in_time_and_nobody_notices(tmp_path: Path, record_property: Record, kind: str) -> None:
    count, may_be_told, bad = BAD[kind]
    room_for_files()
    with Server(tmp_path / "data").start() as server:
        client = Client(Wave(port=server.port, seconds=0, visitors=50, name="guest"))
        with remembering(server.pid) as memory, coming_by(client):
            told, took = asyncio.run(besieging(server.port, many(max(5, count // 10), count), bad))
        told_of = {f"said_{status}": number for status, number in told.items()}
        tell(record_property, over_after_s=took, p99_guest_s=client.p99(), grown_mb=memory.grown, **told_of)
        assert set(told) <= may_be_told
        assert took <= IN_TIME
        assert set(client.said) == {202}
        assert memory.grown <= GROWS
        assert client.p99() <= PROMPT


def sign_in(server: Server) -> str:
    """A cookie of somebody who may see the leads."""
    with closing(Database(server.file).writer()) as conn, transaction(conn):
        id = add_person(conn, "bob@example.com", "sales", "no password", now_ms())
        add_login(conn, hash_of("key of bob"), id, now_ms(), now_ms() + 86_400_000)
    return "ripeline=key of bob"


def fill(server: Server, leads: int, token: str) -> None:
    """So many visitors of one page each."""
    for start in range(0, leads, 100):
        body = b"\n".join(
            b'{"id":"v%d","visitor":"visitor-%d","on":"page","url":"https://shop.example/%d"}' % (n, n, n)
            for n in range(start, start + 100)
        )
        assert server.ask("/api/events", token=token, body=b"[" + body.replace(b"\n", b",") + b"]")[0] == 202
    server.settle()


@pytest.mark.fault
def test_who_asks_for_a_large_list_and_never_reads_it_costs_nobody_anything(
    tmp_path: Path, record_property: Record
) -> None:
    room_for_files()
    with Server(tmp_path / "data").start() as server:
        fill(server, many(1_000, 20_000), server.token("write"))
        cookie = sign_in(server)

        async def never_reads(talk: Talk) -> int:
            talk[1].transport.pause_reading()  # type: ignore[attr-defined]
            asking = f"GET /leads.csv HTTP/1.1\r\nhost: a\r\ncookie: {cookie}\r\n\r\n" * 3
            talk[1].write(asking.encode())
            await asyncio.sleep(IN_TIME)
            return 0

        client = Client(Wave(port=server.port, seconds=0, visitors=50, name="guest"))
        with remembering(server.pid) as memory, coming_by(client):
            asyncio.run(besiege(server.port, 20, never_reads))
        wal = (server.data / "ripeline.db-wal").stat().st_size / 1e6
        left = open_sockets(server)
        tell(record_property, left=left, p99_guest_s=client.p99(), grown_mb=memory.grown, wal_mb=wal)
        assert left <= 2
        assert memory.grown <= GROWS
        assert set(client.said) == {202}
        assert client.p99() <= PROMPT


def open_sockets(server: Server) -> int:
    """Connections the process holds, the one it listens on aside."""
    links = [each.readlink() for each in Path(f"/proc/{server.pid}/fd").iterdir() if each.is_symlink()]
    own = {str(link)[8:-1] for link in links if str(link).startswith("socket:[")}
    lines = Path(f"/proc/{server.pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    return sum(line.split()[9] in own and line.split()[3] != "0A" for line in lines)


@pytest.mark.fault
def test_five_hundred_open_pages_starve_no_door(tmp_path: Path, record_property: Record) -> None:
    """Each holds a connection: some of one person are let in, the others are told to come again."""
    room_for_files()
    with Server(tmp_path / "data").start() as server:
        cookie = sign_in(server)
        heard: Counter[bytes] = Counter()

        async def one_page(port: int, over: asyncio.Event) -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"GET /live HTTP/1.1\r\nhost: a\r\ncookie: {cookie}\r\n\r\n".encode())
            heard[(await reader.readuntil(b"\r\n\r\n"))[9:12]] += 1
            await over.wait()
            writer.transport.abort()

        async def browse() -> None:
            over = asyncio.Event()
            pages = [asyncio.ensure_future(one_page(server.port, over)) for _ in range(500)]
            await asyncio.sleep(8)
            over.set()
            await asyncio.wait_for(asyncio.gather(*pages), 30)

        client = Client(Wave(port=server.port, seconds=0, visitors=50, name="guest"))
        with coming_by(client):
            asyncio.run(browse())
        said = {f"said_{status.decode()}": count for status, count in heard.items()}
        tell(record_property, p99_guest_s=client.p99(), **said)
        assert set(heard) == {b"200", b"503"}
        assert heard[b"200"] <= 20
        assert set(client.said) == {202}
        assert client.p99() <= PROMPT
