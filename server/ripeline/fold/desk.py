"""Where people's deeds are done: each a function of a desk, inside one transaction on the writer's thread.

A deed is a fact and an input: it survives every rescore. It writes itself down and folds again just the leads it is
about. `deeds` lists them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ripeline.errors import InvalidRequest
from ripeline.fold.keeper import Keeper
from ripeline.rules.model import Ruleset
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.reading import model_asked
from ripeline.store.reading_lead import lead_id_of

#: How a lead is named: by its id, or by its e-mail.
LeadKey = int | str


@dataclass(frozen=True, slots=True)
class Desk:
    """The write connection inside a transaction, the fold on it, and who does something when.

    `forget` is to be called when rows were erased whose ids others may remember. `is_quiet`: what is said here was said
    long ago (an import), and nobody is told of it. `leads` are those that were named so far, for pages that show them.
    """

    conn: Connection
    folder: Keeper
    by: Said
    forget: Callable[[], None]
    is_quiet: bool = False
    leads: set[int] = field(default_factory=set)

    @property
    def ruleset(self) -> Ruleset:
        return self.folder.ruleset

    def lead(self, key: LeadKey) -> int:
        """The id the lead is read under; raises `NotFound`."""
        found = lead_id_of(self.conn, key)
        self.leads.add(found)
        return found

    def model(self, id: str | None) -> str:
        """A model of the rules in force; the only one when none is named. Raises `InvalidRequest`."""
        known = [model.id for model in self.ruleset.models]
        if id is not None:
            return model_asked(self.ruleset, id).id
        if len(known) == 1:
            return known[0]
        raise InvalidRequest("model", f"say which: {', '.join(known)}")
