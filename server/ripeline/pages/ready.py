"""Ready: whom do I call now? By band, then who cools down first, then the newest; then what has been taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from ripeline.pages.colleagues import Others, others_of
from ripeline.pages.desk import Desk
from ripeline.pages.ready_nearest import NearRow, nearest_of
from ripeline.pages.rings import Ring, model_named, ring
from ripeline.pages.who import Who, who_is
from ripeline.store.reading_shelf import (
    count_in_state,
    open_on_shelf,
    put_off,
    taken_by_others,
    taken_on_shelf,
    without_end,
)
from ripeline.store.views import HandoffView

REASONS: Final = 3
COLLEAGUES: Final = 2
#: So many rows keep the page under 60 KB.
A_PAGE: Final = 15
#: What stands below the list, until somebody wants to see all of it.
A_FEW: Final = 5
#: Counting stops there.
MOST_COUNTED: Final = 10_000
#: The parts below the list, each with a page of its own.
PARTS: Final = ("mine", "others", "later", "ended")
_LONGEST: Final = 60
_BEHIND_US: Final = ("claimed", "snoozed", "closed", "expired")


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """One person to call; `colleagues`: others of the same company."""

    who: Who
    ring: Ring
    handoff: HandoffView
    colleagues: Others | None


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the rows of one part; `more`: the address of the rest, "" when this is all."""

    rows: tuple[ReadyRow, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class ReadyPage:
    """`open` to call, `mine` and `others` taken, `later` put off, `ended`: of whom nobody said yet how it ended.

    `nearest`: when there is nobody to call, who comes next. `count`: how many are open in all, None for very many.
    `several` when more than one model hands over, so that a row must say which. `part`: the only one shown, "" for all;
    `is_first`: the list from its beginning; `is_new`: there was never anybody to call; `here`: where the forms
    of this page come back to.
    """

    open: Part
    mine: Part
    others: Part
    later: Part
    ended: Part
    nearest: tuple[NearRow, ...]
    count: int | None
    several: bool
    part: str
    is_first: bool
    is_new: bool
    here: str

    @property
    def is_taken(self) -> bool:
        return bool(self.mine.rows or self.others.rows)


def read_ready(desk: Desk) -> ReadyPage:
    """The open hand-offs and what stands below them; or one part alone, or the next page of either."""
    cursor, part = desk.query.get("cursor") or None, desk.query.get("part", "")
    part = part if part in PARTS else ""
    is_first = cursor is None
    count = count_in_state(desk.conn, "open", MOST_COUNTED + 1)
    open = _open(desk, cursor) if not part else Part()
    below = {name: _part(desk, name, part, cursor) for name in PARTS if part == name or (is_first and not part)}
    return ReadyPage(
        open=open,
        **{name: below.get(name, Part()) for name in PARTS},
        nearest=() if open.rows or part or not is_first else nearest_of(desk),
        count=count if count <= MOST_COUNTED else None,
        several=sum(model.handoff is not None for model in desk.ruleset.models) > 1,
        part=part,
        is_first=is_first,
        is_new=count == 0 and not any(count_in_state(desk.conn, state, 1) for state in _BEHIND_US),
        here=_address(part, cursor),
    )


def _open(desk: Desk, cursor: str | None) -> Part:
    found, after = open_on_shelf(desk.conn, desk.ruleset, A_PAGE, cursor)
    return Part(tuple(ready_row(desk, each, with_colleagues=True) for each in found), _address("", after, not after))


def _part(desk: Desk, name: str, alone: str, cursor: str | None) -> Part:
    """One part: a few of it below the list, a page of it when it is looked at alone."""
    conn, ruleset, user = desk.conn, desk.ruleset, desk.user
    limit, after = (A_PAGE if alone else A_FEW), None
    if name == "mine":
        found, after = taken_on_shelf(conn, ruleset, user, limit, cursor)
    elif name == "others":
        found, after = taken_by_others(conn, ruleset, user, limit, cursor)
    elif name == "later":
        found = put_off(conn, ruleset, _LONGEST if alone else limit + 1)
    else:
        found = without_end(conn, ruleset, user, _LONGEST if alone else limit + 1)
    is_cut = not alone and (after is not None or len(found) > limit)
    # Whoever has taken somebody is about to call them, and then it helps to know who else was here.
    is_own = name == "mine"
    rows = tuple(ready_row(desk, each, with_colleagues=is_own) for each in (found if alone else found[:limit]))
    return Part(rows, _address(name, None) if is_cut else _address(name, after, not after))


def ready_row(desk: Desk, handoff: HandoffView, *, with_colleagues: bool = False) -> ReadyRow:
    """One hand-off as the page shows it."""
    model = model_named(desk.ruleset, handoff.model)
    drawn = ring(model, handoff.current_band, (handoff.ripeness, handoff.notch))
    who = who_is(handoff.lead_id, handoff.email, handoff.attributes)
    return ReadyRow(who, drawn, handoff, others_of(desk, handoff.lead_id, COLLEAGUES) if with_colleagues else None)


def _address(part: str, cursor: str | None, is_last: bool = False) -> str:
    if is_last:
        return ""
    query = {name: value for name, value in (("part", part), ("cursor", cursor)) if value}
    return f"/ready?{urlencode(query)}" if query else "/ready"
