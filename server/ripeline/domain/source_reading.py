"""Reading a source off the landing address and its referrer, before campaign parameters are stripped."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlsplit

from msgspec.structs import astuple

from ripeline.domain.channels import Channels, shipped_channels
from ripeline.domain.source import DIRECT, Source
from ripeline.domain.wire_text import cleaned

_LONGEST: Final = 200

_PAID: Final = {"paid search", "paid social"}


def source_of(url: str, referrer: str, channels: Channels | None = None) -> Source | None:
    """The origin of a page view by its raw address and raw referrer; None when it came from a page of the same host.

    Campaign parameters win over the referrer: they are said, the referrer is guessed from. `channels`: the shipped
    ones when there are no others.
    """
    channels = channels or shipped_channels()
    host = host_of(referrer)
    parameters = _campaign_parameters(url, channels)
    if parameters:
        return _from_campaign(parameters, host, channels)
    if not host:
        return DIRECT
    return None if host == host_of(url) else _from_referrer(referrer, host, channels)


def host_of(url: str) -> str:
    """The host without a leading www., "" when there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def cleaned_source(source: Source) -> Source:
    """A source somebody else wrote down, with texts as short and clean as ours."""
    return Source(*(_short(text) for text in astuple(source)))


def _campaign_parameters(url: str, channels: Channels) -> dict[str, str]:
    query = _query(url)
    if not query:
        return {}
    pairs = ((name.lower(), _short(value)) for name, value in parse_qsl(query))
    return {name: value for name, value in pairs if value and (name in channels.click_ids or name.startswith("utm_"))}


def _from_campaign(said: dict[str, str], host: str, channels: Channels) -> Source:
    """By what the campaign calls its medium, else by whose click id it is, else by who its source is."""
    by_click, clicked = next((channels.click_ids[name] for name in said if name in channels.click_ids), ("", ""))
    medium = said.get("utm_medium", "").lower()
    source = said.get("utm_source", "").lower() or clicked or host
    of_source = channels.of_source(source)
    channel = channels.of_medium(medium) or by_click or of_source or "referral"
    if channel == "paid search" and "organic social" in (of_source, by_click):
        channel = "paid social"
    return Source(
        channel=channel,
        source=source,
        medium=medium or ("cpc" if by_click in _PAID else ""),
        campaign=said.get("utm_campaign", ""),
        term=said.get("utm_term", ""),
    )


def _from_referrer(referrer: str, host: str, channels: Channels) -> Source:
    channel = channels.of_host(host) or "referral"
    return Source(channel, host, term=_term(referrer, host, channels) if channel == "organic search" else "")


def _term(referrer: str, host: str, channels: Channels) -> str:
    """What was asked; most engines keep it to themselves."""
    asked = dict(parse_qsl(_query(referrer)))
    return next((_short(asked[name]) for name in channels.terms_of(host) if name in asked), "")


def _query(url: str) -> str:
    try:
        return urlsplit(url).query
    except ValueError:
        return ""


def _short(text: str) -> str:
    return cleaned(text)[:_LONGEST]
