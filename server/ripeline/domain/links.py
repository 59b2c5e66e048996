"""Links of one e-mail to one recipient: what each says of whoever opens it; pure."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from ripeline.domain.event import DOWNLOAD, EMAIL_CLICK, EMAIL_OPEN, UNSUBSCRIBE, Event
from ripeline.domain.source import Source
from ripeline.domain.urls import canonical_url, split_url
from ripeline.domain.wire import EMAIL_VISITOR

Kind = Literal["click", "open", "unsubscribe"]

#: The parameter by which a landing page tells whose click it was.
LANDING: Final = "rl"

#: After so long a link still leads to its target, and counts no more.
LASTS_MS: Final = 180 * 24 * 3_600_000

_SAME_MS: Final = 60_000
# What the script on a site takes for a file, too.
_FILES: Final = re.compile(
    r"\.((doc|xls|ppt)[xm]?|pdf|pps|od[pst]|rtf|csv|txt|epub|zip|rar|7z|t?gz|dmg|exe|mp[34]|m4[av]|wav|avi|mov|wmv"
    r"|webm|mkv)",
    re.IGNORECASE,
)


class Link(Struct, frozen=True, array_like=True):
    """Of the e-mail with that id, sent to `to` at `sent_at` (ms); `target` of a click, where it leads.

    `honeypot`: no person sees it, so whoever opens it opens everything.
    """

    kind: Kind
    email_id: str
    to: str
    sent_at: int
    category: str = ""
    target: str = ""
    honeypot: bool = False

    @property
    def letter(self) -> tuple[str, str]:
        """The one e-mail it stands in."""
        return self.email_id, self.to

    @property
    def leads_to_file(self) -> bool:
        return _FILES.fullmatch(_extension(self.target)) is not None

    @property
    def source(self) -> Source:
        """Where a session comes from that it begins."""
        return Source("email", self.category, "email", self.email_id)


def landing_address(target: str, click: str) -> str:
    """The target as it is, with the click's id among its parameters."""
    base, hash, fragment = target.partition("#")
    return f"{base}{'&' if '?' in base else '?'}{LANDING}={click}{hash}{fragment}"


def events_of(link: Link, at: int, visitor: str = "", suspect: str = "") -> list[Event]:
    """What opening a link says by itself, at `at` (ms): an open, an unsubscription, or a click and its file.

    The same within a minute, under the same suspicion, is the same event. `visitor` "": nobody but the recipient.
    """
    said = _event(link, at, visitor, suspect)
    if link.kind != "click":
        return [said]
    click = replace(said, url=canonical_url(link.target))
    if not link.leads_to_file:
        return [click]
    return [click, replace(click, id="file" + click.id.removeprefix("click"), on=DOWNLOAD, item="")]


def landed(link: Link, click: str, at: int, page: Event) -> Event:
    """The click behind a page view, which now has a visitor: paid, and tied to the recipient."""
    said = page.source is not None and page.source.channel not in ("direct", "email")
    return Event(
        id=f"click-{click}",
        visitor=page.visitor,
        alias=page.alias,
        site=page.site,
        on=EMAIL_CLICK,
        # Before the page, so that the visitor is the recipient by then.
        at=min(at, page.at - 1),
        received_at=page.received_at,
        url=page.url,
        item=link.email_id,
        email=link.to,
        verified=True,
        suspect=page.suspect,
        agent=page.agent,
        props=_props(link),
        source=page.source if said else link.source,
    )


_ON: Final = {"click": EMAIL_CLICK, "open": EMAIL_OPEN, "unsubscribe": UNSUBSCRIBE}


def _event(link: Link, at: int, visitor: str, suspect: str) -> Event:
    # One unsubscription is enough; all else may happen again.
    moment = 0 if link.kind == "unsubscribe" else at // _SAME_MS
    return Event(
        id=f"{link.kind}-{_digest(*link.letter, link.target, visitor, suspect, str(moment))}",
        visitor=visitor or EMAIL_VISITOR + link.to,
        on=_ON[link.kind],
        at=at,
        received_at=at,
        item=link.email_id,
        email=link.to,
        verified=True,
        suspect=suspect,
        props=_props(link),
        source=link.source,
    )


def _props(link: Link) -> dict[str, str] | None:
    return {"category": link.category} if link.category else None


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


def _extension(target: str) -> str:
    name = split_url(canonical_url(target)).path.rpartition("/")[2]
    stem, dot, extension = name.rpartition(".")
    return dot + extension if stem else ""
