"""[[scenarios]] read: stories of people with the end they must have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ripeline.rules.fields import WHERE_KEYS
from ripeline.rules.mistakes import called, listed, nearest
from ripeline.rules.model import Model, Scenario, Step
from ripeline.rules.tables import Table, described
from ripeline.sentences import N_, Sentence

#: Seconds from a step to the next where no `wait` says it.
STEP_APART: Final = 600

OUT_OF_TARGET: Final = "out of target"

#: What pages say of a lead outside all bands, in both languages, to the word used inside.
_OUTSIDE: Final = {
    "cold": "cold",
    "froid": "cold",
    OUT_OF_TARGET: OUT_OF_TARGET,
    "out_of_target": OUT_OF_TARGET,
    "hors cible": OUT_OF_TARGET,
}

_KEYS: Final = ("name", "model", "lead", "steps", "expect")
_EXPECTED: Final = ("score", "band", "handoff", "rules")
_STEP: Final = '{ on = "page", path = "/pricing" }'
_EXPECT: Final = 'expect = { score = 13, band = "hot", handoff = true }'


def read_scenarios(top: Table, models: Sequence[Model]) -> tuple[Scenario, ...]:
    """Every scenario of the file; one that cannot be read is noted and left out."""
    value = top.data.get("scenarios", [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        top.wrong(N_("a scenario begins with a line of its own: [[scenarios]]"), "scenarios")
        return ()
    tables = [Table(item, ("scenarios", index), top.mistakes) for index, item in enumerate(value)]
    scenarios = (_scenario(table, number, models) for number, table in enumerate(tables, start=1))
    return tuple(scenario for scenario in scenarios if scenario)


def _scenario(table: Table, number: int, models: Sequence[Model]) -> Scenario | None:
    table.only(_KEYS, hints={"expected": called("expect")})
    model = _model(table, models)
    steps = _steps(table)
    expect = table.table("expect", _EXPECT)
    if expect is None or not expect.data:
        table.lacking(N_("`expect` is missing: how must it end? %(example)s", example=_EXPECT))
    if model is None or expect is None:
        return None
    expect.only(_EXPECTED)
    return Scenario(
        name=table.text("name", "Marc") or f"scenario {number}",
        model=model.id,
        lead=_attributes(table),
        steps=steps,
        score=expect.points("score"),
        band=_band(expect, model),
        handoff=expect.flag("handoff"),
        rules=_rules(expect, model),
        line=table.mistakes.lines.of(table.path),
    )


def _model(table: Table, models: Sequence[Model]) -> Model | None:
    ids = [model.id for model in models]
    name = table.text("model", "general")
    if name is None:
        if "model" not in table and len(models) == 1:
            return models[0]
        if "model" not in table:
            table.lacking(N_("`model` is missing: one of %(known)s", known=listed(ids)))
        return None
    if name not in ids:
        near = nearest(name, ids) or N_("; there is %(known)s", known=listed(ids))
        table.mistakes.lacking((*table.path, "model"), N_("no model `%(name)s`%(near)s", name=name, near=near))
        return None
    return models[ids.index(name)]


def _attributes(table: Table) -> dict[str, str | int | float | bool]:
    lead = table.table("lead", 'lead = { job = "Director" }')
    if lead is None:
        return {}
    known: dict[str, str | int | float | bool] = {}
    for name, value in lead.data.items():
        if isinstance(value, str | int | float | bool):
            known[name] = value
        else:
            lead.wrong(_no_value(value), name)
    return known


def _no_value(value: object) -> Sentence:
    return N_("%(found)s where a text or a number is needed", found=described(value))


def _steps(table: Table) -> tuple[Step, ...]:
    value = table.data.get("steps", [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        table.wrong(N_("`steps` must be a list of steps: %(example)s", example=f"steps = [ {_STEP} ]"), "steps")
        return ()
    # Events come one after the other, so the first one needs no wait.
    return tuple(
        _step(Table(item, (*table.path, "steps", index), table.mistakes), STEP_APART if index else 0)
        for index, item in enumerate(value)
    )


def _step(table: Table, apart: int) -> Step:
    happened = N_("a step says what happened, without `where`: %(example)s", example=_STEP)
    table.only(("on", "wait", *WHERE_KEYS), hints={"where": happened})
    wait = table.seconds("wait", "2d")
    on = table.text("on", "page")
    event = _event(table)
    if on is None and event:
        table.lacking(N_("`on` is missing: what happened? %(example)s", example=_STEP))
    if on is None and not event and "wait" not in table:
        table.lacking(N_("an empty step: write %(example)s, or %(other)s", example=_STEP, other='{ wait = "2d" }'))
    return Step(on or "", apart if wait is None else wait, event)


def _event(table: Table) -> dict[str, Any]:
    event = {key: value for key, value in table.data.items() if key in WHERE_KEYS and key != "props"}
    props = table.table("props", 'props.plan = "pro"')
    event |= {f"props.{name}": value for name, value in (props.data if props else {}).items()}
    for key, value in event.items():
        if not isinstance(value, str | int | float | bool):
            table.wrong(_no_value(value), *key.split(".", 1))
    return {key: value for key, value in event.items() if isinstance(value, str | int | float | bool)}


def _band(expect: Table, model: Model) -> str | None:
    name = expect.text("band", "hot")
    if name is None:
        return None
    names = [band.name for band in model.bands]
    if name not in names and name not in _OUTSIDE:
        known = [*names, "cold", OUT_OF_TARGET]
        near = nearest(name, known) or N_("; it has %(known)s", known=listed(known))
        facts = {"model": model.id, "name": name, "near": near}
        problem = N_("model `%(model)s` has no band `%(name)s`%(near)s", **facts)
        expect.mistakes.lacking((*expect.path, "band"), problem)
    return _OUTSIDE.get(name, name)


def _rules(expect: Table, model: Model) -> dict[str, int]:
    rules = expect.table("rules", "rules = { pricing = 5 }")
    if rules is None:
        return {}
    ids = [rule.id for rule in model.rules]
    for id in rules.data:
        if id not in ids:
            facts = {"model": model.id, "id": id, "near": nearest(id, ids)}
            problem = N_("model `%(model)s` has no rule `%(id)s`%(near)s", **facts)
            rules.mistakes.lacking((*rules.path, id), problem)
    points = {id: rules.points(id) for id in rules.data}
    return {id: value for id, value in points.items() if value is not None and id in ids}
