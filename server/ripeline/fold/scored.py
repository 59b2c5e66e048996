"""Scoring the events of one batch, lead by lead: forward where they are the newest, else the whole lead again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ripeline.domain.event import OBJECTION, Event, OrderKey
from ripeline.fold.batch import Folded, Known, PoisonedBatch
from ripeline.fold.reading import faded, readings_of, renewed
from ripeline.scoring.change import Change
from ripeline.scoring.fold import Scorer
from ripeline.scoring.known import teaches
from ripeline.scoring.state import LeadState


def known_from(scorer: Scorer, state: LeadState, due: int | None) -> Known:
    """What a stored state says, as it was remembered when it was written; `due` as `Scorer.due` has it."""
    return Known(state, readings_of(scorer, state), scorer.is_reachable(state), due)


def comes_after(scorer: Scorer, known: Known | None, events: Sequence[Event]) -> bool:
    """Whether these events, sorted, are newer than all a lead (None: a new one) has seen, and no two share a place.

    Two sites may use one event id at the same moment: the total order then says nothing, and a refold decides. So it
    does where an event counts for what the lead did before it, too: that it objects to being scored.
    """
    last: OrderKey | None = None
    for event in events:
        if event.on == OBJECTION:
            return False
        order = event.order
        if last is not None and order <= last:
            return False
        last = order
    return not events or known is None or scorer.is_in_order(known.state, events[0])


def fold_forward(scorer: Scorer, lead: int, known: Known | None, events: list[Event], until: int) -> Folded:
    """Fold events for which `comes_after` holds, and what time did since then up to `until` (ms).

    `known.state` is changed. Raises `PoisonedBatch`.
    """
    state = scorer.fresh() if known is None else known.state
    is_first = state.last is None
    first_line, first_crossing = state.lines, state.crossings
    changes: list[Change] = []
    for event in events:
        try:
            changes.append(scorer.fold_next(state, event))
        except Exception as error:
            raise PoisonedBatch({event.seq: problem_of(error)}) from error
    due = _let_pass(scorer, state, until, changes)
    taught = may_teach(events)
    if known is None or is_first:
        after = known_from(scorer, state, due)
    else:
        after = _known_now(scorer, known, changes, taught, due)
    return Folded(lead, known, after, events, changes, first_line, first_crossing, taught, is_rebuilt=False)


def fold_again(scorer: Scorer, lead: int, known: Known | None, events: list[Event], until: int) -> Folded:
    """Fold a lead from all its events, sorted by the total order, and what time did since up to `until` (ms).

    Raises `PoisonedBatch` with the first bad one.
    """
    try:
        state, changes = scorer.refold(events)
    except Exception as error:
        raise PoisonedBatch({_first_bad(scorer, events).seq: problem_of(error)}) from error
    due = _let_pass(scorer, state, until, changes)
    after = known_from(scorer, state, due)
    return Folded(lead, known, after, events, changes, 0, 0, taught=True, is_rebuilt=True)


def age(scorer: Scorer, lead: int, known: Known, until: int) -> Folded:
    """What time alone does to a lead up to `until` (ms); `known.state` is changed."""
    state = known.state
    first_line, first_crossing = state.lines, state.crossings
    changes: list[Change] = []
    after = known
    if known.due is not None and known.due <= until:
        change = scorer.advance(state, until)
        changes.append(change)
        is_quiet = not change.lines and not change.crossings
        readings = faded(scorer, state, known.readings) if is_quiet else readings_of(scorer, state)
        # Nobody comes within reach by waiting.
        after = Known(state, readings, known.reachable, scorer.due(state))
    return Folded(lead, known, after, [], changes, first_line, first_crossing, taught=False, is_rebuilt=False)


def problem_of(error: Exception) -> str:
    """What went wrong, short enough to be kept."""
    return f"{type(error).__name__}: {error}"[:500]


def may_teach(events: Iterable[Event]) -> bool:
    """Whether any of the events can say something about the lead itself."""
    return any(map(teaches, events))


def _known_now(scorer: Scorer, known: Known, changes: Sequence[Change], taught: bool, due: int | None) -> Known:
    """Without points, a request, or points that fade, no score, band or request can have changed; untaught nobody
    became reachable.
    """
    state, readings = known.state, known.readings
    if known.due is not None and scorer.fades:
        readings = readings_of(scorer, state)
    elif moved := _moved_models(changes):
        readings = renewed(scorer, state, readings, moved)
    return Known(state, readings, known.reachable or (taught and scorer.is_reachable(state)), due)


def _moved_models(changes: Sequence[Change]) -> set[str]:
    """The ids of the models in which something was paid, asked or crossed."""
    moved: set[str] = set()
    for change in changes:
        for line in change.lines:
            if line.points:
                moved.add(line.model)
        moved.update(change.asked)
        for crossing in change.crossings:
            moved.add(crossing.model)
    return moved


def _let_pass(scorer: Scorer, state: LeadState, until: int, changes: list[Change]) -> int | None:
    """Add what time alone has done by `until` (ms), and say when it will do more (None: never)."""
    due = scorer.due(state)
    if due is None or due > until:
        return due
    changes.append(scorer.advance(state, until))
    return scorer.due(state)


def _first_bad(scorer: Scorer, events: list[Event]) -> Event:
    """The event that the events before it do without: found by halves."""
    good, bad = 0, len(events)
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            scorer.refold(events[:middle])
        except Exception:
            bad = middle
        else:
            good = middle
    return events[bad - 1]
