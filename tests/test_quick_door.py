"""Small events go past the framework: over real sockets, the quick way and the plain way answer alike."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
import uvicorn
import uvloop

import ripeline.app
from ripeline.app import create_app
from ripeline.auth.tokens import create_token
from ripeline.collect.answers import Answer
from ripeline.protocol import LARGEST_QUICK_BODY, BoundedHttpProtocol
from ripeline.settings import Settings
from ripeline.store.database import Database, transaction

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@asynccontextmanager
async def serving(data: Path) -> AsyncIterator[Connect]:
    settings = Settings(data=data, rate_limit=None)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        port=0,
        http=BoundedHttpProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    async with app.router.lifespan_context(app):
        running = asyncio.ensure_future(server._serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has nothing to wait on
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield lambda: asyncio.open_connection("127.0.0.1", port)
        finally:
            server.should_exit = True
            await running


def talk(data: Path, story: Callable[[Connect], Awaitable[None]]) -> None:
    async def run() -> None:
        async with serving(data) as connect:
            await story(connect)

    uvloop.run(asyncio.wait_for(run(), 20))


def request(*ids: str, extra: str = "", title: str = "") -> bytes:
    items = [{"i": id, "n": "page", "u": "https://shop.example/pricing", "h": title} for id in ids]
    body = json.dumps({"v": "ada", "e": items}).encode()
    head = f"POST /e HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], Any]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    status, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers["content-length"]))
    return int(status.split()[1]), headers, json.loads(body) if body else None


def stored(data: Path) -> list[str]:
    with Database(data / "ripeline.db").read() as conn:
        return [id for (id,) in conn.execute("SELECT event_id FROM events ORDER BY seq").fetchall()]


@pytest.mark.parametrize("slowly", [b"", b"Expect: 100-continue\r\n"], ids=["quick", "plain"])
def test_both_ways_answer_alike(tmp_path: Path, slowly: bytes) -> None:
    async def story(connect: Connect) -> None:
        reader, writer = await connect()
        writer.write(request("a", "b", extra=slowly.decode() + "Origin: https://shop.example\r\n"))
        if slowly:
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
        status, headers, body = await answer(reader)
        assert (status, body) == (202, {"accepted": 2, "duplicate": 0, "rejected": []})
        assert stored(tmp_path) == ["a", "b"], "answered before it was on disk"
        assert headers["access-control-allow-origin"] == "https://shop.example"
        assert "set-cookie" in headers
        assert "date" in headers
        assert "connection" not in headers
        writer.close()

    talk(tmp_path, story)


def test_pipelined_requests_are_answered_in_their_order(tmp_path: Path) -> None:
    async def story(connect: Connect) -> None:
        reader, writer = await connect()
        plain = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
        writer.write(request("a") + plain + request("b") + request("a") + request("c"))
        statuses = [(await answer(reader))[::2] for _ in range(5)]
        assert [status for status, _ in statuses] == [202, 200, 202, 202, 202]
        assert [body["duplicate"] for _, body in (*statuses[:1], *statuses[2:])] == [0, 0, 1, 0]
        writer.close()

    talk(tmp_path, story)
    assert stored(tmp_path) == ["a", "b", "c"]


def test_a_body_in_pieces_is_waited_for(tmp_path: Path) -> None:
    async def story(connect: Connect) -> None:
        reader, writer = await connect()
        sent = request("a")
        for piece in (sent[:20], sent[20:-30], sent[-30:]):
            writer.write(piece)
            await asyncio.sleep(0.02)
        assert (await answer(reader))[0] == 202
        writer.close()

    talk(tmp_path, story)


def test_a_large_body_goes_the_plain_way(tmp_path: Path) -> None:
    async def story(connect: Connect) -> None:
        reader, writer = await connect()
        ids = [f"e{number}" for number in range(60)]
        sent = request(*ids, title="x" * 1000)
        assert len(sent) > LARGEST_QUICK_BODY
        writer.write(sent)
        assert (await answer(reader))[2]["accepted"] == 60
        writer.close()

    talk(tmp_path, story)


def test_a_client_that_left_costs_nobody_anything(tmp_path: Path) -> None:
    async def story(connect: Connect) -> None:
        _, gone = await connect()
        gone.write(request("a"))
        gone.transport.abort()
        reader, writer = await connect()
        writer.write(request("b", extra="Connection: close\r\n"))
        status, headers, _ = await answer(reader)
        assert (status, headers["connection"]) == (202, "close")
        assert await reader.read() == b""
        writer.close()

    talk(tmp_path, story)
    assert "b" in stored(tmp_path)


def test_refusals_come_the_same_way(tmp_path: Path) -> None:
    async def story(connect: Connect) -> None:
        reader, writer = await connect()
        writer.write(request("a").replace(b"text/plain", b"text/html!"))
        assert (await answer(reader))[0] == 415
        writer.write(request())
        assert (await answer(reader))[2] == {"accepted": 0, "duplicate": 0, "rejected": []}
        writer.close()

    talk(tmp_path, story)


def test_a_fault_of_ours_is_a_500_and_the_server_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> Answer:
        raise ZeroDivisionError

    async def story(connect: Connect) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(ripeline.app, "take_quickly", fails)
            reader, _ = await connect()
            _.write(request("a"))
            assert (await answer(reader))[0] == 500
            _.close()
        reader, writer = await connect()
        writer.write(request("b"))
        assert (await answer(reader))[0] == 202
        writer.close()

    talk(tmp_path, story)
    assert "could not be taken" in caplog.text


def test_what_comes_the_quick_way_is_counted_as_the_plain_way(tmp_path: Path) -> None:
    async def story(connect: Connect) -> None:
        with closing(Database(tmp_path / "ripeline.db").writer()) as conn, transaction(conn):
            key = create_token(conn, "watch", frozenset({"read"}), 1)
        reader, writer = await connect()
        for sent in (request("a", "b", "a"), request("c").replace(b'{"v"', b'["v"'), request("d", title="x" * 20_000)):
            writer.write(sent)
            await answer(reader)
        writer.write(f"GET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0])
        said = (await reader.readexactly(length)).decode()
        writer.close()
        assert "\nripeline_events_received_total 5\n" in said
        for outcome, count in {"accepted": 2, "duplicate": 1, "rejected": 1, "refused": 1}.items():
            assert f'\nripeline_events_total{{outcome="{outcome}"}} {count}\n' in said

    talk(tmp_path, story)
