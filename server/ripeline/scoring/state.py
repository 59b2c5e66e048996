"""What the fold remembers of one lead between two events, small enough to be stored beside it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from ripeline.domain.event import OrderKey
from ripeline.domain.session import Session


class Attribute(Struct, array_like=True, gc=False):
    """One thing known about a lead: its value, whether its source was verified, and since when (ms)."""

    value: Any
    verified: bool
    at: int


class RuleState(Struct, array_like=True, omit_defaults=True):
    """What one rule has used up: once_per keys, awards under the cap as (ms, thousandths), its first match."""

    used: set[str] = field(default_factory=set)
    awards: list[tuple[int, int]] = field(default_factory=list)
    met: bool = False
    held: bool = False


class ModelState(Struct, array_like=True):
    """One model's reading: sums in thousandths and, per band that is on, the crossing (ms, event id) it began with."""

    engagement: int = 0
    fit: int = 0
    on: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def score(self) -> int:
        return self.engagement + self.fit


class VisitorState(Struct, array_like=True):
    """One visitor's running session, and the last kept events for semantic duplicates: (kind, item) → ms."""

    session: Session
    recent: dict[str, int] = field(default_factory=dict)


class LeadState(Struct):
    """All of it for one lead under one ruleset; `lines` and `crossings` count what has been written so far."""

    last: OrderKey | None = None
    attributes: dict[str, Attribute] = field(default_factory=dict)
    visitors: dict[str | int, VisitorState] = field(default_factory=dict)
    rules: dict[int, RuleState] = field(default_factory=dict)
    models: list[ModelState] = field(default_factory=list)
    lines: int = 0
    crossings: int = 0
    first_at: int = 0
    last_at: int = 0
