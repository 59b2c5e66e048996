"""A house small enough to see all of: what auth needs of a running server, and nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from ripeline.settings import Settings
from ripeline.store.database import Connection, Database, transaction

T = TypeVar("T")
PASSWORD = "a ripe pear in june"


@dataclass(slots=True)
class SmallHouse:
    """What auth needs of a running server, and nothing else."""

    settings: Settings
    database: Database
    secret: bytes = b"s" * 32
    demo: bool = False
    taken: int = 0
    writer: Connection = field(init=False)
    one: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.writer = self.database.writer()

    def now(self, work: Callable[[Connection], T]) -> T:
        # As on the writer's own thread: one after the other.
        with self.one, transaction(self.writer) as conn:
            return work(conn)

    def write(self, work: Callable[[Connection], T], /) -> Awaitable[T]:
        return run_in_threadpool(self.now, work)

    async def take_rules(self) -> None:
        self.taken += 1
