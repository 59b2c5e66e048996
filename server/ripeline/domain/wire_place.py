"""Where an event happened and what it is about: address, referrer, item, source."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from ripeline.domain.channels import Channels, shipped_channels
from ripeline.domain.event import CLICK, DOWNLOAD, PAGE
from ripeline.domain.source import Source
from ripeline.domain.source_reading import host_of, source_of
from ripeline.domain.urls import UnusableUrl, canonical_url
from ripeline.domain.wire_text import short_text
from ripeline.errors import InvalidEvent

_LINKS_WITHOUT_HOST: Final = ("mailto:", "tel:")
_LONGEST_CACHED: Final = 512


class Place(NamedTuple):
    """Canonical `url` and `referrer`, the explicit `item` or "", and of a page view its source.

    `spam`: it says that it came from a host nobody ever comes from.
    """

    url: str
    referrer: str
    item: str
    source: Source | None
    spam: bool = False


def place_of(on: str, url: str, referrer: str, item: str, channels: Channels | None = None) -> Place:
    """Check and canonicalise; raises `InvalidEvent` (`bad_url`, `bad_item`).

    Pages need an address, downloads and clicks an address or an item. A referrer that is no web address
    is nobody's fault and left out. `channels`: the shipped ones when there are no others.
    """
    channels = channels or shipped_channels()
    if len(url) + len(referrer) + len(item) <= _LONGEST_CACHED:
        return _cached_place(on, url, referrer, item, channels)
    return _place(on, url, referrer, item, channels)


def _place(on: str, url: str, referrer: str, item: str, channels: Channels) -> Place:
    if on == CLICK and url.startswith(_LINKS_WITHOUT_HOST):
        url, item = "", item or url
    if not url and (on == PAGE or (on in (DOWNLOAD, CLICK) and not item)):
        raise InvalidEvent("bad_url", "url", "is missing")
    source, spam = None, False
    try:
        canonical = canonical_url(url) if url else ""
    except UnusableUrl as error:
        raise InvalidEvent("bad_url", "url", str(error)) from error
    if on == PAGE:
        source, spam = source_of(url, referrer, channels), bool(referrer) and channels.is_spam(host_of(referrer))
    return Place(canonical, _usable(referrer), _item(on, item), source, spam)


_cached_place = lru_cache(maxsize=8192)(_place)


def _usable(address: str) -> str:
    try:
        return canonical_url(address) if address else ""
    except UnusableUrl:
        return ""


def _item(on: str, item: str) -> str:
    """A link may carry campaign parameters or a password, like any address; `mailto:` keeps its address only."""
    item = short_text(item, "bad_item", "item")
    if on == CLICK and item:
        return item.partition("?")[0] if item.startswith(_LINKS_WITHOUT_HOST) else _usable(item) or item
    return item
