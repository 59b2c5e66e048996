"""Our pages and the doors to them on a real database, and nothing else of the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from tests.store.white_papers import CAST, RULES, fold

from ripeline.api import routes as api
from ripeline.auth import routes as auth
from ripeline.auth.logins import cookie_name, now_ms
from ripeline.auth.secrets import hash_of
from ripeline.auth.security import security
from ripeline.calibration.asking import Asking
from ripeline.changes import Changes
from ripeline.fold.desk import Desk
from ripeline.fold.erasing import erase_unused, find_unused
from ripeline.fold.keeper import Keeper
from ripeline.fold.rule_file import write_rules
from ripeline.pages import routes as pages
from ripeline.rules.model import Ruleset
from ripeline.running import RulesInForce
from ripeline.settings import Settings
from ripeline.sightings import Sightings
from ripeline.store.authors import Said
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.people import User, add_login, add_user, user_by_email
from ripeline.store.upgrading import create_schema
from ripeline.truth.keeping import Truths
from ripeline.visiting import Visiting

T = TypeVar("T")
DAY = 86_400_000


@dataclass(slots=True)
class Room:
    """What pages and doors need of a running server."""

    settings: Settings
    ruleset: Ruleset = RULES
    secret: bytes = b"s" * 32
    demo: bool = False
    database: Database = field(init=False)
    writer: Connection = field(init=False)
    rules: RulesInForce = field(init=False)
    sightings: Sightings = field(default_factory=Sightings)
    asking: Asking = field(init=False)
    visiting: Visiting = field(init=False)
    truths: Truths = field(init=False)
    shop: str = ""
    saved: list[tuple[str, str]] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)

    def __post_init__(self) -> None:
        is_there = self.settings.database_file.exists()
        self.database = Database(self.settings.database_file)
        self.writer = self.database.writer()
        self.rules = RulesInForce(self.ruleset)
        self.asking = Asking(self.database, self.settings.rules_file)
        self.visiting = Visiting()
        self.truths = Truths(self.settings.database_file)
        if not is_there:
            create_schema(self.writer)

    def now(self, work: Callable[[Connection], T]) -> T:
        """Write at once."""
        with transaction(self.writer) as conn:
            return work(conn)

    async def save_rules(self, ruleset: Ruleset, author: str) -> None:
        """The file is written; scores stay as they are."""
        write_rules(self.settings.rules_file, ruleset.text)
        self.saved.append((ruleset.hash, author))

    def rescoring(self) -> None:
        """Never."""

    def held(self) -> None:
        """Never."""

    async def take_rules(self) -> None:
        """The rules of a room never change."""

    @contextmanager
    def reading(self) -> Iterator[tuple[Connection, Ruleset]]:
        with self.database.read() as conn:
            yield conn, self.rules.beside(conn)

    def write(self, work: Callable[[Connection], T], /) -> Awaitable[T]:
        return run_in_threadpool(self.now, work)

    def do(self, deed: Callable[[Desk], T], author: str, /) -> Awaitable[T]:
        """One deed of a person, as the running server would do it."""
        said = Said(author, now_ms())
        keeper = Keeper(self.writer, self.ruleset)
        return self.write(lambda conn: deed(Desk(conn, keeper, said, lambda: None)))

    async def settled(self) -> int:
        """Fold what people said of leads."""
        await run_in_threadpool(self._fold)
        return 0

    def _fold(self) -> None:
        keeper = Keeper(self.writer, self.ruleset)
        while keeper.step():
            pass

    async def erase_unused(self) -> None:
        """Erase what erased events were the last to use."""
        with self.database.read() as conn:
            unused = find_unused(conn)
        if unused is not None:
            await self.do(partial(erase_unused, unused=unused), "")

    def app(self) -> Starlette:
        """The pages, served."""
        made = Starlette(routes=[*auth.ROUTES, *pages.ROUTES, *api.ROUTES], middleware=security(self.settings))
        made.state.running = self
        return made

    def receive_the_cast(self) -> None:
        """Marc 13, Élodie 5, Capucine 18, an anonymous visitor."""
        fold(self.writer, CAST)

    def cookie_of(self, email: str, role: str = "owner", locale: str = "") -> dict[str, str]:
        """The cookie of a person signed in, who is made if new."""

        def enter(conn: Connection) -> None:
            user = user_by_email(conn, email)
            id = user.id if user else add_user(conn, User(0, email, "", role, locale, None, None), 0)
            add_login(conn, hash_of(f"key of {email}"), id, now_ms(), now_ms() + DAY)

        self.now(enter)
        return {cookie_name(self): f"key of {email}"}
