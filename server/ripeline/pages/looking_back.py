"""A page as of an earlier day: `?as_of=2026-11-01` shows what had happened by the end of it, as it read then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from ripeline.domain.times import end_of_day
from ripeline.errors import InvalidRequest
from ripeline.fold.folder import now_ms
from ripeline.templating.times import local

ASKED: Final = "as_of"

#: The parameter that holds the query of the list a page was opened from.
FROM: Final = "from"


@dataclass(frozen=True, slots=True)
class Look:
    """`at` (ms): the moment looked at; `day`: that asked for, as a browser writes it, "" for now; `latest`: today.

    `came`: the query of the list one came from, which goes along, "" for none.
    """

    at: int
    day: str
    latest: str
    came: str = ""

    def address(self, path: str, **query: str | None) -> str:
        """The address of a page at the same moment; what is None is left out."""
        asked = query | {ASKED: self.day, FROM: self.came}
        kept = {name: value for name, value in asked.items() if value}
        return f"{path}?{urlencode(kept)}" if kept else path


def look_of(query: Mapping[str, str], timezone: str, at_least: int) -> Look:
    """The day asked for, else now or `at_least` (ms) when that is later; raises `InvalidRequest` for no day."""
    now = now_ms()
    day = query.get(ASKED, "")
    at = end_of_day(day, timezone) if day else max(now, at_least)
    if at is None:
        raise InvalidRequest(ASKED, "must be a day, like 2026-11-21")
    return Look(at, day, local(now, timezone).date().isoformat(), query.get(FROM, ""))
