"""A draft tried on one lead: what each rule gives it now, and what it would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.domain.whole_numbers import whole_number
from ripeline.errors import NotFound
from ripeline.fold.explaining import explain_lead
from ripeline.pages.desk import Desk
from ripeline.pages.rings import model_named
from ripeline.rules.model import Ruleset
from ripeline.scoring.receipt import Receipt
from ripeline.store.reading_lead import lead_id_of

_LONGEST: Final = 254


@dataclass(frozen=True, slots=True)
class TriedRule:
    """What a rule (or a group's limit, or time) gives, in thousandths, before and after."""

    label: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class TriedLead:
    """`lead` is its id, None: nobody is called `asked`. Scores in thousandths and bands, before and after."""

    asked: str
    lead: int | None = None
    rules: tuple[TriedRule, ...] = ()
    scores: tuple[int, int] = (0, 0)
    bands: tuple[str, str] = ("", "")


def try_lead(desk: Desk, drafted: Ruleset | None, model: str, now: int) -> TriedLead | None:
    """What the address asks to be tried (`lead=`: an e-mail or an id), None when it asks nothing."""
    asked = desk.query.get("lead", "").strip()[:_LONGEST]
    if not asked:
        return None
    try:
        id = whole_number(asked)
        lead = lead_id_of(desk.conn, asked.lower() if id is None else id)
    except NotFound:
        return TriedLead(asked)
    before = _receipt(desk, desk.ruleset, model, lead, now)
    after = _receipt(desk, drafted or desk.ruleset, model, lead, now)
    return TriedLead(
        asked=asked,
        lead=lead,
        rules=_beside(before, after),
        scores=(before.score if before else 0, after.score if after else 0),
        bands=(before.band if before else "", after.band if after else ""),
    )


def _receipt(desk: Desk, ruleset: Ruleset, model: str, lead: int, now: int) -> Receipt | None:
    if model_named(ruleset, model) is None:
        return None
    receipts = explain_lead(desk.conn, ruleset, lead, now).receipts
    return next(receipt for receipt in receipts if receipt.model == model)


def _beside(before: Receipt | None, after: Receipt | None) -> tuple[TriedRule, ...]:
    old, new, nothing = _given(before), _given(after), ("", 0)
    labels = {key: label for key, (label, _) in (old | new).items()}
    return tuple(TriedRule(label, old.get(key, nothing)[1], new.get(key, nothing)[1]) for key, label in labels.items())


def _given(receipt: Receipt | None) -> dict[str, tuple[str, int]]:
    if receipt is None:
        return {}
    rows = {row.rule: (row.label, row.left) for row in receipt.rows if row.left}
    return rows | {f"group {limit.group}": (limit.group, limit.points) for limit in receipt.limits}
