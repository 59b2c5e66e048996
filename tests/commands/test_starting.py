"""A start that lasts, because the database is copied before an upgrade: whoever asks is told, and nobody is lost."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Iterator

import pytest

from ripeline.starting import Starting


class SoonStarting(Starting):
    patience_seconds = 0.02


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


async def asked(listener: socket.socket, request: str) -> tuple[str, str]:
    """Head and body of an answer, which ends before its reader goes."""
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(request.encode())
    async with asyncio.timeout(3):
        head, body = (await reader.read()).decode().split("\r\n\r\n")
    writer.close()
    return head, body


def test_who_asks_while_a_start_lasts_is_told_what_it_is_at(listener: socket.socket) -> None:
    async def visits() -> None:
        starting = SoonStarting(listener)
        async with starting.answering():
            starting.tell("the database is being copied: 1.2 of 4.7 GB")
            head, body = await asked(listener, "GET /readyz HTTP/1.1\r\n\r\n")
            assert head.startswith("HTTP/1.1 503 ")
            assert "\r\nRetry-After: 5\r\n" in head
            assert json.loads(body)["status"] == "the database is being copied: 1.2 of 4.7 GB"
            event = "x" * 60_000
            head, _ = await asked(listener, f"POST /e HTTP/1.1\r\ncontent-length: {len(event)}\r\n\r\n{event}")
            assert head.startswith("HTTP/1.1 503 ")
            head, body = await asked(listener, "GET /ready HTTP/1.1\r\nAccept: text/html\r\n\r\n")
            assert "\r\nRefresh: 5\r\n" in head
            assert body.startswith("Ripeline is starting: the database is being copied: 1.2 of 4.7 GB.")
            head, _ = await asked(listener, "GET /leads-tool/livez HTTP/1.1\r\n\r\n")
            assert head.startswith("HTTP/1.1 200 ")

    asyncio.run(visits())


def test_who_came_during_a_short_start_is_answered_by_the_server(listener: socket.socket) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"the server\r\n\r\nitself")
        writer.close()

    async def visits() -> None:
        async with Starting(listener).answering():
            early = asyncio.create_task(asked(listener, "GET / HTTP/1.1\r\n\r\n"))
            await asyncio.sleep(0.05)
        server = await asyncio.start_server(serve, sock=listener.dup())
        assert await early == ("the server", "itself")
        server.close()

    asyncio.run(visits())


def test_the_log_has_a_line_for_each_thing_it_does(
    listener: socket.socket, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.monotonic", iter((100.0, 100.5, 102.0, 103.0, 104.0, 105.0, 110.0)).__next__)
    starting = Starting(listener)
    with caplog.at_level(logging.WARNING):
        for sentence in ("copied: 1", "copied: 2", "copied: 3", "checked: 3", "checked: 4", "checked: 5"):
            starting.tell(sentence)
    assert caplog.messages == ["copied: 2", "checked: 3", "checked: 5"]
