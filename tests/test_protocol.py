"""Connections have an end: slow, huge and too many requests, and the shutdown, over real sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
import uvloop
from tests.echo_server import Talk, answer_of, conversation, one_answer, serving

from ripeline.protocol import LARGEST_HEAD, MOST_DISCARDED


async def pour(writer: asyncio.StreamWriter, size: int) -> None:
    """Send that many bytes, or fail when the other side has had enough."""
    for _ in range(size // 65_536):
        writer.write(b"x" * 65_536)
        await writer.drain()


def test_a_quick_request_is_answered_and_the_connection_stays() -> None:
    async def test(connect: Callable[[], Awaitable[Talk]]) -> None:
        reader, writer = await connect()
        for _ in range(3):
            writer.write(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc")
            assert (await one_answer(reader)).startswith(b"HTTP/1.1 200")
            await asyncio.sleep(0.3)
        writer.close()

    conversation(test)


@pytest.mark.parametrize(
    "begun",
    [b"P", b"POST / HTTP/1.1\r\nhost", b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nabc"],
    ids=["first byte", "headers", "body"],
)
def test_a_request_that_never_comes_whole_is_a_408(begun: bytes) -> None:
    async def test(connect: Callable[[], Awaitable[Talk]]) -> None:
        talk = await connect()
        talk[1].write(begun)
        assert (await answer_of(talk)).startswith(b"HTTP/1.1 408")

    conversation(test)


def test_dripping_does_not_help() -> None:
    async def test(connect: Callable[[], Awaitable[Talk]]) -> None:
        reader, writer = await connect()
        writer.write(b"POST / HTTP/1.1\r\n")
        began = time.monotonic()
        drips = 0
        while not reader.at_eof() and time.monotonic() - began < 5:
            if not writer.is_closing():
                writer.write(b"x%d: y\r\n" % drips)
            drips += 1
            await asyncio.sleep(0.05)
            if reader._buffer:  # type: ignore[attr-defined]
                break
        assert time.monotonic() - began < 2
        assert (await answer_of((reader, writer))).startswith(b"HTTP/1.1 408")

    conversation(test)


def test_a_connection_that_says_nothing_is_closed_without_a_word() -> None:
    async def test(connect: Callable[[], Awaitable[Talk]]) -> None:
        assert await answer_of(await connect()) == b""

    conversation(test)


def test_blank_lines_keep_nothing_open() -> None:
    async def test(connect: Callable[[], Awaitable[Talk]]) -> None:
        reader, writer = await connect()
        writer.write(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n")
        await one_answer(reader)
        writer.write(b"\r\n")
        assert (await answer_of((reader, writer)))[:12] in (b"", b"HTTP/1.1 408")

    conversation(test)


@pytest.mark.parametrize("piece", [LARGEST_HEAD * 2, 1_000], ids=["at once", "in pieces"])
@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"], ids=["endless", "ended"])
def test_a_huge_head_is_a_431(piece: int, end: bytes) -> None:
    async def test(connect: Callable[[], Awaitable[Talk]]) -> None:
        talk = await connect()
        head = b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"y" * (LARGEST_HEAD + 500) + end
        for start in range(0, len(head), piece):
            talk[1].write(head[start : start + piece])
        assert (await answer_of(talk)).startswith(b"HTTP/1.1 431")

    conversation(test)


def test_a_large_body_behind_a_small_head_is_no_huge_head() -> None:
    async def test(connect: Callable[[], Awaitable[Talk]]) -> None:
        reader, writer = await connect()
        writer.write(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 90000\r\n\r\n" + b"x" * 90_000)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()

    conversation(test)


def test_a_refused_body_is_read_away_so_that_the_answer_arrives() -> None:
    async def test(connect: Callable[[], Awaitable[Talk]]) -> None:
        reader, writer = await connect()
        writer.write(b"POST /refuse HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n" + b"x" * 1_000_000)
        assert (await one_answer(reader)).startswith(b"HTTP/1.1 413")
        writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        assert (await one_answer(reader)).startswith(b"HTTP/1.1 200")
        writer.close()

    conversation(test)


def test_an_endless_refused_body_is_cut_off() -> None:
    async def test(connect: Callable[[], Awaitable[Talk]]) -> None:
        _, writer = await connect()
        writer.write(b"POST /refuse HTTP/1.1\r\nhost: a\r\ncontent-length: 10000000000\r\n\r\n")
        with pytest.raises(ConnectionError):
            await pour(writer, 20 * MOST_DISCARDED)

    conversation(test)


def test_a_shutdown_answers_what_came_and_cuts_off_what_did_not() -> None:
    async def run() -> None:
        async with serving() as (server, connect):
            stalled, working = await connect(), await connect()
            stalled[1].write(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nabc")
            working[1].write(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n")
            await asyncio.sleep(0.05)
            server.should_exit = True
            began = time.monotonic()
            assert (await answer_of(stalled)).startswith(b"HTTP/1.1 503")
            assert (await answer_of(working)).startswith(b"HTTP/1.1 200")
            assert time.monotonic() - began < 2

    uvloop.run(asyncio.wait_for(run(), 20))
