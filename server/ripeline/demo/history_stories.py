"""Who comes to the demo's shop, and what each kind of visitor does there, visit by visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from ripeline.demo.history_people import CAPUCINE, ELODIE, MARC, Cast, Person
from ripeline.demo.history_site import BLOG, BROCHURE, CASES, NEWSLETTER, WayIn, way_in, white_paper

#: A page path, a file path, or a form as ("form", its id).
Step = str | tuple[Literal["form"], str]


@dataclass(frozen=True, slots=True)
class Visit:
    """One session: how many days before now it began, how the visitor arrived, what they did."""

    days_ago: float
    way: WayIn
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class End:
    """What sales says when it has called (None: nothing), how it ended so many days after the last visit (None: it has
    not), and what it was worth, in thousandths of the currency."""

    verdict: Literal["too_early", "right_time", "too_late", "off_target"] | None = None
    outcome: Literal["won", "lost"] | None = None
    days: float = 12
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One visitor and all their visits; `person` is None for somebody who never says who they are.

    `end`: what became of them, as far as anybody knows.
    """

    visits: tuple[Visit, ...]
    person: Person | None = None
    end: End = End()


DAYS: Final = 90

#: When the ready ones came last, in days: some within the last hours, most within the fortnight.
_READY_DAYS_AGO: Final = (0.014, 0.05, 0.12, 0.25, 1.0, 1.2, 2.1, 3.0, 5.1, 8.0, 12.1, 20.0)


def bounced(rng: Random) -> Story:
    """Looks at a page or two, and is never seen again."""
    entry = rng.choice(("/", "/", "/about", *BLOG))
    more = (rng.choice(("/", "/about", "/blog")),) if rng.random() < 0.35 else ()
    return Story((Visit(_some_day(rng), way_in(rng), (entry, *more)),))


def reader(rng: Random, cast: Cast) -> Story:
    """Comes back for the blog; one in three subscribes to the newsletter."""
    visits = _visits(rng, rng.randint(1, 4), lambda: (*rng.sample(BLOG, 2), *_maybe(rng, 0.3, "/about")))
    if rng.random() < 0.33:
        return Story(_ending_with(visits, ("form", "newsletter")), cast.private())
    return Story(visits)


def white_paper_reader(rng: Random, cast: Cast) -> Story:
    """Takes a paper, sometimes two, and reads the blog about it afterwards; half of them subscribe."""
    papers = rng.choice(("a", "a", "b", "ab", "ab", "abc"))
    first: tuple[Step, ...] = (
        "/white-papers",
        *(white_paper(letter) for letter in papers),
        *rng.sample(BLOG, rng.randint(0, 2)),
    )
    start = _some_day(rng)
    visits = [Visit(start, way_in(rng), first)]
    if rng.random() < 0.5 and start > 4:
        visits.append(Visit(start - rng.uniform(1, 4), NEWSLETTER, (rng.choice(BLOG), "/about")))
    if rng.random() < 0.5:
        # A student of the matter is no buyer: whoever calls them calls too early.
        end = End("too_early", "lost" if rng.random() < 0.75 else None, rng.uniform(6, 20))
        return Story(_ending_with(tuple(visits), ("form", "newsletter")), cast.professional(), end)
    return Story(tuple(visits))


def student(rng: Random, cast: Cast) -> Story:
    """Writes a thesis: every paper, every case study, and says so in the form."""
    papers = [white_paper(letter) for letter in "abc"]
    steps: tuple[Step, ...] = ("/white-papers", *papers, *CASES, "/contact", ("form", "contact"))
    return Story((Visit(_some_day(rng), way_in(rng), steps),), cast.student(), End("off_target", "lost", 8))


def job_hunter(rng: Random) -> Story:
    """Wants to work here, not to buy."""
    steps = ("/", "/careers", *_maybe(rng, 0.6, "/about"), *_maybe(rng, 0.3, "/contact"))
    return Story(_visits(rng, rng.randint(1, 2), lambda: steps))


def comparer(rng: Random, cast: Cast) -> Story:
    """Weighs it up over days: a case study, the brochure, or what it costs; seldom all of it."""
    case, is_serious = rng.choice(CASES), rng.random() < 0.08
    visits = _visits(rng, rng.randint(1, 3), lambda: ("/", rng.choice(("/about", case)), *_maybe(rng, 0.25, BROCHURE)))
    visits = _ending_with(visits, *((case, "/pricing") if is_serious else _maybe(rng, 0.3, "/about")))
    if rng.random() < 0.45:
        return Story(_ending_with(visits, ("form", "newsletter")), cast.professional())
    return Story(visits)


