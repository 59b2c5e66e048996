"""The ranked list of leads in one model: as fast at a million leads as at ten."""

from __future__ import annotations

from typing import Any, Final

from ripeline.errors import InvalidRequest
from ripeline.rules.model import Model, Ruleset
from ripeline.store.database import Connection
from ripeline.store.reading import Row, checked_limit, cursor_after, model_asked, place_of, rows, text_id
from ripeline.store.reading_leads_chips import SEEN, chips_of
from ripeline.store.reading_leads_lines import lines_of
from ripeline.store.reading_leads_query import SORTS, LeadQuery
from ripeline.store.reading_leads_walks import (
    Narrowed,
    Place,
    Reach,
    Stretch,
    found_tables,
    narrowed,
    stretches_of,
    walk,
)
from ripeline.store.views import LeadList

__all__ = ["COUNTED", "LeadQuery", "list_leads", "neighbours"]

#: Above this many nobody counts.
COUNTED: Final = 10_000

_COUNT: Final = """-- leads_counted
SELECT count(*) FROM (
  SELECT 1 FROM {tables} WHERE s.model_id = :model AND s.out_of_target <= :out {conditions} LIMIT :most
)"""
# Of a list that begins from no small set only the first are looked at one by one.
_FIRST: Final = """(SELECT model_id, lead_id, score, band, out_of_target FROM scores
  WHERE model_id = :model AND out_of_target <= :out LIMIT :first) AS s CROSS JOIN leads AS l ON l.id = s.lead_id"""
#: Where there are more than are counted, so many tell of at least how many; and so many where each takes a look at
#: what it did.
_GLANCED_AT: Final = 2_000
_LOOKED_AT: Final = 500

_PLACE: Final = f"""-- place_of_lead
SELECT s.score, s.band, s.out_of_target, {SEEN} AS seen FROM scores AS s CROSS JOIN leads AS l ON l.id = s.lead_id
WHERE s.model_id = :model AND s.lead_id = :lead"""


def list_leads(conn: Connection, ruleset: Ruleset, query: LeadQuery) -> LeadList:
    """One page of leads; raises `InvalidRequest` for an unknown model or order, a bad limit or cursor."""
    model, narrow, stretches = _read(conn, ruleset, query)
    limit = checked_limit(query.limit)
    after = place_of(query.cursor, 3) if query.cursor else None
    found = _follow(conn, stretches, narrow, Reach(limit + 1, (after[0], after[1], after[2]) if after else None))
    last = found[limit - 1] if len(found) > limit else None
    total, at_least = _total(conn, query, narrow)
    return LeadList(
        leads=lines_of(conn, model, found[:limit]),
        next=cursor_after(last["part"], last["place"], last["lead_id"]) if last else None,
        total=total,
        at_least=max(at_least, len(found)),
    )


def neighbours(conn: Connection, ruleset: Ruleset, query: LeadQuery, lead_id: int) -> tuple[int | None, int | None]:
    """The leads just before and just after this one in the list of that query (its limit and cursor say nothing).

    A lead that is no longer in the list has the neighbours of the place where it would stand. None: the list ends
    there; both None for a lead without a score. Raises `InvalidRequest` as `list_leads` does.
    """
    _, narrow, stretches = _read(conn, ruleset, query)
    standing = rows(conn, _PLACE, {"model": narrow.values["model"], "lead": lead_id})
    if not standing:
        return None, None
    place = _place(ruleset, query, standing[0], lead_id)
    before = _follow(conn, stretches, narrow, Reach(1, place, back=True))
    after = _follow(conn, stretches, narrow, Reach(1, place))
    return before[0]["lead_id"] if before else None, after[0]["lead_id"] if after else None


def _read(conn: Connection, ruleset: Ruleset, query: LeadQuery) -> tuple[Model, Narrowed, tuple[Stretch, ...]]:
    model = model_asked(ruleset, query.model)
    if query.sort not in SORTS:
        raise InvalidRequest("sort", f"must be one of {', '.join(SORTS)}")
    values: dict[str, Any] = {"model": text_id(conn, model.id), "model_name": model.id}
    return model, narrowed(conn, chips_of(conn, model, query), query, values), stretches_of(model, query)


def _place(ruleset: Ruleset, query: LeadQuery, standing: Row, lead_id: int) -> Place:
    """Where a lead with that score, band and time stands in the list, whether or not it fits the filters."""
    everybody = LeadQuery(query.model, sort=query.sort, out_of_target=True)
    stretch = next(
        each
        for each in stretches_of(ruleset.model(query.model), everybody)
        if each.out == standing["out_of_target"] and each.band in (None, standing["band"])
    )
    return stretch.part, standing["seen" if stretch.key == SEEN else "score"] - stretch.less, lead_id


def _follow(conn: Connection, stretches: tuple[Stretch, ...], narrow: Narrowed, reach: Reach) -> list[Row]:
    """The leads of the list that are within reach, the nearest first; in each its `part`."""
    found: list[Row] = []
    after = reach.after
    for part in sorted({each.part for each in stretches}, reverse=reach.back):
        if after is not None and (part > after[0] if reach.back else part < after[0]):
            continue
        left = Reach(reach.limit - len(found), after if after is not None and after[0] == part else None, reach.back)
        own = (stretch for stretch in stretches if stretch.part == part)
        here = [row for stretch in own for row in walk(conn, stretch, narrow, left)]
        here.sort(key=lambda row: (row["place"], row["lead_id"]), reverse=not reach.back)
        found += [row | {"part": part} for row in here[: left.limit]]
        if len(found) == reach.limit:
            break
    return found


def _total(conn: Connection, query: LeadQuery, narrow: Narrowed) -> tuple[int | None, int]:
    """How many there are in all (None: more than are counted), and how many at least."""
    values = narrow.values | {"out": int(query.out_of_target), "most": COUNTED + 1}
    conditions = "".join(f" AND {each}" for each in narrow.conditions())
    if narrow.start is not None:
        return _exact(_counted(conn, found_tables(narrow.start), conditions, values))
    if "l." not in conditions and "SELECT" not in conditions:
        return _exact(_counted(conn, "scores AS s", conditions, values))
    if _counted(conn, "scores AS s", "", values) <= COUNTED:
        return _exact(_counted(conn, _FIRST, conditions, values | {"first": COUNTED}))
    first = _LOOKED_AT if "SELECT" in conditions else _GLANCED_AT
    return None, _counted(conn, _FIRST, conditions, values | {"first": first})


def _counted(conn: Connection, tables: str, conditions: str, values: dict[str, Any]) -> int:
    return int(conn.execute(_COUNT.format(tables=tables, conditions=conditions), values).fetchone()[0])


def _exact(counted: int) -> tuple[int | None, int]:
    return (counted, counted) if counted <= COUNTED else (None, COUNTED)
