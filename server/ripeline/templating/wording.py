"""The words of lead scoring in the reader's language: bands, channels, attributes, what happened, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import NullTranslations

from ripeline.domain.event import KINDS


def band_word(name: str, words: NullTranslations) -> str:
    """The usual three, and where somebody out of target is, are translated; any other name is the model's own."""
    usual = {
        "cold": words.pgettext("band", "cold"),
        "warm": words.pgettext("band", "warm"),
        "hot": words.pgettext("band", "hot"),
        "out of target": words.gettext("out of target"),
    }
    return usual.get(name, name)


def verdict_word(name: str, words: NullTranslations) -> str:
    """Sales' word on a hand-off."""
    known = {
        "too_early": words.pgettext("verdict", "too early"),
        "right_time": words.pgettext("verdict", "right time"),
        "too_late": words.pgettext("verdict", "too late"),
        "off_target": words.pgettext("verdict", "off target"),
    }
    return known.get(name, name)


def deed_word(what: str, words: NullTranslations) -> str:
    """What people did about a lead: sent to sales, judged, won or lost."""
    known = {
        "handoff": words.gettext("handed to sales"),
        "won": words.pgettext("outcome", "won"),
        "lost": words.pgettext("outcome", "lost"),
    }
    return known.get(what) or words.gettext("sales: %(verdict)s") % {"verdict": verdict_word(what, words)}


def channel_word(name: str, words: NullTranslations) -> str:
    """Where a session came from, in a word."""
    known = {
        "direct": words.pgettext("channel", "direct"),
        "organic search": words.pgettext("channel", "search"),
        "paid search": words.pgettext("channel", "paid search"),
        "organic social": words.pgettext("channel", "social network"),
        "paid social": words.pgettext("channel", "paid social network"),
        "email": words.pgettext("channel", "e-mail"),
        "AI assistant": words.pgettext("channel", "AI assistant"),
        "referral": words.pgettext("channel", "another site"),
        "display": words.pgettext("channel", "display ad"),
        "affiliate": words.pgettext("channel", "affiliate"),
        "internal": words.pgettext("channel", "another site of ours"),
    }
    return known.get(name, name)


def attribute_word(name: str, words: NullTranslations) -> str:
    """The label of something known about a lead; a name we do not know is shown as written, readable."""
    known = {
        "email": words.gettext("E-mail"),
        "phone": words.gettext("Phone"),
        "first_name": words.gettext("First name"),
        "last_name": words.gettext("Last name"),
        "name": words.gettext("Name"),
        "company": words.gettext("Company"),
        "job": words.gettext("Job"),
        "website": words.gettext("Website"),
        "country": words.gettext("Country"),
        "city": words.gettext("City"),
        "postal_code": words.gettext("Postal code"),
    }
    return known.get(name, name.replace("_", " ").replace("-", " ").capitalize())


def event_word(on: str, words: NullTranslations) -> str:
    """What happened, in a word; a custom event is called by its own name."""
    known = {
        "page": words.gettext("Page view"),
        "download": words.gettext("Download"),
        "form": words.gettext("Form sent"),
        "click": words.gettext("Click"),
        "identify": words.gettext("Identified"),
        "engagement": words.gettext("Stayed on the page"),
        "email_open": words.gettext("E-mail opened"),
        "email_click": words.gettext("Click in an e-mail"),
        "unsubscribe": words.gettext("Unsubscribed"),
        "bounce": words.gettext("E-mail bounced"),
    }
    return known.get(on, on.replace("_", " ").replace("-", " ").capitalize())


def suspicion_word(reason: str, words: NullTranslations) -> str:
    """What events of this reason look like, so that a person can judge whether they are people's."""
    known = {
        "crawler": words.gettext("Crawlers, monitors and previews, by their name"),
        "headless": words.gettext("Driven browsers, by their name"),
        "program": words.gettext("Programs that claim to be on a page"),
        "too_fast": words.gettext("More than 20 pages in a second, or 60 other events"),
        "too_many": words.gettext("More than 120 pages in a minute, or 600 other events"),
        "head": words.gettext("Links of e-mails asked for their headers only"),
        "prefetch": words.gettext("Links of e-mails fetched ahead, by what asks"),
        "too_soon": words.gettext("Links opened within 10 seconds of sending"),
        "all_at_once": words.gettext("Three links of an e-mail or more within 5 seconds"),
        "honeypot": words.gettext("Whoever opened the link nobody sees"),
        "person": words.gettext("Marked by one of you"),
        "own_people": words.gettext("Of your own e-mail domains"),
    }
    return known.get(reason, reason)


def drop_word(reason: str, words: NullTranslations) -> str:
    """Why events were not stored at all."""
    known = {
        "prefetch": words.gettext("Fetched ahead by the browser, seen by nobody"),
        "opted_out": words.gettext("Consent taken back, or not wanted"),
        "no_consent": words.gettext("Pictures without consent"),
        "own_address": words.gettext("From your own addresses"),
        "referrer_spam": words.gettext("Claimed to come from a site nobody comes from"),
    }
    return known.get(reason, reason)


def reason(label: str, times: int, words: NullTranslations) -> str:
    """A rule as a sentence: "Pricing", "Pricing twice", "Pricing 12 times", "Article, after a white paper, twice"."""
    if times <= 1:
        return label
    small = {
        2: words.gettext("%(label)s twice"),
        3: words.gettext("%(label)s three times"),
        4: words.gettext("%(label)s four times"),
        5: words.gettext("%(label)s five times"),
        6: words.gettext("%(label)s six times"),
    }
    many = words.ngettext("%(label)s %(times)d time", "%(label)s %(times)d times", times)
    return small.get(times, many) % {"label": f"{label}," if "," in label else label, "times": times}


def refusal(why: str, needed: Sequence[str], words: NullTranslations) -> str:
    """Why a matching event was worth 0 (scoring.md, "Order of work"); one of `needed` must come first.

    `needed` are labels of rules, or kinds of event.
    """
    if why == "not_yet" and needed:
        names = (event_word(each, words) if each in KINDS else each for each in needed)
        return words.gettext("needs %(needed)s first") % {"needed": words.gettext(" or ").join(names)}
    known = {
        "not_yet": words.gettext("came before what it needs"),
        "suspect": words.gettext("looks automatic"),
        "duplicate": words.gettext("sent twice"),
        "repeat": words.gettext("already counted"),
        "counting": words.gettext("still counting"),
        "capped": words.gettext("over its cap"),
        "outside_window": words.gettext("too late to count"),
    }
    return known.get(why, why)
