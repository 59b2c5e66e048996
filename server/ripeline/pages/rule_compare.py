"""Two rule files beside each other: what one changed in the other, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff
from typing import Final, Literal

from ripeline.errors import NotFound
from ripeline.pages.desk import Desk
from ripeline.store.rule_versions import RuleChange, changes_of_rules

_MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line: added, taken out, or there in both (`kept`), or the place where it goes on (`at`)."""

    kind: Literal["added", "gone", "kept", "at"]
    text: str


@dataclass(frozen=True, slots=True)
class ComparePage:
    """The version looked at, and what has changed from it to the rules in force; () for nothing."""

    version: RuleChange
    lines: tuple[DiffLine, ...]


def read_compare(desk: Desk) -> ComparePage:
    """The version of the path's id. Raises `NotFound`."""
    id = desk.params["id"]
    version = next((each for each in changes_of_rules(desk.conn, _MOST) if each.id == id), None)
    if version is None:
        raise NotFound("version of the rules", id)
    return ComparePage(version, compared(version.text, desk.ruleset.text))


def compared(before: str, after: str) -> tuple[DiffLine, ...]:
    """What changes from one text to the other, with three lines around each change."""
    lines = list(unified_diff(before.splitlines(), after.splitlines(), lineterm=""))[2:]
    return tuple(_line(each) for each in lines)


def _line(text: str) -> DiffLine:
    if text.startswith("@@"):
        return DiffLine("at", "")
    kinds: dict[str, Literal["added", "gone"]] = {"+": "added", "-": "gone"}
    return DiffLine(kinds.get(text[:1], "kept"), text[1:])
