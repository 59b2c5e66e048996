"""English for rules in plain words."""

from __future__ import annotations

from typing import Final

_ORDINALS: Final = "second third fourth fifth sixth seventh eighth ninth tenth".split()

MESSAGES: Final = {
    "rule": "{label}: {clauses}",
    "quoted": "“{text}”",
    "and": " and ",
    "or": " or ",
    "others": "{n} others",
    "yes": "yes",
    "no": "no",
    "share": "{n}%",
    "point.one": "{n} point",
    "point.many": "{n} points",
    "worth": "{points} for {pattern}",
    # spans of time
    "day.one": "{n} day",
    "day.many": "{n} days",
    "hour.one": "{n} hour",
    "hour.many": "{n} hours",
    "minute.one": "{n} minute",
    "minute.many": "{n} minutes",
    "second.one": "{n} second",
    "second.many": "{n} seconds",
    "every.one": "every day",
    "every.many": "every {n} days",
    # once_per
    "once.event": "each time",
    "once.item": "once per {item}",
    "once.session": "once per session",
    "once.day": "once a day",
    "once.lead": "once per lead",
    "once.item session": "once per {item} and session",
    "once.item day": "once a day per {item}",
    "once.session day": "once a day per session",
    "counting": "counting {once}",
    "item.page": "page",
    "item.download": "file",
    "item.form": "form",
    "item.click": "link",
    "item.email": "e-mail",
    "item": "item",
    # cap
    "cap.day": "at most {points} a day",
    "cap.24h": "at most {points} in 24 hours",
    "cap.7d": "at most {points} in 7 days",
    "cap.30d": "at most {points} in 30 days",
    "cap.ever": "at most {points} in all",
    # count
    "nth.page": "at the {nth} page view within {span}",
    "nth.download": "at the {nth} download within {span}",
    "nth.form": "at the {nth} form sent within {span}",
    "nth.click": "at the {nth} click within {span}",
    "nth.session": "at the {nth} session within {span}",
    "nth": "at the {nth} time within {span}",
    "distinct.page": "at the {nth} different page within {span}",
    "distinct.download": "at the {nth} different file within {span}",
    "distinct.form": "at the {nth} different form within {span}",
    "distinct.click": "at the {nth} different link within {span}",
    "distinct.email": "at the {nth} different e-mail within {span}",
    "distinct": "at the {nth} different item within {span}",
    # after
    "after": "only after {what}",
    "after.within": "only within {span} after {what}",
    "retro": "what came before counts too",
    "trigger": "for {event}",
    "event.where": "{event} where {conditions}",
    "event.page": "a page view",
    "event.download": "a download",
    "event.form": "a form sent",
    "event.click": "a click",
    "event.session": "the start of a session",
    "event.identify": "an identification",
    "event.email_open": "an opened e-mail",
    "event.email_click": "a click in an e-mail",
    "event.unsubscribe": "an unsubscription",
    "event.bounce": "a bounced e-mail",
    # what time does
    "decay.half_life": "halves {every}",
    "decay.linear": "loses {share} {every}",
    "decay.expire": "ends after {span}",
    "inactive.while": "after {span} of silence, until they come back",
    "inactive.once": "after {span} of silence, for good",
    "group": "in the group {name}",
    "handoff": "handed to sales at once",
    # conditions
    "fit": "when {conditions}",
    "narrowed": "only when {conditions}",
    "is": "{what} is {values}",
    "like": "{what} is like {values}",
    "is.not": "{what} is not {values}",
    "like.not": "{what} is not like {values}",
    "known": "{what} is known",
    "unknown": "{what} is not known",
    "min": "{what} is at least {low}",
    "max": "{what} is at most {high}",
    "between": "{what} is between {low} and {high}",
    "freemail.yes": "the e-mail address is of a free provider",
    "freemail.no": "the e-mail address is not of a free provider",
    "lead.email": "e-mail",
    "lead.phone": "phone",
    "lead.first_name": "first name",
    "lead.last_name": "last name",
    "lead.name": "name",
    "lead.company": "company",
    "lead.job": "job",
    "lead.website": "website",
    "lead.country": "country",
    "lead.city": "city",
    "lead.postal_code": "postal code",
    "lead.email_domain": "e-mail domain",
    "lead.channel": "first channel",
    "lead": "{name}",
    "where.path": "the address",
    "where.host": "the site",
    "where.url": "the whole address",
    "where.title": "the title",
    "where.referrer": "the page before",
    "where.channel": "the channel",
    "where.source": "the source",
    "where.medium": "the medium",
    "where.campaign": "the campaign",
    "where.term": "the search term",
    "where.form": "the form",
    "where.file": "the file",
    "where.link": "the link",
    "where.email": "the e-mail",
    "where.category": "the category",
    "where.stage": "the stage",
    "where.entry": "the first page of the session",
    "where": "{name}",
}


def is_singular(number: float) -> bool:
    """1 point, −1 point; 0 points, 1.5 points."""
    return abs(number) == 1


def ordinal(n: int) -> str:
    """The n-th, from the second on: "third", "11th", "22nd"."""
    if n <= len(_ORDINALS) + 1:
        return _ORDINALS[n - 2]
    teen = n % 100 in (11, 12, 13)
    return f"{n}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"
