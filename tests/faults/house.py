"""A real `ripeline serve` to do harm to: started, killed, started again, and asked afterwards what it lost.

A row of the catalogue is one test. `@pytest.mark.row`: with few rounds in `make test`, with `many` in `make faults`.
`@pytest.mark.fault`: takes long, in `make faults` only. The figures a test tells (`tell`) are printed with its row.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from ripeline.auth.tokens import create_token
from ripeline.fold.verify import verify
from ripeline.rules.reading import load_rules
from ripeline.store.copies import problems_of
from ripeline.store.database import Database, transaction
from ripeline.store.destinations import Destination, add_destination

Number = TypeVar("Number", int, float)
#: pytest's `record_property`.
Record = Callable[[str, object], None]

#: Whether this is `make faults`, and where chance begins; a failed test prints it.
THOROUGH: Final = bool(os.environ.get("RIPELINE_FAULTS"))
SEED: Final = os.environ.get("RIPELINE_FAULTS_SEED", "8")

READY_SECONDS: Final = 5.0
SETTLE_SECONDS: Final = 60.0

#: Each page view is one line of 1 point in the ledger; a form of contact makes a hand-off, and with it a message.
RULES: Final = """
[models.sales]
label = "Sales"
bands = { warm = 5, hot = 100000 }
handoff = "hot"

