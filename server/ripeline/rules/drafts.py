"""One rule of the file read on its own; what it says about other rules stays open until all are known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ripeline.domain.event import FORM
from ripeline.rules.aging import read_decay, read_inactive, read_mode
from ripeline.rules.attributes import ATTRIBUTES
from ripeline.rules.awards import read_cap, read_count, read_once_per, read_values
from ripeline.rules.conditions import read_lead, read_where
from ripeline.rules.fields import WHERE_KEYS
from ripeline.rules.habits import slug
from ripeline.rules.lines import KeyPath
from ripeline.rules.mistakes import called, of_a_person
from ripeline.rules.model import After, Rule
from ripeline.rules.tables import Table, described
from ripeline.sentences import N_, Sentence

KEYS: Final = (
    *("on", "where", "lead", "points", "label"),
    *("once_per", "cap", "after", "inactive"),
    *("values", "handoff", "after_within", "retro", "count", "decay", "group", "mode"),
)

_EXAMPLE: Final = '{ points = 5, on = "page", where.path = "/pricing*" }'
_ID: Final = re.compile(r"[a-z0-9-]+")

#: What only an event can have; rules that are held while something is true have none.
_OF_EVENTS: Final = ("values", "once_per", "cap", "after", "after_within", "retro", "count", "decay", "handoff")
#: Said of a key that concerns the whole file, found elsewhere.
AT_THE_TOP: Final = N_("it belongs at the top of the file, before the first [heading]")
_HINTS: Final = {
    **{name: of_a_person(name) for name in ATTRIBUTES},
    **{name: N_("conditions on an event are written `where.%(name)s`", name=name) for name in WHERE_KEYS},
    "event": N_("the event is named by `on`"),
    "score": called("points"),
    "name": N_("a rule's name in words is its `label`"),
    "max": N_('a limit is written cap = { points = 10, per = "day" }'),
    "once": N_('it is called `once_per`, like once_per = "lead"'),
    "within": N_('`after` has after_within = "30d", and count = { n = 3, within = "7d" }'),
    "distinct": N_('it belongs to `count`: count = { n = 3, within = "7d", distinct = "item" }'),
    **dict.fromkeys(("half_life", "linear", "expire"), N_('it belongs to `decay`: decay = { half_life = "30d" }')),
    **dict.fromkeys(("silent", "silence"), N_('it is called `inactive`: inactive = "30d"')),
    **dict.fromkeys(("timezone", "session_timeout"), AT_THE_TOP),
}
_IN_AFTER: Final = {
    **dict.fromkeys(("within", "after_within"), N_('it is a key of the rule, behind `after`: after_within = "30d"')),
    "retro": N_("it is a key of the rule, behind `after`: retro = true"),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule whose `after` is still names (`wanted`, globs of ids); `path` is where it stands.

    `says_decay`: the rule says itself how its points fade, or that they do not.
    """

    rule: Rule
    wanted: tuple[str, ...]
    path: KeyPath
    says_decay: bool = False


def read_drafts(table: Table, content: Mapping[str, Sequence[str]]) -> list[Draft]:
    """The rules of a table `rules`; one that cannot be read is noted and left out."""
    shared = table.path == ("rules",)
    drafts = (_draft(table, id, content, shared) for id in table.data)
    return [draft for draft in drafts if draft]


def _draft(rules: Table, id: str, content: Mapping[str, Sequence[str]], shared: bool) -> Draft | None:
    value = rules.data[id]
    if not isinstance(value, dict):
        rules.wrong(_not_a_rule(id, value), id)
        return None
    if not _ID.fullmatch(id):
        better = N_(": write `%(id)s`", id=slug(id)) if slug(id) else ""
        allowed = N_("`%(id)s` cannot be a rule's id, which has only a–z, 0–9 and -%(better)s", id=id, better=better)
        rules.wrong(allowed, id)
    table = Table(value, (*rules.path, id), rules.mistakes)
    table.only(KEYS, _HINTS)
    on = _kinds(table)
    _check_worth(table)
    _check_sort(table, bool(on))
    after, wanted = _after(table, content)
    rule = Rule(
        id=id,
        label=table.text("label", "Pricing") or id,
        points=table.points("points"),
        on=on,
        where=read_where(table, content),
        lead=read_lead(table),
        values=read_values(table),
        once_per=read_once_per(table),
        cap=read_cap(table),
        after=after,
        count=read_count(table),
        decay=read_decay(table),
        group=table.text("group", "content"),
        inactive=read_inactive(table),
        mode=read_mode(table),
        handoff=table.flag("handoff") or False,
        shared=shared,
        line=rules.mistakes.lines.of(table.path),
    )
    return Draft(rule, wanted, table.path, "decay" in table)


