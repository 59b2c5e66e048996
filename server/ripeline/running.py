"""What a running server is made of; collect, pages and api find it at `request.app.state.running`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol, TypeVar

from ripeline.calibration.asking import Asking
from ripeline.changes import Changes
from ripeline.clocks import Clocks
from ripeline.errors import InvalidRules
from ripeline.fold.desk import Desk
from ripeline.fold.erasing import erase_unused, find_unused
from ripeline.fold.folder import RULES_HASH, now_ms
from ripeline.fold.marking import mark_reason
from ripeline.fold.rule_file import write_rules
from ripeline.log.queue import EventLog
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import load_rules, read_rules
from ripeline.sentences import N_, Sentence
from ripeline.settings import Settings
from ripeline.sightings import Sightings
from ripeline.store.authors import Said
from ripeline.store.database import Connection, Database
from ripeline.store.erasing_texts import Unused
from ripeline.store.meta import read_meta
from ripeline.store.rule_versions import text_of_rules
from ripeline.store.suspects import newest_seq
from ripeline.tally import Tally
from ripeline.truth.keeping import Truths
from ripeline.unnamed_proxies import UnnamedProxies
from ripeline.visiting import Visiting

T = TypeVar("T")

#: Rule files kept read: the one in force, the one that is coming, and those readers may still hold scores of.
_REMEMBERED: Final = 4

#: Seconds between two looks whether it is.
_GLANCE: Final = 0.2


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
        self._known = {ruleset.hash: ruleset}

    @property
    def latest(self) -> Ruleset:
        """Those that are wanted, as soon as they are known here; their scores may still be being made."""
        return self._known.get(self.wanted, self.ruleset)

    def taken(self, ruleset: Ruleset, is_in_force: bool) -> None:
        """These rules come into force with the next commit, or have just done so."""
        # Replaced, never changed: readers in other threads look things up meanwhile.
        others = [each for each in self._known.values() if each.hash != ruleset.hash]
        self._known = {each.hash: each for each in (*others[1 - _REMEMBERED :], ruleset)}
        if is_in_force:
            self.ruleset = ruleset

    def beside(self, conn: Connection) -> Ruleset:
        """The rules by which the scores this connection sees were made, whatever is in force by now."""
        now, hash = self.ruleset, read_meta(conn, RULES_HASH)
        return now if hash is None or hash == now.hash else self._known.get(hash) or self._of_before(conn, hash)

    def _of_before(self, conn: Connection, hash: str) -> Ruleset:
        text = text_of_rules(conn, hash)
        try:
            return self.ruleset if text is None else read_rules(text)
        except InvalidRules:
            # An older version could read them.
            return self.ruleset


@dataclass(slots=True)
class Running:
    """One server: its settings, its database (for reads), its log, its rules, its one way to write.

    `settled` answers when every event accepted before the call has been folded; `healthy` says why the
    server is not ready, or ""; `lag` is the seconds since the oldest event without a score came in;
    `accepted` are sentences about what the start put up with. `do` does a person's deed. `take` puts rules in force,
    after a rescore beside the fold: `rescoring` says of which hash, and how many leads of how many are done. `held`
    says the same while no event can be scored before that, and deeds are refused; None when events are. `dropped`
    counts the events left out on purpose since the start, by reason. `asking` answers what-ifs, `truths` whether scores
    tell the truth, `visiting` reads our own sites for a draft, `changes` are told to pages that are open, `tally`
    counts what comes to the doors, `unnamed_proxies` are those it comes through, `clocks` knows how right ours is.
    `shop`: where the demo's shop is.
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
    asking: Asking
    visiting: Visiting
    demo: bool = False
    shop: str = ""
    lag: Callable[[], float] = lambda: 0.0
    held: Callable[[], tuple[int, int] | None] = lambda: None
    accepted: tuple[str, ...] = ()
    sightings: Sightings = field(default_factory=Sightings)
    started_at: int = field(default_factory=now_ms)
    changes: Changes = field(default_factory=Changes)
    tally: Tally = field(default_factory=Tally)
    clocks: Clocks = field(default_factory=Clocks)
    unnamed_proxies: UnnamedProxies = field(default_factory=UnnamedProxies)
    truths: Truths = field(init=False)

    def __post_init__(self) -> None:
        self.truths = Truths(self.database.path)

    def close(self) -> None:
        """Answer nothing any more that takes longer than a page."""
        for each in (self.asking, self.truths, self.visiting):
            each.close()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not as it should be, though the server does its work."""
        held, problem = self.held(), self.rules.problem
        rescored = _being_rescored(*held) if held else ""
        unnamed = self.unnamed_proxies.problem(self.settings.trusted_proxies)
        return tuple(each for each in (*self.accepted, problem, rescored, unnamed, self.clocks.problem()) if each)

    async def scored_again(self) -> None:
        """Return at once, or once events are scored again, and those are that came while they were not."""
        if self.held():
            while self.held():  # noqa: ASYNC110 - it ends on the writer's thread
                await asyncio.sleep(_GLANCE)
            await self.settled()

    async def save_rules(self, ruleset: Ruleset, author: str) -> None:
        """Write the rule file, and put it in force after a rescore. Raises `Conflict` when it cannot be written."""
        before, self.rules.wanted = self.rules.wanted, ruleset.hash
        try:
            await asyncio.to_thread(write_rules, self.settings.rules_file, ruleset.text)
            self.rules.taken(ruleset, False)
            await self.take(ruleset, Said(author, now_ms()))
        except BaseException:
            self.rules.wanted = before
            raise

    async def take_rules(self) -> None:
        """Put the rule file as it now stands in force, sooner than the watch would. Raises `InvalidRules`."""
        ruleset = await asyncio.to_thread(load_rules, self.settings.rules_file)
        self.rules.wanted = ruleset.hash
        await self.take(ruleset, Said("", now_ms()))

    async def mark_reason(self, reason: str, suspect: bool, author: str) -> int:
        """Mark or clear all events of a reason that are there now, some at a time; how many there were."""
        await self.settled()
        with self.database.read() as conn:
            until = newest_seq(conn)
        deed, total = partial(mark_reason, reason=reason, suspect=suspect, until=until), 0
        while count := await self.do(deed, author):
            total += count
        return total

    async def erase_unused(self) -> None:
        """Erase what erased events were the last to use: the whole log is read for it, so this may take a while."""
        unused = await asyncio.to_thread(self._find_unused)
        if unused is not None:
            await self.do(partial(erase_unused, unused=unused), "")

    def _find_unused(self) -> Unused | None:
        with self.database.read() as conn:
            return find_unused(conn)

    @contextmanager
    def reading(self) -> Iterator[tuple[Connection, Ruleset]]:
        """One moment of the database, and the rules its scores were made under, also while new ones come into force."""
        with self.database.read() as conn:
            yield conn, self.rules.beside(conn)


def _being_rescored(done: int, total: int) -> Sentence:
    return N_(
        "all scores are being made anew; events are taken and kept, and scored when that is done: "
        "%(done)s of %(total)s leads are done",
        done=done,
        total=total,
    )
