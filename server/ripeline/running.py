"""What a running server is made of; collect, pages and api find it at `request.app.state.running`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ripeline.fold.desk import Desk
from ripeline.fold.folder import RULES_HASH
from ripeline.log.queue import EventLog
from ripeline.rules.model import Ruleset
from ripeline.settings import Settings
from ripeline.store.authors import Said
from ripeline.store.database import Connection, Database
from ripeline.store.meta import read_meta

T = TypeVar("T")


class Write(Protocol):
    """Run one function in one transaction on the writer's thread, and give its result back."""

    def __call__(self, work: Callable[[Connection], T], /) -> Awaitable[T]: ...


class Do(Protocol):
    """Do one deed of a person (or a program, by its token's name), in one transaction with what follows from it."""

    def __call__(self, deed: Callable[[Desk], T], author: str, /) -> Awaitable[T]: ...


class RulesInForce:
    """The rule file every part of the server uses now.

    `wanted` is the hash of the one that is to be in force soon, or is; `problem`: why the file on disk is not, or "".
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.wanted = ruleset.hash
        self.problem = ""
        self._coming = ruleset

    def taken(self, ruleset: Ruleset, is_in_force: bool) -> None:
        """These rules come into force with the next commit, or have just done so."""
        if is_in_force:
            # The one of before is still right for whoever opened the database before.
            self._coming, self.ruleset = self.ruleset, ruleset
        else:
            self._coming = ruleset

    def of(self, hash: str | None) -> Ruleset:
        """The rules of that hash, by which scores that are read were made."""
        now, other = self.ruleset, self._coming
        return other if other.hash == hash else now


@dataclass(slots=True)
class Running:
    """One server: its settings, its database (for reads), its log, its rules, its one way to write.

    `settled` answers when every event accepted before the call has been folded; `healthy` says why the
    server is not ready, or ""; `lag` is the seconds since the oldest event without a score came in;
    `accepted` are sentences about what the start put up with. `do` does a person's deed. `take` puts rules in force,
    after a rescore beside the fold: `rescoring` says of which hash, and how many leads of how many are done.
    """

    settings: Settings
    database: Database
    log: EventLog
    rules: RulesInForce
    write: Write
    settled: Callable[[], Awaitable[int]]
    healthy: Callable[[], str]
    secret: bytes
    do: Do
    take: Callable[[Ruleset, Said], Awaitable[None]]
    rescoring: Callable[[], tuple[str, int, int] | None]
    demo: bool = False
    lag: Callable[[], float] = lambda: 0.0
    accepted: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not as it should be, though the server does its work."""
        return (*self.accepted, self.rules.problem) if self.rules.problem else self.accepted

    @contextmanager
    def reading(self) -> Iterator[tuple[Connection, Ruleset]]:
        """One moment of the database, and the rules its scores were made under, also while new ones come into force."""
        with self.database.read() as conn:
            yield conn, self.rules.of(read_meta(conn, RULES_HASH))
