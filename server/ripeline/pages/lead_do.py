"""What can be done on the Lead page: what was said of the lead so far, its notes, and who it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.pages.desk import Desk
from ripeline.store.browsers import Browser, browsers_of
from ripeline.store.merge_rows import MergedIn, merges_under
from ripeline.store.notes import Note, notes_of
from ripeline.store.reading_said import OutcomeSaid, VerdictSaid, last_outcome, last_verdict
from ripeline.store.views import LeadDetail

#: What people may correct, with the word browsers know each field by.
FIELDS: Final = {"name": "name", "company": "organization", "job": "organization-title", "phone": "tel"}

#: Notes shown at once; the rest is folded.
NOTES: Final = 3


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be corrected, as it stands; `hint` is what browsers fill it from."""

    name: str
    value: str
    hint: str


@dataclass(frozen=True, slots=True)
class Doing:
    """`verdict` and `ended`: what stands in the model looked through, unless sales has it anew.

    `browsers` may be taken out of the lead. `notes` are the newest, `older` those folded away; `merged` are leads
    people put into this one. `back` is where a form returns to, `path` what its address begins with. `typed`: what is
    typed to erase the lead.
    """

    path: str
    back: str
    model: str
    verdict: VerdictSaid | None
    ended: OutcomeSaid | None
    notes: tuple[Note, ...]
    older: tuple[Note, ...]
    browsers: tuple[Browser, ...]
    merged: tuple[MergedIn, ...]
    fields: tuple[Field, ...]
    typed: str


def doing_of(desk: Desk, detail: LeadDetail, model: str, back: str, handoff: int | None) -> Doing:
    """What the forms of that lead need, looked at through that model, in which that hand-off is before sales."""
    verdict = last_verdict(desk.conn, detail.id, model)
    browsers, notes = browsers_of(desk.conn, detail.id), notes_of(desk.conn, detail.id)
    # The only browser of somebody without a name is that lead.
    can_leave = detail.email is not None or len(browsers) > 1
    return Doing(
        path=f"/leads/{detail.id}",
        back=back,
        model=model,
        verdict=verdict if verdict is not None and handoff in (None, verdict.handoff) else None,
        ended=last_outcome(desk.conn, detail.id, model) if handoff is None else None,
        notes=notes[:NOTES],
        older=notes[NOTES:],
        browsers=browsers if can_leave else (),
        merged=merges_under(desk.conn, detail.id),
        fields=fields_of(detail),
        typed=name_typed(detail),
    )


def fields_of(detail: LeadDetail) -> tuple[Field, ...]:
    """What is known of each field that can be corrected, "" where nothing is; first and last name are a name."""
    known = {each.name: str(each.value) for each in detail.attributes}
    known.setdefault("name", " ".join(known[part] for part in ("first_name", "last_name") if part in known))
    return tuple(Field(name, known.get(name, ""), hint) for name, hint in FIELDS.items())


def name_typed(detail: LeadDetail) -> str:
    """The shortest thing that says who it is: the e-mail, of somebody anonymous the visitor as the page calls it."""
    return detail.email or (detail.visitors[0][:8] if detail.visitors else str(detail.id))
