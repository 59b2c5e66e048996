"""What a list of leads is asked: which leads, in which order, from which place on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SORTS: Final = ("score", "seen", "missing")

#: Whose a lead may be, besides one person's (by id).
SOMEBODY: Final = "somebody"
NOBODY: Final = "nobody"


@dataclass(frozen=True, slots=True)
class LeadQuery:
    """Which leads, seen by which model, and from where on.

    `identified` True: with an e-mail, False: without, None: both. `q` is part of an e-mail or of an attribute.
    `out_of_target` adds the leads whose fit is too low, after all others. `cursor` is the `next` of the page before.
    `sort`: `score` (best first), `seen` (last seen first), `missing` (fewest points to the next band first).
    `channel` of the first session; `page`, `file`, `form` they saw, took or sent (see `reading_items`).
    `seen_since`: last seen then (ms) or later; `silent_since`: not seen since then. `owner`: who took it to sales
    last in this model, by the person's id, or "somebody" or "nobody".
    """

    model: str
    band: str | None = None
    identified: bool | None = None
    q: str = ""
    out_of_target: bool = False
    limit: int = 50
    cursor: str | None = None
    sort: str = "score"
    channel: str | None = None
    page: str = ""
    file: str = ""
    form: str = ""
    seen_since: int | None = None
    silent_since: int | None = None
    owner: int | str | None = None
