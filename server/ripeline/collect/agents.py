"""What a browser calls itself, and whether that is the name of a machine (the list of crawler-user-agents, MIT)."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from ripeline.domain.suspicion import CRAWLER, HEADLESS, PROGRAM
from ripeline.domain.wire_text import cleaned

_LONGEST: Final = 400
_OF_PROGRAMS: Final = "http-library"
_OF_DRIVEN_BROWSERS: Final = "browser-automation"

#: Apps in which people open pages; the list has them because they fetch previews too, and those run no script.
_OF_PEOPLE: Final = frozenset(
    "MetaIAB Facebook|Viber|Goodreads|Notion\\/|Bluesky\\/|Tumblr\\/|Valve\\/Steam|WhatsApp|Code\\/1\\.|Fluid".split(
        "|"
    )
)
_PLAIN: Final = re.compile(r"(?:[\w /:;,!@&=<>'\"#%~-]|\\[/.() +-])+")


class Agent(NamedTuple):
    """The agent as stored, what it is suspected of ("": nothing), and that of a page's own script."""

    text: str
    suspect: str = ""
    suspect_on_page: str = ""


class _Crawler(Struct):
    pattern: str
    tags: list[str] = []


_CRAWLERS: Final = msgspec.json.Decoder(list[_Crawler])


class _Names(NamedTuple):
    """Of one kind of machine: names as they are, and the patterns that are more than that."""

    plain: tuple[str, ...]
    pattern: re.Pattern[str]

    def has(self, agent: str) -> bool:
        return any(name in agent for name in self.plain) or self.pattern.search(agent) is not None


def agent_of(header: bytes) -> Agent:
    """What a `User-Agent` header says.

    A program that says what it is and does not claim to be on a page (no `Origin`) is a server that sends what its
    visitors do, so it is suspected only where it does. No header at all is no suspicion.
    """
    # A head may be 32 KiB long, and strangers write it: the rest of it is not remembered either.
    return _agent_of(header[:_LONGEST])


@lru_cache(maxsize=4096)
def _agent_of(header: bytes) -> Agent:
    text = cleaned(header.decode("utf-8", "replace"))
    suspect = next((reason for reason, names in _names().items() if names.has(text)), "")
    return Agent(text, "" if suspect == PROGRAM else suspect, suspect)


@cache
def _names() -> dict[str, _Names]:
    """The names of each kind of machine, some 30 ms once."""
    kinds: dict[str, list[str]] = {HEADLESS: [], PROGRAM: [], CRAWLER: []}
    for crawler in _CRAWLERS.decode(_list().read_bytes()):
        if crawler.pattern not in _OF_PEOPLE:
            kinds[_kind(crawler.tags)].append(crawler.pattern)
    return {kind: _split(patterns) for kind, patterns in kinds.items()}


def _kind(tags: list[str]) -> str:
    if _OF_DRIVEN_BROWSERS in tags:
        return HEADLESS
    return PROGRAM if _OF_PROGRAMS in tags else CRAWLER


def _split(patterns: list[str]) -> _Names:
    """Looking for a thousand names takes 0.1 ms; one pattern of all of them takes a hundred times that."""
    plain = [pattern for pattern in patterns if _PLAIN.fullmatch(pattern)]
    rest = [pattern for pattern in patterns if not _PLAIN.fullmatch(pattern)]
    return _Names(tuple(name.replace("\\", "") for name in plain), re.compile("|".join(rest) or r"(?!)"))


def _list() -> Path:
    # Importing the package would keep all of its examples in memory.
    return Path(str(distribution("crawler-user-agents").locate_file("crawleruseragents/crawler-user-agents.json")))
