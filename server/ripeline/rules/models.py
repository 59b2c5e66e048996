"""Models read from the file: the shared rules they take, their groups, and what rules say of each other resolved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from ripeline.rules.aging import read_decay
from ripeline.rules.bands import read_bands, read_grades, read_handoff, read_next_steps
from ripeline.rules.drafts import AT_THE_TOP, Draft, read_drafts
from ripeline.rules.globs import compile_any, compile_glob
from ripeline.rules.habits import slug
from ripeline.rules.mistakes import Mistakes, listed, nearest
from ripeline.rules.model import Decay, Group, Model, Rule
from ripeline.rules.tables import Table
from ripeline.sentences import N_, Sentence

KEYS: Final = (
    *("label", "bands", "handoff", "next", "min_fit", "shared", "rules"),
    *("cool_down", "re_enter", "groups", "decay", "grades"),
)

#: Days after a hand-off until a lead that came back is handed over again.
COOL_DOWN: Final = 30

_ID: Final = re.compile(r"[a-z0-9-]+")
_GROUPS: Final = "groups = { content = { max = 30 } }"
_HINTS: Final = {
    "timezone": AT_THE_TOP,
    "fit": N_("the least fit is called `min_fit`"),
}


def read_models(models: Table, shared: Sequence[Draft], content: Mapping[str, Sequence[str]]) -> tuple[Model, ...]:
    """Every model of the file; `shared` are the drafts of [rules]."""
    found: list[Model] = []
    for id in models.data:
        if not _ID.fullmatch(id):
            better = N_(": write [models.%(id)s]", id=slug(id)) if slug(id) else ""
            allowed = N_(
                "`%(id)s` cannot be a model's id, which has only a–z, 0–9 and -%(better)s", id=id, better=better
            )
            models.wrong(allowed, id)
        table = models.table(id, f"[models.{id}]")
        if table is not None:
            found.append(_model(table, id, shared, content))
    return tuple(found)


def _model(table: Table, id: str, shared: Sequence[Draft], content: Mapping[str, Sequence[str]]) -> Model:
    table.only(KEYS, _HINTS)
    own_table = table.table("rules", f"[models.{id}.rules]")
    own = read_drafts(own_table, content) if own_table else []
    drafts = [*own, *_taken(table, shared)]
    _refuse_same_ids(drafts, table.mistakes)
    _refuse_unknown_groups(drafts, table, id)
    bands = read_bands(table)
    # As written, so that one unreadable band is not also reported wherever it is named.
    names = _names(table, "bands")
    cool_down, decay = table.days("cool_down", "30d", least=0), read_decay(table)
    return Model(
        id=id,
        label=table.text("label", "All offers") or id,
        bands=bands,
        rules=_resolved(drafts, id, decay, table.mistakes),
        handoff=read_handoff(table, names) if "handoff" in table else bands[-1].name if bands else None,
        next_step=read_next_steps(table, names),
        min_fit=table.points("min_fit"),
        groups=_groups(table),
        grades=read_grades(table),
        cool_down=COOL_DOWN if cool_down is None else cool_down,
        re_enter=table.points("re_enter"),
        decay=decay,
    )


def _names(table: Table, key: str) -> list[str]:
    written = table.data.get(key)
    return list(written) if isinstance(written, dict) else []


def _taken(table: Table, shared: Sequence[Draft]) -> list[Draft]:
    """The shared rules this model takes part in: all, none (`false`), or all but the ids listed."""
    value = table.data.get("shared", True)
    if isinstance(value, bool):
        return list(shared) if value else []
    left_out = table.texts("shared", N_("false, or a list of the ids left out, like %(like)s", like='["careers"]'))
    ids = [draft.rule.id for draft in shared]
    for id in left_out:
        if id not in ids:
            problem = N_("no shared rule `%(id)s`%(near)s", id=id, near=nearest(id, ids))
            table.mistakes.lacking((*table.path, "shared"), problem)
    return [draft for draft in shared if draft.rule.id not in left_out]


def _refuse_same_ids(drafts: Sequence[Draft], mistakes: Mistakes) -> None:
    lines = {draft.rule.id: draft.rule.line for draft in drafts if draft.rule.shared}
    for draft in drafts:
        if not draft.rule.shared and draft.rule.id in lines:
            problem = N_(
                "a shared rule on line %(line)s has the same id: "
                'give one of them another, or leave it out: shared = ["%(id)s"]',
                line=lines[draft.rule.id],
                id=draft.rule.id,
            )
            mistakes.add(draft.path, problem)


def _refuse_unknown_groups(drafts: Sequence[Draft], table: Table, model: str) -> None:
    known = _names(table, "groups")
    for draft in drafts:
        name = draft.rule.group
        if name and name not in known:
            example = f"groups = {{ {name} = {{ max = 30 }} }}"
            near = nearest(name, known) or N_(": write it there, %(example)s", example=example)
            facts = {"model": model, "name": name, "near": near}
            problem = N_("model `%(model)s` has no group `%(name)s`%(near)s", **facts)
            table.mistakes.lacking((*draft.path, "group"), problem)


def _groups(table: Table) -> dict[str, Group]:
    groups = table.table("groups", _GROUPS)
    found = {name: _group(groups, name) for name in groups.data} if groups else {}
    return {name: group for name, group in found.items() if group}


def _group(groups: Table, name: str) -> Group | None:
    table = groups.table(name, f"{name} = {{ max = 30, min = -10 }}")
    if table is None:
        return None
    table.only(("max", "min"))
    low, high = table.points("min"), table.points("max")
    if not table.data:
        table.wrong(N_("an empty { } limits nothing: %(example)s", example=f"{name} = {{ max = 30 }}"))
    if low is not None and high is not None and low > high:
        written = {"low": table.data["min"], "high": table.data["max"]}
        table.wrong(N_("nothing is at least %(low)s and at most %(high)s", **written))
    return Group(high, low)


def _resolved(drafts: Sequence[Draft], model: str, decay: Decay | None, mistakes: Mistakes) -> tuple[Rule, ...]:
    """The rules with `after` as ids, and the model's decay where they are about events and say none."""
    events = [draft.rule.id for draft in drafts if draft.rule.on]
    held = {draft.rule.id: draft.rule for draft in drafts if not draft.rule.on}
    rules: list[Rule] = []
    for draft in drafts:
        rule = draft.rule
        for name in draft.wanted:
            if not any(map(compile_glob(name), events)):
                mistakes.lacking((*draft.path, "after"), _names_nothing(name, model, events, held))
        if rule.after and draft.wanted:
            rule = replace(rule, after=replace(rule.after, rules=frozenset(filter(compile_any(draft.wanted), events))))
        rules.append(replace(rule, decay=decay) if rule.on and not draft.says_decay else rule)
    return tuple(rules)


def _names_nothing(name: str, model: str, events: Sequence[str], held: Mapping[str, Rule]) -> Sentence:
    if name in held:
        if held[name].is_fit:
            return N_("`after` names `%(name)s`, a rule about the person: name one with `on`", name=name)
        return N_("`after` names `%(name)s`, a rule about silence: name one with `on`", name=name)
    near = nearest(name.strip("*"), events) or N_("; it has %(known)s", known=listed(events))
    facts = {"name": name, "model": model, "near": near}
    return N_("`after` names `%(name)s`, and model `%(model)s` has no such rule%(near)s", **facts)
