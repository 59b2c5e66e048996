"""`/api/leads`: the ranked list, one lead, and what it did."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from ripeline.api import asked
from ripeline.api.answers import Facts, answered, moment, points, ratio
from ripeline.api.doing import moment_asked
from ripeline.api.explained import explained_facts, fades
from ripeline.api.handoffs import handoff_facts
from ripeline.auth.guard import require_scope
from ripeline.domain.times import iso_time
from ripeline.errors import InvalidRequest
from ripeline.fold.explaining import explain_lead
from ripeline.fold.folder import now_ms
from ripeline.rules.model import Model, Ruleset
from ripeline.store.reading import model_asked
from ripeline.store.reading_lead import lead_detail, lead_id_of
from ripeline.store.reading_leads import LeadQuery, list_leads
from ripeline.store.reading_timeline import lead_timeline
from ripeline.store.views import LeadDetail, LeadSummary, ModelReading, TimelineEvent, TimelineSession

_COLD: Final = "cold"


@require_scope("read")
@answered
def leads(request: Request) -> Facts:
    """`GET /api/leads`: best score first, leads out of target after all others."""
    server = asked.running(request)
    with server.reading() as (conn, ruleset):
        found = list_leads(conn, ruleset, _query(request, ruleset))
    return {"leads": [_summary(lead) for lead in found.leads], "next": found.next, "total": found.total}


@require_scope("read")
@answered
def lead(request: Request) -> Facts:
    """`GET /api/leads/{id or email}`, as of any moment."""
    as_of = asked.text(request, "as_of")
    with asked.running(request).reading() as (conn, ruleset):
        found = lead_detail(conn, ruleset, asked.lead_key(request))
        facts = _detail(found)
        if as_of is None and not fades(ruleset):
            return facts
        at = moment_asked("as_of", as_of, max(now_ms(), found.last_seen))
        return facts | explained_facts(ruleset, explain_lead(conn, ruleset, found.id, at), was=as_of is not None)


@require_scope("read")
@answered
def timeline(request: Request) -> Facts:
    """`GET /api/leads/{id or email}/timeline`."""
    server = asked.running(request)
    cursor, limit = asked.text(request, "cursor"), asked.limit(request, 20)
    with server.reading() as (conn, ruleset):
        id = lead_id_of(conn, asked.lead_key(request))
        found = lead_timeline(conn, ruleset, id, cursor, limit)
    return {"sessions": [_session(session) for session in found.sessions], "next": found.next}


def _query(request: Request, ruleset: Ruleset) -> LeadQuery:
    if asked.text(request, "sort") not in (None, "score"):
        raise InvalidRequest("sort", "must be score")
    model = model_asked(ruleset, asked.text(request, "model") or next((each.id for each in ruleset.models), ""))
    band = asked.text(request, "band")
    if band is not None:
        _check_band(model, band)
    return LeadQuery(
        model=model.id,
        band=band,
        identified=asked.truth(request, "identified"),
        q=asked.text(request, "q") or "",
        # Who is out of target has no band to speak of; who asks for everybody sees them, last.
        out_of_target=band is None,
        limit=asked.limit(request, 50),
        cursor=asked.text(request, "cursor"),
    )


def _check_band(model: Model, band: str) -> None:
    known = [_COLD, *(each.name for each in model.bands)]
    if band not in known:
        raise InvalidRequest("band", f"must be one of {', '.join(known)}")


def _summary(lead: LeadSummary) -> Facts:
    return {
        "id": lead.id,
        "email": lead.email,
        "visitor": lead.visitor,
        "attributes": lead.attributes,
        "model": lead.model,
        "score": points(lead.score),
        "engagement": points(lead.engagement),
        "fit": points(lead.fit),
        "band": lead.band,
        "out_of_target": lead.out_of_target,
        "next_band": lead.next_band,
        "missing": points(lead.missing),
        "ripeness": ratio(lead.ripeness),
        "top_rule": lead.top_rule,
        "channel": lead.channel,
        "reachable": lead.reachable,
        "first_seen": moment(lead.first_seen),
        "last_seen": moment(lead.last_seen),
    }


def _detail(lead: LeadDetail) -> Facts:
    return {
        "id": lead.id,
        "email": lead.email,
        "attributes": {fact.name: fact.value for fact in lead.attributes},
        "visitors": lead.visitors,
        "first_seen": moment(lead.first_seen),
        "last_seen": moment(lead.last_seen),
        "reachable": lead.reachable,
        "first_source": lead.first_source,
        "last_source": lead.last_source,
        "scores": {reading.model: _reading(reading) for reading in lead.models},
        "handoffs": [handoff_facts(handoff) for handoff in lead.handoffs],
        "points": [
            {"event": each.event, "at": iso_time(each.at), "model": each.model, "points": points(each.points)}
            | {"reason": each.reason, "by": each.author}
            for each in lead.given
        ],
    }


def _reading(reading: ModelReading) -> Facts:
    return {
        "model": reading.model,
        "label": reading.label,
        "score": points(reading.score),
        "engagement": points(reading.engagement),
        "fit": points(reading.fit),
        "band": reading.band,
        "out_of_target": reading.out_of_target,
        "next_band": reading.next_band,
        "missing": points(reading.missing),
        "ripeness": ratio(reading.ripeness),
        "rules": {line.rule: points(line.points) for line in reading.receipt},
        "receipt": [
            {"rule": line.rule, "label": line.label, "times": line.times, "points": points(line.points)}
            | {"refused": line.refused}
            for line in reading.receipt
        ],
    }


def _session(session: TimelineSession) -> Facts:
    return {
        "id": session.id,
        "visitor": session.visitor,
        "started_at": iso_time(session.started_at),
        "ended_at": iso_time(session.ended_at),
        "channel": session.channel,
        "source": session.source,
        "entry": session.entry,
        "events": [_event(event) for event in session.events],
    }


def _event(event: TimelineEvent) -> Facts:
    return {
        "id": event.id,
        "on": event.on,
        "item": event.item,
        "url": event.url,
        "title": event.title,
        "at": iso_time(event.at),
        "suspect": event.suspect or None,
        "props": event.props,
        "spent_ms": event.spent,
        "ledger": [
            {"model": line.model, "rule": line.rule, "points": points(line.points), "reason": line.reason}
            for line in event.ledger
        ],
        "crossings": [
            {"model": crossing.model, "band": crossing.band, "entered": crossing.entered}
            for crossing in event.crossings
        ],
        "scores": {model: points(score) for model, score in event.scores.items()},
    }
