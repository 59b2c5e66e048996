"""Canonical addresses: what is stored, and what path patterns are compared with."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

#: Query parameters that name content, not people; every other one is stripped before storage.
KEPT_PARAMETERS: Final = frozenset(
    "cat category color id lang p page page_id product q ref s size sort tab tag type v variant".split()
)

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class Url(NamedTuple):
    """A canonical address taken apart; `path` is percent-decoded NFC, as patterns see it."""

    scheme: str
    host: str
    path: str
    query: str


class UnusableUrl(ValueError):
    """The address cannot be stored; the text says why."""


@lru_cache(maxsize=20_000)
def canonical_url(raw: str) -> str:
    """The stored form of an http(s) address (scoring.md, "URLs are canonical"); raises `UnusableUrl`."""
    if any(ord(char) < 33 or ord(char) == 127 for char in raw):
        raise UnusableUrl("has a space or a control character")
    try:
        parts = urlsplit(raw)
        port, host = parts.port, (parts.hostname or "").rstrip(".")
    except ValueError as error:
        raise UnusableUrl(str(error)) from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise UnusableUrl("is not http or https")
    if not host:
        raise UnusableUrl("has no host")
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        netloc = f"{netloc}:{port}"
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0].lower() in KEPT_PARAMETERS]
    return urlunsplit((parts.scheme, netloc, canonical_path(parts.path), urlencode(kept), ""))


def canonical_path(path: str) -> str:
    """No trailing slash except the root; nothing else of a path is ever changed."""
    return path.rstrip("/") or "/"


@lru_cache(maxsize=20_000)
def split_url(url: str) -> Url:
    """Take a canonical address apart; an empty one gives empty parts."""
    if not url:
        return Url("", "", "", "")
    parts = urlsplit(url)
    return Url(parts.scheme, parts.netloc, decoded(parts.path), parts.query)


def decoded(text: str) -> str:
    """Percent-decoded, NFC: the one form in which paths and patterns meet."""
    return unicodedata.normalize("NFC", unquote(text))
