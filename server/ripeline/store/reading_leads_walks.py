"""The ways down a list of leads: each a stretch of an index in order, so that no page costs more than the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ripeline.rules.model import Model
from ripeline.store.database import Connection
from ripeline.store.reading import Row, id_list, rows
from ripeline.store.reading_bands import scores_of_band
from ripeline.store.reading_leads_chips import SEEN, Chip
from ripeline.store.reading_leads_query import LeadQuery

#: Up to so many leads are looked up one by one and sorted; more are met soon enough on the way down the list.
FEW: Final = 5_000

#: Part of the list, key in it, lead: out of target comes in a part of its own, after all others.
Place = tuple[int, int, int]

# The order of the joins is ours (CROSS JOIN): a walk goes along its index, found leads are looked up.
_BY_SCORE: Final = "scores AS s CROSS JOIN leads AS l ON l.id = s.lead_id"
_BY_SEEN: Final = "leads AS l CROSS JOIN scores AS s ON s.lead_id = l.id"
_OUT: Final = "SELECT lead_id AS id FROM scores WHERE model_id = :model AND out_of_target = 1"
_FOUND: Final = """(SELECT DISTINCT id FROM ({found})) AS found
CROSS JOIN scores AS s ON s.lead_id = found.id CROSS JOIN leads AS l ON l.id = s.lead_id"""

_PAGE: Final = """-- leads_ranked
SELECT s.lead_id, s.score, s.engagement, s.fit, s.band, s.out_of_target,
       l.email, l.attributes, l.first_seen, l.last_seen, l.reachable, {key} - :less AS place
FROM {tables}
WHERE s.model_id = :model AND s.out_of_target = :out {conditions}
ORDER BY {key} {order}, {id} {order} LIMIT :limit"""
_START: Final = "-- leads_found\nSELECT DISTINCT id FROM ({found})"
_PROBE: Final = f"-- leads_probed\nSELECT count(*) FROM (SELECT 1 FROM ({{found}}) LIMIT {FEW + 1})"


@dataclass(frozen=True, slots=True)
class Stretch:
    """One walk: leads of `part` by `key` minus `less`, the highest first, where `condition` holds.

    `band`: only leads of that band (None: of any).
    """

    part: int
    out: int = 0
    key: str = "s.score"
    less: int = 0
    band: str | None = None
    condition: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reach:
    """At most so many leads after a place (None: from the beginning), or `back`: before it (None: from the end)."""

    limit: int
    after: Place | None = None
    back: bool = False


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The chips of a list: the one to begin from (None: none is small), and what they all bind."""

    chips: tuple[Chip, ...]
    start: Chip | None
    values: dict[str, Any]

    def conditions(self) -> list[str]:
        """What is still to be asked of each lead."""
        return [f"({chip.condition})" for chip in self.chips if chip.condition and not self._says(chip)]

    def _says(self, chip: Chip) -> bool:
        return chip is self.start and chip.is_whole


def stretches_of(model: Model, query: LeadQuery) -> tuple[Stretch, ...]:
    """The list in the order asked for, as stretches; those of one part are one list, in the order of their keys."""
    if query.sort == "missing":
        found = _by_missing(model)
    else:
        key = SEEN if query.sort == "seen" else "s.score"
        found = (Stretch(0, key=key), Stretch(1, out=1, key=key))
    bands = (None, query.band) if query.band else (None, *(each.band for each in found))
    return tuple(each for each in found if each.out <= query.out_of_target and each.band in bands)


def _by_missing(model: Model) -> tuple[Stretch, ...]:
    """Each band in the order of its scores, which is that of the points missing to the next; the highest after them."""
    names = ["cold", *(band.name for band in model.bands)]
    steps = [_in_band(model, 0, name, above.enter) for name, above in zip(names, model.bands, strict=False)]
    return (*steps, _in_band(model, 1, names[-1], 0), Stretch(2, out=1))


