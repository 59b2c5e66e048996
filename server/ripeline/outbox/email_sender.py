"""Alerts by e-mail: written in the reader's language, with a link for each verdict, and handed to the mail server."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from functools import partial
from typing import Any, Final, TypeVar

import msgspec

from ripeline.domain.emails import plausible_email
from ripeline.mail_server import MailServer
from ripeline.outbox.alert import Alert
from ripeline.outbox.email_letters import Reader, letter_of
from ripeline.outbox.email_message import Envelope, message_of
from ripeline.outbox.email_smtp import hand_in
from ripeline.outbox.sending import Failed, Sent
from ripeline.outbox.verdict_links import LASTS_MS, PATH, VERDICTS, VerdictLink, VerdictSigner
from ripeline.store.database import Database
from ripeline.store.deliveries import Delivery
from ripeline.store.destinations import Destination
from ripeline.store.reading_verdicts import told_handoff
from ripeline.templating.languages import known_locale

T = TypeVar("T")

#: A sender has fifteen seconds in all.
_LONGEST_SECONDS: Final = 14.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """How e-mails leave this server: handed to `server` (None: none is set) in the name of `sender` (a header).

    `public_url` is where our own links lead, without a trailing slash; `zone` gives the zone (IANA) of times; `clock`
    is in ms.
    """

    server: MailServer | None
    sender: str
    public_url: str
    zone: Callable[[], str] = lambda: "UTC"
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000


class _Marks(msgspec.Struct):
    """What of a message is about its e-mail: the earlier message it reminds of, "" of none."""

    reminds: str = ""


_MARKS: Final = msgspec.json.Decoder(_Marks)


class EmailSender:
    """Sends alerts to e-mail destinations."""

    def __init__(self, outgoing: Outgoing, signer: VerdictSigner, database: Database) -> None:
        self._outgoing = outgoing
        self._signer = signer
        self._database = database

    async def send(self, delivery: Delivery, destination: Destination, alert: Alert) -> Sent | Failed:
        """Hand it in, in a thread of its own."""
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):
                return await _aside(partial(self._send, delivery, destination, alert))
        except TimeoutError:
            return Failed(f"the mail server is too slow: more than {_LONGEST_SECONDS:g} s in all")

    def _send(self, delivery: Delivery, destination: Destination, alert: Alert) -> Sent | Failed:
        to = plausible_email(destination.address)
        if self._outgoing.server is None:
            return Failed("no mail server is set: see RIPELINE_SMTP")
        if to is None:
            return Failed(f"{destination.address!r} is no e-mail address", permanent=True)
        message = self.written(delivery, destination, alert)
        if message is None:
            return Sent(answer="not needed any more: somebody has taken it")
        return hand_in(self._outgoing.server, message, parseaddr(self._outgoing.sender)[1], to)

    def written(self, delivery: Delivery, destination: Destination, alert: Alert) -> EmailMessage | None:
        """The e-mail as it leaves; None when it is a reminder nobody needs any more."""
        reminds, now = _MARKS.decode(delivery.payload).reminds, self._outgoing.clock()
        made_at, state = self._handoff(alert)
        if reminds and state != "open":
            return None
        to = plausible_email(destination.address) or ""
        reader = Reader(known_locale(destination.locale) or "en", self._outgoing.zone())
        links = self._verdicts(alert, made_at, to, now) if made_at and alert.topic == "lead.ready" else ()
        letter = letter_of(alert, reader, links, reminds=bool(reminds))
        answers = self._message_id(reminds, destination) if reminds else ""
        id = self._message_id(delivery.message, destination)
        return message_of(letter, Envelope(self._outgoing.sender, to, now, id, answers))

    def _handoff(self, alert: Alert) -> tuple[int, str]:
        """When it was made (ms) and its state; (0, "") where there is none."""
        if alert.handoff is None:
            return 0, ""
        with self._database.read() as conn:
            return told_handoff(conn, alert.handoff) or (0, "")

    def _verdicts(self, alert: Alert, made_at: int, to: str, now: int) -> tuple[tuple[str, str], ...]:
        links = (VerdictLink(alert.handoff or 0, made_at, verdict, to, now + LASTS_MS) for verdict in VERDICTS)
        return tuple((link.verdict, f"{self._outgoing.public_url}{PATH}{self._signer.token(link)}") for link in links)

    def _message_id(self, message: str, destination: Destination) -> str:
        domain = parseaddr(self._outgoing.sender)[1].rpartition("@")[2]
        return f"<{message}.{destination.id}@{domain}>"


async def _aside(work: Callable[[], T]) -> T:
    """Do it in a thread nobody waits for: the server can stop though a mail server hangs."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        with suppress(RuntimeError):  # the loop is gone: nobody wants to know any more
            try:
                result = work()
            except Exception as error:
                loop.call_soon_threadsafe(_settle, done, None, error)
            else:
                loop.call_soon_threadsafe(_settle, done, result, None)

    threading.Thread(target=run, name="e-mail", daemon=True).start()
    return await done


def _settle(done: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(result)
    else:
        done.set_exception(error)
