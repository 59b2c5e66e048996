"""Where a session came from: channel, source, medium, campaign, term."""

from __future__ import annotations

from msgspec import Struct


class Source(Struct, frozen=True, omit_defaults=True, gc=False, cache_hash=True):
    """The origin of a session, read off the landing address and its referrer; empty strings where unknown."""

    channel: str = "direct"
    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""


DIRECT = Source()