def _not_a_rule(id: str, value: Any) -> Sentence:
    if id in ("timezone", "session_timeout"):
        return N_(
            "`%(id)s` stands below [rules], so it is read as a rule: move it to the top, before the first [heading]",
            id=id,
        )
    facts = {"id": id, "found": described(value), "example": f"{id} = {_EXAMPLE}"}
    return N_("`%(id)s` is %(found)s; a rule is written %(example)s", **facts)


def _check_worth(table: Table) -> None:
    if "points" in table and "values" in table:
        table.wrong(N_("`points` and `values` both say what it is worth: keep one"), "values")
    if "points" not in table and "values" not in table:
        table.lacking(N_("`points` is missing: what is it worth? points = 5"))


def _check_sort(table: Table, has_events: bool) -> None:
    """A rule is about an event (`on`), about the person (`lead` alone), or about silence (`inactive`)."""
    for key in ("after_within", "retro"):
        if key in table and "after" not in table:
            asked = N_(
                '`%(key)s` belongs to `after`, which is missing: after which rule? after = "white-paper-*"', key=key
            )
            table.wrong(asked, key)
    if "inactive" in table:
        _check_silence(table)
        return
    if "mode" in table:
        table.wrong(N_('`mode` belongs to `inactive`, which is missing: after how long? inactive = "30d"'), "mode")
    if has_events or "on" in table:
        return
    if "where" in table:
        table.wrong(N_('`where` asks about an event, and `on` is missing: which one? on = "page"'), "where")
        return
    if "lead" not in table:
        table.lacking(
            N_(
                'neither `on` (which event? on = "page") nor `lead` (about whom? lead.job = "*director*") '
                'nor `inactive` (silent for how long? inactive = "30d")'
            )
        )
    for key in _OF_EVENTS:
        if key in table:
            held = N_("`%(key)s` cannot stand in a rule about the person (it has no `on`): it is for events", key=key)
            table.wrong(held, key)


def _check_silence(table: Table) -> None:
    for key in ("on", "where", "lead"):
        if key in table:
            two = N_(
                "`%(key)s` cannot stand beside `inactive`, which is about everybody: make two rules of it", key=key
            )
            table.wrong(two, key)
    for key in _OF_EVENTS:
        if key in table:
            held = N_("`%(key)s` cannot stand in a rule about silence (`inactive`): it is for events", key=key)
            table.wrong(held, key)


def _kinds(table: Table) -> frozenset[str]:
    if "on" not in table:
        return frozenset()
    kinds = table.texts("on", '"page"')
    for kind in kinds:
        if "*" in kind or "/" in kind:
            one = N_('"%(kind)s" is not an event: `on` names one ("page"), where.path says which page', kind=kind)
            table.wrong(one, "on")
    return frozenset(kinds)


def _after(table: Table, content: Mapping[str, Sequence[str]]) -> tuple[After | None, tuple[str, ...]]:
    """The prerequisite, and the names of rules it is still to be resolved to."""
    value = table.data.get("after")
    if value is None:
        return None, ()
    within, retro = table.period("after_within", "30d"), table.flag("retro") or False
    if not isinstance(value, dict):
        return After(within=within, retro=retro), table.texts("after", '"white-paper-*"')
    event = Table(value, (*table.path, "after"), table.mistakes)
    event.only(("on", "where"), hints=_IN_AFTER)
    kinds = _kinds(event)
    if "on" not in event:
        example = f'after = {{ on = "{FORM}" }}'
        event.lacking(N_("`on` is missing: after which event? %(example)s", example=example))
    return After(on=kinds, where=read_where(event, content), within=within, retro=retro), ()
