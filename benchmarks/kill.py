"""Kill under load: `kill -9` at random while clients post and retry; nothing acknowledged may be lost.

    python -m benchmarks.kill [--rounds 10] [--clients 4] [--seed 1]

Prints one JSON line and ends with 1 when something was lost, doubled, damaged or not ready within five seconds.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.subject import free_port
from ripeline.store.copies import problems_of
from ripeline.store.database import Database

READY_SECONDS = 5.0
SETTLE_SECONDS = 30.0


@dataclass
class Server:
    """The real server on one data folder and port, started again after each kill."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    slowest_start: float = 0.0

    def start(self) -> None:
        command = [sys.executable, "-m", "ripeline", "serve", "--data", str(self.data), "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env={**os.environ, "RIPELINE_RATE_LIMIT": "off"}, stdout=subprocess.DEVNULL
        )
        began = time.monotonic()
        while self.get("/readyz") != 200:
            if self.process.poll() is not None:
                raise SystemExit(f"the server did not start again: it ended with {self.process.returncode}")
            if time.monotonic() - began > 6 * READY_SECONDS:
                raise SystemExit("the server was not ready in time")
            time.sleep(0.02)
        self.slowest_start = max(self.slowest_start, time.monotonic() - began)

    def get(self, path: str) -> int:
        """The status, 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def end(self, how: signal.Signals) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(15)


class Client(threading.Thread):
    """Posts events, each until it is acknowledged, until `stop`; `acknowledged` are their ids."""

    def __init__(self, port: int, name: str, chance: random.Random, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.port = port
        self.chance = chance
        self.stop = stop
        self.acknowledged: list[str] = []
        self.retries = 0
        self.unexpected = ""

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            ids = [f"{self.name}-{number}-{k}" for k in range(self.chance.randint(1, 20))]
            while not self._post(f"{self.name}-{number % 50}", ids) and not self.stop.is_set():
                self.retries += 1
                time.sleep(0.02)
            number += 1

    def _post(self, visitor: str, ids: list[str]) -> bool:
        now = time.time_ns() // 1_000_000
        events = [{"i": id, "n": "page", "u": f"https://shop.example/{id}", "a": now} for id in ids]
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            body = json.dumps({"v": visitor, "t": now, "e": events})
            connection.request(
                "POST", "/e", body, {"content-type": "text/plain", "user-agent": "Mozilla/5.0 Chrome/140"}
            )
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if answer.status == 202 and not json.loads(said)["rejected"]:
            self.acknowledged += ids
            return True
        if answer.status not in (429, 503):
            self.unexpected = f"{answer.status}: {said[:200]!r}"
        return False


@contextmanager
def posting(port: int, count: int, chance: random.Random) -> Iterator[list[Client]]:
    """That many clients at work while the block runs."""
    stop = threading.Event()
    clients = [Client(port, f"c{n}", random.Random(chance.random()), stop) for n in range(count)]
    for client in clients:
        client.start()
    try:
        yield clients
    finally:
        stop.set()
        for client in clients:
            client.join(20)


def kill_at_random(server: Server, rounds: int, clients: int, chance: random.Random) -> dict[str, Any]:
    server.start()
    with posting(server.port, clients, chance) as posters:
        for _ in range(rounds):
            time.sleep(chance.uniform(0.2, 1.0))
            server.end(signal.SIGKILL)
            server.start()
        time.sleep(0.3)
    acknowledged = {id for client in posters for id in client.acknowledged}
    settle(server.data)
    server.end(signal.SIGTERM)
    return {
        "name": "kill-under-load",
        "rounds": rounds,
        "retries": sum(client.retries for client in posters),
        "unexpected": next((client.unexpected for client in posters if client.unexpected), ""),
        "slowest_start_s": round(server.slowest_start, 2),
        **what_is_left(server.data, acknowledged),
    }


def settle(data: Path) -> None:
    """Wait until the fold has reached the end of the log."""
    until = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < until:
        with Database(data / "ripeline.db").read() as conn:
            (cursor,) = conn.execute("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'cursor'").fetchone() or (0,)
            (last,) = conn.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()
        if cursor >= last:
            return
        time.sleep(0.05)
    raise SystemExit("the fold did not catch up")


def what_is_left(data: Path, acknowledged: set[str]) -> dict[str, Any]:
    with Database(data / "ripeline.db").read() as conn:
        rows = [id for (id,) in conn.execute("SELECT event_id FROM events").fetchall()]
        damage = problems_of(conn)
    verify = subprocess.run(
        [sys.executable, "-m", "ripeline", "rescore", "--verify", "--data", str(data)], capture_output=True, text=True
    )
    return {
        "acknowledged": len(acknowledged),
        "stored": len(rows),
        "lost": len(acknowledged - set(rows)),
        "doubled": len(rows) - len(set(rows)),
        "integrity": damage or "ok",
        "verify": "ok" if verify.returncode == 0 else (verify.stdout + verify.stderr)[-300:],
    }


def is_sound(result: dict[str, Any]) -> bool:
    """Whether the promise held; a run in which nothing was acknowledged proves nothing."""
    exact = result["acknowledged"] > 0 and result["lost"] == result["doubled"] == 0
    whole = result["integrity"] == result["verify"] == "ok" and not result["unexpected"]
    return bool(exact and whole and result["slowest_start_s"] <= READY_SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ripeline-kill-"))
    server = Server(folder / "data", free_port())
    try:
        result = kill_at_random(server, asked.rounds, asked.clients, random.Random(asked.seed))
    finally:
        with suppress(OSError):
            server.end(signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(result), flush=True)
    sys.exit(0 if is_sound(result) else 1)


if __name__ == "__main__":
    main()
