"""When a lead is handed over to sales: one small decision per lead and model, taken each time it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ripeline.scoring.state import Instant, ModelState

#: After a hand-off the same model stays quiet that long (ms), even when the lead left the band and came back.
COOL_DOWN_MS: Final = 30 * 86_400_000

HandoffState = Literal["open", "claimed", "snoozed", "closed", "expired", "late"]
Act = Literal["make", "late", "expire", "nothing"]

_OPEN: Final = frozenset({"open", "claimed", "snoozed"})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a lead stands in one model now.

    `ripe` is the crossing (ms, event id) that last brought it into the hand-off band or a higher one, None: never;
    `left_at` when it left again (ms), None while it is in. `asked` is the last paid match of a rule with
    `handoff = true`, None: never.
    """

    ripe: Instant | None
    left_at: int | None
    asked: Instant | None
    reachable: bool
    out_of_target: bool


def standing_of(reading: ModelState, *, reachable: bool, out_of_target: bool) -> Standing:
    """Where the lead stands, as the fold left it."""
    return Standing(reading.ripe, reading.ripe_until, reading.asked, reachable, out_of_target)


@dataclass(frozen=True, slots=True)
class Handoff:
    """A hand-off made before, as a fact: `made_at` and `closed_at` (None: not closed) in ms, crossing by event time."""

    state: HandoffState
    crossed_at: int
    crossing_event: str
    made_at: int
    closed_at: int | None = None
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do, and the crossing (ms, event id) it rests on; None for `expire` (of the open one) and `nothing`."""

    act: Act
    crossing: Instant | None = None


NOTHING: Final = Decision("nothing")


def decide(standing: Standing, earlier: Sequence[Handoff], now: int) -> Decision:
    """What follows from where the lead stands; `earlier` in any order, `now` in ms.

    `make`: a new hand-off (a `late` row of the same crossing becomes it); `late`: the lead was ripe and is no more
    before anyone could be told; `expire`: the open one, nobody having claimed it, is over because the lead left.
    """
    told = sorted((handoff for handoff in earlier if handoff.state != "late"), key=lambda handoff: handoff.made_at)
    last = told[-1] if told else None
    if last is not None and last.state in _OPEN:
        return Decision("expire") if _is_over(standing, last) else NOTHING
    if standing.out_of_target or not standing.reachable or any(handoff.verdict == "off_target" for handoff in told):
        return NOTHING
    if standing.ripe is not None and _is_armed(standing.ripe, last, now):
        if standing.left_at is None:
            return Decision("make", standing.ripe)
        if all(handoff.crossing_event != standing.ripe[1] for handoff in earlier) and not _asks_again(standing, last):
            return Decision("late", standing.ripe)
    if _asks_again(standing, last):
        return Decision("make", standing.asked)
    return NOTHING


def _is_over(standing: Standing, last: Handoff) -> bool:
    """It was made for a band the lead has left, and nobody has claimed it; who asked to be called stays."""
    if last.state != "open" or standing.left_at is None:
        return False
    asked = standing.asked is not None and standing.asked[1] == last.crossing_event
    return not asked and standing.left_at >= last.crossed_at


def _is_armed(ripe: Instant, last: Handoff | None, now: int) -> bool:
    """Nobody was told before, or the lead left the band since and the cool-down is over."""
    if last is None:
        return True
    came_back = ripe[0] > last.crossed_at and ripe[1] != last.crossing_event
    return came_back and now - last.made_at >= COOL_DOWN_MS


def _asks_again(standing: Standing, last: Handoff | None) -> bool:
    """A request is passed on at once, cool-down or not, unless it came while a hand-off was already with sales."""
    if standing.asked is None:
        return False
    return last is None or standing.asked[0] > max(last.crossed_at, last.closed_at or 0)
