"""An alert in words, in the language of where it goes: a headline, and facts under it; plain, escaped by who sends."""

from __future__ import annotations

from gettext import NullTranslations
from typing import Final

from ripeline.outbox.alert import Alert
from ripeline.templating.languages import Locale, catalog, known_locale
from ripeline.templating.numbers import write_points
from ripeline.templating.wording import band_word, channel_word, reason, verdict_word

#: The longest text (characters) of one fact.
_LONGEST: Final = 300


def locale_for(name: str) -> Locale:
    """The language of a destination; English for one we do not have."""
    return known_locale(name) or "en"


def headline(alert: Alert, locale: Locale) -> str:
    """What happened to whom, in one sentence; one that says so where nothing did."""
    told = _headline(alert, locale)
    return catalog(locale).gettext("Test: %(headline)s") % {"headline": told} if alert.is_test else told


def _headline(alert: Alert, locale: Locale) -> str:
    words = catalog(locale)
    facts = {
        "who": who(alert, locale),
        "band": band_word(alert.band, words),
        "before": band_word(alert.before, words),
        "score": write_points(alert.score, locale),
        "by": plain(alert.by),
    }
    if alert.topic == "handoff.verdict":
        return words.gettext("%(who)s: %(verdict)s, says %(by)s") % {
            **facts,
            "verdict": verdict_word(alert.verdict, words),
        }
    if alert.topic == "lead.outcome":
        return _outcome(alert, words) % facts
    sentences = {
        "lead.ready": words.gettext("%(who)s is ripe: %(band)s, %(score)s"),
        "lead.cooled": words.gettext("%(who)s has cooled down: %(band)s, %(score)s"),
        "lead.band": words.gettext("%(who)s was %(before)s and is %(band)s: %(score)s"),
    }
    return sentences[alert.topic] % facts


def who(alert: Alert, locale: Locale) -> str:
    """The person, with the company where it is known."""
    words, person = catalog(locale), alert.who
    name = plain(person.called()) or words.gettext("An anonymous visitor")
    company = plain(person.company)
    return words.gettext("%(name)s of %(company)s") % {"name": name, "company": company} if company else name


def reasons(alert: Alert, locale: Locale) -> list[str]:
    """Why, most points first: "Pricing three times"."""
    words = catalog(locale)
    return [reason(plain(each.label), each.times, words) for each in alert.reasons]


def facts(alert: Alert, locale: Locale) -> list[tuple[str, str]]:
    """What else there is to know, as (label, text); what is not known is left out."""
    words = catalog(locale)
    page = alert.last_page
    found = [
        (words.gettext("Why"), ", ".join(reasons(alert, locale))),
        (words.gettext("Model"), plain(alert.model_label)),
        (words.gettext("Last page"), plain(page.title or page.url) if page else ""),
        (words.gettext("Source"), plain(channel_word(alert.source, words))),
        (words.gettext("Next step"), plain(alert.next_step)),
        (words.gettext("E-mail"), plain(alert.who.email) if alert.who.name else ""),
        (words.gettext("Phone"), plain(alert.who.phone)),
        (words.gettext("Value"), write_points(alert.value, locale) if alert.value is not None else ""),
        (words.gettext("Note"), plain(alert.note)),
    ]
    return [(label, text) for label, text in found if text]


def plain(text: str) -> str:
    """One line of printable characters, not too long: what a visitor typed cannot draw lines or turn text around."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def open_lead(locale: Locale) -> str:
    """What the link to the lead says."""
    return catalog(locale).gettext("Open the lead")


def _outcome(alert: Alert, words: NullTranslations) -> str:
    if alert.outcome == "won":
        return words.gettext("%(who)s is won, says %(by)s")
    return words.gettext("%(who)s is lost, says %(by)s")
