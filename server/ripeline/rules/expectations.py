"""How scenarios now end, written into the text of a rule file in the place of what they expected."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final, Protocol

from ripeline.domain.points import as_number
from ripeline.rules.lines import key_parts
from ripeline.rules.statements import Statement, lines_of, masked, statements

#: `expect = { … }` up to where its table ends; what stands behind it stays.
_EXPECT: Final = re.compile(r"(\s*expect\s*=\s*)\{.*\}", re.DOTALL)
_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]+")


class Ended(Protocol):
    """How a story ended: see `scoring.scenarios.ScenarioResult`."""

    @property
    def score(self) -> int: ...
    @property
    def band(self) -> str: ...
    @property
    def handoff(self) -> bool: ...
    @property
    def rules(self) -> Mapping[str, int]: ...


def with_ends(text: str, ended: Mapping[int, Ended]) -> str:
    """The file in which the scenarios of these places (from 0) expect what they end with, of what they said before.

    Only an `expect` written as one `{ … }` is changed; others stay as they are.
    """
    documents = tomllib.loads(text.removeprefix("\ufeff"))
    lines = lines_of(text)
    for place, found in reversed(_within(statements(text.replace("\r\n", "\n")))):
        # Texts and comments may hold braces too.
        if place in ended and (match := _EXPECT.match(masked(found.text))):
            said = documents["scenarios"][place]["expect"]
            written = f"{found.text[: match.end(1)]}{_table(_anew(said, ended[place]))}{found.text[match.end() :]}"
            last = found.line - 1 + found.text.rstrip("\n").count("\n")
            end = "\r\n" if lines[last].endswith("\r\n") else "\n"
            lines[found.line - 1 : last + 1] = [written.rstrip("\n").replace("\n", end) + end]
    return "".join(lines)


def _within(found: list[Statement]) -> list[tuple[int, Statement]]:
    """The statements below each [[scenarios]], with its place."""
    place, is_below, inside = -1, False, []
    for statement in found:
        text = statement.text.strip()
        if statement.is_header:
            is_below = text.startswith("[[") and tuple(key_parts(text, 2)[0]) == ("scenarios",)
            place += is_below
        elif is_below:
            inside.append((place, statement))
    return inside


def _anew(said: Mapping[str, Any], ended: Ended) -> dict[str, Any]:
    facts: dict[str, Any] = {"score": as_number(ended.score), "band": ended.band, "handoff": ended.handoff}
    anew = {key: facts[key] for key in said if key in facts}
    if "rules" in said:
        anew["rules"] = {rule: as_number(ended.rules.get(rule, 0)) for rule in said["rules"]}
    return anew


def _table(values: Mapping[str, Any]) -> str:
    return f"{{ {', '.join(f'{_key(key)} = {_value(value)}' for key, value in values.items())} }}"


def _key(key: str) -> str:
    return key if _PLAIN.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    return _table(value) if isinstance(value, dict) else json.dumps(value, ensure_ascii=False)
