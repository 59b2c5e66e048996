"""What the address of the list of leads asks for: read, changed by a link, and put to the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from ripeline.errors import InvalidRequest
from ripeline.rules.model import Model, Ruleset
from ripeline.store.reading import model_asked
from ripeline.store.reading_leads import LeadQuery
from ripeline.store.reading_leads_query import NOBODY, SOMEBODY
from ripeline.templating.times import DAY

#: What narrows the list, in the order of its chips.
FILTERS: Final = (*("q", "band", "seen", "silent", "owner", "channel", "page", "file", "form", "identified", "out"),)
FIELDS: Final = ("model", *FILTERS, "sort")

#: Days, of `seen` (in so many) and of `silent` (for so many).
SPANS: Final = (7, 30, 90)
OWNERS: Final = ("me", SOMEBODY, NOBODY)
SORTS: Final = ("score", "missing", "seen")
COLD: Final = "cold"

_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """An address of the list, without its cursor; "" where it asks nothing."""

    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def query(self, **changes: str) -> str:
        """The query with these changes, each name in its place; "" takes a filter off."""
        asked = {**self.values, **changes}
        return urlencode([(name, asked[name]) for name in FIELDS if asked.get(name)])

    def address(self, **changes: str) -> str:
        """The list with these changes, from its first page."""
        query = self.query(**changes)
        return f"/leads?{query}" if query else "/leads"

    @property
    def widest(self) -> str:
        """The list of everybody, in the same model and order."""
        return self.address(**dict.fromkeys(FILTERS, ""))

    @property
    def narrows(self) -> bool:
        return any(self[name] for name in FILTERS if name != "out")

    def others(self, *names: str) -> list[tuple[str, str]]:
        """What a form that asks for these names must carry along."""
        return [(name, self[name]) for name in FIELDS if self[name] and name not in names]

    def model(self, ruleset: Ruleset) -> Model:
        """The model looked through: the first one when none is named. Raises `InvalidRequest` for an unknown one."""
        return model_asked(ruleset, self["model"] or ruleset.models[0].id)


def asked_of(query: Mapping[str, str]) -> Asked:
    """Read the parameters of an address; those that are not of the list are left out."""
    found = {name: query.get(name, "").strip()[:_LONGEST] for name in FIELDS}
    return Asked({name: value for name, value in found.items() if value and (name, value) != ("sort", "score")})


def asked_in(text: str) -> Asked:
    """The same of a query in one piece, as a saved view or a link to a lead carries it."""
    return asked_of(dict(parse_qsl(text[: 10 * _LONGEST])))


def lead_query(asked: Asked, ruleset: Ruleset, user: int, now: int) -> LeadQuery:
    """The question for the store, of that person (by id) at `now` (ms).

    Raises `InvalidRequest` for what no link of ours asks.
    """
    model = asked.model(ruleset)
    if asked["band"] not in ("", COLD, *(band.name for band in model.bands)):
        raise InvalidRequest("band", "is none of this model")
    return LeadQuery(
        model=model.id,
        band=asked["band"] or None,
        identified={"yes": True, "no": False}.get(asked["identified"]),
        q=asked["q"],
        out_of_target=bool(asked["out"]),
        sort=_one_of(asked, "sort", SORTS) or "score",
        channel=asked["channel"] or None,
        page=asked["page"],
        file=asked["file"],
        form=asked["form"],
        seen_since=_before(asked, "seen", now),
        silent_since=_before(asked, "silent", now),
        owner=user if asked["owner"] == "me" else _one_of(asked, "owner", OWNERS) or None,
    )


def _one_of(asked: Asked, name: str, known: tuple[str, ...]) -> str:
    if asked[name] and asked[name] not in known:
        raise InvalidRequest(name, f"must be one of {', '.join(known)}")
    return asked[name]


def _before(asked: Asked, name: str, now: int) -> int | None:
    """So many days before now; to the minute, so that the pages of a list agree."""
    days = asked[name]
    if not days:
        return None
    if not (days.isascii() and days.isdigit() and 0 < int(days) <= 3_650):
        raise InvalidRequest(name, "must be a number of days")
    return now // 60_000 * 60_000 - int(days) * DAY
