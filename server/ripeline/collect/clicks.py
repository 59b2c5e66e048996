"""Clicks in e-mails on their way to the page they lead to, which then says that it was reached."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from typing import Final, NamedTuple

from ripeline.auth.links import LinkSigner
from ripeline.collect.scanners import Watch
from ripeline.domain.links import Link
from ripeline.errors import RipelineError
from ripeline.fold.marking import suspect_late
from ripeline.running import Running

log = logging.getLogger(__name__)

#: How long a page may take to say so: its reader may have to consent first.
WAITS_MS: Final = 30 * 60_000

_MOST_WAITING: Final = 20_000


class Click(NamedTuple):
    """A link that was opened at `at` (ms)."""

    link: Link
    at: int


class Clicks:
    """Those under way, in memory: an id that nobody can guess stands for each, so no address names a person."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Click] = OrderedDict()

    def sent_on(self, click: Click) -> str:
        """Remember a click; the id its landing page will tell."""
        id = secrets.token_urlsafe(12)
        self._waiting[id] = click
        if len(self._waiting) > _MOST_WAITING:
            self._waiting.popitem(last=False)
        return id

    def arrived(self, id: str, at: int) -> Click | None:
        """The click of that id, None when there is none or it took too long. The same each time it is asked."""
        click = self._waiting.get(id)
        return click if click is not None and 0 <= at - click.at <= WAITS_MS else None


class Mail:
    """What the doors for e-mails share: the signer of their links, clicks under way, and the watch on scanners."""

    def __init__(self, secret: bytes) -> None:
        self.signer = LinkSigner(secret)
        self.clicks = Clicks()
        self.watch = Watch()
        self._marking: set[asyncio.Task[None]] = set()

    def suspect_late(self, running: Running, ids: Sequence[str], reason: str) -> None:
        """Events stored as a person's were a machine's; nobody waits for this."""
        task = asyncio.ensure_future(_suspect_late(running, ids, reason))
        self._marking.add(task)
        task.add_done_callback(self._marking.discard)


async def _suspect_late(running: Running, ids: Sequence[str], reason: str) -> None:
    try:
        await running.scored_again()
        await running.settled()
        await running.do(partial(suspect_late, ids=ids, reason=reason), "")
    except RipelineError as error:
        log.warning("%d clicks of a scanner stay unmarked: %s", len(ids), error)
