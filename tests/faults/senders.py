"""Those who send events while the server is done harm to, and remember what was acknowledged."""

from __future__ import annotations

import http.client
import json
import math
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.faults.house import many

BROWSER = {"content-type": "text/plain", "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140"}


class Sender(threading.Thread):
    """Posts batches of page views like a browser, each until it is acknowledged or it is told to stop."""

    def __init__(self, port: int, name: str, chance: random.Random, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.port = port
        self.chance = chance
        self.stop = stop
        self.acknowledged: list[str] = []
        self.said: Counter[int] = Counter()
        self.longest: dict[int, float] = {}
        self.first: dict[int, float] = {}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            ids = [f"{self.name}-{number}-{k}" for k in range(self.chance.randint(1, 20))]
            events = [self.event(id) for id in ids]
            while not self.post(f"{self.name}-{number % 50}", events) and not self.stop.is_set():
                time.sleep(0.02)
            number += 1
            # A short run is to leave the machine to other tests.
            time.sleep(many(0.02, 0.0))
        self._connection.close()

    def event(self, id: str) -> dict[str, Any]:
        return {"i": id, "n": "page", "u": f"https://shop.example/{id}", "a": time.time_ns() // 1_000_000}

    def post(self, visitor: str, events: list[dict[str, Any]]) -> bool:
        """Whether all of it was acknowledged.

        `said` counts the statuses, 0 for no answer; `longest` says how many seconds one took at most, and `first` when
        it was first heard.
        """
        body = json.dumps({"v": visitor, "t": time.time_ns() // 1_000_000, "e": events})
        began = time.monotonic()
        try:
            self._connection.request("POST", "/e", body, BROWSER)
            answer = self._connection.getresponse()
            status, said = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            status, said = 0, b""
        now = time.monotonic()
        self.said[status] += 1
        self.longest[status] = max(self.longest.get(status, 0.0), now - began)
        self.first.setdefault(status, now)
        if status != 202 or json.loads(said)["rejected"]:
            return False
        self.acknowledged += [event["i"] for event in events]
        return True


@dataclass(frozen=True)
class Senders:
    """Several at work."""

    all: list[Sender]
    stop: threading.Event

    @property
    def acknowledged(self) -> set[str]:
        return {id for sender in self.all for id in list(sender.acknowledged)}

    @property
    def said(self) -> Counter[int]:
        """How often each status was answered; 0: no answer."""
        return sum((sender.said for sender in self.all), Counter())

    def longest(self, status: int) -> float:
        """How many seconds an answer of that status took at most."""
        return max((sender.longest.get(status, 0.0) for sender in self.all), default=0.0)

    def first(self, status: int) -> float:
        """When (monotonic) one of that status was first heard; for ever after, if none was."""
        return min((sender.first[status] for sender in self.all if status in sender.first), default=math.inf)

    def wait_for(self, count: int, seconds: float = 30.0) -> None:
        """Until so many events are acknowledged."""
        until = time.monotonic() + seconds
        while sum(len(sender.acknowledged) for sender in self.all) < count:
            assert time.monotonic() < until, f"fewer than {count} were acknowledged: {self.said}"
            time.sleep(0.01)

    def end(self) -> None:
        self.stop.set()
        for sender in self.all:
            sender.join(20)
            assert not sender.is_alive(), f"{sender.name} waits for an answer for ever"


@contextmanager
def sending(
    port: int, count: int, chance: random.Random, name: str = "c", kind: type[Sender] = Sender
) -> Iterator[Senders]:
    """That many at work while the block runs; their names, and so their ids, begin with `name`."""
    stop = threading.Event()
    senders = Senders([kind(port, f"{name}{n}", random.Random(chance.random()), stop) for n in range(count)], stop)
    for sender in senders.all:
        sender.start()
    try:
        yield senders
    finally:
        senders.end()
