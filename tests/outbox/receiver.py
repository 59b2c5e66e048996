"""A server on loopback that takes webhooks, and works, fails, hangs, pours, redirects or resets as it is told."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, Self

Mood = Literal["ok", "fail", "hang", "pour", "drip", "redirect", "reset", "gone", "garbage", "empty"]


@dataclass(frozen=True, slots=True)
class Got:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Receiver:
    """`async with Receiver() as receiver:` listens; `moods` are those of the next requests, then `mood`."""

    mood: Mood = "ok"
    moods: list[Mood] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)
    poured: int = 0
    port: int = 0
    _server: Any = None
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def has_got(self, count: int) -> None:
        """Once so many requests have come."""
        while len(self.got) < count:
            self._came.clear()
            await self._came.wait()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.create_task(self._answer(reader, writer)))

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            try:
                self.got.append(await _read(reader))
                self._came.set()
                await self._behave(self.moods.pop(0) if self.moods else self.mood, writer)
            finally:
                writer.close()

    async def _behave(self, mood: Mood, writer: asyncio.StreamWriter) -> None:
        match mood:
            case "hang":
                await asyncio.sleep(60)
            case "reset":
                writer.transport.abort()
            case "garbage":
                writer.write(b"\x00\xff this is no HTTP\r\n\r\n")
            case "pour":
                await self._pour(writer)
            case "drip":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                for _ in range(1000):
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(0.05)
            case _:
                writer.write(_ANSWERS[mood])
        await writer.drain()

    async def _pour(self, writer: asyncio.StreamWriter) -> None:
        """A gigabyte."""
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        chunk = b"a gigabyte of this " * 3450
        while self.poured < 1_000_000_000:
            writer.write(chunk)
            self.poured += len(chunk)
            await writer.drain()


_ANSWERS = {
    "ok": b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nthanks",
    "empty": b"HTTP/1.1 204 No Content\r\n\r\n",
    "fail": b"HTTP/1.1 500 Oops\r\nContent-Length: 22\r\n\r\nthe database is asleep",
    "gone": b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n",
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/secret\r\nContent-Length: 0\r\n\r\n",
}


async def _read(reader: asyncio.StreamReader) -> Got:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    return Got(first.split(" ")[1], headers, await reader.readexactly(int(headers["content-length"])))
