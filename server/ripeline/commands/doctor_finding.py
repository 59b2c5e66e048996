"""What the doctor found: one line each, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Level = Literal["ok", "warning", "problem"]

_GRAVITY: Final[tuple[Level, ...]] = ("ok", "warning", "problem")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how bad it is, what is so, and what to do ("" when nothing)."""

    check: str
    level: Level
    said: str
    advice: str = ""


def ok(check: str, said: str) -> Finding:
    return Finding(check, "ok", said)


def warning(check: str, said: str, advice: str) -> Finding:
    return Finding(check, "warning", said, advice)


def problem(check: str, said: str, advice: str) -> Finding:
    return Finding(check, "problem", said, advice)


def worst_of(findings: Iterable[Finding]) -> Level:
    """The gravest level among them, "ok" when there are none."""
    return max((finding.level for finding in findings), key=_GRAVITY.index, default="ok")
