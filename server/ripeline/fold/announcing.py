"""Telling whoever listens what became so: a band entered or left, a verdict, an outcome; once each, never of the past.

A message is written only when a destination wants its topic, so that nobody pays for what nobody reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ripeline.domain.points import as_number
from ripeline.fold.batch import Batch, Folded
from ripeline.rules.model import Model, Ruleset
from ripeline.scoring.bands import COLD
from ripeline.store.database import Connection
from ripeline.store.destinations import topics_wanted
from ripeline.store.handoff_deeds import last_told
from ripeline.store.handoff_rows import reasons_of
from ripeline.store.outbox_rows import OutboxRow, Topic, put_in_outbox
from ripeline.store.reading import text_id

#: What crossed a band longer ago (ms) is history that came late, and no news.
NEWS_MS: Final = 86_400_000

_BANDS: Final[frozenset[str]] = frozenset({"lead.band", "lead.cooled"})
_MOST_REASONS: Final = 3


@dataclass(frozen=True, slots=True)
class News:
    """One message to be: its topic, lead and model (None: it is about all), when, and what makes it this very one."""

    topic: Topic
    lead: int
    model: Model | None
    at: int
    mark: str
    facts: Mapping[str, Any]


def announce_bands(conn: Connection, ruleset: Ruleset, batch: Batch) -> None:
    """Who entered or left a band by what this batch did, inside the transaction that wrote the scores."""
    if batch.is_quiet or not batch.folded:
        return
    wanted = topics_wanted(conn) & _BANDS
    if wanted:
        found = [news for folded in batch.folded for news in _news_of(ruleset, folded, batch.now)]
        put_in_outbox(conn, [_row(conn, each, batch.now) for each in found if _is_heard(conn, each, wanted)])


def announce(conn: Connection, news: News, now: int) -> None:
    """Something a person said, inside the transaction that wrote it down."""
    if news.topic in topics_wanted(conn):
        put_in_outbox(conn, [_row(conn, news, now)])


def message_id(*marks: object) -> str:
    """The id of a message follows from what it says, so telling again is telling the same."""
    return f"msg_{hashlib.sha256(chr(10).join(map(str, marks)).encode()).hexdigest()[:24]}"


def _news_of(ruleset: Ruleset, folded: Folded, now: int) -> Iterator[News]:
    before, after = folded.before, folded.after
    if before is not None and before.readings is after.readings:
        return
    for place, model in enumerate(ruleset.models):
        was, reading = before.readings[place] if before else None, after.readings[place]
        old = was.band if was else COLD
        facts = {"band": reading.band, "before": old, "score": as_number(reading.score)}
        crossed = _last_crossing(folded, model.id)
        if reading.band != old and crossed is not None and now - crossed[0] < NEWS_MS:
            yield News("lead.band", folded.lead, model, crossed[0], f"{crossed} {reading.band}", facts)
        was_ripe = was is not None and was.ripe is not None and was.ripe_until is None
        left = now if reading.ripe is None else reading.ripe_until
        if was and was_ripe and left is not None and now - left < NEWS_MS:
            yield News("lead.cooled", folded.lead, model, left, f"{was.ripe}", facts)


def _last_crossing(folded: Folded, model: str) -> tuple[int, str] | None:
    """The moment and the event of the last crossing of any band of the model; None: there was none."""
    crossings = (each for change in reversed(folded.changes) for each in reversed(change.crossings))
    return next(((each.at, each.event) for each in crossings if each.model == model), None)


def _is_heard(conn: Connection, news: News, wanted: frozenset[str]) -> bool:
    """Wanted; and that somebody cooled down is news only to those who were told that they were ripe."""
    if news.topic not in wanted:
        return False
    return news.topic != "lead.cooled" or (news.model is not None and _was_told(conn, news.lead, news.model.id))


def _was_told(conn: Connection, lead: int, model: str) -> bool:
    return last_told(conn, lead, model) is not None


def _row(conn: Connection, news: News, now: int) -> OutboxRow:
    model = news.model
    payload: dict[str, Any] = {
        "lead": {"id": news.lead},
        "model": {"id": model.id, "label": model.label} if model else None,
        "at": news.at,
        "reasons": _reasons(conn, news.lead, model) if model else [],
        **news.facts,
    }
    id = message_id(news.topic, news.lead, model.id if model else "", news.mark)
    return id, news.topic, news.lead, msgspec.json.encode(payload).decode(), now, now


def _reasons(conn: Connection, lead: int, model: Model) -> list[dict[str, Any]]:
    labels = {rule.id: rule.label for rule in model.rules}
    return [
        {"rule": rule, "label": labels.get(rule, rule), "points": as_number(points), "times": times}
        for rule, points, times in reasons_of(conn, lead, text_id(conn, model.id), _MOST_REASONS)
    ]
