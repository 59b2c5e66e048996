"""Whom a large database is about: the visitors of the demo's shop, many more of them, over a year instead of a quarter.

Most come once and look at a page or two; some come back for months, and one in a thousand does five hundred things.
Every id, key, address and name ends in `SPOT`, so that `scale_copies` can make many lives of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Final

from msgspec import structs

from ripeline.demo.history import Teller
from ripeline.demo.history_people import Person
from ripeline.demo.history_site import BLOG, NEWSLETTER, WayIn
from ripeline.demo.history_stories import Story, Visit, all_stories, bounced
from ripeline.domain.event import ENGAGEMENT, Event

#: Stands in every text that is one lead's own; the number of the copy takes its place, as long as it is.
SPOT: Final = "-000"

SITES: Final = 3
_SEED: Final = 20_000_000
_DAYS: Final = 280
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_REGULARS: Final = 0.25
#: Beside the four hundred of the demo.
_MORE_BOUNCED: Final = 400
_EXAMPLE_LONG: Final = 500


def make_stories(leads: int, events: int) -> list[Story]:
    """So many visitors, who do about so many things in all."""
    rng = Random(_SEED)  # made-up stories, not a secret
    told: list[Story] = []
    while len(told) < leads:
        told += all_stories(rng)
        told += (bounced(rng) for _ in range(_MORE_BOUNCED))
    rng.shuffle(told)
    some = [_moved(_renamed(story, number), rng.uniform(0, _DAYS)) for number, story in enumerate(told[:leads])]
    have = [_size(story) for story in some]
    regulars = rng.sample(range(leads), max(1, int(leads * _REGULARS)))
    for place in regulars[: max(1, leads // 1_000)]:
        while have[place] < _EXAMPLE_LONG:
            have[place] += _come_back(rng, some, place)
    missing = events - sum(have)
    while missing > 0:
        missing -= _come_back(rng, some, regulars[int(len(regulars) * rng.random() ** 2)])
    return some


def events_of(stories: list[Story], now: int) -> list[Event]:
    """Everything they did before `now` (ms), in the order it came in; ids and keys as the script makes them."""
    rng = Random(_SEED + 1)  # made-up stories, not a secret
    told = [event for story in stories for event in _told(rng, now, story)]
    return sorted(told, key=lambda event: (event.received_at, event.id))


def _told(rng: Random, now: int, story: Story) -> Iterator[Event]:
    events = list(Teller(rng, now, story).events())
    visitor, site = _new_id(rng, events[0].at), rng.choices(range(1, SITES + 1), (6, 3, 1))[0]
    ids: dict[str, str] = {}
    for event in events:
        late = event.at + rng.randint(150, 900)
        if event.on == ENGAGEMENT:
            page = ids[event.item]
            own = {"id": f"{page}e", "item": page}
        else:
            own = {"id": ids.setdefault(event.id, _new_id(rng, event.at)), "item": event.item}
        yield structs.replace(event, **own, visitor=visitor, site=site, received_at=min(late, now))


def _new_id(rng: Random, at: int) -> str:
    """Begins with the time, in base 36, like those of the script."""
    time = ""
    while at:
        at, digit = divmod(at, 36)
        time = _DIGITS[digit] + time
    return time + "".join(rng.choices(_DIGITS, k=7)) + SPOT


def _renamed(story: Story, number: int) -> Story:
    """Nobody twice; about three of each company."""
    person = story.person
    if person is None:
        return story
    domain, company = "gmail.com", ""
    if person.company:
        name, group = person.domain.removesuffix(".example"), number // 10
        domain, company = f"{name}-{group}{SPOT}.example", f"{person.company} {group}"
    own: Person = replace(person, last_name=f"{person.last_name} {number}{SPOT}", domain=domain, company=company)
    return replace(story, person=own)


def _moved(story: Story, days: float) -> Story:
    return replace(story, visits=tuple(replace(each, days_ago=each.days_ago + days) for each in story.visits))


def _size(story: Story) -> int:
    return sum(_events(each) for each in story.visits)


def _events(visit: Visit) -> int:
    """A page is seen and left."""
    return sum(1 if isinstance(step, tuple) or step.startswith("/files/") else 2 for step in visit.steps)


def _come_back(rng: Random, stories: list[Story], place: int) -> int:
    """One visit more, between the last one and now; how many events it makes."""
    story = stories[place]
    steps = tuple(rng.choice(("/", "/about", "/blog", *BLOG)) for _ in range(rng.randint(2, 6)))
    visit = Visit(story.visits[-1].days_ago * rng.random(), rng.choice((WayIn(), NEWSLETTER)), steps)
    visits = sorted((*story.visits, visit), key=lambda each: -each.days_ago)
    stories[place] = replace(story, visits=tuple(visits))
    return _events(visit)
