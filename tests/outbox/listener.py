"""An address on loopback for servers that run in threads of their own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition
from typing import Any


class Listener:
    """Keeps what comes, thinks so many seconds, and answers as it is told."""

    def __init__(self) -> None:
        self.status, self.answer, self.thinks = 200, b"taken", 0.0
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.came = Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                with outer.came:
                    outer.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                    outer.came.notify_all()
                time.sleep(outer.thinks)
                self.send_response(outer.status)
                self.send_header("content-length", str(len(outer.answer)))
                self.end_headers()
                self.wfile.write(outer.answer)

            def log_message(self, format: str, *args: Any) -> None:
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def wait_for(self, count: int, seconds: float = 20.0) -> None:
        """Until so many requests have come."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.got) >= count, seconds), f"{len(self.got)} came"


@contextmanager
def listening() -> Iterator[Listener]:
    """One that listens until the block ends."""
    made = Listener()
    with made.server, ThreadPoolExecutor(1) as pool:
        serving = pool.submit(made.server.serve_forever, 0.02)
        try:
            yield made
        finally:
            made.server.shutdown()
            serving.result()
