"""Machines that open the links of e-mails before people do: what gives them away."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final, NamedTuple

from ripeline.collect.agents import agent_of
from ripeline.collect.bodies import Headers
from ripeline.domain.links import Link
from ripeline.domain.suspicion import ALL_AT_ONCE, HEAD, HONEYPOT, PREFETCH, TOO_SOON

#: Nobody reads an e-mail that soon after it was sent.
SOON_MS: Final = 10_000

#: That many different links of one e-mail, opened within that time, were not read in between.
ALL: Final = 3
AT_ONCE_MS: Final = 5_000

#: Whoever opened the honeypot is at work for that long, before and after.
AT_WORK_MS: Final = 60_000

_MOST_LETTERS: Final = 10_000
_MOST_KEPT: Final = 20

_FETCHED_AHEAD: Final = (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz")
# They fetch a picture when somebody opens the e-mail; Apple's, which calls itself just that, when it arrives.
_PICTURES_FOR_PEOPLE: Final = ("GoogleImageProxy", "YahooMailProxy")
_PICTURES_FOR_NOBODY: Final = b"Mozilla/5.0"


def is_fetched_ahead(headers: Headers) -> bool:
    """A browser that only fetches ahead has seen nothing yet."""
    if headers.keys().isdisjoint(_FETCHED_AHEAD):
        return False
    given = (headers.get(name, b"") for name in _FETCHED_AHEAD)
    return any(b"prefetch" in purpose or b"preview" in purpose for purpose in given)


def is_prerendered(headers: Headers) -> bool:
    """The page says so in all its requests, the first ones after it is seen too; our script waits until then."""
    return any(b"prerender" in headers.get(name, b"") for name in _FETCHED_AHEAD)


def suspect_request(link: Link, method: str, headers: Headers, at: int) -> str:
    """What opening this link, at `at` (ms), is suspected of by itself, or ""."""
    if link.honeypot:
        return HONEYPOT
    if method == "HEAD":
        return HEAD
    if is_fetched_ahead(headers):
        return PREFETCH
    suspect = suspect_agent(headers.get(b"user-agent", b""), is_open=link.kind == "open")
    return suspect or (TOO_SOON if at - link.sent_at < SOON_MS else "")


def suspect_agent(agent: bytes, *, is_open: bool) -> str:
    """What opening an e-mail (`is_open`) or a link in it is suspected of by who did it, or ""."""
    known = agent_of(agent)
    if is_open and agent == _PICTURES_FOR_NOBODY:
        return PREFETCH
    if is_open and any(name in known.text for name in _PICTURES_FOR_PEOPLE):
        return ""
    return known.suspect_on_page


class _Seen(NamedTuple):
    """Of one e-mail the last clicks (time, target), events kept of them (time, id), and when a machine is at work."""

    clicks: tuple[tuple[int, str], ...] = ()
    kept: tuple[tuple[int, str], ...] = ()
    since: int = 0
    until: int = -1
    reason: str = ""


_NOTHING: Final = _Seen()


class Watch:
    """The clicks in the latest e-mails, one recipient's each: a machine opens all links, or the one nobody sees."""

    def __init__(self) -> None:
        self._letters: OrderedDict[tuple[str, str], _Seen] = OrderedDict()

    def note(self, link: Link, at: int) -> str:
        """A click at `at` (ms); what it is suspected of together with the others, or ""."""
        seen = self._letters.pop(link.letter, _NOTHING)
        recent = [click for click in seen.clicks if at - click[0] <= AT_ONCE_MS][-_MOST_KEPT:]
        recent.append((at, link.target))
        seen = seen._replace(clicks=tuple(recent))
        if link.honeypot:
            seen = seen._replace(since=at - AT_WORK_MS, until=at + AT_WORK_MS, reason=HONEYPOT)
        elif len({target for _, target in recent}) >= ALL and at > seen.until:
            seen = seen._replace(since=recent[0][0], until=at + AT_ONCE_MS, reason=ALL_AT_ONCE)
        self._letters[link.letter] = seen
        if len(self._letters) > _MOST_LETTERS:
            self._letters.popitem(last=False)
        return self.suspect(link, at)

    def keep(self, link: Link, at: int, ids: Iterable[str]) -> None:
        """These events are stored of a click of then, which nothing is suspected of so far."""
        seen = self._letters.get(link.letter)
        if seen is not None:
            kept = (*seen.kept, *((at, id) for id in ids))
            self._letters[link.letter] = seen._replace(kept=kept[-_MOST_KEPT:])

    def overtaken(self, link: Link) -> list[str]:
        """The events that were kept before the machine gave itself away, each once."""
        seen = self._letters.get(link.letter, _NOTHING)
        ids = [id for at, id in seen.kept if seen.since <= at <= seen.until]
        if ids:
            self._letters[link.letter] = seen._replace(kept=tuple(each for each in seen.kept if each[1] not in ids))
        return ids

    def suspect(self, link: Link, at: int) -> str:
        """What a click of then is suspected of by now, or ""."""
        seen = self._letters.get(link.letter, _NOTHING)
        return seen.reason if seen.since <= at <= seen.until else ""
