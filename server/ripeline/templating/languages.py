"""Which language a person reads in, and its catalog of messages. English is the language of the templates."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, Literal, Protocol
from urllib.parse import parse_qsl, urlencode

from ripeline.paths import LOCALE

Locale = Literal["en", "fr"]

#: Every language, with its own name for itself.
LOCALES: Final[dict[Locale, str]] = {"en": "English", "fr": "Français"}

#: Remembers `?lang=` for people who have not signed in.
COOKIE: Final = "lang"
_YEAR: Final = 31_536_000


class Address(Protocol):
    """The asked address, taken apart."""

    @property
    def path(self) -> str: ...
    @property
    def query(self) -> str: ...


class Asked(Protocol):
    """What rendering reads of a request, whatever framework made it; `state.user` has `email` and `locale`."""

    @property
    def url(self) -> Address: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def cookies(self) -> Mapping[str, str]: ...
    @property
    def state(self) -> Any: ...


def known_locale(name: str | None) -> Locale | None:
    """`"fr"` → `"fr"`; None for a language we do not have."""
    return next((locale for locale in LOCALES if locale == name), None)


def asked_locale(asked: Asked) -> Locale | None:
    """The language of `?lang=`, the switch at the foot of every page; None without."""
    return known_locale(dict(parse_qsl(asked.url.query)).get("lang"))


def locale_of(asked: Asked) -> Locale:
    """The switch, then what the person or the browser remembers, then Accept-Language, then English."""
    user = getattr(asked.state, "user", None)
    return (
        asked_locale(asked)
        or known_locale(getattr(user, "locale", None))
        or known_locale(asked.cookies.get(COOKIE))
        or accepted_locale(asked.headers.get("accept-language", ""))
        or "en"
    )


def accepted_locale(header: str) -> Locale | None:
    """The best language of an Accept-Language header (RFC 9110, 12.5.4) that we have; None if there is none."""
    wishes = sorted((_wish(part) for part in header[:500].split(",")), key=lambda wish: -wish[1])
    return next((known for name, quality in wishes if quality > 0 and (known := known_locale(name))), None)


def _wish(part: str) -> tuple[str, float]:
    name, _, parameter = part.strip().partition(";")
    quality = parameter.strip().removeprefix("q=") or "1"
    try:
        return name.strip().lower().split("-")[0], float(quality)
    except ValueError:
        return "", 0.0


def remember_wish(asked: Asked, set_cookie: Callable[..., None]) -> None:
    """Let this browser keep the language of `?lang=`; `set_cookie` is the answer's own."""
    if wish := asked_locale(asked):
        set_cookie(COOKIE, wish, max_age=_YEAR, httponly=True, samesite="lax")


def switches(asked: Asked) -> list[tuple[str, str, str]]:
    """The other languages as (code, own name, address of this very page in it)."""
    kept = [pair for pair in parse_qsl(asked.url.query, keep_blank_values=True) if pair[0] != "lang"]
    now = locale_of(asked)
    return [
        (code, name, f"{asked.url.path}?{urlencode([*kept, ('lang', code)])}")
        for code, name in LOCALES.items()
        if code != now
    ]


@lru_cache
def catalog(locale: Locale) -> gettext.NullTranslations:
    """The messages of a language; English needs none."""
    if locale == "en":
        return gettext.NullTranslations()
    return gettext.translation("messages", LOCALE, [locale])
