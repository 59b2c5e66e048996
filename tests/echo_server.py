"""A server that tells how much it was sent, behind our protocol with deadlines a test can wait for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from ripeline.protocol import BoundedHttpProtocol

Talk = tuple[asyncio.StreamReader, asyncio.StreamWriter]

LARGE: Final = 32 * 1024 * 1024

#: How often each path was asked for.
asked: Counter[str] = Counter()


class HastyProtocol(BoundedHttpProtocol):
    """The same with deadlines a test can wait for."""

    most_connections = 5
    head_seconds = 0.2
    body_seconds = 0.2
    silent_seconds = 0.3
    read_seconds = 0.3
    linger_seconds = 0.3


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the length of the body; /refuse answers 413 without reading it, /slow takes half a second.

    /large says more than anybody's buffers hold. `asked` counts the requests that came this far.
    """
    asked[scope["path"]] += 1
    size, more = 0, scope["path"] != "/refuse"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    if scope["path"] == "/slow":
        await asyncio.sleep(0.5)
    status = 413 if scope["path"] == "/refuse" else 200
    said = b"x" * LARGE if scope["path"] == "/large" else str(size).encode()
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"%d" % len(said))]})
    await send({"type": "http.response.body", "body": said})


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[uvicorn.Server, Callable[[], Awaitable[Talk]]]]:
    config = uvicorn.Config(
        echo, port=0, http=HastyProtocol, ws="none", lifespan="off", log_config=None, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    running = asyncio.ensure_future(server._serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has nothing to wait on
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield server, partial(asyncio.open_connection, "127.0.0.1", port)
    finally:
        server.should_exit = True
        await running


def conversation(test: Callable[[Callable[[], Awaitable[Talk]]], Awaitable[None]]) -> None:
    async def run() -> None:
        async with serving() as (_, connect):
            await test(connect)

    uvloop.run(asyncio.wait_for(run(), 20))


async def answer_of(talk: Talk) -> bytes:
    """Everything until the server closes."""
    try:
        answer = await talk[0].read()
    except ConnectionResetError:
        answer = b""
    talk[1].close()
    return answer


async def one_answer(reader: asyncio.StreamReader) -> bytes:
    """One answer of a connection that stays open: status line, headers, and a body of one character."""
    return await reader.readuntil(b"\r\n\r\n") + await reader.readexactly(1)
