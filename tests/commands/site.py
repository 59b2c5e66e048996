"""Small real web servers whose answers a test writes down."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path answers; `stalls`: seconds before the body."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    type: str = "text/html; charset=utf-8"
    stalls: float = 0


@dataclass(slots=True)
class Site:
    """A server on a free port; change `answers` as you like."""

    url: str
    answers: dict[str, Answer] = field(default_factory=dict)

    def shows(self, html: str, *headers: tuple[str, str], path: str = "/") -> str:
        """From now on that page is there; its address."""
        self.answers[path] = Answer(html.encode(), headers=headers)
        return self.url + path


@contextmanager
def site() -> Iterator[Site]:
    """One server, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = made.answers.get(self.path.partition("?")[0], Answer(b"nothing here", 404))
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.type)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.end_headers()
            time.sleep(answer.stalls)
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made = Site(f"http://127.0.0.1:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
