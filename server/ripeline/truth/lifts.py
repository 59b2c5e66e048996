"""What each rule is worth: who bought of those it paid for, against those it did not, and the packet that follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.domain.points import THOUSANDTHS
from ripeline.rules.model import Rule
from ripeline.truth.lives import Lives
from ripeline.truth.shares import ENOUGH_OUTCOMES, Ratio, Share, differ, ratio, share
from ripeline.truth.sources_of_points import Sources

#: From so many times the others' share on, so many points: the packets of the rule file.
PACKETS: Final = ((4.0, 10), (2.0, 5), (1.4, 2), (1.0, 1))
#: At most so many times the others' share, so many points.
NEGATIVE: Final = ((0.25, -10), (0.5, -5), (1.0, -2))

#: A rule that gives more of all points than this has to earn it.
_MUCH: Final = 0.15
#: Nothing is said of a rule that paid for fewer leads.
_FEW: Final = 20


@dataclass(frozen=True, slots=True)
class Lift:
    """One rule: who bought `having` its points, who `lacking` them, and how many times the one share the other is.

    `is_proven`: they differ, though every rule was looked at. `part` of all points are its own. `packet`: the whole
    points that would fit what is proven, None when nothing is or they are about that already. `is_over_scored`: it
    gives much of all points, and nothing shows that those who have them buy more.
    """

    rule: Rule
    having: Share
    lacking: Share
    times: Ratio
    is_proven: bool
    part: float
    packet: int | None
    is_over_scored: bool


def lifts(lives: Lives, sources: Sources) -> tuple[Lift, ...]:
    """Every rule that paid anybody and not everybody, the strongest first; () while too few outcomes are known."""
    if lives.decided < ENOUGH_OUTCOMES:
        return ()
    parts = {each.name: each.part for each in sources.rules}
    counted = {rule.id: _counted(lives, rule) for rule in lives.model.rules}
    asked = [rule for rule in lives.model.rules if 0 < counted[rule.id][1] < len(lives.settled)]
    found = [_lift(lives, rule, counted[rule.id], (len(asked), parts.get(rule.id, 0.0))) for rule in asked]
    return tuple(sorted(found, key=lambda each: (-(each.times.value or 0.0), each.rule.id)))


def _counted(lives: Lives, rule: Rule) -> tuple[int, int]:
    """How many who have it bought, and how many have it."""
    having = [life for life in lives.settled if life.times.get(rule.id)]
    return sum(life.won for life in having), len(having)


def _lift(lives: Lives, rule: Rule, counted: tuple[int, int], known: tuple[int, float]) -> Lift:
    (won, leads), (comparisons, part) = counted, known
    having = share(won, leads, comparisons)
    lacking = share(lives.won - won, len(lives.settled) - leads, comparisons)
    is_proven = differ(having, lacking)
    times = ratio(having, lacking)
    is_better = is_proven and having.rate > lacking.rate
    return Lift(
        rule=rule,
        having=having,
        lacking=lacking,
        times=times,
        is_proven=is_proven,
        part=part,
        packet=_packet(rule, times) if is_proven else None,
        is_over_scored=not is_better and part >= _MUCH and leads >= _FEW,
    )


def _packet(rule: Rule, times: Ratio) -> int | None:
    """The packet nearest to the rule's own of those the interval allows; None when its own is among them."""
    least = _packet_for(times.low)
    most = PACKETS[0][1] if times.high is None else _packet_for(times.high)
    own = _packet_of(worth(rule))
    if own < least:
        return least
    return most if own > most else None


def _packet_for(times: float) -> int:
    """The packet of a rule whose leads buy so many times as often as the others."""
    if times > 1:
        return next(points for least, points in PACKETS if times >= least)
    return next(points for most, points in NEGATIVE if times <= most)


def worth(rule: Rule) -> int:
    """The points (thousandths) of one match at most; of a negative rule at least."""
    worths = [points for _, points in rule.values] or [rule.points or 0]
    return max(worths, key=abs)


def _packet_of(points: int) -> int:
    whole = abs(points) / THOUSANDTHS
    if points < 0:
        return -10 if whole >= 8 else -5 if whole >= 4 else -2
    return 10 if whole >= 8 else 5 if whole >= 4 else 2 if whole >= 1.5 else 1
