"""What the fold remembers of one lead between two events, small enough to be stored beside it.

Nothing in it grows with the number of events: what was paid once per session goes with the session, once per day with
the day, and awards leave with the period of their cap. Only what was paid once for ever is kept for ever.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct, field

from ripeline.domain.event import OrderKey
from ripeline.domain.session import Session

#: When (ms), and at which event (its id).
Instant = tuple[int, str]

#: What a rule (its number in the plan) has been paid for: an item, or ONCE.
UsedKey = tuple[int, str]


class Attribute(Struct, array_like=True, gc=False):
    """One thing known about a lead: its value, whether its source was verified, and since when (ms)."""

    value: Any
    verified: bool
    at: int


class ModelState(Struct, array_like=True, gc=False):
    """One model's reading, in thousandths.

    `on`: each band that is on, and when it was entered. `ripe`: when the lead last came into the hand-off band or a
    higher one, `ripe_until` when it left again (ms; None while it is in). `asked`: the last paid match of a rule with
    `handoff = true`.
    """

    engagement: int = 0
    fit: int = 0
    on: dict[str, Instant] = field(default_factory=dict)
    ripe: Instant | None = None
    ripe_until: int | None = None
    asked: Instant | None = None

    @property
    def score(self) -> int:
        return self.engagement + self.fit


class VisitorState(Struct, array_like=True, gc=False):
    """A visitor's running session, what was paid once in it, and when (ms) each thing was last kept, by `kept_key`."""

    session: Session
    used: set[UsedKey] = field(default_factory=set)
    kept: dict[str, int] = field(default_factory=dict)


class LeadState(Struct, array_like=True, gc=False):
    """All of it for one lead under one ruleset.

    `channel` is that of its first session; `visitors` holds those whose session may still run. `held` are the fit
    rules that are true, `met` the prerequisites that are, by their numbers in the plan. `used_today` is of local day
    `today` only. `awards` under a cap: (ms, local day or 0, thousandths), by the number of their rule.
    `lines` and `crossings` count what has been written so far.
    """

    last: OrderKey | None = None
    first_at: int = 0
    last_at: int = 0
    lines: int = 0
    crossings: int = 0
    attributes: dict[str, Attribute] = field(default_factory=dict)
    channel: str = ""
    visitors: dict[str | int, VisitorState] = field(default_factory=dict)
    models: list[ModelState] = field(default_factory=list)
    held: set[int] = field(default_factory=set)
    met: set[int] = field(default_factory=set)
    used: set[UsedKey] = field(default_factory=set)
    today: int = 0
    used_today: set[UsedKey] = field(default_factory=set)
    awards: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(LeadState)


def encode_state(state: LeadState) -> bytes:
    """MessagePack; equal states may differ in bytes (sets have no order): compare them decoded."""
    return _encoder.encode(state)


def decode_state(blob: bytes) -> LeadState:
    """The inverse of `encode_state`; raises msgspec.DecodeError for bytes of another shape."""
    return _decoder.decode(blob)
