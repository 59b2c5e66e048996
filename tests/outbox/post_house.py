"""A house with a post: people who come and are handed over, destinations, and rounds of the post at a clock's will."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.fold.ledger_house import ADA, HOUR, House, download, identify, open_house

from ripeline.calibration.asking import Asking
from ripeline.log.queue import EventLog
from ripeline.outbox.senders import senders_of
from ripeline.outbox.sending import Sender
from ripeline.outbox.web import Web
from ripeline.running import RulesInForce, Running
from ripeline.settings import Settings
from ripeline.store.database import Connection, transaction
from ripeline.store.destinations import Destination, Kind, add_destination
from ripeline.store.outbox_rows import TOPICS
from ripeline.visiting import Visiting
from ripeline.worker.posting import Post

T = TypeVar("T")
SECRET = "whsec_" + "YQ" * 21 + "YQ=="


async def _nothing(*_: Any) -> Any:
    raise AssertionError("the post asks for nothing else")


@dataclass(slots=True)
class PostHouse:
    """`house.now` is the clock; `chance` what jitter draws."""

    house: House
    settings: Settings
    chance: float = 0.0
    running: Running = field(init=False)

    def __post_init__(self) -> None:
        self.running = Running(
            settings=self.settings,
            database=self.house.database,
            log=EventLog(),
            rules=RulesInForce(self.house.ruleset),
            write=self.write,
            settled=_nothing,
            healthy=lambda: "",
            secret=b"s" * 32,
            do=_nothing,
            take=_nothing,
            rescoring=lambda: None,
            asking=Asking(self.house.database, self.settings.rules_file),
            visiting=Visiting(),
        )

    async def write(self, work: Callable[[Connection], T], /) -> T:
        with transaction(self.house.conn):
            return work(self.house.conn)

    def now(self) -> int:
        return self.house.now

    def add(self, address: str, kind: Kind = "webhook", *topics: str, **more: Any) -> int:
        new = Destination(0, kind, kind, address, topics or TOPICS, secret=SECRET, **more)
        with transaction(self.house.conn):
            return add_destination(self.house.conn, new)

    def post(self, senders: Mapping[Kind, Sender] | None = None) -> Post:
        return Post(self.running, senders or self.senders(), self.now, lambda: self.chance)

    async def rounds(self, post: Post, count: int = 1) -> int:
        """So many rounds, each brought to its end; how many messages were tried."""
        tried = 0
        for _ in range(count):
            tried += await post.round()
            await post.finish()
        return tried

    async def until_dead(self, post: Post) -> None:
        """All tries of everything, hour after hour."""
        await self.rounds(post)
        while self.house.rows("SELECT 1 FROM deliveries WHERE done_at IS NULL"):
            self.house.now += HOUR
            await self.rounds(post)

    async def has_sent(self, count: int) -> None:
        """Once so many have arrived."""
        while [state for state, *_ in self.log()].count("sent") < count:  # noqa: ASYNC110 - a table rings no bell
            await asyncio.sleep(0.01)

    def senders(self) -> Mapping[Kind, Sender]:
        return senders_of(self.settings, self.now)

    def ada_is_ripe(self) -> None:
        """Ada took white paper C: hot in both models."""
        self.house.fold(identify("phone", ADA, 0), download("phone", "c", HOUR))

    def log(self) -> list[tuple[str, int, int | None, str]]:
        """(state, attempts, status, answer) of each delivery."""
        return self.house.rows("SELECT state, attempts, status, answer FROM deliveries ORDER BY id")


def open_post(folder: Path, rules: str | None = None) -> PostHouse:
    house = open_house(folder, rules) if rules else open_house(folder)
    return PostHouse(house, Settings(data=folder, base_url="https://leads.example", private_hooks=True))


def run(story: Coroutine[Any, Any, T]) -> T:
    """A story within a minute."""

    async def bounded() -> T:
        return await asyncio.wait_for(story, 60)

    return asyncio.run(bounded())


def loopback_web(**more: Any) -> Web:
    return Web(private=True, **more)


def flat(body: Any) -> str:
    """All of a message as one text."""
    return json.dumps(body, ensure_ascii=False)
