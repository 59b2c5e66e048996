"""One Jinja environment a language, with our filters; everything is escaped, whatever its file is called."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from ripeline.paths import STATIC, TEMPLATES
from ripeline.sentences import said
from ripeline.templating import numbers, times, wording
from ripeline.templating.audit_about import about_in_words
from ripeline.templating.languages import Asked, Locale, catalog, locale_of, switches

_SAFE_SCHEMES: Final = frozenset({"http", "https", "mailto"})


def render(asked: Asked, template: str, **values: object) -> str:
    """A page in its reader's language.

    Every template knows `locale`, `path`, `user` (None while signed out), `switches`, `now` (ms), `zone` (the IANA
    name times are shown in), `said` (what the last form did) and `held` (how many leads of how many are done while no
    event is scored, None when events are); the last four may be given in `values`.
    """
    locale = locale_of(asked)
    common: dict[str, object] = {
        "locale": locale,
        "path": asked.url.path,
        "user": getattr(asked.state, "user", None),
        "switches": switches(asked),
        "now": int(time.time() * 1000),
        "zone": "UTC",
        "said": None,
        "held": None,
    }
    return environment(locale).get_template(template).render({**common, **values})


@lru_cache
def environment(locale: Locale) -> Environment:
    """The environment of a language, made once."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_translations(catalog(locale), newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(_filters(locale))
    made.globals["static"] = static_url
    return made


def _filters(locale: Locale) -> dict[str, Callable[..., Any]]:
    """What templates write after a bar, in this language."""
    words = catalog(locale)
    return _moments(locale) | {
        "span": lambda span: times.write_span(span, words),
        "amount": lambda thousandths: numbers.write_amount(thousandths, locale),
        "points": lambda thousandths: numbers.write_points(thousandths, locale),
        "signed": lambda thousandths: numbers.write_signed(thousandths, locale),
        "percent": lambda rate: numbers.write_percent(rate, locale),
        "times": lambda ratio: numbers.write_times(ratio, locale),
        "count": lambda number: numbers.write_count(number, locale),
        "band": lambda name: wording.band_word(name, words),
        "verdict": lambda name: wording.verdict_word(name, words),
        "deed": lambda what: wording.deed_word(what, words),
        "channel": lambda name: wording.channel_word(name, words),
        "about": lambda what, about: about_in_words(what, about, words),
        "suspicion": lambda reason: wording.suspicion_word(reason, words),
        "dropped": lambda reason: wording.drop_word(reason, words),
        "attribute": lambda name: wording.attribute_word(name, words),
        "refusal": lambda why, needed=(): wording.refusal(why, needed, words),
        "did": lambda on: wording.event_word(on, words),
        "reason": lambda label, times: wording.reason(label, times, words),
        "sentence": lambda text: in_code(str(said(text, words.gettext))),
        "safe_link": safe_link,
    }


def _moments(locale: Locale) -> dict[str, Callable[..., Any]]:
    """Those that write a moment, as seen from now and in the zone of the rules."""
    words = catalog(locale)

    @pass_context
    def ago(context: Context, at: int) -> Markup:
        return _time(context, at, times.write_ago(at, context["now"], words))

    @pass_context
    def since(context: Context, at: int) -> Markup:
        return _time(context, at, times.write_span(max(context["now"] - at, 0), words))

    @pass_context
    def until(context: Context, at: int) -> Markup:
        return _time(context, at, times.write_span(max(at - context["now"], 0), words))

    @pass_context
    def clock(context: Context, at: int) -> Markup:
        return _time(context, at, times.write_clock(at, context["zone"]))

    @pass_context
    def day(context: Context, at: int) -> Markup:
        return _time(context, at, times.write_day(at, context["now"], context["zone"], words, locale))

    @pass_context
    def on_day(context: Context, at: int) -> Markup:
        return _time(context, at, times.write_date(at, context["zone"], locale))

    by_name = {"ago": ago, "since": since, "until": until, "clock": clock, "day": day, "on_day": on_day}
    return by_name | _plain_moments(locale)


def _plain_moments(locale: Locale) -> dict[str, Callable[..., Any]]:
    """A moment as bare text, where there are many of them or no markup may stand."""

    @pass_context
    def brief(context: Context, at: int) -> str:
        return times.write_brief(at, context["now"], context["zone"], locale)

    @pass_context
    def hour(context: Context, at: int) -> str:
        return times.write_clock(at, context["zone"])

    return {"brief": brief, "hour": hour}


def _time(context: Context, at: int, text: str) -> Markup:
    """An HTML time whose title is the absolute one."""
    exact = times.local(at, "UTC").strftime("%Y-%m-%dT%H:%M:%SZ")
    title = times.write_moment(at, context["zone"], context["locale"])
    return Markup('<time datetime="{}" title="{}">{}</time>').format(exact, title, text)


def in_code(text: str) -> Markup:
    """A sentence in which what stands between backticks is shown as it is typed."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def safe_link(address: str) -> str:
    """The address if it is http, https or mailto, else "" (no `javascript:` ever becomes a link)."""
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return ""
    return address if scheme in _SAFE_SCHEMES else ""


@lru_cache
def static_url(name: str) -> str:
    """The address of one of our own files; it changes with its content, so browsers may keep it for ever."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"
