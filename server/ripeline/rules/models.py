"""Models read from the file: bands, the shared rules they take, and `after` resolved to rules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from ripeline.rules.drafts import Draft, read_drafts
from ripeline.rules.globs import compile_any, compile_glob
from ripeline.rules.habits import slug
from ripeline.rules.mistakes import Mistakes, listed, nearest
from ripeline.rules.model import After, Band, Model, Rule
from ripeline.rules.tables import Table, described

KEYS: Final = ("label", "bands", "handoff", "next", "min_fit", "shared", "rules")
LATER: Final = ("cool_down", "re_enter", "grades", "groups", "decay")

#: Words that pages and scenarios use for what is no band.
RESERVED: Final = ("cold", "froid", "out of target", "out_of_target", "hors cible", "none")

_ID: Final = re.compile(r"[a-z0-9-]+")
_BANDS: Final = "bands = { warm = 5, hot = { enter = 10, exit = 8 } }"


def read_models(models: Table, shared: Sequence[Draft], content: Mapping[str, Sequence[str]]) -> tuple[Model, ...]:
    """Every model of the file; `shared` are the drafts of [rules]."""
    found: list[Model] = []
    for id in models.data:
        if not _ID.fullmatch(id):
            better = f": write [models.{slug(id)}]" if slug(id) else ""
            models.wrong(f"`{id}` cannot be a model's id, which has only a–z, 0–9 and -{better}", id)
        table = models.table(id, f"[models.{id}]")
        if table is not None:
            found.append(_model(table, id, shared, content))
    return tuple(found)


def _model(table: Table, id: str, shared: Sequence[Draft], content: Mapping[str, Sequence[str]]) -> Model:
    table.only(KEYS, LATER, {"timezone": "it belongs at the top of the file, before the first [heading]"})
    own_table = table.table("rules", f"[models.{id}.rules]")
    own = read_drafts(own_table, content) if own_table else []
    taken = _taken(table, shared)
    _refuse_same_ids(own, taken, table.mistakes)
    bands = _bands(table)
    # As written, so that one unreadable band is not also reported wherever it is named.
    written = table.data.get("bands")
    names = list(written) if isinstance(written, dict) else []
    return Model(
        id=id,
        label=table.text("label", "All offers") or id,
        bands=bands,
        rules=_resolved([*own, *taken], id, table.mistakes),
        handoff=_handoff(table, names) if "handoff" in table else bands[-1].name if bands else None,
        next_step=_next_steps(table, names),
        min_fit=table.points("min_fit"),
    )


def _taken(table: Table, shared: Sequence[Draft]) -> list[Draft]:
    """The shared rules this model takes part in: all, none (`false`), or all but the ids listed."""
    value = table.data.get("shared", True)
    if isinstance(value, bool):
        return list(shared) if value else []
    left_out = table.texts("shared", 'false, or a list of the ids left out, like ["careers"]')
    ids = [draft.rule.id for draft in shared]
    for id in left_out:
        if id not in ids:
            table.mistakes.lacking((*table.path, "shared"), f"no shared rule `{id}`{nearest(id, ids)}")
    return [draft for draft in shared if draft.rule.id not in left_out]


def _refuse_same_ids(own: Sequence[Draft], taken: Sequence[Draft], mistakes: Mistakes) -> None:
    lines = {draft.rule.id: draft.rule.line for draft in taken}
    for draft in own:
        if draft.rule.id in lines:
            where = f"a shared rule on line {lines[draft.rule.id]} has the same id"
            mistakes.add(
                draft.path, f'{where}: give one of them another, or leave it out: shared = ["{draft.rule.id}"]'
            )


def _resolved(drafts: Sequence[Draft], model: str, mistakes: Mistakes) -> tuple[Rule, ...]:
    events = [draft.rule.id for draft in drafts if draft.rule.on]
    people = {draft.rule.id for draft in drafts if not draft.rule.on}
    rules: list[Rule] = []
    for draft in drafts:
        for name in draft.wanted:
            if not any(map(compile_glob(name), events)):
                mistakes.lacking((*draft.path, "after"), _names_nothing(name, model, events, people))
        ids = frozenset(filter(compile_any(draft.wanted), events))
        rules.append(replace(draft.rule, after=After(rules=ids)) if draft.wanted else draft.rule)
    return tuple(rules)


def _names_nothing(name: str, model: str, events: Sequence[str], people: set[str]) -> str:
    if name in people:
        return f"`after` names `{name}`, a rule about the person: name one with `on`"
    near = nearest(name.strip("*"), events)
    return f"`after` names `{name}`, and model `{model}` has no such rule{near or '; it has ' + listed(events)}"


def _bands(table: Table) -> tuple[Band, ...]:
    bands = table.table("bands", _BANDS)
    if bands is None or not bands.data:
        if "bands" not in table or bands is not None:
            problem = f"`bands` is missing: from how many points is somebody warm, or hot? {_BANDS}"
            table.mistakes.lacking((*table.path, "bands"), problem)
        return ()
    found = [band for name in bands.data if (band := _band(bands, name))]
    entered: dict[int, str] = {}
    for band in found:
        if band.enter in entered:
            bands.wrong(f"`{band.name}` and `{entered[band.enter]}` begin at the same score", band.name)
        entered[band.enter] = band.name
    return tuple(sorted(found, key=lambda band: band.enter))


def _band(bands: Table, name: str) -> Band | None:
    if name.lower() in RESERVED or not name.strip():
        bands.wrong(f"`{name}` cannot be a band: it is what pages say of a lead outside all bands", name)
        return None
    value = bands.data[name]
    if not isinstance(value, dict):
        enter = bands.thousandths(value, name)
        return None if enter is None else Band(name, enter, enter)
    table = Table(value, (*bands.path, name), bands.mistakes)
    table.only(("enter", "exit", "fit"), hints={"leave": "it is called `exit`"})
    enter, leave, fit = table.points("enter"), table.points("exit"), table.points("fit")
    if "enter" not in table:
        table.lacking("`enter` is missing: from which score on? { enter = 10, exit = 8 }")
    if enter is None:
        return None
    if leave is not None and leave > enter:
        table.wrong(
            f"`exit` is above `enter`: a lead leaves below {value['exit']}, so {value['enter']} or less", "exit"
        )
        leave = None
    return Band(name, enter, enter if leave is None else leave, fit)


def _handoff(table: Table, bands: Sequence[str]) -> str | None:
    """The band that sends a lead to sales, None for "none"."""
    value = table.data["handoff"]
    if value in bands:
        return str(value)
    if value != "none":
        near = nearest(value, bands) if isinstance(value, str) else ""
        known = f'{near or ";"} it must be one of {listed(bands)}, or "none"'
        table.mistakes.lacking(
            (*table.path, "handoff"), f"`handoff` is {described(value)}, no band of this model{known}"
        )
    return None


def _next_steps(table: Table, bands: Sequence[str]) -> dict[str, str]:
    steps = table.table("next", 'next = { hot = "Call within a day" }')
    if steps is None:
        return {}
    for band in steps.data:
        if band not in (*bands, "cold"):
            table.mistakes.lacking((*steps.path, band), f"no band `{band}`{nearest(band, bands)}")
    texts = {band: steps.text(band, "Call within a day") for band in steps.data}
    return {band: text for band, text in texts.items() if text}
