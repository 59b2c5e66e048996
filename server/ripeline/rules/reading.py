"""The rule file: TOML text to a Ruleset, or every mistake in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from ripeline.errors import InvalidRules
from ripeline.rules.drafts import Draft, read_drafts
from ripeline.rules.mistakes import Mistakes, called, meant, nearest
from ripeline.rules.model import Model, Ruleset
from ripeline.rules.models import KEYS as KEYS_OF_A_MODEL
from ripeline.rules.models import read_models
from ripeline.rules.stories import read_scenarios
from ripeline.rules.syntax import parse
from ripeline.rules.tables import Table
from ripeline.sentences import N_, Sentence

KEYS: Final = ("timezone", "session_timeout", "attributes", "content", "rules", "models", "scenarios")

#: Seconds without an event that end a session.
SESSION_TIMEOUT: Final = 1800
_LONGEST_TIMEOUT: Final = 86_400

_OF_A_MODEL: Final = N_("it belongs to a model, below its heading, like [models.general]")
#: Said of what is no text at all.
NOT_UTF8: Final = N_("this is not UTF-8 text: save the file with the encoding UTF-8")
_HINTS: Final = {
    **dict.fromkeys(sorted({*KEYS_OF_A_MODEL} - {"rules"}), _OF_A_MODEL),
    "points": N_("it belongs to a rule: pricing = { points = 5, … }"),
    "zone": called("timezone"),
    "tz": called("timezone"),
}


def load_rules(path: Path) -> Ruleset:
    """Read a rule file; raises InvalidRules with the path as its file, also when it cannot be opened."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InvalidRules(str(path), line, "", NOT_UTF8) from error
    except FileNotFoundError as error:
        raise InvalidRules(str(path), 0, "", N_("there is no such file")) from error
    except OSError as error:
        raise InvalidRules(str(path), 0, "", N_("cannot be read: %(why)s", why=error.strerror)) from error
    return read_rules(text, str(path))


def read_rules(text: str, file: str = "rules.toml") -> Ruleset:
    """A whole rule file; raises the first mistake as InvalidRules, with the rest on its `others`."""
    parsed = parse(text, file)
    mistakes = Mistakes(file, parsed.lines, parsed.mistakes)
    top = Table(parsed.document, (), mistakes)
    top.only(KEYS, hints=_HINTS)
    content = _lists(top, "content", '[content] decision = ["/pricing*", "/demo*"]')
    shared_table = top.table("rules", "[rules]")
    shared = read_drafts(shared_table, content) if shared_table else []
    models = _models(top, shared, content)
    ruleset = Ruleset(
        text=text,
        hash=hashlib.sha256(text.encode()).hexdigest(),
        timezone=_timezone(top),
        session_timeout=_session_timeout(top),
        attributes=_lists(top, "attributes", '[attributes] job = ["fonction", "your-job"]'),
        content=content,
        models=models,
        scenarios=read_scenarios(top, models),
    )
    mistakes.raise_any()
    return ruleset


def _models(top: Table, shared: list[Draft], content: Mapping[str, tuple[str, ...]]) -> tuple[Model, ...]:
    table = top.table("models", "[models.general]")
    if table is None or not table.data:
        if "models" not in top or table is not None:
            example = "[models.general]"
            problem = N_(
                "there is no model: write at least one, under %(example)s, with its bands and rules", example=example
            )
            top.lacking(problem)
        return ()
    return read_models(table, shared, content)


def _timezone(top: Table) -> str:
    name = top.text("timezone", "Europe/Paris")
    if name is None:
        return "UTC"
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        near = _nearest_zone(name) or N_(": write a name like Europe/Paris")
        top.wrong(N_('unknown timezone "%(name)s"%(near)s', name=name, near=near), "timezone")
    return name


def _nearest_zone(name: str) -> Sentence | str:
    by_lower = {zone.lower(): zone for zone in available_timezones()}
    cities = {zone.rpartition("/")[2].lower(): zone for zone in available_timezones() if "/" in zone}
    if (zone := cities.get(name.lower().replace(" ", "_"))) is not None:
        return meant(zone)
    near = nearest(name, by_lower)
    return meant(by_lower[str(near.values["word"])]) if isinstance(near, Sentence) else ""


def _session_timeout(top: Table) -> int:
    seconds = top.seconds("session_timeout", "30m")
    if seconds is None:
        return SESSION_TIMEOUT
    if not 60 <= seconds <= _LONGEST_TIMEOUT:
        bounds = N_("a session ends after one minute to one day without an event (usually 30m)")
        top.wrong(bounds, "session_timeout")
    return seconds


def _lists(top: Table, key: str, example: str) -> dict[str, tuple[str, ...]]:
    """A table of name → texts."""
    table = top.table(key, example)
    if table is None:
        return {}
    for misplaced in {"timezone", "session_timeout"} & table.data.keys():
        facts = {"key": misplaced, "heading": key}
        problem = N_("`%(key)s` stands below [%(heading)s]: move it to the top, before the first [heading]", **facts)
        table.wrong(problem, misplaced)
    return {name: table.texts(name, example.partition("= ")[2]) for name in table.data}
