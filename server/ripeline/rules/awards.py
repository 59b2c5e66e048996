"""What a match is worth and how often: `values`, `once_per`, `cap` and `count` of one rule, read."""

from __future__ import annotations

from typing import Final, get_args

from ripeline.rules.mistakes import called, listed, nearest
from ripeline.rules.model import Cap, CapPeriod, Count, OncePart
from ripeline.rules.tables import Table, described, near_or_asked, not_as_asked
from ripeline.sentences import N_

PERIODS: Final[tuple[CapPeriod, ...]] = get_args(CapPeriod)
PARTS: Final[tuple[OncePart, ...]] = get_args(OncePart)
_PAIRED: Final = frozenset({"item", "session", "day"})

_CAP: Final = 'cap = { points = 10, per = "day" }'
_COUNT: Final = 'count = { n = 3, within = "7d" }'

#: More matches than any person makes; each is remembered until it is spent.
_MOST_COUNTED: Final = 1000


def read_values(table: Table) -> tuple[tuple[str, int], ...]:
    """Glob of the item → thousandths, in file order; empty when there are none."""
    values = table.table("values", 'values = { "*case*.pdf" = 5, "*.pdf" = 2 }')
    if values is None:
        return ()
    if not values.data:
        values.wrong(N_("an empty { } is worth nothing"))
    worth: list[tuple[str, int]] = []
    for glob, value in values.data.items():
        if isinstance(value, dict):
            values.wrong(N_("a pattern needs quotes: %(written)s", written=f'"{glob}.…" = 5'), glob)
        elif (points := values.thousandths(value, glob)) is not None:
            worth.append((glob, points))
    return tuple(worth)


def read_once_per(table: Table) -> tuple[OncePart, ...]:
    """The parts of `once_per`; empty when the file does not say."""
    value = table.data.get("once_per")
    if value is None:
        return ()
    words = value.split() if isinstance(value, str) else []
    parts = tuple(part for part in PARTS if part in words)
    paired = len(parts) == 1 or (len(parts) == 2 and _PAIRED.issuperset(parts))
    if paired and len(parts) == len(words):
        return parts
    asked = N_('one of %(known)s, or two of `item`, `session`, `day` together, like "item day"', known=listed(PARTS))
    near = nearest(words[0], PARTS) if len(words) == 1 else ""
    table.wrong(near_or_asked("once_per", value, near, asked), "once_per")
    return ()


def read_cap(table: Table) -> Cap | None:
    """The `cap` of a rule, None when there is none or it cannot be read."""
    cap = table.table("cap", _CAP)
    if cap is None:
        return None
    cap.only(("points", "per"))
    points, per = cap.points("points"), cap.data.get("per")
    period = next((known for known in PERIODS if known == per), None)
    if "points" not in cap:
        cap.lacking(N_("`points` is missing: how many at most? %(example)s", example=_CAP))
    if per is None:
        cap.lacking(N_("`per` is missing: for how long? One of %(known)s", known=listed(PERIODS)))
    elif period is None:
        near, known = nearest(str(per), PERIODS), listed(PERIODS)
        found = described(per)
        cap.wrong(
            N_("`per` is %(found)s%(near)s, it must be one of %(known)s", found=found, near=near, known=known), "per"
        )
    if points is not None and points <= 0:
        cap.wrong(N_("a cap is a number of points above 0"), "points")
        return None
    return Cap(points, period) if points is not None and period else None


def read_count(table: Table) -> Count | None:
    """The `count` of a rule, None when there is none or it cannot be read."""
    count = table.table("count", _COUNT)
    if count is None:
        return None
    count.only(("n", "within", "distinct"), hints={"per": N_("the window is called `within`"), "times": called("n")})
    if "n" not in count:
        count.lacking(N_("`n` is missing: at which time does it pay? %(example)s", example=_COUNT))
    if "within" not in count:
        count.lacking(N_("`within` is missing: how close together? %(example)s", example=_COUNT))
    n, within = _times(count), count.period("within", "7d")
    distinct = count.data.get("distinct")
    if distinct not in (None, "item"):
        found = described(distinct)
        only = N_('`distinct` is %(found)s, there is only distinct = "item" (different pages, files, …)', found=found)
        count.wrong(only, "distinct")
    return Count(n, within, distinct == "item") if n and within else None


def _times(count: Table) -> int | None:
    value = count.data.get("n")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_COUNTED:
        asked = N_("a whole number from 1 to %(most)s: n = 3", most=_MOST_COUNTED)
        count.wrong(not_as_asked("n", value, asked), "n")
        return None
    return value
