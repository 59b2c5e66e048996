"""From what was folded to rows: of the projection, and of the leads themselves."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ripeline.domain.session import Session
from ripeline.fold.batch import Folded, PoisonedBatch
from ripeline.fold.scored import may_teach, problem_of
from ripeline.rules.model import Ruleset
from ripeline.scoring.points_by_hand import MANUAL
from ripeline.scoring.state import encode_state
from ripeline.store.database import Connection
from ripeline.store.dictionary import Dictionary
from ripeline.store.leads import DescribedRow, SeenRow
from ripeline.store.projection import ProjectionRows, ScoreRow, SessionRow, StateRow

#: A session before its texts have ids: its lead, its visitor, and the session itself.
TouchedSession = tuple[int, int, Session]


class Names:
    """The row ids of the models and rules of one file, in the dictionary of texts."""

    def __init__(self, conn: Connection, ruleset: Ruleset, dictionary: Dictionary) -> None:
        models, texts = [model.id for model in ruleset.models], names_of(ruleset)
        found = dictionary.text_ids.learn(conn, texts)
        self.ids: dict[str, int] = {text: id for text in texts if (id := found[text]) is not None}
        self.models = [self.ids[model] for model in models]


def names_of(ruleset: Ruleset) -> set[str]:
    """What the projection of a rule file names in the table of texts."""
    return {MANUAL, *(model.id for model in ruleset.models), *(rule.id for m in ruleset.models for rule in m.rules)}


def projection_rows(conn: Connection, names: Names, dictionary: Dictionary, folded: Sequence[Folded]) -> ProjectionRows:
    """All rows these leads need now: the new ones, and those that replace what was there."""
    rows = lead_rows(names, folded)
    rows.sessions = session_rows(conn, dictionary, touched_sessions(folded))
    return rows


def lead_rows(names: Names, folded: Sequence[Folded], rows: ProjectionRows | None = None) -> ProjectionRows:
    """The same but for sessions, whose texts are looked up in the database; added to `rows` where there are some."""
    rows = ProjectionRows() if rows is None else rows
    for each in folded:
        (rows.states_as_due if _is_as_due(each) else rows.states).append(_state(each))
        _add_lines(each, names.ids, rows)
        if each.before is None or each.is_rebuilt or each.after.readings is not each.before.readings:
            rows.scores += _scores(each, names.models)
    return rows


def seen_rows(folded: Sequence[Folded]) -> list[SeenRow]:
    """Leads of whom nothing new can be known but when they were here."""
    return sorted([_seen(each) for each in folded if not each.taught])


def described_rows(folded: Sequence[Folded]) -> list[DescribedRow]:
    """Leads that may be better known than before."""
    return [
        (*_seen(each), int(each.after.reachable), msgspec.json.encode(each.after.state.attributes).decode())
        for each in folded
        if each.taught
    ]


def _seen(folded: Folded) -> SeenRow:
    state = folded.after.state
    return (folded.lead, state.first_at, state.last_at) if state.last is not None else (folded.lead, None, None)


def _is_as_due(folded: Folded) -> bool:
    """Whether what is stored of it says already when time alone changes it next."""
    return folded.before is not None and not folded.is_rebuilt and folded.before.due == folded.after.due


def _state(folded: Folded) -> StateRow:
    try:
        return folded.lead, encode_state(folded.after.state), folded.after.due
    except Exception as error:
        # Only what an event taught can be beyond encoding, such as a number of a hundred digits.
        teaching = [event for event in folded.events if may_teach((event,))]
        bad = (teaching or folded.events)[-1]
        raise PoisonedBatch({bad.seq: problem_of(error)}) from error


def _add_lines(folded: Folded, ids: dict[str, int], rows: ProjectionRows) -> None:
    lead, n, m = folded.lead, folded.first_line, folded.first_crossing
    for change in folded.changes:
        for line in change.lines:
            row = (lead, n, ids[line.model], ids[line.rule], line.seq, line.at, line.points, line.reason)
            rows.ledger.append(row)
            n += 1
        for each in change.crossings:
            rows.crossings.append((lead, m, ids[each.model], each.band, each.entered, each.seq, each.at, each.score))
            m += 1


def _scores(folded: Folded, models: list[int]) -> list[ScoreRow]:
    lead, now = folded.lead, folded.after.readings
    if folded.before is None or folded.is_rebuilt:
        return [(model, lead, *reading.written) for model, reading in zip(models, now, strict=True)]
    return [
        (model, lead, *reading.written)
        for model, reading, before in zip(models, now, folded.before.readings, strict=True)
        if reading is not before and reading.written != before.written
    ]


def touched_sessions(folded: Sequence[Folded]) -> list[TouchedSession]:
    """Each session that was touched, once, as it stands now: a running one is one object in all its changes."""
    touched: dict[int, TouchedSession] = {}
    for each in folded:
        for event, change in zip(each.events, each.changes, strict=False):
            session = change.session
            if session is not None:
                touched[int(session.id)] = (each.lead, int(event.visitor), session)
    return list(touched.values())


def session_rows(conn: Connection, dictionary: Dictionary, touched: Sequence[TouchedSession]) -> list[SessionRow]:
    """Sessions with the ids of their texts."""
    paths = dictionary.text_ids.learn(conn, {session.entry for _, _, session in touched})
    sources = dictionary.source_ids.learn(conn, {session.source for _, _, session in touched})
    return [
        (
            lead,
            session.started_at,
            int(session.id),
            visitor,
            session.last_at,
            session.events,
            paths[session.entry],
            sources[session.source],
        )
        for lead, visitor, session in touched
    ]
