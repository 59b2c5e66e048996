"""Who else of a lead's company was here, as a page tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.fold.folder import now_ms
from ripeline.pages.desk import Desk
from ripeline.pages.who import Who, who_is
from ripeline.store.colleagues import colleagues_of

_SEVEN_DAYS_MS: Final = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class Others:
    """`count` other people of the company with that domain in the last seven days, some of them by name."""

    domain: str
    count: int
    people: tuple[Who, ...]


def others_of(desk: Desk, lead_id: int, named: int) -> Others | None:
    """The latest so many of them; None when nobody else of the company was here."""
    found = colleagues_of(desk.conn, lead_id, now_ms() - _SEVEN_DAYS_MS, named)
    if found is None or not found.count:
        return None
    people = tuple(who_is(each.id, each.email, each.attributes) for each in found.leads)
    return Others(found.domain, found.count, people)
