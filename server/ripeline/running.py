"""What a running server is made of; collect, pages and api find it at `request.app.state.running`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ripeline.log.queue import EventLog
from ripeline.rules.model import Ruleset
from ripeline.settings import Settings
from ripeline.store.database import Connection, Database

T = TypeVar("T")


class Write(Protocol):
    """Run one function in one transaction on the writer's thread, and give its result back."""

    def __call__(self, work: Callable[[Connection], T], /) -> Awaitable[T]: ...


class RulesInForce:
    """The rule file every part of the server uses now."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset


async def _nothing_new() -> None:
    """A server whose rules never change while it runs."""


@dataclass(slots=True)
class Running:
    """One server: its settings, its database (for reads), its log, its rules, its one way to write.

    `settled` answers when every event accepted before the call has been folded; `healthy` says why the
    server is not ready, or ""; `lag` is the seconds since the oldest event without a score came in;
    `warnings` are sentences about what the start accepted; `take_rules` puts the rule file as it now stands in force,
    with every score made anew (raises `InvalidRules`).
    """

    settings: Settings
    database: Database
    log: EventLog
    rules: RulesInForce
    write: Write
    settled: Callable[[], Awaitable[int]]
    healthy: Callable[[], str]
    secret: bytes
    demo: bool = False
    lag: Callable[[], float] = lambda: 0.0
    warnings: tuple[str, ...] = ()
    take_rules: Callable[[], Awaitable[None]] = _nothing_new
