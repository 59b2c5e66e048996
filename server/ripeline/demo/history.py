"""Ninety days of an invented shop as events: the same for the same moment, whenever and wherever it is made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import structs

from ripeline.demo.history_people import Person, job_in
from ripeline.demo.history_site import AGENTS, BLOG, SITE, TITLES
from ripeline.demo.history_stories import End, Step, Story, Visit, all_stories
from ripeline.domain.event import DOWNLOAD, ENGAGEMENT, FORM, PAGE, Event
from ripeline.domain.source_reading import source_of
from ripeline.domain.urls import canonical_url
from ripeline.templating.languages import Locale

SEED: Final = 20261121
ZONE: Final = ZoneInfo("Europe/Paris")

_DAY_MS: Final = 86_400_000
_HOUR_MS: Final = 3_600_000
#: Visits less than half a day ago stay where they are; older ones move to an hour at which people read.
_RECENT_DAYS: Final = 0.5
_HOURS: Final = range(7, 23)
_BUSY: Final = (2, 5, 10, 13, 12, 6, 7, 11, 13, 11, 9, 6, 4, 4, 3, 2)


def make_history(now_ms: int, language: Locale = "en") -> Iterator[Event]:
    """All events of the ninety days before `now_ms`, in their total order; visitors by key, none after `now_ms`.

    The pages' titles and people's jobs are in that language; nothing else differs.
    """
    rng = Random(SEED)  # noqa: S311  # a made-up story, not a secret
    told = [event for story in all_stories(rng) for event in Teller(rng, now_ms, story, language).events()]
    yield from sorted(told, key=lambda event: event.order)


def told_ends(now_ms: int) -> list[tuple[str, End, int]]:
    """What became of whom (by e-mail), and when (ms) that was known."""
    rng = Random(SEED)  # noqa: S311  # the same stories as above
    return [
        (story.person.email, story.end, now_ms - int((story.visits[-1].days_ago - story.end.days) * _DAY_MS))
        for story in all_stories(rng)
        if story.person and (story.end.verdict or story.end.outcome)
    ]


class Teller:
    """Tells one story: its visits at their moments, its steps as events of one visitor."""

    def __init__(self, rng: Random, now_ms: int, story: Story, language: Locale = "en") -> None:
        self._rng = rng
        self._language: Locale = language
        self._now = now_ms
        self._story = story
        self._visitor = f"{rng.getrandbits(80):020x}"
        self._agent = rng.choice(AGENTS)

    def events(self) -> Iterator[Event]:
        earliest = 0
        moments = sorted(self._moment(visit) for visit in self._story.visits)
        for number, (visit, moment) in enumerate(zip(self._story.visits, moments, strict=True), 1):
            told = list(self._visit(visit, f"{self._visitor}-{number}", max(moment, earliest)))
            # Nothing of it may lie ahead, however long the visit took.
            ahead = max(told[-1].at - self._now, 0)
            yield from (structs.replace(each, at=each.at - ahead, received_at=each.at - ahead) for each in told)
            earliest = told[-1].at + 2 * _HOUR_MS

    def _moment(self, visit: Visit) -> int:
        """When the visit begins: at an hour people keep, and seldom on a week-end."""
        moment = self._now - int(visit.days_ago * _DAY_MS)
        if visit.days_ago < _RECENT_DAYS:
            return moment
        day = datetime.fromtimestamp(moment / 1000, ZONE).date()
        if day.weekday() >= 5 and self._rng.random() < 0.8:
            day -= timedelta(days=day.weekday() - 4)
        hour = self._rng.choices(_HOURS, _BUSY)[0]
        local = datetime.combine(day, time(hour, self._rng.randrange(60), self._rng.randrange(60)), ZONE)
        at = int(local.timestamp() * 1000)
        return at if at < self._now - _HOUR_MS else at - _DAY_MS

    def _visit(self, visit: Visit, id: str, at: int) -> Iterator[Event]:
        """The events of one session in order: each page is left, with the time spent, when the next one begins."""
        page: Event | None = None
        for number, step in enumerate(visit.steps):
            event = self._event(f"{id}-{number}", at, step, page)
            if event.on == PAGE:
                if page:
                    yield _left(page, at)
                page = event if page else _landing(event, visit)
                event = page
            yield event
            at += self._seconds(step) * 1000
        if page:
            yield _left(page, at)

    def _event(self, id: str, at: int, step: Step, page: Event | None) -> Event:
        event = Event(id=id, visitor=self._visitor, on=PAGE, at=at, received_at=at, agent=self._agent)
        here = page.url if page else SITE
        if isinstance(step, tuple):
            filled = _filled(step[1], self._story.person, self._language)
            return structs.replace(event, on=FORM, url=here, item=step[1], **filled)
        if step.startswith("/files/"):
            return structs.replace(event, on=DOWNLOAD, url=SITE + step, referrer=here)
        url = canonical_url(SITE + step)
        return structs.replace(event, url=url, title=TITLES[self._language][step], referrer=here if page else "")

    def _seconds(self, step: Step) -> int:
        """How long a step keeps somebody: long for reading, less for looking."""
        if isinstance(step, tuple) or step.startswith("/files/"):
            return self._rng.randint(8, 40)
        return self._rng.randint(50, 260) if step in BLOG else self._rng.randint(9, 95)


def _landing(event: Event, visit: Visit) -> Event:
    """The first page of a session knows where the visitor came from."""
    raw = f"{event.url}?{visit.way.query}" if visit.way.query else event.url
    referrer = canonical_url(visit.way.referrer) if visit.way.referrer else ""
    return structs.replace(event, referrer=referrer, source=source_of(raw, referrer))


def _left(page: Event, at: int) -> Event:
    """What the script tells on leaving: how long the page was read."""
    spent = {"ms": at - page.at, "scroll": 100 if at - page.at > 60_000 else 60}
    return structs.replace(
        page, id=f"{page.id}e", on=ENGAGEMENT, at=at, received_at=at, item=page.id, props=spent, source=None
    )


def _filled(form: str, person: Person | None, language: Locale) -> dict[str, Any]:
    """The fields of a form as sent, and what they say about the person."""
    if person is None:
        return {}
    fields = {"name": person.name, "email": person.email, "company": person.company}
    if form != "newsletter":
        fields |= {"job": job_in(language, person.job), "phone": person.phone}
    fields = {name: value for name, value in fields.items() if value}
    return {"props": fields, "traits": fields, "email": person.email}
