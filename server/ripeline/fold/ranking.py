"""How leads ranked as of any moment: each folded again, in memory, up to then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from ripeline.domain.event import Event
from ripeline.errors import InvalidRequest
from ripeline.fold.folder import CURSOR
from ripeline.fold.objectors import objector
from ripeline.identity.history import events_of_leads
from ripeline.rules.model import Model, Ruleset
from ripeline.scoring.change import Line
from ripeline.scoring.fold import Scorer
from ripeline.scoring.receipt import contributions_of
from ripeline.store.database import Connection
from ripeline.store.dictionary import Dictionary
from ripeline.store.meta import read_meta
from ripeline.store.projection_aside import all_aside
from ripeline.store.reading import checked_limit, cursor_after, model_asked, place_of
from ripeline.store.reading_as_of import first_visitors, leads_seen_by
from ripeline.store.reading_bands import standing_of
from ripeline.store.reading_leads import LeadQuery
from ripeline.store.views import LeadList, LeadSummary

#: So many are folded again within a second or two.
MOST_LEADS: Final = 5_000
_AT_ONCE: Final = 500


def rank_leads(conn: Connection, ruleset: Ruleset, query: LeadQuery, at: int) -> LeadList:
    """The page of the list that `list_leads` would have given at `at` (ms), with all that is known now of who did what.

    Raises `InvalidRequest` as it does, and when there were too many leads by then.
    """
    then = _Then(Scorer(ruleset), ruleset.models.index(model_asked(ruleset, query.model)), at)
    limit = checked_limit(query.limit)
    after = place_of(query.cursor, 3) if query.cursor else None
    seen = leads_seen_by(conn, query, at, MOST_LEADS + 1)
    if len(seen) > MOST_LEADS:
        raise InvalidRequest("as_of", f"can rank {MOST_LEADS} leads, and there were more: narrow the list by q")
    ranked = sorted((lead for lead in _read(conn, then, seen) if _is_asked(lead, query)), key=_place)
    left = [lead for lead in ranked if after is None or _place(lead) > (after[0], -after[1], -after[2])]
    page, last = left[:limit], left[limit - 1] if len(left) > limit else None
    visitors = first_visitors(conn, [lead.id for lead in page])
    return LeadList(
        leads=tuple(replace(lead, visitor=visitors[lead.id]) for lead in page),
        next=cursor_after(int(last.out_of_target), last.score, last.id) if last else None,
        total=len(ranked),
    )


@dataclass(frozen=True, slots=True)
class _Then:
    """A moment (ms), and the model (its index) leads are read in."""

    scorer: Scorer
    place: int
    at: int

    @property
    def model(self) -> Model:
        return self.scorer.ruleset.models[self.place]

    def summary(self, id: int, email: str | None, events: list[Event]) -> LeadSummary | None:
        """The lead as a line of the list, without its visitor; None before its first event."""
        state, changes = self.scorer.refold([event for event in events if event.at <= self.at])
        if state.last is None:
            return None
        lines = [line for change in (*changes, self.scorer.advance(state, self.at)) for line in change.lines]
        reading = self.scorer.read(state, self.place)
        standing = standing_of(self.model, reading.score, reading.band)
        lead = LeadSummary(
            id=id,
            email=email,
            visitor="",
            attributes={name: fact.value for name, fact in state.attributes.items()},
            model=self.model.id,
            score=reading.score,
            engagement=reading.engagement,
            fit=reading.fit,
            band=reading.band,
            out_of_target=reading.out_of_target,
            next_band=standing.next_band,
            missing=standing.missing,
            ripeness=standing.ripeness,
            notch=standing.notch,
            top_rule=_best(contributions_of(self.scorer, state, _of(self.model, lines))[self.model.id]),
            channel=state.channel or "direct",
            first_seen=state.first_at,
            last_seen=state.last_at,
            reachable=self.scorer.is_reachable(state),
        )
        return objector(lead) if state.objects else lead


def _read(conn: Connection, then: _Then, seen: dict[int, str | None]) -> Iterator[LeadSummary]:
    """Those leads as they were then, so many at a time that their events need little memory."""
    upto, aside, dictionary = int(read_meta(conn, CURSOR) or 0), all_aside(conn), Dictionary()
    ids = sorted(seen)
    for start in range(0, len(ids), _AT_ONCE):
        histories = events_of_leads(conn, ids[start : start + _AT_ONCE], upto, aside, dictionary)
        for id, events in histories.items():
            lead = then.summary(id, seen[id], events)
            if lead is not None:
                yield lead


def _is_asked(lead: LeadSummary, query: LeadQuery) -> bool:
    if lead.out_of_target and not query.out_of_target:
        return False
    return query.band in (None, lead.band)


def _place(lead: LeadSummary) -> tuple[int, int, int]:
    """Out of target after all others, then the best score, then who came last."""
    return int(lead.out_of_target), -lead.score, -lead.id


def _of(model: Model, lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.model == model.id]


def _best(contributions: dict[str, int]) -> str | None:
    """The rule that gave most, of equals the first by name; None when none gave anything."""
    best = min(contributions, key=lambda rule: (-contributions[rule], rule), default=None)
    return best if best is not None and contributions[best] > 0 else None
