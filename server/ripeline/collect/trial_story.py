"""What a test is answered: each event with what the rules in force give for it, and what stopped the others."""

from __future__ import annotations

from collections.abc import Iterable
from gettext import NullTranslations
from typing import Any, Literal
from urllib.parse import unquote

from ripeline.collect.arrivals import Arrival
from ripeline.collect.browser_steps import know_visitor, parse_items
from ripeline.collect.intake import Intake
from ripeline.domain.event import ENGAGEMENT, PAGE, Event, item_of
from ripeline.rules.model import Ruleset
from ripeline.scoring.change import Line
from ripeline.scoring.fold import Scorer
from ripeline.scoring.reading import Reading
from ripeline.templating.languages import Locale, catalog, known_locale
from ripeline.templating.numbers import write_points, write_signed
from ripeline.templating.wording import band_word, event_word, refusal

#: What would turn real visits away, whoever makes them.
Stop = Literal["origin", "site", "own_address"]

Story = dict[str, Any]


def trial_story(intake: Intake, arrival: Arrival, locale_name: str, stops: Iterable[Stop]) -> Story:
    """Everything the corner draws, in words: totals, an entry for each event, and what real visits would meet."""
    locale = known_locale(locale_name) or "en"
    words = catalog(locale)
    events = _events(intake, arrival)
    totals, lines = _scored(intake.running.rules.ruleset, events, locale)
    refused = [_line(words.gettext("refused"), [_row("0", code)]) for _, code in arrival.rejected]
    return {
        "locale": locale,
        "words": _words(words),
        "totals": totals,
        "notes": [*(_stop(stop, arrival, words) for stop in stops), *_own_people(intake, events, words)],
        "lines": [*lines, *refused],
    }


def ignored_story(locale_name: str) -> Story:
    """What a colleague reads whose browser is left out from now on."""
    locale = known_locale(locale_name) or "en"
    words = catalog(locale)
    return {
        "locale": locale,
        "ignored": words.gettext("This browser is left out: what you do on this site is not recorded."),
        "words": {"undo": words.gettext("Count me again"), "close": words.gettext("Close")},
    }


def _events(intake: Intake, arrival: Arrival) -> list[Event]:
    """What would be stored, all of one person. Raises `Refused` as the endpoint itself would."""
    know_visitor(intake, arrival)
    parse_items(intake, arrival)
    return arrival.events


def _scored(ruleset: Ruleset, events: list[Event], locale: Locale) -> tuple[list[str], list[Story]]:
    """One person's events under these rules, from nothing; what matches no rule is told too, time spent is not."""
    words, scorer = catalog(locale), Scorer(ruleset)
    state, lines = scorer.fresh(), []
    for event, now, change in scorer.replay(events):
        state = now
        if event.on != ENGAGEMENT or change.lines:
            rules = [_rule(ruleset, line, locale) for line in change.lines]
            lines.append(_line(_what(event, words), rules or [_row("0", words.gettext("no rule counts this"))]))
    return [_total(ruleset, reading, locale) for reading in scorer.readings(state)], lines


def _total(ruleset: Ruleset, reading: Reading, locale: Locale) -> str:
    label = next(model.label for model in ruleset.models if model.id == reading.model)
    said = f"{write_points(reading.score, locale)} · {band_word(reading.band, catalog(locale))}"
    return said if len(ruleset.models) == 1 else f"{label}: {said}"


def _rule(ruleset: Ruleset, line: Line, locale: Locale) -> Story:
    """Which rule, of which model where there are several, gave how much; or why nothing."""
    model = next(model for model in ruleset.models if model.id == line.model)
    rules = {rule.id: rule for rule in model.rules}
    rule = rules.get(line.rule)
    needed = tuple(rules[id].label for id in rules if rule and rule.after and id in rule.after.rules)
    why = refusal(line.reason, needed, catalog(locale)) if line.reason else ""
    label = rule.label if rule else line.rule
    where = f" · {model.label}" if len(ruleset.models) > 1 else ""
    return _row(write_signed(line.points, locale), label + where, why)


def _row(points: str, label: str, why: str = "") -> Story:
    return {"points": points, "label": label, "why": why}


def _line(what: str, rules: list[Story]) -> Story:
    return {"what": what, "rules": rules}


def _what(event: Event, words: NullTranslations) -> str:
    about = event.title or unquote(event.path) if event.on == PAGE else unquote(item_of(event))
    return f"{event_word(event.on, words)} · {about}" if about else event_word(event.on, words)


def _stop(stop: Stop, arrival: Arrival, words: NullTranslations) -> str:
    origin = (arrival.origin or b"").decode("latin-1")
    return {
        "origin": words.gettext("Real visits are refused: %(origin)s is not registered as yours.") % {"origin": origin},
        "site": words.gettext("Real visits are refused: the tag names no site of this server."),
        "own_address": words.gettext("Your own visits are left out: you are at one of your own addresses."),
    }[stop]


def _own_people(intake: Intake, events: list[Event], words: NullTranslations) -> list[str]:
    if any(event.email and intake.own.is_own_email(event.email) for event in events):
        return [words.gettext("Real visits like this are worth 0: the e-mail is of one of your own domains.")]
    return []


def _words(words: NullTranslations) -> dict[str, str]:
    """What the corner says by itself."""
    return {
        "title": words.gettext("Test visit"),
        "end": words.gettext("End the test"),
        "promise": words.gettext("Only you see this. Nothing of it is stored, and nobody is told."),
        "consent": words.gettext("Nothing is sent yet: the tag waits for consent."),
        "optout": words.gettext("Nothing is sent: this browser is left out."),
        "gpc": words.gettext("Nothing is sent: this browser asks not to be tracked (GPC)."),
        "local": words.gettext("Nothing is sent: the tag is silent here without data-dev."),
        "none": words.gettext("Nothing has been sent yet."),
    }
