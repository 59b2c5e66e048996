"""What a match is worth and how often: `values`, `once_per`, `cap` and `count` of one rule, read."""

from __future__ import annotations

from typing import Final, get_args

from ripeline.rules.mistakes import listed, nearest
from ripeline.rules.model import Cap, CapPeriod, Count, OncePart
from ripeline.rules.tables import Table, described

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
        values.wrong("an empty { } is worth nothing")
    worth: list[tuple[str, int]] = []
    for glob, value in values.data.items():
        if isinstance(value, dict):
            values.wrong(f'a pattern needs quotes: "{glob}.…" = 5', glob)
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
    asked = f'one of {listed(PARTS)}, or two of `item`, `session`, `day` together, like "item day"'
    near = nearest(words[0], PARTS) if len(words) == 1 else ""
    table.wrong(f"`once_per` is {described(value)}{near or ', it must be ' + asked}", "once_per")
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
        cap.lacking(f"`points` is missing: how many at most? {_CAP}")
    if per is None:
        cap.lacking(f"`per` is missing: for how long? One of {listed(PERIODS)}")
    elif period is None:
        cap.wrong(f"`per` is {described(per)}{nearest(str(per), PERIODS)}, it must be one of {listed(PERIODS)}", "per")
    if points is not None and points <= 0:
        cap.wrong("a cap is a number of points above 0", "points")
        return None
    return Cap(points, period) if points is not None and period else None


def read_count(table: Table) -> Count | None:
    """The `count` of a rule, None when there is none or it cannot be read."""
    count = table.table("count", _COUNT)
    if count is None:
        return None
    count.only(("n", "within", "distinct"), hints={"per": "the window is called `within`", "times": "it is called `n`"})
    if "n" not in count:
        count.lacking(f"`n` is missing: at which time does it pay? {_COUNT}")
    if "within" not in count:
        count.lacking(f"`within` is missing: how close together? {_COUNT}")
    n, within = _times(count), count.period("within", "7d")
    distinct = count.data.get("distinct")
    if distinct not in (None, "item"):
        count.wrong(
            f'`distinct` is {described(distinct)}, there is only distinct = "item" (different pages, files, …)',
            "distinct",
        )
    return Count(n, within, distinct == "item") if n and within else None


def _times(count: Table) -> int | None:
    value = count.data.get("n")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_COUNTED:
        count.wrong(f"`n` is {described(value)}, it must be a whole number from 1 to {_MOST_COUNTED}: n = 3", "n")
        return None
    return value
