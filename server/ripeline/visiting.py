"""Our own site read for a first rule file, in the background: only that, as its robots.txt allows, within a minute.

An address of it is looked up, checked and pinned like one an alert goes to (see `outbox.places`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from ripeline import __version__
from ripeline.drafting.grid import grid_of
from ripeline.drafting.site import AGENT, read_site
from ripeline.drafting.written import Language, written_draft
from ripeline.errors import RipelineError
from ripeline.outbox.web import Got, Patience, Web

log = logging.getLogger(__name__)

SECONDS: Final = 60.0
_A_PAGE: Final = Patience(connect=5.0, whole=10.0)
_MOST_BYTES: Final = 2 * 1024 * 1024
_MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_HEADERS: Final = {
    "User-Agent": f"Mozilla/5.0 (compatible; {AGENT}/{__version__})",
    "Accept": "text/html,application/xhtml+xml,application/xml,text/plain;q=0.8",
}

_LOOKS_UP_SECONDS: Final = 0.25

#: The text of a page and where it was in the end, None: there is none.
_Page = tuple[str, str] | None
#: What is done with the text of a draft; False: it is to wait until somebody asks for it.
Deliver = Callable[[str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Visit:
    """A site being read for somebody: addresses `done`, of `total` at most; then its `text`, or why there is none.

    `is_delivered`: the text has gone where it belongs. `pages` and `rules` say how much was read, and is proposed.
    """

    origin: str
    done: int = 0
    total: int = 0
    text: str = ""
    problem: str = ""
    is_delivered: bool = False
    pages: int = 0
    rules: int = 0

    @property
    def is_over(self) -> bool:
        return bool(self.text or self.problem)


@dataclass(frozen=True, slots=True)
class Wish:
    """A site to be read, and how its draft is to be written; `private`: it may stand in a private network."""

    origin: str
    timezone: str
    language: Language
    private: bool = False


class Visiting:
    """The sites being read for the people of one server: one each, one at a time."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._visits: dict[int, Visit] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._one = asyncio.Lock()
        self._is_closed = False

    def of(self, user: int) -> Visit | None:
        """What is being read for that person, or was, until they have seen it."""
        return self._visits.get(user)

    def forget(self, user: int) -> None:
        """They have seen what came of it."""
        visit = self._visits.get(user)
        if visit is not None and visit.is_over:
            del self._visits[user]

    def begin(self, user: int, wish: Wish, deliver: Deliver) -> bool:
        """Read that site, which is one of ours; False while one is being read for them already.

        Belongs to the loop of the server.
        """
        known = self._visits.get(user)
        if known is not None and not known.is_over:
            return False
        self._visits[user] = Visit(wish.origin)
        task = asyncio.create_task(self._visit(user, wish, deliver))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    def close(self) -> None:
        """Ask for nothing any more."""
        self._is_closed = True
        for task in self._tasks:
            task.cancel()

    async def _visit(self, user: int, wish: Wish, deliver: Deliver) -> None:
        try:
            async with self._one:
                visit = await asyncio.to_thread(self._read, user, wish)
            self._visits[user] = visit
            self._visits[user] = replace(visit, is_delivered=await deliver(visit.text))
        except RipelineError as error:
            self._visits[user] = replace(self._visits[user], problem=error.args[0])
        except Exception as error:
            log.exception("a site could not be read for a draft")
            self._visits[user] = replace(self._visits[user], problem=type(error).__name__)

    def _read(self, user: int, wish: Wish) -> Visit:
        begun, until = self._visits[user], monotonic() + self._seconds
        web = Web(private=wish.private, patience=_A_PAGE)

        def tell(done: int, total: int) -> None:
            self._visits[user] = replace(begun, done=done, total=total)

        with asyncio.Runner() as runner:

            def fetch(url: str) -> tuple[str, str] | None:
                return runner.run(self._until(until, page_at(web, url, wish.origin)))

            site = read_site(wish.origin, fetch, tell)
        grid = grid_of(site)
        text = written_draft(site, grid, wish.language, wish.timezone)
        return replace(begun, text=text, pages=len(site.pages), rules=len(grid.rules))

    async def _until(self, end: float, page: Coroutine[Any, Any, _Page]) -> _Page:
        """That page, or None: when the time is over nothing more is asked for, nor when the server stops."""
        task = asyncio.create_task(page)
        while not task.done() and monotonic() < end and not self._is_closed:
            await asyncio.wait({task}, timeout=_LOOKS_UP_SECONDS)
        if not task.done():
            task.cancel()
            return None
        return task.result()


async def page_at(web: Web, url: str, origin: str) -> _Page:
    """The text of a page of that very site and where it was in the end; None when it is not there, or elsewhere."""
    for _ in range(_MOST_REDIRECTS + 1):
        if not _is_of(url, origin):
            return None
        got = await web.get(url, _HEADERS, _MOST_BYTES)
        if got is None:
            return None
        target = got.headers.get("location")
        if got.status in _REDIRECTS and target:
            url = urljoin(url, target)
            continue
        return (_text_of(got), url) if got.status == 200 else None
    return None


def _is_of(url: str, origin: str) -> bool:
    """With or without www, and with the same port: a site that sends us elsewhere is not followed there."""
    with suppress(ValueError):
        parts, own = urlsplit(url), urlsplit(origin)
        return parts.scheme in ("http", "https") and _bare(parts.netloc) == _bare(own.netloc)
    return False


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.")


def _text_of(got: Got) -> str:
    charset = got.headers.get("content-type", "").lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    try:
        return got.body.decode(charset or "utf-8", "replace")
    except LookupError:
        return got.body.decode("utf-8", "replace")
