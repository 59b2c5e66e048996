"""The setting that says where browsers reach this server: an origin, and a path where the name is another's too."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from ripeline.errors import InvalidSetting
from ripeline.sentences import N_
from ripeline.taken import TAKEN

_LAST_PORT: Final = 65_535
_HERE: Final = ("127.0.0.1", "::1")
_ORIGIN: Final = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?")
_PATH: Final = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")


def read_origin(text: str) -> str:
    """An origin without a slash at its end; raises ValueError."""
    origin = _in_ascii(text.rstrip("/").lower())
    found = _ORIGIN.fullmatch(origin)
    if not found or int((found[2] or ":0")[1:]) > _LAST_PORT:
        raise ValueError(f"{text!r} is no origin: scheme, name and port alone, like https://www.example.com")
    return origin


def _in_ascii(origin: str) -> str:
    """A name with accents, as browsers send it."""
    scheme, slashes, host = origin.partition("://")
    try:
        return origin if origin.isascii() else f"{scheme}{slashes}{host.encode('idna').decode()}"
    except UnicodeError:
        return origin


def read_base_url(text: str) -> str:
    """An origin with or without a path, "" for none; raises ValueError."""
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.query or parts.fragment or not _PATH.fullmatch(parts.path.rstrip("/")):
        raise ValueError("no address of a server, like https://leads.example.com")
    return read_origin(f"{parts.scheme}://{parts.netloc}") + parts.path.rstrip("/")


def readable_on_the_way(base_url: str) -> tuple[str, ...]:
    """A warning, where browsers come over a network without https."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    # A name without a dot is one of this machine or of one's own network.
    if parts.scheme != "http" or host in _HERE or host.endswith(".localhost") or not set(host) & set(".:"):
        return ()
    said = N_(
        "RIPELINE_BASE_URL=%(address)s is not https: passwords can be read on the way, and pages with https will not "
        "load the script. Put a proxy with https in front of it, and write https:// there",
        address=base_url,
    )
    return (said,)


def path_of(base_url: str) -> str:
    """`/leads-tool` of `https://example.com/leads-tool`, "" at the root of a name."""
    return urlsplit(base_url).path.rstrip("/")


def apart(base_url: str, own: tuple[str, ...]) -> str:
    """The address, if no path of ours (a page, or one of `own`) could be taken for one under it.

    A proxy may take the path off or leave it on, so `/leads` under `/leads` would be two things. Raises
    `InvalidSetting`.
    """
    path = path_of(base_url)
    clash = next((each for each in (*TAKEN, *own) if _is_within(each, path) or _is_within(path, each)), "")
    if path and clash:
        raise InvalidSetting("RIPELINE_BASE_URL", base_url, f"{clash} is a path of Ripeline's own; choose another one")
    return base_url


def _is_within(path: str, other: str) -> bool:
    return f"{path}/".startswith(other.rstrip("/") + "/")
