"""What the fold remembers of one lead between two events, small enough to be stored beside it.

Nothing in it grows with the number of events: what was paid once per session goes with the session, once per day with
the day, and awards leave with the period of their cap. Only what was paid once for ever is kept for ever. Of items and
whatever else is only compared it holds what is `brief`.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct, field

from ripeline.domain.event import OrderKey
from ripeline.domain.session import Session
from ripeline.scoring.brief import brief

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
    """One model's reading, in thousandths, at the time of the state: `engagement` and `fit` are after decay and limits.

    `on`: each band that is on, and when it was entered. `ripe`: when the lead last came into the hand-off band or a
    higher one, `ripe_until` when it left again (ms; None while it is in). `again`: since when the score is at the
    model's `re_enter` or above, None while it is below. `asked`: the last paid match of a rule with `handoff = true`.

    Of a model with decay or groups, what the reading is made of: `behaviour` and `person` are the undecayed sums of
    the rules that have neither, `grouped` of those that only have a group (by number of the rule), and `fading` the
    awards that decay, by number of the rule, as (local day, thousandths, how many of them).
    """

    engagement: int = 0
    fit: int = 0
    on: dict[str, Instant] = field(default_factory=dict)
    ripe: Instant | None = None
    ripe_until: int | None = None
    asked: Instant | None = None
    again: Instant | None = None
    behaviour: int = 0
    person: int = 0
    grouped: dict[int, int] = field(default_factory=dict)
    fading: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)

    @property
    def score(self) -> int:
        return self.engagement + self.fit


class VisitorState(Struct, array_like=True, gc=False):
    """A visitor's running session, what was paid once in it, and what it did in the last seconds, with when (ms)."""

    session: Session
    used: set[UsedKey] = field(default_factory=set)
    kept: dict[str, int] = field(default_factory=dict)


class Waiting(Struct, array_like=True, gc=False):
    """A match that was stopped for want of its prerequisite and is paid when that is met (`retro`): the kind of its
    event, when (ms), its thousandths and item; and where something is paid once, the key it will take `within` the
    lead, a day (its number) or a session (visitor, session id)."""

    kind: str
    at: int
    points: int
    item: str
    key: str = ""
    within: tuple[str, str | int, str | int] = ("", 0, 0)


class LeadState(Struct, array_like=True, gc=False):
    """All of it for one lead under one ruleset.

    `channel` is that of its first session; `visitors` holds those whose session may still run. `held` are the fit
    and silence rules that are true, `met` when (ms) each prerequisite last was, by their numbers in the plan.
    `used_today` is of local day `today` only. `awards` under a cap: (ms, local day or 0, thousandths), `counted`
    matches of a `count` not yet spent: (ms, item or ""), and `waiting` ones of `retro`, each by the number of their
    rule. `day` is the local day up to whose beginning time has done its work, `active` the local day, event id and
    seq of the last activity; 0 and None where no rule depends on time. `lines` and `crossings` count what has been
    written so far. `objects`: the lead objects to being scored, so nothing is written of it.
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
    met: dict[int, int] = field(default_factory=dict)
    used: set[UsedKey] = field(default_factory=set)
    today: int = 0
    used_today: set[UsedKey] = field(default_factory=set)
    awards: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    counted: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    waiting: dict[int, list[Waiting]] = field(default_factory=dict)
    day: int = 0
    active: tuple[int, str, int] | None = None
    objects: bool = False

    @property
    def size(self) -> int:
        """How many items it remembers: of a lead that sees thousands in a visit, thousands."""
        size = len(self.used) + len(self.used_today)
        for kept in (self.counted, self.waiting, self.awards):
            size += sum(map(len, kept.values()))
        for visitor in self.visitors.values():
            size += 1 + len(visitor.used) + len(visitor.kept)
        return size


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(LeadState)
# MessagePack's marks of texts longer than any that is brief.
_LONG_TEXTS: Final = (b"\xda", b"\xdb")


def encode_state(state: LeadState) -> bytes:
    """MessagePack; equal states may differ in bytes (sets have no order): compare them decoded."""
    return _encoder.encode(state)


def decode_state(blob: bytes) -> LeadState:
    """The inverse of `encode_state`; raises msgspec.DecodeError for bytes of another shape."""
    state = _decoder.decode(blob)
    if any(mark in blob for mark in _LONG_TEXTS):
        _make_brief(state)
    return state


def _make_brief(state: LeadState) -> None:
    """Earlier versions stored whole what is only compared."""
    state.used, state.used_today = _brief_keys(state.used), _brief_keys(state.used_today)
    for visitor in state.visitors.values():
        visitor.used = _brief_keys(visitor.used)
        visitor.kept = {brief(doing): at for doing, at in visitor.kept.items()}
    for number, counted in state.counted.items():
        state.counted[number] = [(at, brief(item)) for at, item in counted]
    for waited in [each for waiting in state.waiting.values() for each in waiting]:
        waited.key, waited.item = brief(waited.key), brief(waited.item)


def _brief_keys(used: set[UsedKey]) -> set[UsedKey]:
    return {(number, brief(what)) for number, what in used}
