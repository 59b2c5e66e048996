"""Where should the threshold be? What each one would have meant: calls a week, who bought, how much earlier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Final

from ripeline.domain.points import THOUSANDTHS
from ripeline.truth.lives import Life, Lives
from ripeline.truth.shares import Share, share

DAY_MS: Final = 86_400_000
WEEK_MS: Final = 7 * DAY_MS
#: Calls are counted over so many of the last weeks, or as many as there are.
WEEKS: Final = 12
#: So many thresholds at most are held beside each other.
_MOST: Final = 40
#: So many people at least: of fewer, each is a threshold of its own.
_FEWEST: Final = 20


@dataclass(frozen=True, slots=True)
class Threshold:
    """What one threshold (thousandths) would have meant to leads that can be called.

    `precision`: who bought of those who reached it; `missed` bought without ever reaching it. `calls`: a week, on
    average of the last weeks. Of those sales called too early, how many had reached it by then, of `too_early_all`;
    likewise `too_late`: how many would have been called at least a day sooner. `days`: how many days later (below 0:
    sooner) than now it is reached, the median of those that reach both; None: nobody does.
    """

    at: int
    leads: int
    precision: Share
    missed: int
    calls: float
    too_early: int
    too_early_all: int
    too_late: int
    too_late_all: int
    days: float | None


@dataclass(frozen=True, slots=True)
class Advice:
    """`now` is the threshold in force (None: the model never hands over), `all` rise; counted over `weeks`.

    `is_enough`: there are people enough to place a threshold by.
    """

    now: Threshold | None
    all: tuple[Threshold, ...]
    weeks: float
    is_enough: bool

    def for_calls(self, most: float) -> Threshold | None:
        """The threshold that reaches most with no more than so many calls a week; None: even the highest has more, or
        too few people are there to say.

        Of those that reach the same buyers, and bring as many late calls forward, the highest: it costs fewer calls.
        Where nobody who bought is above it, nothing is known of those between, and the lowest stays.
        """
        found = next((each for each in self.all if each.calls <= most), None) if self.is_enough else None
        if found is None or not found.precision.part:
            return found
        return max((each for each in self.all if _catches_alike(each, found)), key=lambda each: each.at)


def _catches_alike(one: Threshold, other: Threshold) -> bool:
    """Who reaches the higher of two reaches the lower: as many buyers are the same ones."""
    return (one.precision.part, one.too_late) == (other.precision.part, other.too_late)


@dataclass(frozen=True, slots=True)
class _Held:
    """What every threshold is held against: when each lead reached the one in force, and what sales said."""

    since: float
    weeks: float
    now: dict[int, int]
    early: tuple[Life, ...]
    late: tuple[Life, ...]


def advise(lives: Lives) -> Advice:
    """Every whole threshold from 1 to the highest peak, or as many steps between."""
    band = lives.model.handoff_band
    current = band.enter if band else None
    weeks = _weeks(lives)
    held = _Held(
        since=lives.now - weeks * WEEK_MS,
        weeks=weeks,
        now={} if current is None else _reached(lives.reaching(current), current),
        early=_judged(lives, "too_early"),
        late=_judged(lives, "too_late"),
    )
    found = {at: _threshold(lives, at, held) for at in _candidates(lives.all, current)}
    return Advice(
        now=found[current] if current is not None else None,
        all=tuple(found[at] for at in sorted(found)),
        weeks=weeks,
        is_enough=len(lives.all) >= _FEWEST,
    )


def _candidates(lives: Iterable[Life], current: int | None) -> set[int]:
    highest = max((life.peak for life in lives), default=0) // THOUSANDTHS
    step = max(1, -(-highest // _MOST))
    found = {whole * THOUSANDTHS for whole in range(1, highest + 1, step)}
    return found if current is None else found | {current}


def _weeks(lives: Lives) -> float:
    first = min((life.seen_at for life in lives.all), default=lives.now)
    return min(max((lives.now - first) / WEEK_MS, 1.0), WEEKS)


def _threshold(lives: Lives, at: int, held: _Held) -> Threshold:
    leads = lives.reaching(at)
    reached = _reached(leads, at)
    settled = [life for life in leads if life.is_settled(lives.now)]
    won = sum(life.won for life in settled)
    days = [(when - held.now[lead]) / DAY_MS for lead, when in reached.items() if lead in held.now]
    return Threshold(
        at=at,
        leads=len(leads),
        precision=share(won, len(settled)),
        missed=lives.won - won,
        calls=sum(when >= held.since for when in reached.values()) / held.weeks,
        too_early=sum(_is_called_by_then(life, at) for life in held.early),
        too_early_all=len(held.early),
        too_late=sum(_is_sooner(life, at) for life in held.late),
        too_late_all=len(held.late),
        days=median(days) if days else None,
    )


def _reached(leads: Iterable[Life], at: int) -> dict[int, int]:
    """When each of them was first that high."""
    found = ((life.lead, life.reached_at(at)) for life in leads)
    return {lead: when for lead, when in found if when is not None}


def _judged(lives: Lives, word: str) -> tuple[Life, ...]:
    return tuple(life for life in lives.judged if life.verdict and life.verdict.verdict == word)


def _is_called_by_then(life: Life, at: int) -> bool:
    """By the rules in force, whatever the score was when sales said its word."""
    reached = life.reached_at(at)
    return reached is not None and life.verdict is not None and reached <= life.verdict.at


def _is_sooner(life: Life, at: int) -> bool:
    """Whether sales would have heard of it at least a day before they did."""
    reached, told = life.reached_at(at), life.told_at
    if told is None and life.verdict:
        told = life.verdict.at
    return reached is not None and told is not None and told - reached >= DAY_MS
