"""What narrows a list of leads, each as a condition on one lead and, where it may be few, as a set to begin from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ripeline.domain.event import DOWNLOAD, FORM, PAGE
from ripeline.rules.model import Model
from ripeline.store.database import Connection
from ripeline.store.reading import id_list
from ripeline.store.reading_bands import scores_of_band
from ripeline.store.reading_items import items_meant
from ripeline.store.reading_leads_query import NOBODY, SOMEBODY, LeadQuery
from ripeline.store.search_sql import matching
from ripeline.store.seen_items import ITEM_TEXT, kind_ids, seen_upto

#: When a lead was last seen, as its index has it (0: never).
SEEN: Final = "coalesce(l.last_seen, 0)"

#: The channel of the first session that had a source.
CHANNEL: Final = """coalesce((SELECT o.channel FROM sessions AS n JOIN sources AS o ON o.id = n.source_id
 WHERE n.lead_id = s.lead_id ORDER BY n.started_at, n.id LIMIT 1), 'direct')"""

#: Who took the lead's newest hand-off in this model, NULL: nobody.
OWNER: Final = """(SELECT h.owner_id FROM handoffs AS h WHERE h.id = (SELECT max(n.id) FROM handoffs AS n
 WHERE n.lead_id = s.lead_id AND n.model = :model_name AND n.state <> 'late'))"""


@dataclass(frozen=True, slots=True)
class Chip:
    """`condition` holds for a lead `s`, `l`, or is "" where only `found` can tell.

    `found` selects the `id`s of at least all these leads ("": not known without looking at everybody); `is_whole`: of
    no others. `probe` counts them cheaply; `size` is known already.
    """

    condition: str
    found: str = ""
    is_whole: bool = False
    probe: str = ""
    size: int | None = None
    values: dict[str, Any] = field(default_factory=dict)


def chips_of(conn: Connection, model: Model, query: LeadQuery) -> list[Chip]:
    """Everything the query narrows the list by."""
    chips = [
        *_searched(query.q.strip()),
        *_in_band(model, query.band),
        *_known(query.identified),
        *_came_by(query.channel),
        *_seen(query),
        *_owned(query.owner),
    ]
    for kind, wanted in ((PAGE, query.page), (DOWNLOAD, query.file), (FORM, query.form)):
        if wanted.strip():
            chips.append(_item(conn, kind, wanted.strip()))
    return chips


def _searched(q: str) -> Iterator[Chip]:
    """The search index holds runs of three characters; anything shorter is taken as the start of an e-mail."""
    if len(q) >= 3:
        found = "SELECT rowid AS id FROM leads_search WHERE leads_search MATCH :q"
        yield Chip("", found, True, size=0, values={"q": matching(q)})
    elif q:
        found = "SELECT id FROM leads WHERE email >= :q AND email < :q || char(1114111)"
        yield Chip("", found, True, size=0, values={"q": q.lower()})


def _in_band(model: Model, band: str | None) -> Iterator[Chip]:
    if band is None:
        return
    lowest, too_high = scores_of_band(model, band)
    asked = {"s.score >= :lowest": lowest is not None, "s.score < :too_high": too_high is not None}
    condition = " AND ".join(["s.band = :band", *(bound for bound, is_asked in asked.items() if is_asked)])
    found = f"""SELECT s.lead_id AS id FROM scores AS s
      WHERE s.model_id = :model AND s.out_of_target IN (0, 1) AND {condition}"""
    yield Chip(condition, found, values={"band": band, "lowest": lowest, "too_high": too_high})


def _known(identified: bool | None) -> Iterator[Chip]:
    # The + keeps the condition from choosing the index, whose order is not the list's.
    if identified is True:
        yield Chip("+l.email IS NOT NULL", "SELECT id FROM leads WHERE email >= ''", True)
    elif identified is False:
        yield Chip("+l.email IS NULL")


def _came_by(channel: str | None) -> Iterator[Chip]:
    if channel is None:
        return
    # Direct is also what nothing is known of; leads without any source cannot be found from the side of the sources.
    found = """SELECT n.lead_id AS id FROM sources AS o CROSS JOIN sessions AS n ON n.source_id = o.id
      WHERE o.channel = :channel"""
    yield Chip(f"{CHANNEL} = :channel", "" if channel == "direct" else found, values={"channel": channel})


def _seen(query: LeadQuery) -> Iterator[Chip]:
    for name, sign, at in (("seen_since", ">=", query.seen_since), ("silent_since", "<", query.silent_since)):
        if at is not None:
            found = f"SELECT l.id FROM leads AS l WHERE {SEEN} {sign} :{name}"
            yield Chip(f"{SEEN} {sign} :{name}", found, True, values={name: at})


def _owned(owner: int | str | None) -> Iterator[Chip]:
    if owner is None:
        return
    if owner == NOBODY:
        yield Chip(f"{OWNER} IS NULL")
    elif owner == SOMEBODY:
        yield Chip(
            f"{OWNER} IS NOT NULL", "SELECT lead_id AS id FROM handoffs INDEXED BY handoffs_by_owner WHERE owner_id > 0"
        )
    else:
        found = "SELECT lead_id AS id FROM handoffs WHERE owner_id = :owner"
        yield Chip(f"{OWNER} = :owner", found, values={"owner": owner})


# On a shared browser what was seen before or after may be another person's.
_PLACED: Final = """(e.at, {rank}, e.event_id) >= (p.from_at, p.from_rank, p.from_id)
  AND NOT EXISTS (SELECT 1 FROM epochs AS x WHERE x.visitor_id = p.visitor_id
    AND (x.from_at, x.from_rank, x.from_id) > (p.from_at, p.from_rank, p.from_id)
    AND (x.from_at, x.from_rank, x.from_id) <= (e.at, {rank}, e.event_id))"""
# Most browsers are of one person alone: only for others the events themselves are asked.
_OWN: Final = """(1 = (SELECT count(*) FROM epochs AS x WHERE x.visitor_id = p.visitor_id)
  OR EXISTS (SELECT 1 FROM events AS e WHERE e.visitor_id = p.visitor_id AND e.kind_id = :{kind}
    AND {text} IN (SELECT value FROM json_each(:{kind}_texts)) AND {placed}))"""
# The texts are looked up in a set of their own for the whole walk, the events by their visitor.
_ITEM: Final = """EXISTS (SELECT 1 FROM epochs AS p CROSS JOIN events AS e ON e.visitor_id = p.visitor_id
  WHERE p.lead_id IN (SELECT s.lead_id UNION ALL SELECT g.id FROM leads AS g WHERE g.merged_into = s.lead_id)
  AND e.kind_id = :{kind} AND {text} IN (SELECT value FROM json_each(:{kind}_texts)) AND {placed})"""
# Of few texts the index of what was seen is asked, and the log only for what that has not read yet.
_ITEM_BY_INDEX: Final = """EXISTS (SELECT 1 FROM epochs AS p
  WHERE p.lead_id IN (SELECT s.lead_id UNION ALL SELECT g.id FROM leads AS g WHERE g.merged_into = s.lead_id)
  AND (EXISTS (SELECT 1 FROM json_each(:{kind}_texts) AS j CROSS JOIN seen_items AS i
      ON i.kind_id = :{kind} AND i.text_id = j.value AND i.visitor_id = p.visitor_id)
    OR EXISTS (SELECT 1 FROM events AS e INDEXED BY events_by_visitor WHERE e.visitor_id = p.visitor_id
      AND e.seq > :tail AND e.kind_id = :{kind} AND {text} IN (SELECT value FROM json_each(:{kind}_texts))))
  AND {own})"""
FEW_TEXTS: Final = 20
_ITEM_FOUND: Final = """SELECT coalesce(g.merged_into, g.id) AS id FROM (
    SELECT i.visitor_id FROM json_each(:{kind}_texts) AS j CROSS JOIN seen_items AS i
      ON i.kind_id = :{kind} AND i.text_id = j.value
    UNION ALL SELECT e.visitor_id FROM events AS e WHERE e.seq > :tail AND e.kind_id = :{kind}
      AND {text} IN (SELECT value FROM json_each(:{kind}_texts))
  ) AS v CROSS JOIN epochs AS p ON p.visitor_id = v.visitor_id CROSS JOIN leads AS g ON g.id = p.lead_id
  WHERE {own}"""


def _item(conn: Connection, kind: str, wanted: str) -> Chip:
    meant = items_meant(conn, kind, wanted)
    words: dict[str, Any] = {"kind": kind, "text": ITEM_TEXT, "rank": int(kind == PAGE)}
    words["placed"] = _PLACED.format(**words)
    words["own"] = _OWN.format(**words)
    values = kind_ids(conn) | {"tail": seen_upto(conn), f"{kind}_texts": id_list(meant.texts)}
    condition = _ITEM_BY_INDEX if len(meant.texts) <= FEW_TEXTS else _ITEM
    return Chip(condition.format(**words), _ITEM_FOUND.format(**words), True, size=meant.visitors, values=values)