def ready(rng: Random, person: Person, days_ago: float) -> Story:
    """Means to buy: several visits over days, Pricing at last or more than once, and then the form."""
    last_form, case = rng.choice(("demo", "demo", "contact")), rng.choice(CASES)
    earlier: tuple[tuple[float, tuple[Step, ...]], ...] = (
        (rng.uniform(9, 14), ("/", "/about", case)),
        (rng.uniform(4, 8), (rng.choice(BLOG), *_maybe(rng, 0.5, BROCHURE))),
        (rng.uniform(1.2, 3), (rng.choice(("/about", case)), *_maybe(rng, 0.4, "/pricing"))),
    )
    kept = earlier[rng.randint(0, 1) :]
    ways = (way_in(rng), NEWSLETTER, WayIn())
    before = [Visit(days_ago + days, way, steps) for (days, steps), way in zip(kept, ways, strict=False)]
    end: tuple[Step, ...] = ("/pricing", *_maybe(rng, 0.4, rng.choice(CASES)), f"/{last_form}", ("form", last_form))
    return Story((*before, Visit(days_ago, WayIn("https://www.google.com/"), end)), person)


def buyer(rng: Random, cast: Cast) -> Story:
    """Came weeks ago and looked at what it costs and what others did with it; most bought, many before being called."""
    person, days_ago = cast.professional(with_phone=rng.random() < 0.5), rng.uniform(24, 74)
    case, writes = rng.choice(CASES), rng.random() < 0.45
    first = Visit(days_ago + rng.uniform(9, 13), way_in(rng), ("/", "/about", case, ("form", "newsletter")))
    middle = Visit(days_ago + rng.uniform(3, 5), NEWSLETTER, (rng.choice(BLOG), "/pricing"))
    last: tuple[Step, ...] = ("/contact", ("form", "contact")) if writes else ("/about", rng.choice(BLOG))
    won = rng.random() < 0.72
    verdict: Literal["too_late", "right_time"] = "too_late" if rng.random() < 0.7 else "right_time"
    end = End(verdict, "won" if won else "lost", rng.uniform(4, 14), rng.randrange(4, 60) * 500_000 if won else None)
    return Story((first, middle, Visit(days_ago, WayIn(), last)), person, end)


def the_three() -> tuple[Story, ...]:
    """Marc, Élodie and Capucine, visit for visit as the rules' scenarios have them."""
    return (
        Story(_on_days((6, 4, 3, 1), (("/white-papers", white_paper("a"), white_paper("b")), *_three_reads())), MARC),
        Story(_on_days((9,), (("/white-papers", white_paper("b"), ("form", "newsletter")),)), ELODIE),
        Story(_on_days((5, 4, 2.2, 0.3), (("/white-papers", white_paper("c")), *_three_reads())), CAPUCINE),
    )


def _three_reads() -> tuple[tuple[Step, ...], ...]:
    return (BLOG[0],), (BLOG[1],), (BLOG[2], ("form", "newsletter"))


def all_stories(rng: Random) -> list[Story]:
    """Everybody, about four hundred."""
    cast = Cast(rng)
    buyers = [cast.professional(with_phone=True) for _ in _READY_DAYS_AGO]
    return [
        *(bounced(rng) for _ in range(130)),
        *(reader(rng, cast) for _ in range(80)),
        *(white_paper_reader(rng, cast) for _ in range(50)),
        *(student(rng, cast) for _ in range(14)),
        *(job_hunter(rng) for _ in range(22)),
        *(comparer(rng, cast) for _ in range(40)),
        *(buyer(rng, cast) for _ in range(38)),
        *(_colleague(rng, cast, buyer) for buyer in buyers[::2]),
        *(ready(rng, buyer, days_ago) for buyer, days_ago in zip(buyers, _READY_DAYS_AGO, strict=True)),
        *the_three(),
    ]


def _colleague(rng: Random, cast: Cast, of: Person) -> Story:
    """Somebody of a buyer's company who has a look too."""
    visit = Visit(rng.uniform(0.5, 10), WayIn(), ("/", rng.choice(CASES), "/about", ("form", "newsletter")))
    return Story((visit,), cast.colleague(of))


def _some_day(rng: Random) -> float:
    """Any day of the time told, the recent ones a little fuller."""
    return 0.5 + (DAYS - 1) * float(rng.random() ** 1.25)


def _visits(rng: Random, count: int, steps: Callable[[], tuple[Step, ...]]) -> tuple[Visit, ...]:
    """So many visits some days apart, the first one found by itself and most others by hand or newsletter."""
    days_ago = _some_day(rng)
    visits = [Visit(days_ago, way_in(rng), steps())]
    for _ in range(count - 1):
        days_ago -= rng.uniform(1, 9)
        if days_ago > 0.5:
            visits.append(Visit(days_ago, rng.choice((WayIn(), WayIn(), NEWSLETTER)), steps()))
    return tuple(visits)


def _ending_with(visits: tuple[Visit, ...], *steps: Step) -> tuple[Visit, ...]:
    *before, last = visits
    return (*before, Visit(last.days_ago, last.way, (*last.steps, *steps)))


def _maybe(rng: Random, chance: float, *steps: Step) -> tuple[Step, ...]:
    return steps if rng.random() < chance else ()


def _on_days(days_ago: tuple[float, ...], steps: tuple[tuple[Step, ...], ...]) -> tuple[Visit, ...]:
    """Visits that all come from the newsletter, one a day given."""
    return tuple(Visit(day, NEWSLETTER, each) for day, each in zip(days_ago, steps, strict=True))