[models.sales.rules]
seen = { points = 1, on = "page" }
wrote = { points = 10, on = "form", handoff = true }
"""


def many(few: Number, rounds: Number) -> Number:
    """How many rounds: few in `make test`, many in `make faults`."""
    return rounds if THOROUGH else few


def chance(name: str) -> random.Random:
    """Chance that is the same in each run, for what has that name."""
    print(f"seed RIPELINE_FAULTS_SEED={SEED} for {name}")
    return random.Random(f"{SEED} {name}")


def tell(record: Record, **figures: object) -> None:
    """Print these figures with the row."""
    for name, value in figures.items():
        record(name, round(value, 2) if isinstance(value, float) else value)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Server:
    """One data folder and port; `with` kills whatever still runs. `before` is what starts the command (strace …).

    `command`: what is run instead of `python -m ripeline serve`; it gets the same flags.
    """

    data: Path
    flags: Sequence[str] = ("--rate-limit", "off")
    rules: str = RULES
    before: Sequence[str] = ()
    command: Sequence[str] = (sys.executable, "-m", "ripeline", "serve")
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    slowest_start: float = 0.0

    def __post_init__(self) -> None:
        print(f"data folder {self.data}, what the server said in {self.said}")
        self.data.mkdir(parents=True, exist_ok=True)
        if self.rules:
            (self.data / "rules.toml").write_text(self.rules, encoding="utf-8")

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def said(self) -> Path:
        """Where its output goes."""
        return self.data.with_name(f"{self.data.name}.said.txt")

    @property
    def file(self) -> Path:
        return self.data / "ripeline.db"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def launch(self) -> None:
        """Start the process, whatever comes of it."""
        flags = ["--data", str(self.data), "--port", str(self.port), *self.flags]
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [*self.before, *self.command, *flags],
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                # So that it can be ended with all it has started, as a service manager does.
                process_group=0,
            )

    def start(self, within: float = 6 * READY_SECONDS) -> Server:
        """Start it and wait until it is ready; `slowest_start` keeps how long that took at most."""
        began = time.monotonic()
        self.launch()
        try:
            self._wait_until_ready(began + within)
        except BaseException:
            # No `with` has begun that would.
            self.kill()
            raise
        self.slowest_start = max(self.slowest_start, time.monotonic() - began)
        return self

    def _wait_until_ready(self, until: float) -> None:
        while self.get("/readyz") != 200:
            assert self.is_running(), f"the server ended with {self.process and self.process.returncode}: {self.tail()}"
            assert time.monotonic() < until, f"not ready in time: {self.tail()}"
            time.sleep(0.02)

    def mates(self) -> list[Path]:
        """The processes it has started and that are still there, by their place in /proc."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                state, parent = stat.read_text().rpartition(")")[2].split()[:2]
                if int(parent) == self.pid and state != "Z":
                    found.append(stat)
        return found

    def outlived_by(self, mates: Sequence[Path], within: float = 10.0) -> list[Path]:
        """Those that are still there after so long."""
        until = time.monotonic() + within
        while (left := [mate for mate in mates if mate.exists()]) and time.monotonic() < until:
            time.sleep(0.05)
        return left

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tail(self) -> str:
        """The last of what it said."""
        return self.said.read_text("utf-8", "replace")[-2_000:] if self.said.exists() else ""

    def get(self, path: str, timeout: float = 5.0) -> int:
        """The status, 0 when nobody answers."""
        return self.ask(path, timeout=timeout)[0]

    def ask(self, path: str, *, token: str = "", body: bytes | None = None, timeout: float = 5.0) -> tuple[int, bytes]:
        """Status and body, `(0, b"")` when nobody answers; with a body it is a POST of JSON."""
        headers = {"content-type": "application/json"} if body is not None else {}
        headers |= {"authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(self.url + path, body, headers)
        try:
            try:
                answer = urllib.request.urlopen(request, timeout=timeout)
            except urllib.error.HTTPError as refused:
                answer = refused
            with answer:
                return int(answer.status), answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""

    def kill(self) -> None:
        """`kill -9`."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None:
            self.process.wait(15)

    def stop(self, within: float = 10.0, *, all: bool = False) -> float:
        """SIGTERM, to `all` that it has started, too; how many seconds it took to end, well."""
        assert self.process is not None
        began = time.monotonic()
        (os.killpg if all else os.kill)(self.pid, signal.SIGTERM)
        assert self.process.wait(within) == 0, self.tail()
        return time.monotonic() - began

    def token(self, *scopes: str) -> str:
        """A key for programs, by the database itself: beside the server or while it is stopped."""
        with closing(Database(self.file).writer()) as conn, transaction(conn):
            return create_token(conn, "faults", frozenset(scopes), 1)

    def destination(self, address: str, secret: str) -> None:
        """From the next start on alerts go there (a webhook); needs `RIPELINE_PRIVATE_HOOKS` for loopback."""
        new = Destination(0, "webhook", "faults", address, ("lead.ready",), secret=secret)
        with closing(Database(self.file).writer()) as conn, transaction(conn):
            add_destination(conn, new)

    def rows(self, sql: str, *bound: object) -> list[Any]:
        """What a reader of the database sees, beside the server or without it."""
        database = Database(self.file)
        try:
            with database.read() as conn:
                return list(conn.execute(sql, bound).fetchall())
        finally:
            database.close()

    def settle(self, within: float = SETTLE_SECONDS) -> None:
        """Wait until the fold has reached the end of the log."""
        until = time.monotonic() + within
        while self.rows(
            "SELECT 1 FROM (SELECT coalesce(max(seq), 0) AS last FROM events) WHERE last > "
            "coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'cursor'), 0)"
        ):
            assert time.monotonic() < until, f"the fold did not catch up within {within} s: {self.tail()}"
            time.sleep(0.05)

    def in_force(self) -> str:
        """The hash of the rules all scores were made under."""
        ((hash,),) = self.rows("SELECT value FROM meta WHERE key = 'rules_hash'")
        return str(hash)

    def takes_rules(self, within: float = SETTLE_SECONDS) -> None:
        """Wait until the rule file is in force."""
        until, new = time.monotonic() + within, load_rules(self.data / "rules.toml").hash
        while self.in_force() != new:
            assert time.monotonic() < until, f"the rules are not in force within {within} s: {self.tail()}"
            time.sleep(0.05)


def lost_nothing(server: Server, acknowledged: Collection[str]) -> dict[str, Any]:
    """The oracle: all that was acknowledged is stored, once, whole, and scored as the events say; its figures.

    The server may run or be stopped. A run in which nothing was acknowledged proves nothing.
    """
    where = f"{server.data}, seed {SEED}"
    stored = [id for (id,) in server.rows("SELECT event_id FROM events")]
    lost = set(acknowledged) - set(stored)
    assert acknowledged, f"nothing was acknowledged: {where}\n{server.tail()}"
    assert not lost, f"{len(lost)} of {len(acknowledged)} lost, like {sorted(lost)[:3]}: {where}"
    assert len(stored) == len(set(stored)), f"an event id has two rows: {where}"
    with closing(Database(server.file)) as database, database.read() as conn:
        assert problems_of(conn) == "", where
        # What `ripeline rescore --verify` does.
        differences = verify(conn, load_rules(server.data / "rules.toml"))
        assert not differences, f"{len(differences)} differences, like {differences[0]}: {where}"
    return {"acknowledged": len(set(acknowledged)), "stored": len(stored), "lost": 0}


def scored_once(server: Server) -> None:
    """Under `RULES`: each page view and each form has one line of the ledger, and each hand-off one message."""
    server.settle()
    wrong = server.rows(
        "SELECT e.event_id, count(g.event_seq) FROM events e JOIN texts t ON t.id = e.kind_id "
        "LEFT JOIN ledger g ON g.event_seq = e.seq WHERE t.text IN ('page', 'form') "
        "GROUP BY e.seq HAVING count(g.event_seq) <> 1"
    )
    assert wrong == [], f"{len(wrong)} events are not scored once: {server.data}, seed {SEED}"
    told, messages = server.rows("SELECT (SELECT count(*) FROM handoffs), (SELECT count(*) FROM outbox)")[0]
    assert told == messages, f"{told} hand-offs and {messages} messages: {server.data}, seed {SEED}"
