"""One rule of the file read on its own; what it says about other rules stays open until all are known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from ripeline.domain.event import FORM
from ripeline.rules.attributes import ATTRIBUTES
from ripeline.rules.conditions import read_lead, read_where
from ripeline.rules.fields import WHERE_KEYS
from ripeline.rules.habits import slug
from ripeline.rules.lines import KeyPath
from ripeline.rules.mistakes import listed, nearest
from ripeline.rules.model import After, Cap, CapPeriod, OncePart, Rule
from ripeline.rules.tables import Table, described

KEYS: Final = ("on", "where", "lead", "points", "values", "once_per", "cap", "after", "label", "handoff")
LATER: Final = ("inactive", "count", "decay", "group", "after_within", "retro", "mode")

_EXAMPLE: Final = '{ points = 5, on = "page", where.path = "/pricing*" }'
_ID: Final = re.compile(r"[a-z0-9-]+")
_OF_EVENTS: Final = ("once_per", "cap", "after", "values", "handoff")
_PERIODS: Final[tuple[CapPeriod, ...]] = get_args(CapPeriod)
_PARTS: Final[tuple[OncePart, ...]] = get_args(OncePart)
_PAIRED: Final = frozenset({"item", "session", "day"})
_HINTS: Final = {
    **{name: f"what is known about a person is asked with `lead.{name}`" for name in ATTRIBUTES},
    **{name: f"conditions on an event are written `where.{name}`" for name in WHERE_KEYS},
    "event": "the event is named by `on`",
    "score": "it is called `points`",
    "name": "a rule's name in words is its `label`",
    "max": 'a limit is written cap = { points = 10, per = "day" }',
    "once": 'it is called `once_per`, like once_per = "lead"',
    **dict.fromkeys(("timezone", "session_timeout"), "it belongs at the top of the file, before the first [heading]"),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule whose `after` is still names (`wanted`, globs of ids); `path` is where it stands."""

    rule: Rule
    wanted: tuple[str, ...]
    path: KeyPath


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
        better = f": write `{slug(id)}`" if slug(id) else ""
        rules.wrong(f"`{id}` cannot be a rule's id, which has only a–z, 0–9 and -{better}", id)
    table = Table(value, (*rules.path, id), rules.mistakes)
    table.only(KEYS, LATER, _HINTS)
    on = _kinds(table)
    # What is not built yet may be what makes this a rule of another sort: nothing more can be said about it.
    if not any(key in value for key in LATER):
        _check_sort(table, bool(on))
    after, wanted = _after(table, content)
    rule = Rule(
        id=id,
        label=table.text("label", "Pricing") or id,
        points=table.points("points"),
        on=on,
        where=read_where(table, content),
        lead=read_lead(table),
        values=_values(table),
        once_per=_once_per(table),
        cap=_cap(table),
        after=after,
        handoff=table.flag("handoff") or False,
        shared=shared,
        line=rules.mistakes.lines.of(table.path),
    )
    return Draft(rule, wanted, table.path)


def _not_a_rule(id: str, value: Any) -> str:
    if id in ("timezone", "session_timeout"):
        return f"`{id}` stands below [rules], so it is read as a rule: move it to the top, before the first [heading]"
    return f"`{id}` is {described(value)}; a rule is written {id} = {_EXAMPLE}"


def _check_sort(table: Table, has_events: bool) -> None:
    """Points and their event (`on`), or points and who it is about (`lead` alone, a fit rule)."""
    if "points" in table and "values" in table:
        table.wrong("`points` and `values` both say what it is worth: keep one", "values")
    if "points" not in table and "values" not in table:
        table.lacking("`points` is missing: what is it worth? points = 5")
    if has_events or "on" in table:
        return
    if "where" in table:
        table.wrong('`where` asks about an event, and `on` is missing: which one? on = "page"', "where")
    elif "lead" not in table:
        table.lacking('neither `on` (which event? on = "page") nor `lead` (about whom? lead.job = "*director*")')
    for key in _OF_EVENTS:
        if key in table and "where" not in table:
            table.wrong(f"`{key}` cannot stand in a rule about the person (it has no `on`): it is for events", key)


def _kinds(table: Table) -> frozenset[str]:
    if "on" not in table:
        return frozenset()
    kinds = table.texts("on", '"page"')
    for kind in kinds:
        if "*" in kind or "/" in kind:
            table.wrong(f'"{kind}" is not an event: `on` names one ("page"), where.path says which page', "on")
    return frozenset(kinds)


def _values(table: Table) -> tuple[tuple[str, int], ...]:
    values = table.table("values", 'values = { "*case*.pdf" = 5, "*.pdf" = 2 }')
    if values is None:
        return ()
    if not values.data:
        values.wrong("an empty { } is worth nothing")
    worth: list[tuple[str, int]] = []
    for glob, value in values.data.items():
        if isinstance(value, dict):
            values.wrong(f'a pattern needs quotes: "{glob}.…" = 5', glob)
        elif (points := values.thousandths(value, glob)) is not None:
            worth.append((glob, points))
    return tuple(worth)


def _once_per(table: Table) -> tuple[OncePart, ...]:
    value = table.data.get("once_per")
    if value is None:
        return ()
    words = value.split() if isinstance(value, str) else []
    parts = tuple(part for part in _PARTS if part in words)
    paired = len(parts) == 1 or (len(parts) == 2 and _PAIRED.issuperset(parts))
    if paired and len(parts) == len(words):
        return parts
    asked = f'one of {listed(_PARTS)}, or two of `item`, `session`, `day` together, like "item day"'
    near = nearest(words[0], _PARTS) if len(words) == 1 else ""
    table.wrong(f"`once_per` is {described(value)}{near or ', it must be ' + asked}", "once_per")
    return ()


def _cap(table: Table) -> Cap | None:
    cap = table.table("cap", 'cap = { points = 10, per = "day" }')
    if cap is None:
        return None
    cap.only(("points", "per"))
    points, per = cap.points("points"), cap.data.get("per")
    period = next((known for known in _PERIODS if known == per), None)
    if "points" not in cap:
        cap.lacking('`points` is missing: how many at most? cap = { points = 10, per = "day" }')
    if per is None:
        cap.lacking(f"`per` is missing: for how long? One of {listed(_PERIODS)}")
    elif period is None:
        cap.wrong(
            f"`per` is {described(per)}{nearest(str(per), _PERIODS)}, it must be one of {listed(_PERIODS)}", "per"
        )
    if points is not None and points <= 0:
        cap.wrong("a cap is a number of points above 0", "points")
        return None
    return Cap(points, period) if points is not None and period else None


def _after(table: Table, content: Mapping[str, Sequence[str]]) -> tuple[After | None, tuple[str, ...]]:
    value = table.data.get("after")
    if value is None:
        return None, ()
    if not isinstance(value, dict):
        return None, table.texts("after", '"white-paper-*"')
    event = Table(value, (*table.path, "after"), table.mistakes)
    event.only(("on", "where"), hints={"within": "`after_within` is not available yet in this version"})
    kinds = _kinds(event)
    if "on" not in event:
        event.lacking(f'`on` is missing: after which event? after = {{ on = "{FORM}" }}')
    return After(on=kinds, where=read_where(event, content)), ()