def _in_band(model: Model, part: int, band: str, less: int) -> Stretch:
    lowest, too_high = scores_of_band(model, band)
    asked = {
        "s.band = :walked": True,
        "s.score >= :walked_from": lowest is not None,
        "s.score < :walked_below": too_high is not None,
    }
    condition = " AND ".join(each for each, is_asked in asked.items() if is_asked)
    values = {"walked": band, "walked_from": lowest, "walked_below": too_high}
    return Stretch(part, less=less, band=band, condition=condition, values=values)


def narrowed(conn: Connection, chips: Sequence[Chip], query: LeadQuery, values: dict[str, Any]) -> Narrowed:
    """Begin from the smallest set the chips know, if it is small, rather than walk past everybody else."""
    bound = dict(values)
    for chip in chips:
        bound |= chip.values
    sizes = [(_size(conn, chip, bound), place) for place, chip in enumerate(chips) if _may_begin(chip, query)]
    smallest = min(sizes, default=None)
    if smallest is None or smallest[0] > FEW:
        return Narrowed(tuple(chips), None, bound)
    start = chips[smallest[1]]
    if not start.condition:
        return Narrowed(tuple(chips), start, bound)
    # Found once, for each stretch and for the count.
    found = [id for (id,) in conn.execute(_START.format(found=start.found), bound).fetchall()]
    named = replace(start, found="SELECT value AS id FROM json_each(:started)")
    others = (named if chip is start else chip for chip in chips)
    return Narrowed(tuple(others), named, bound | {"started": id_list(found)})


def _may_begin(chip: Chip, query: LeadQuery) -> bool:
    """A walk along the index of that very thing needs no set."""
    if SEEN in chip.condition and query.sort == "seen":
        return False
    return bool(chip.found) and not (chip.condition.startswith("s.band") and query.sort != "seen")


def _size(conn: Connection, chip: Chip, values: dict[str, Any]) -> int:
    if chip.size is not None:
        return chip.size
    return int(conn.execute(_PROBE.format(found=chip.found), values).fetchone()[0])


def walk(conn: Connection, stretch: Stretch, narrow: Narrowed, reach: Reach) -> list[Row]:
    """The leads of a stretch that are within reach, the nearest first."""
    conditions = [*narrow.conditions(), *([stretch.condition] if stretch.condition else [])]
    values = narrow.values | stretch.values | {"out": stretch.out, "less": stretch.less, "limit": reach.limit}
    id = "l.id" if _tables(stretch, narrow) is _BY_SEEN else "s.lead_id"
    if reach.after is not None:
        sign = ">" if reach.back else "<"
        conditions = [*_beside(conditions, stretch, sign), f"({stretch.key}, {id}) {sign} (:place, :lead)"]
        values |= {"place": reach.after[1] + stretch.less, "lead": reach.after[2]}
    sql = _PAGE.format(
        tables=_tables(stretch, narrow),
        conditions="".join(f"\nAND {each}" for each in conditions),
        key=stretch.key,
        id=id,
        order="ASC" if reach.back else "DESC",
    )
    return rows(conn, sql, values)


def _beside(conditions: list[str], stretch: Stretch, sign: str) -> list[str]:
    """The conditions, so that the place finds the way into the index: a bound that is not as near must not (the +), or
    a page far down walks past everybody before it. By last seen the place needs a bound beside it to do so."""
    if stretch.key == SEEN:
        return [*conditions, f"{SEEN} {sign}= :place"]
    bound = f"s.score {sign}"
    return [each.replace(bound, f"+{bound}") for each in conditions]


def _tables(stretch: Stretch, narrow: Narrowed) -> str:
    if narrow.start is not None:
        return found_tables(narrow.start)
    if stretch.key != SEEN:
        return _BY_SCORE
    # Those out of target are few, and the index by last seen knows nothing of them.
    return _FOUND.format(found=_OUT) if stretch.out else _BY_SEEN


def found_tables(start: Chip) -> str:
    """The tables of a list that begins from a set."""
    return _FOUND.format(found=start.found)
