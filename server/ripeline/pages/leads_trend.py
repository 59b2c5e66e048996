"""How scores moved lately: what each reads now against what it read some days ago, decay and limits of groups too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ripeline.rules.model import Model
from ripeline.scoring.composition import limited
from ripeline.scoring.days import local_days
from ripeline.scoring.fading import fading_of
from ripeline.store.database import Connection
from ripeline.store.reading_moves import Line, lines_until, sums_until
from ripeline.store.views import LeadSummary
from ripeline.templating.times import DAY

WEEK: Final = 7
MONTH: Final = 30
#: Less than half a tenth is not to be seen in a number with one decimal.
_SEEN: Final = 50

_days = lru_cache(local_days)


@dataclass(frozen=True, slots=True)
class Trend:
    """The points (thousandths) by which a score moved within so many days; `is_new`: the lead came within them."""

    points: int
    days: int
    is_new: bool = False


def trends_of(
    conn: Connection, model: Model, leads: Sequence[LeadSummary], moment: tuple[int, str]
) -> dict[int, Trend]:
    """How each of them moved in the last week, else in the last month; nothing for those who stood still.

    `moment` is now (ms) and the time zone days are counted in.
    """
    now, zone = moment
    found: dict[int, Trend] = {}
    for days in (MONTH, WEEK):
        since = now - days * DAY
        then = scores_at(conn, model, [lead.id for lead in leads], (since, zone))
        moved = {lead.id: Trend(lead.score - then.get(lead.id, 0), days, lead.first_seen >= since) for lead in leads}
        found |= {id: trend for id, trend in moved.items() if abs(trend.points) >= _SEEN}
    return found


def scores_at(conn: Connection, model: Model, leads: Collection[int], moment: tuple[int, str]) -> dict[int, int]:
    """What each of those leads read at a moment (ms, and the zone) that is over, in thousandths; none: 0."""
    at, zone = moment
    if not model.groups and not any(rule.decay for rule in model.rules):
        return sums_until(conn, model.id, leads, at)
    of_lead: dict[int, list[Line]] = {}
    for line in lines_until(conn, model.id, leads, at):
        of_lead.setdefault(line.lead, []).append(line)
    return {lead: _score(model, lines, at, zone) for lead, lines in of_lead.items()}


def _score(model: Model, lines: list[Line], at: int, zone: str) -> int:
    """The lines, aged and limited as the fold reads them (scoring.md, "Models, groups")."""
    day_of, rules = _days(zone), {rule.id: rule for rule in model.rules}
    total, groups = 0, dict.fromkeys(model.groups, 0)
    for line in lines:
        rule = rules.get(line.rule)
        points = line.points
        if rule is not None and rule.decay is not None:
            points = fading_of(rule.decay).left(points, day_of(at) - day_of(line.at))
        if rule is not None and rule.group in groups:
            groups[rule.group] += points
        else:
            total += points
    used = {rule.group for rule in model.rules}
    limits = ((groups[name], group) for name, group in model.groups.items() if name in used)
    return total + sum(limited(points, group.minimum, group.maximum) for points, group in limits)
