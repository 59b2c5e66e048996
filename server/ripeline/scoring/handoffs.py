"""When a lead is handed over to sales: one small decision per lead and model, taken each time it is looked at.

It is looked at when it changed, when sales said something, and when `next_look` says that time alone decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ripeline.rules.model import Model
from ripeline.scoring.bands import re_enter_of
from ripeline.scoring.state import Instant, ModelState

DAY_MS: Final = 86_400_000

HandoffState = Literal["open", "claimed", "snoozed", "closed", "expired", "late", "review"]
Act = Literal["make", "late", "expire", "nothing"]

_OPEN: Final = frozenset({"open", "claimed", "snoozed"})
_NOT_TOLD: Final = frozenset({"late", "review"})


@dataclass(frozen=True, slots=True)
class Terms:
    """What a model asks for before sales hear of a lead again.

    `cool_down` in ms since the hand-off; `re_enter` in thousandths, None where nobody is handed over by score.
    """

    cool_down: int = 30 * DAY_MS
    re_enter: int | None = None


def terms_of(model: Model) -> Terms:
    """The terms of a model."""
    return Terms(model.cool_down * DAY_MS, re_enter_of(model))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a lead stands in one model now.

    `ripe` is the crossing (ms, event id) that last brought it into the hand-off band or a higher one, None: never;
    `left_at` when it left again (ms), None while it is in. `asked` is the last paid match of a rule with
    `handoff = true`, None: never. `again`: since when the score is at `re_enter` or above, None while it is below.
    """

    ripe: Instant | None
    left_at: int | None
    asked: Instant | None
    reachable: bool
    out_of_target: bool
    again: Instant | None = None


def standing_of(reading: ModelState, *, reachable: bool, out_of_target: bool) -> Standing:
    """Where the lead stands, as the fold left it."""
    return Standing(reading.ripe, reading.ripe_until, reading.asked, reachable, out_of_target, reading.again)


@dataclass(frozen=True, slots=True)
class Handoff:
    """A hand-off made before, as a fact: crossing by event time, all other times by the clock, in ms.

    `closed_at` is when the verdict or the outcome closed it, and `closed_score` how the lead read in the model just
    then (thousandths, None: not known). `outcome_at` is the date of the outcome. `lifted_at`: a person lifted what an
    "off target" or a won lead forbids. State `late`: nobody was told; `review`: a verdict or an outcome of a lead that
    was not handed over.
    """

    state: HandoffState
    crossed_at: int
    crossing_event: str
    made_at: int
    closed_at: int | None = None
    verdict: str | None = None
    closed_score: int | None = None
    outcome: Literal["won", "lost"] | None = None
    outcome_at: int | None = None
    lifted_at: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do, and the crossing (ms, event id) it rests on; None for `expire` (of the open one) and `nothing`.

    Where a lead that never left is handed over again, no event stands behind it: the id is then "again after" and the
    crossing of before, which is as unique.
    """

    act: Act
    crossing: Instant | None = None


NOTHING: Final = Decision("nothing")


def decide(standing: Standing, earlier: Sequence[Handoff], now: int, terms: Terms) -> Decision:
    """What follows from where the lead stands; `earlier` in any order, `now` in ms.

    `make`: a new hand-off (a `late` row of the same crossing becomes it); `late`: the lead was ripe and is no more
    before anyone could be told; `expire`: the open one, nobody having claimed it, is over because the lead left.
    """
    last = _last_told(earlier)
    if last is not None and last.state in _OPEN:
        return Decision("expire") if _is_over(standing, last) else NOTHING
    if not _may_be_called(standing, earlier):
        return NOTHING
    armed_at = _armed_at(standing, last, terms)
    if standing.ripe is not None and armed_at is not None and now >= armed_at:
        if standing.left_at is None:
            return Decision("make", _crossing(standing.ripe, last))
        is_new = all(handoff.crossing_event != standing.ripe[1] for handoff in earlier)
        # What was crossed and left while sales were not to be told is no news that came too late.
        if is_new and standing.ripe[0] >= armed_at and not _asks_again(standing, last):
            return Decision("late", standing.ripe)
    if last is not None and _comes_again(standing, last, terms):
        return Decision("make", standing.again)
    if _asks_again(standing, last):
        return Decision("make", standing.asked)
    return NOTHING


def next_look(standing: Standing, earlier: Sequence[Handoff], terms: Terms) -> int | None:
    """When (ms) a lead that is in the band will be handed over by time alone, as a cool-down ends; None: never. What
    is past was decided then."""
    last = _last_told(earlier)
    if last is None or last.state in _OPEN or standing.left_at is not None or not _may_be_called(standing, earlier):
        return None
    return _armed_at(standing, last, terms)


def _last_told(earlier: Sequence[Handoff]) -> Handoff | None:
    """The open one, if there is one: of a lead that another was merged into it need not be the newest."""
    told = [handoff for handoff in earlier if handoff.state not in _NOT_TOLD]
    return max(told, key=lambda handoff: (handoff.state in _OPEN, handoff.made_at), default=None)


def _may_be_called(standing: Standing, earlier: Sequence[Handoff]) -> bool:
    """Reachable, in target, and neither refused as off target nor won."""
    refused = any((each.verdict == "off_target" or each.outcome == "won") and not each.lifted_at for each in earlier)
    return standing.reachable and not standing.out_of_target and not refused


def _is_over(standing: Standing, last: Handoff) -> bool:
    """It was made for a band the lead has left, and nobody has claimed it; who asked to be called stays."""
    if last.state != "open" or standing.left_at is None:
        return False
    asked = standing.asked is not None and standing.asked[1] == last.crossing_event
    return not asked and standing.left_at >= last.crossed_at


def _armed_at(standing: Standing, last: Handoff | None, terms: Terms) -> int | None:
    """From when on (ms) a lead that is in the band is handed over; None: not for as long as it does not leave it.

    At once when nobody was told before, or a person lifted what forbade it; after the cool-down when it came back;
    and a cool-down after it was lost, even if it never left.
    """
    if last is None:
        return 0
    if last.lifted_at is not None:
        return last.lifted_at
    if last.outcome == "lost":
        return max(last.made_at, last.outcome_at or last.closed_at or 0) + terms.cool_down
    return last.made_at + terms.cool_down if _came_back(standing.ripe, last) else None


def _came_back(ripe: Instant | None, last: Handoff) -> bool:
    """It left the band since the hand-off, and is another time in it (or was)."""
    return ripe is not None and ripe[0] > last.crossed_at and ripe[1] != last.crossing_event


def _crossing(ripe: Instant, last: Handoff | None) -> Instant:
    return ripe if last is None or _came_back(ripe, last) else (ripe[0], f"again after {last.crossing_event}")


def _comes_again(standing: Standing, last: Handoff, terms: Terms) -> bool:
    """Sales found it too early, and since then the score rose to `re_enter`: no need to leave the band or to cool
    down. A lead that was above it already must fall below and come up again."""
    if last.verdict != "too_early" or standing.again is None:
        return False
    if last.closed_score is None or terms.re_enter is None:
        return standing.again[0] > last.crossed_at
    return last.closed_score < terms.re_enter or standing.again[0] > (last.closed_at or 0)


def _asks_again(standing: Standing, last: Handoff | None) -> bool:
    """A request is passed on at once, cool-down or not, unless it came while a hand-off was already with sales."""
    if standing.asked is None:
        return False
    return last is None or standing.asked[0] > max(last.crossed_at, last.closed_at or 0)
