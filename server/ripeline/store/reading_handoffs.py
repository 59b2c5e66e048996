"""The hand-offs: who was sent to sales, why, and how they stand now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from ripeline.errors import InvalidRequest, NotFound
from ripeline.rules.model import Model, Ruleset
from ripeline.store.database import Connection
from ripeline.store.reading import Row, checked_limit, cursor_after, model_asked, place_of, rows
from ripeline.store.reading_attributes import values_of
from ripeline.store.reading_bands import standing_of
from ripeline.store.views import HandoffView

STATES: Final = ("open", "claimed", "snoozed", "closed", "expired", "late")


@dataclass(frozen=True, slots=True)
class HandoffQuery:
    """Which hand-offs: in one `state` (None: all), of one `model` (None: all), from the cursor on.

    With `after`, an id, only those made after that one, the oldest first.
    """

    state: str | None = "open"
    model: str | None = None
    limit: int = 50
    cursor: str | None = None
    after: int | None = None


#: A hand-off with all that `handoff_view` reads; `:asks` is `asks(ruleset)`.
# The score now is looked up by the dictionary id of the model's name, which is stored as text in a hand-off.
SELECT = """SELECT h.*, l.email, l.attributes, l.last_seen, coalesce(nullif(u.name, ''), u.email) AS owner,
  (SELECT json_array(s.score, s.band) FROM texts AS t CROSS JOIN scores AS s
   ON s.model_id = t.id AND s.lead_id = h.lead_id WHERE t.text = h.model) AS standing,
  (SELECT json_group_array(c.band) FROM texts AS t CROSS JOIN crossings AS c
   ON c.lead_id = h.lead_id AND c.model_id = t.id AND c.entered = 1 WHERE t.text = h.model) AS bands_entered,
  (SELECT json_group_array(r.text) FROM texts AS t CROSS JOIN ledger AS g
   ON g.lead_id = h.lead_id AND g.model_id = t.id AND g.at = h.crossed_at AND g.reason IS NULL
   CROSS JOIN texts AS r ON r.id = g.rule_id WHERE :asks AND t.text = h.model) AS rules_paid
FROM handoffs AS h CROSS JOIN leads AS l ON l.id = h.lead_id LEFT JOIN users AS u ON u.id = h.owner_id"""

_IN_STATE = f"""-- handoffs_in_state
{SELECT}
WHERE h.state = :state AND (h.crossed_at, h.id) < (:at, :id) AND (:model IS NULL OR h.model = :model)
ORDER BY h.crossed_at DESC, h.id DESC LIMIT :limit"""

_ALL = f"""-- handoffs_all
{SELECT}
WHERE h.id < :id AND (:model IS NULL OR h.model = :model)
ORDER BY h.id DESC LIMIT :limit"""

_AFTER = f"""-- handoffs_after
{SELECT}
WHERE h.id > max(:after, :id) AND (:state IS NULL OR h.state = :state) AND (:model IS NULL OR h.model = :model)
ORDER BY h.id LIMIT :limit"""

_OF_LEAD = f"""-- handoffs_of_lead
{SELECT}
WHERE h.lead_id = :lead ORDER BY h.crossed_at DESC, h.id DESC"""

_ONE = f"-- handoff_of_id\n{SELECT}\nWHERE h.id = :id"

_NEWEST: Final = 2**62


def list_handoffs(
    conn: Connection, ruleset: Ruleset, query: HandoffQuery
) -> tuple[tuple[HandoffView, ...], str | None]:
    """One page of hand-offs, the newest first, and the cursor of the next page (None: this is the last).

    Of one state by the moment of the crossing, of all states, and `after` one, by the order in which they were made.
    Raises `InvalidRequest` for an unknown state or model, a bad limit or cursor.
    """
    if query.state is not None and query.state not in STATES:
        raise InvalidRequest("state", f"must be one of {', '.join(STATES)}")
    if query.model is not None:
        model_asked(ruleset, query.model)
    limit = checked_limit(query.limit)
    first = (_NEWEST, _NEWEST) if query.after is None else (0, 0)
    at, id = place_of(query.cursor, 2) if query.cursor else first
    values = {
        "state": query.state,
        "model": query.model,
        "at": at,
        "id": id,
        "after": query.after,
        "limit": limit + 1,
        "asks": asks(ruleset),
    }
    found = rows(conn, _walk(query), values)
    last = found[limit - 1] if len(found) > limit else None
    views = tuple(handoff_view(ruleset, row) for row in found[:limit])
    return views, cursor_after(last["crossed_at"], last["id"]) if last else None


def _walk(query: HandoffQuery) -> str:
    if query.after is not None:
        return _AFTER
    return _IN_STATE if query.state else _ALL


def one_handoff(conn: Connection, ruleset: Ruleset, id: int) -> HandoffView:
    """That hand-off; raises `NotFound`."""
    found = rows(conn, _ONE, {"id": id, "asks": asks(ruleset)})
    if not found:
        raise NotFound("hand-off", id)
    return handoff_view(ruleset, found[0])


def handoffs_of(conn: Connection, ruleset: Ruleset, lead_id: int) -> tuple[HandoffView, ...]:
    """All hand-offs of one lead, the newest first."""
    return tuple(handoff_view(ruleset, row) for row in rows(conn, _OF_LEAD, {"lead": lead_id, "asks": asks(ruleset)}))


def handoff_view(ruleset: Ruleset, row: Row) -> HandoffView:
    """One row of `SELECT`, as it reads under these rules."""
    score, band = json.loads(row["standing"]) if row["standing"] else (0, "cold")
    model = _model_still_in_force(ruleset, row["model"])
    standing = standing_of(model, score, band) if model else None
    return HandoffView(
        id=row["id"],
        lead_id=row["lead_id"],
        email=row["email"],
        attributes=values_of(json.loads(row["attributes"])),
        model=row["model"],
        model_label=model.label if model else row["model"],
        band=row["band"],
        score=row["score"],
        current_score=score,
        current_band=band,
        ripeness=standing.ripeness if standing else None,
        notch=standing.notch if standing else None,
        crossed_at=row["crossed_at"],
        made_at=row["made_at"],
        state=row["state"],
        owner=row["owner"],
        verdict=row["verdict"],
        next_step=model.next_step.get(band, "") if model else "",
        last_seen=row["last_seen"] or 0,
        reasons=_reasons(json.loads(row["reasons"])),
        reached=model is not None and _is_reached(model, row),
        snoozed_until=row["snoozed_until"],
        outcome=row["outcome"],
        note=row["note"],
        owner_id=row["owner_id"],
        cools_at=row["cools_at"],
    )


def asks(ruleset: Ruleset) -> bool:
    """Whether a rule sends leads to sales by itself: only then the ledger is to be asked whether it did."""
    return any(rule.handoff for model in ruleset.models for rule in model.rules)


def _is_reached(model: Model, row: Row) -> bool:
    """Whether the scores of now know a way into the band, or a request at the moment of the hand-off."""
    names = [band.name for band in model.bands]
    high = names[names.index(model.handoff) :] if model.handoff in names else []
    asking = {rule.id for rule in model.rules if rule.handoff}
    return bool({*high} & {*json.loads(row["bands_entered"])} or asking & {*json.loads(row["rules_paid"])})


def _reasons(stored: list[Any]) -> tuple[tuple[str, str, int, int], ...]:
    return tuple((str(rule), str(label), int(points), int(times)) for rule, label, points, times in stored)


def _model_still_in_force(ruleset: Ruleset, id: str) -> Model | None:
    """A hand-off is a fact and may outlive its model."""
    return next((model for model in ruleset.models if model.id == id), None)
