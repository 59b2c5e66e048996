"""A lead's place in the list it was opened from: who comes before, who after, and the way back."""

from __future__ import annotations

import time
from dataclasses import dataclass
from urllib.parse import urlencode

from ripeline.errors import InvalidRequest
from ripeline.pages.desk import Desk
from ripeline.pages.leads_asked import Asked, asked_in, lead_query
from ripeline.pages.looking_back import FROM
from ripeline.store.reading_leads import neighbours


@dataclass(frozen=True, slots=True)
class Around:
    """Addresses: the list, and the Lead pages before and after in it ("": the list ends there)."""

    list: str
    previous: str
    next: str


def lead_address(asked: Asked, model: str, lead: int) -> str:
    """A lead's page as the list of that query, seen by that model, links to it."""
    return f"/leads/{lead}?{urlencode({'model': model, FROM: asked.query(model=model)})}"


def around(desk: Desk, lead: int) -> Around | None:
    """The lead's place in the list named by `from` in the address; None when it was not opened from a list."""
    text = desk.query.get(FROM, "")
    if not text:
        return None
    asked = asked_in(text)
    try:
        query = lead_query(asked, desk.ruleset, desk.user, int(time.time() * 1000))
    except InvalidRequest:
        return None
    before, after = neighbours(desk.conn, desk.ruleset, query, lead)
    return Around(
        list=asked.address(),
        previous="" if before is None else lead_address(asked, query.model, before),
        next="" if after is None else lead_address(asked, query.model, after),
    )
