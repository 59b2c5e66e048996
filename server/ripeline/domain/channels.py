"""Which channel a host, a campaign's words or a click id belong to: the shipped lists, and what an owner adds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

import msgspec
from msgspec import Struct, ValidationError

from ripeline.paths import CHANNELS as SHIPPED_CHANNELS
from ripeline.paths import SPAM as SHIPPED_SPAM

#: Where sessions come from; the server API may say others.
CHANNELS: Final = (
    "direct",
    "organic search",
    "paid search",
    "organic social",
    "paid social",
    "email",
    "AI assistant",
    "referral",
    "display",
    "affiliate",
    "internal",
)

_ANY_COUNTRY: Final = ".*"
# Of google.co.uk; any other two labels are somebody's domain, like google.evil.com.
_BEFORE_A_COUNTRY: Final = frozenset("ac co com edu gov it ne net or org".split())


class InvalidChannels(ValueError):
    """A table of channels that cannot be used; the text says what is wrong."""


class _Entry(Struct, forbid_unknown_fields=True):
    """What leads to one channel, as lists/channels.toml explains it."""

    hosts: list[str] = []
    sources: list[str] = []
    media: list[str] = []
    click_ids: dict[str, str] = {}
    terms: dict[str, list[str]] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Channels:
    """Channels by host, by what utm_source and utm_medium say, and by click id (with whose it is).

    `terms`: in which parameters of a search engine's address the search term may be. `spam`: hosts nobody came from.
    Host patterns end in `.*` where any country will do, and stand for all hosts below them.
    """

    hosts: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    media: Mapping[str, str] = field(default_factory=dict)
    click_ids: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spam: frozenset[str] = frozenset()

    def of_host(self, host: str) -> str:
        """The channel of a host without `www.`, "" when it is in no list."""
        return next((self.hosts[each] for each in _patterns(host) if each in self.hosts), "")

    def of_source(self, source: str) -> str:
        return self.sources.get(spelt(source), "") or self.of_host(source)

    def of_medium(self, medium: str) -> str:
        return self.media.get(spelt(medium), "")

    def is_spam(self, host: str) -> bool:
        return any(each in self.spam for each in _patterns(host))

    def terms_of(self, host: str) -> tuple[str, ...]:
        return next((self.terms[each] for each in _patterns(host) if each in self.terms), ("q",))

    def with_sites(self, hosts: Iterable[str]) -> Channels:
        """The same, where these hosts are ours."""
        own = dict.fromkeys(hosts, "internal")
        return replace(self, hosts={**self.hosts, **own}, spam=self.spam - own.keys())

    def with_table(self, table: Mapping[str, object]) -> Channels:
        """What a decoded channels.toml adds, which wins; raises `InvalidChannels`."""
        added = dict(table)
        spam = _entry("spam", added.pop("spam", {})).hosts
        entries = {channel: _entry(_known(channel), said) for channel, said in added.items()}
        hosts = {_bare(host): channel for channel, entry in entries.items() for host in entry.hosts}
        return Channels(
            {**self.hosts, **hosts},
            {**self.sources, **{spelt(word): name for name, entry in entries.items() for word in entry.sources}},
            {**self.media, **{spelt(word): name for name, entry in entries.items() for word in entry.media}},
            {**self.click_ids, **_click_ids(entries)},
            {**self.terms, **{_bare(k): tuple(v) for entry in entries.values() for k, v in entry.terms.items()}},
            (self.spam - hosts.keys()) | frozenset(map(_bare, spam)),
        )


def spelt(word: str) -> str:
    """Words of campaigns as we compare them: Paid-Social and paid_social are the same."""
    return " ".join(word.lower().replace("-", " ").replace("_", " ").split())


@cache
def shipped_channels() -> Channels:
    """What our own lists say."""
    named = Channels(media={spelt(channel): channel for channel in CHANNELS})
    lines = SHIPPED_SPAM.read_text(encoding="utf-8").splitlines()
    spam = frozenset(line for line in lines if line and not line.startswith("#"))
    table = tomllib.loads(SHIPPED_CHANNELS.read_text(encoding="utf-8"))
    return replace(named.with_table(table), spam=spam)


def _patterns(host: str) -> Iterator[str]:
    """What may stand for a host in a list, the closest first: the host, then without its country, then above it."""
    labels = host.split(".")
    for start in range(len(labels)):
        yield ".".join(labels[start:])
        yield ".".join(labels[start:-1]) + _ANY_COUNTRY
        if len(labels) - start > 2 and labels[-2] in _BEFORE_A_COUNTRY:
            yield ".".join(labels[start:-2]) + _ANY_COUNTRY


def _entry(channel: str, said: object) -> _Entry:
    try:
        return msgspec.convert(said, _Entry)
    except ValidationError as error:
        raise InvalidChannels(f"[{channel}]: {error}") from error


def _known(channel: str) -> str:
    if channel not in CHANNELS:
        raise InvalidChannels(f"[{channel}] is no channel; there are {', '.join(CHANNELS)}, and spam")
    return channel


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.")


def _click_ids(entries: Mapping[str, _Entry]) -> dict[str, tuple[str, str]]:
    return {
        name.lower(): (channel, source)
        for channel, entry in entries.items()
        for name, source in entry.click_ids.items()
    }
