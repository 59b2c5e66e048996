"""Reading a source off the landing address and its referrer, before campaign parameters are stripped."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlsplit

from msgspec.structs import astuple

from ripeline.domain.source import DIRECT, Source
from ripeline.domain.wire_text import cleaned

_LONGEST: Final = 200

_CLICK_IDS: Final = {"gclid": "google", "gbraid": "google", "wbraid": "google", "msclkid": "bing"}

_CHANNEL_OF_MEDIUM: Final = {
    **dict.fromkeys("email e-mail e_mail newsletter mail mailing".split(), "email"),
    **dict.fromkeys("cpc ppc paidsearch paid_search paid-search sem".split(), "paid search"),
    **dict.fromkeys("social social-network social-media social_media sm".split(), "organic social"),
    "organic": "organic search",
}

# A name matches a host that is it, ends with ".it", or (with a trailing dot) has it before its country: google.fr.
_WEBMAIL: Final = (
    "mail.google.com mail.yahoo. outlook.live.com outlook.office.com mail.orange.fr webmail.free.fr".split()
)
_SEARCH: Final = (
    "google. bing.com duckduckgo.com qwant.com ecosia.org yahoo. yandex. startpage.com search.brave.com".split()
)
_SOCIAL: Final = (
    "facebook.com instagram.com linkedin.com lnkd.in twitter.com x.com t.co youtube.com pinterest. reddit.com"
).split()


def source_of(url: str, referrer: str) -> Source | None:
    """The origin of a page view by its raw address and raw referrer; None when it came from a page of the same host.

    Campaign parameters win over the referrer: they are said, the referrer is guessed from.
    """
    parameters = _campaign_parameters(urlsplit(url).query)
    if parameters:
        return _from_campaign(parameters, _host(referrer))
    host = _host(referrer)
    if not host:
        return DIRECT
    return None if host == _host(url) else _from_referrer(host)


def cleaned_source(source: Source) -> Source:
    """A source somebody else wrote down, with texts as short and clean as ours."""
    return Source(*(cleaned(text)[:_LONGEST] for text in astuple(source)))


def _campaign_parameters(query: str) -> dict[str, str]:
    if not any(mark in query for mark in ("utm_", "clid", "braid", "clkid")):
        return {}
    pairs = ((name.lower(), cleaned(value)[:_LONGEST]) for name, value in parse_qsl(query))
    return {name: value for name, value in pairs if value and (name in _CLICK_IDS or name.startswith("utm_"))}


def _from_campaign(parameters: dict[str, str], referrer_host: str) -> Source:
    paid_by = next((engine for name, engine in _CLICK_IDS.items() if name in parameters), "")
    medium = parameters.get("utm_medium", "").lower()
    source = parameters.get("utm_source", "").lower() or paid_by or referrer_host
    said = _CHANNEL_OF_MEDIUM.get(medium) or _CHANNEL_OF_MEDIUM.get(source)
    return Source(
        channel=said or ("paid search" if paid_by else _from_referrer(source).channel),
        source=source,
        medium=medium or ("cpc" if paid_by else ""),
        campaign=parameters.get("utm_campaign", ""),
        term=parameters.get("utm_term", ""),
    )


def _from_referrer(host: str) -> Source:
    for channel, names in (("email", _WEBMAIL), ("organic search", _SEARCH), ("organic social", _SOCIAL)):
        if any(_is_under(host, name) for name in names):
            return Source(channel=channel, source=host)
    return Source(channel="referral", source=host)


def _is_under(host: str, name: str) -> bool:
    if name.endswith("."):
        _, found, country = f".{host}".rpartition(f".{name}")
        return bool(found) and country.count(".") <= 1
    return host == name or host.endswith(f".{name}")


def _host(url: str) -> str:
    """The host without a leading www., "" when there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
