"""Who may stay when there is no room, and how long a client may leave an answer unread, over real sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
import uvloop
from tests.echo_server import HastyProtocol, Talk, answer_of, asked, conversation, one_answer, serving

from ripeline.protocol import LARGEST_HEAD, MOST_PIPELINED

Connect = Callable[[], Awaitable[Talk]]
FULL = HastyProtocol.most_connections


def ask(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "host: a", *headers, "", ""]).encode()


def test_when_all_are_being_answered_one_more_is_a_503_with_retry_after() -> None:
    async def test(connect: Connect) -> None:
        first = [await connect() for _ in range(FULL)]
        for _, writer in first:
            writer.write(ask("/slow"))
        await asyncio.sleep(0.05)
        late = await connect()
        late[1].write(ask("/"))
        answer = await answer_of(late)
        assert answer.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 5\r\n" in answer
        for reader, writer in first:
            assert (await one_answer(reader)).startswith(b"HTTP/1.1 200")
            writer.close()

    conversation(test)


@pytest.mark.parametrize(
    ("begun", "farewell"),
    [
        (b"", b""),
        (b"GET / HT", b"HTTP/1.1 503"),
        (b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nabc", b"HTTP/1.1 503"),
    ],
    ids=["silent", "in the head", "in the body"],
)
def test_who_keeps_us_waiting_makes_room_for_who_does_not(begun: bytes, farewell: bytes) -> None:
    async def test(connect: Connect) -> None:
        idle = [await connect() for _ in range(FULL)]
        for _, writer in idle:
            writer.write(begun)
        await asyncio.sleep(0.05)
        reader, writer = await connect()
        writer.write(ask("/"))
        assert (await one_answer(reader)).startswith(b"HTTP/1.1 200")
        assert (await answer_of(idle[0]))[:12] == farewell
        for _, other in [*idle, (reader, writer)]:
            other.close()

    conversation(test)


def test_who_was_answered_long_ago_makes_room_and_who_is_being_answered_stays() -> None:
    async def test(connect: Connect) -> None:
        busy = await connect()
        busy[1].write(ask("/slow"))
        idle = [await connect() for _ in range(FULL - 1)]
        for reader, writer in idle:
            writer.write(ask("/"))
            await one_answer(reader)
        late = await connect()
        late[1].write(ask("/"))
        assert (await one_answer(late[0])).startswith(b"HTTP/1.1 200")
        assert await answer_of(idle[0]) == b""
        assert (await one_answer(busy[0])).startswith(b"HTTP/1.1 200")
        for _, writer in (busy, late, *idle):
            writer.close()

    conversation(test)


@pytest.mark.parametrize("header", ["accept: */*", "connection: close"], ids=["kept open", "closing"])
def test_an_answer_nobody_reads_is_not_kept_for_ever(header: str) -> None:
    async def run() -> None:
        async with serving() as (server, connect):
            _, writer = await connect()
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            writer.write(ask("/large", header))
            await asyncio.sleep(0.1)
            assert server.server_state.connections
            began = time.monotonic()
            while server.server_state.connections:
                assert time.monotonic() - began < 5, "the answer waits for its reader for ever"
                await asyncio.sleep(0.02)
            writer.transport.abort()

    uvloop.run(asyncio.wait_for(run(), 20))


def test_who_does_not_read_makes_room() -> None:
    async def test(connect: Connect) -> None:
        stuck = [await connect() for _ in range(FULL)]
        for _, writer in stuck:
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            writer.write(ask("/large"))
        await asyncio.sleep(0.1)
        reader, writer = await connect()
        writer.write(ask("/"))
        assert (await one_answer(reader)).startswith(b"HTTP/1.1 200")
        for _, other in [*stuck, (reader, writer)]:
            other.transport.abort()

    conversation(test)


def test_a_body_that_came_quickly_may_not_stop_for_long() -> None:
    async def test(connect: Connect) -> None:
        talk = await connect()
        talk[1].write(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 60000\r\n\r\n" + b"x" * 50_000)
        began = time.monotonic()
        assert (await answer_of(talk)).startswith(b"HTTP/1.1 408")
        assert time.monotonic() - began < 2

    conversation(test)


def test_what_is_left_of_a_refused_body_may_not_stop_for_long() -> None:
    async def test(connect: Connect) -> None:
        talk = await connect()
        talk[1].write(b"POST /refuse HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n" + b"x" * 900_000)
        began = time.monotonic()
        assert (await answer_of(talk)).startswith(b"HTTP/1.1 413")
        assert time.monotonic() - began < 2

    conversation(test)


def test_a_thousand_requests_at_once_on_one_connection_are_not_taken() -> None:
    async def test(connect: Connect) -> None:
        asked.clear()
        talk = await connect()
        talk[1].write(ask("/slow") * 2_000)
        assert (await answer_of(talk))[:12] in (b"", b"HTTP/1.1 503")
        assert asked["/slow"] <= 1 + MOST_PIPELINED

    conversation(test)


def test_nothing_behind_a_refused_head_is_read() -> None:
    async def test(connect: Connect) -> None:
        asked.clear()
        talk = await connect()
        talk[1].write(ask("/", "x: " + "y" * (LARGEST_HEAD + 500)) + ask("/behind"))
        assert (await answer_of(talk)).startswith(b"HTTP/1.1 431")
        assert asked["/behind"] == 0

    conversation(test)
