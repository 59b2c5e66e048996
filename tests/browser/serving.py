"""Real servers in threads, each on a free port of its own, for browsers to visit."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from starlette.types import ASGIApp


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class _Server(uvicorn.Server):
    """Lets go of open pages when it stops, as `ripeline serve` does."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        running = getattr(getattr(self.config.app, "state", None), "running", None)
        if running is not None and hasattr(running, "changes"):
            running.changes.close()
        await super().shutdown(sockets)


@contextmanager
def serving(app: ASGIApp, port: int | None = None) -> Iterator[int]:
    """Serve on 127.0.0.1 until the block ends; gives the port."""
    port = port or free_port()
    config = uvicorn.Config(app, port=port, log_level="error", ws="none", timeout_graceful_shutdown=1)
    server = _Server(config)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert thread.is_alive(), "the server stopped while it started"
        assert time.monotonic() < deadline, "the server did not start within 10 s"
        time.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(10)
