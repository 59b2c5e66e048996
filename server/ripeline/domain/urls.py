"""Canonical addresses: what is stored, and what path patterns are compared with."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from ripeline.domain.wire_text import cleaned

#: Query parameters that name content, not people; every other one is stripped before storage.
KEPT_PARAMETERS: Final = frozenset(
    "cat category color id lang p page page_id product q ref s size sort tab tag type v variant".split()
)
LONGEST: Final = 2048

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_NEVER_IN_HOSTS: Final = frozenset("\"'<>^`{|}%")
# Strangers choose the addresses: a cache of long ones would be theirs to fill.
_LONGEST_CACHED: Final = 256


class Url(NamedTuple):
    """A canonical address taken apart; `path` is percent-decoded NFC, as patterns see it."""

    scheme: str
    host: str
    path: str
    query: str


class UnusableUrl(ValueError):
    """The address cannot be stored; the text says why."""


def canonical_url(raw: str) -> str:
    """The stored form of an http(s) address (scoring.md, "URLs are canonical"); raises `UnusableUrl`."""
    return _cached_canonical(raw) if len(raw) <= _LONGEST_CACHED else _canonical(raw)


def _canonical(raw: str) -> str:
    if len(raw) > LONGEST:
        raise UnusableUrl(f"is longer than {LONGEST} characters")
    # `urlsplit` drops tabs and newlines silently, which browsers and we then read differently.
    if " " in raw or not raw.isprintable():
        raise UnusableUrl("has a space or a control character")
    try:
        parts = urlsplit(raw)
        port, host = parts.port, (parts.hostname or "").rstrip(".")
    except ValueError as error:
        raise UnusableUrl(str(error)) from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise UnusableUrl("is not http or https")
    # Browsers read a backslash as a slash, and so another host than Python does.
    if not host or "\\" in parts.netloc or not _NEVER_IN_HOSTS.isdisjoint(host):
        raise UnusableUrl("has no usable host")
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        netloc = f"{netloc}:{port}"
    return urlunsplit((parts.scheme, netloc, canonical_path(parts.path), _kept_query(parts.query), ""))


_cached_canonical = lru_cache(maxsize=8192)(_canonical)


def _kept_query(query: str) -> str:
    if not query:
        return ""
    kept = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0].lower() in KEPT_PARAMETERS]
    return urlencode(kept)


def canonical_path(path: str) -> str:
    """No trailing slash except the root; nothing else of a path is ever changed."""
    return path.rstrip("/") or "/"


def split_url(url: str) -> Url:
    """Take a canonical address apart; an empty one gives empty parts."""
    return _cached_split(url) if len(url) <= _LONGEST_CACHED else _split(url)


def _split(url: str) -> Url:
    if not url:
        return Url("", "", "", "")
    parts = urlsplit(url)
    return Url(parts.scheme, parts.netloc, decoded(parts.path), parts.query)


_cached_split = lru_cache(maxsize=8192)(_split)


def decoded(text: str) -> str:
    """Percent-decoded, NFC, without control characters: the one form in which paths and patterns meet."""
    return cleaned(unicodedata.normalize("NFC", unquote(text)))
