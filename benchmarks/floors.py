"""The floors a result is held against: the least any Python server must do, each durable or not as its name says.

Run as `python benchmarks/floors.py NAME PORT FOLDER`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ripeline.store.database import Connection, Database, transaction

ANSWER = {"accepted": 1, "duplicate": 0, "rejected": []}


def raw_asgi(_folder: Path) -> ASGIApp:
    """Read a body, decode it, answer 204: what uvicorn itself costs."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        message = await receive()
        json.loads(message["body"] or b"{}")
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return app


def starlette_json(_folder: Path) -> ASGIApp:
    """The same through Starlette's Request and Response, answering 202 with JSON."""

    async def take(request: Request) -> JSONResponse:
        await request.json()
        return JSONResponse(ANSWER, 202)

    return Starlette(routes=[Route("/e", take, methods=["POST"])])


def one_insert(folder: Path) -> ASGIApp:
    """Starlette and one INSERT an event, grouped into one commit with synchronous=FULL, answered after it."""
    queue: SimpleQueue[tuple[tuple[Any, ...], asyncio.Future[None]]] = SimpleQueue()

    async def take(request: Request) -> JSONResponse:
        body = await request.json()
        event = body["e"][0]
        stored = asyncio.get_running_loop().create_future()
        queue.put(((event["i"], body["v"], event["n"], event["u"], event["a"]), stored))
        await stored
        return JSONResponse(ANSWER, 202)

    loops: list[asyncio.AbstractEventLoop] = []

    async def start() -> None:
        loops.append(asyncio.get_running_loop())

    app = Starlette(routes=[Route("/e", take, methods=["POST"])])
    conn = Database(folder / "floor.db").writer()
    conn.execute("CREATE TABLE event (id TEXT PRIMARY KEY, visitor TEXT, name TEXT, url TEXT, at INTEGER) STRICT")
    threading.Thread(target=write_forever, args=(conn, queue, loops), daemon=True).start()
    inner = app

    async def with_loop(scope: Scope, receive: Receive, send: Send) -> None:
        if not loops:
            await start()
        await inner(scope, receive, send)

    return with_loop


def write_forever(conn: Connection, queue: SimpleQueue[Any], loops: list[asyncio.AbstractEventLoop]) -> None:
    while True:
        batch = [queue.get()]
        while not queue.empty() and len(batch) < 500:
            batch.append(queue.get())
        with transaction(conn):
            conn.executemany("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?)", [row for row, _ in batch])
        loops[0].call_soon_threadsafe(wake, [stored for _, stored in batch])


def wake(waiting: list[asyncio.Future[None]]) -> None:
    for stored in waiting:
        if not stored.done():
            stored.set_result(None)


FLOORS: dict[str, Callable[[Path], ASGIApp]] = {
    "raw-asgi": raw_asgi,
    "starlette-json": starlette_json,
    "one-insert": one_insert,
}

if __name__ == "__main__":
    name, port, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    uvicorn.run(FLOORS[name](folder), port=port, log_level="warning", access_log=False, loop="uvloop", http="httptools")
