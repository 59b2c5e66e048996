"""What only the server knows of what a browser tells: which links are files, which hosts are ours, what a `#` is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from ripeline.domain.event import CLICK, DOWNLOAD
from ripeline.domain.urls import split_url
from ripeline.domain.wire_place import Place
from ripeline.errors import InvalidEvent

#: Endings of files people take away; a site adds its own with `data-files`.
FILES: Final = frozenset(
    """
    pdf epub mobi azw3 rtf txt csv tsv tex ics vcf
    doc docx docm dot dotx xls xlsx xlsm xlsb xlt xltx ppt pptx pptm pps ppsx pot potx vsd vsdx mpp
    odt ods odp odg ott ots otp key numbers wpd
    zip rar 7z gz tgz tar bz2 xz zst iso dmg pkg msi exe apk deb rpm jar torrent
    mp3 m4a aac wav ogg oga flac wma mid midi mp4 m4v mov avi wmv webm mkv mpg mpeg ogv flv
    psd eps indd kml kmz gpx
    """.split()
)

#: The property of a click that led to another of the site's own hosts.
INTERNAL: Final = "internal"

_WORD: Final = re.compile(r"\w+")


class Link(NamedTuple):
    """The name a link's event goes by, and whether it led to a host of ours."""

    name: str
    is_internal: bool


def link_of(place: Place, more_files: str, own_hosts: frozenset[str]) -> Link:
    """A link somebody followed: to a file it is a download; raises `InvalidEvent` where it stays within the site."""
    if not place.url:
        return Link(CLICK, False)
    link = split_url(place.url)
    if _is_file(link.path, more_files):
        return Link(DOWNLOAD, False)
    if place.referrer and link.host == split_url(place.referrer).host:
        raise InvalidEvent("no_file", "u", "leads to a page of the same site")
    return Link(CLICK, link.host in own_hosts)


def marked(props: Mapping[str, Any] | None) -> dict[str, Any]:
    """The properties of a click that led to another host of ours."""
    return {**(props or {}), INTERNAL: True}


def page_address(raw: str) -> str:
    """The fragment of a page's address made part of its path: `/app?id=7#/pricing` → `/app%23/pricing?id=7`.

    The script sends one only under `data-hash`. What stands in it like a query is one (`#/list?page=2`, `#token=…`),
    so that of it, too, only permitted parameters are kept.
    """
    before, _, fragment = raw.partition("#")
    if not fragment:
        return before
    path, _, query = fragment.partition("?")
    if "=" in path:
        path, query = "", fragment.replace("?", "&")
    address, _, first = before.partition("?")
    whole = "&".join(part for part in (first, query) if part)
    return f"{address}{'%23' + path if path else ''}{'?' + whole if whole else ''}"


def _is_file(path: str, more_files: str) -> bool:
    _, dot, ending = path.rpartition("/")[2].lower().rpartition(".")
    return bool(dot) and (ending in FILES or ending in _endings(more_files))


@lru_cache(maxsize=64)
def _endings(text: str) -> frozenset[str]:
    """`+dwg,+step` → {"dwg", "step"}"""
    return frozenset(_WORD.findall(text.lower()))
