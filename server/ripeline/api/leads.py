"""`/api/leads`: the ranked list, one lead, and what it did."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from starlette.requests import Request

from ripeline.api import asked
from ripeline.api.answers import Facts, answered, moment, points, ratio
from ripeline.api.explained import Scores, facts_then, objection_facts, scores_after, scores_facts
from ripeline.api.handoffs import handoff_facts
from ripeline.auth.guard import require_scope
from ripeline.domain.times import iso_time
from ripeline.errors import InvalidRequest
from ripeline.fold.explaining import explain_lead
from ripeline.fold.folder import now_ms
from ripeline.fold.objectors import with_objections
from ripeline.fold.ranking import rank_leads
from ripeline.rules.model import Model, Ruleset
from ripeline.store.colleagues import colleagues_of
from ripeline.store.reading import model_asked
from ripeline.store.reading_lead import lead_detail, lead_id_of
from ripeline.store.reading_leads import LeadQuery, list_leads
from ripeline.store.reading_timeline import Part, part_of_timeline
from ripeline.store.views import Colleagues, LeadDetail, LeadSummary, TimelineEvent, TimelineSession

_COLD: Final = "cold"
_MOST_COLLEAGUES: Final = 20
_NARROW: Final = ("channel", "page", "file", "form")
_LIST: Final = ("model", "band", "identified", "q", *_NARROW, "sort", "limit", "cursor", "as_of")


@require_scope("read")
@answered(*_LIST)
def leads(request: Request) -> Facts:
    """`GET /api/leads`: best score first, leads out of target after all others; as of any moment."""
    server = asked.running(request)
    with server.reading() as (conn, ruleset):
        query, at = _query(request, ruleset), asked.as_of(request, ruleset.timezone)
        found = list_leads(conn, ruleset, query) if at is None else rank_leads(conn, ruleset, query, at)
        lines = with_objections(conn, found.leads) if at is None else found.leads
    return {"leads": [_summary(lead) for lead in lines], "next": found.next, "total": found.total}


@require_scope("read")
@answered("as_of")
def lead(request: Request) -> Facts:
    """`GET /api/leads/{id or email}`, as of any moment."""
    with asked.running(request).reading() as (conn, ruleset):
        at = asked.as_of(request, ruleset.timezone)
        found = lead_detail(conn, ruleset, asked.lead_key(request))
        now = max(now_ms(), found.last_seen)
        explained = explain_lead(conn, ruleset, found.id, now if at is None else at)
        facts = _detail(found) if at is None else _detail(_until(found, at)) | facts_then(explained)
        colleagues = _colleagues(colleagues_of(conn, found.id, 0, _MOST_COLLEAGUES))
        more = {"objection": objection_facts(explained), "colleagues": colleagues}
        return facts | {"scores": scores_facts(ruleset, explained), **more}


@require_scope("read")
@answered("limit", "cursor", "as_of")
def timeline(request: Request) -> Facts:
    """`GET /api/leads/{id or email}/timeline`, as of any moment."""
    server = asked.running(request)
    cursor, limit = asked.text(request, "cursor"), asked.limit(request, 20)
    with server.reading() as (conn, ruleset):
        at = asked.as_of(request, ruleset.timezone)
        id = lead_id_of(conn, asked.lead_key(request))
        found = part_of_timeline(conn, ruleset, id, Part(cursor, limit, at))
        scores = scores_after(ruleset, explain_lead(conn, ruleset, id, now_ms()))
    return {"sessions": [_session(session, scores) for session in found.sessions], "next": found.next}


def _query(request: Request, ruleset: Ruleset) -> LeadQuery:
    _check_then(request)
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
        sort=asked.text(request, "sort") or "score",
        channel=asked.text(request, "channel"),
        page=asked.text(request, "page") or "",
        file=asked.text(request, "file") or "",
        form=asked.text(request, "form") or "",
    )


def _check_then(request: Request) -> None:
    """The list of another day is ranked by score, and narrowed by what is known then."""
    if asked.text(request, "as_of") is None:
        return
    for name in (*_NARROW, *(("sort",) if asked.text(request, "sort") != "score" else ())):
        if asked.text(request, name) is not None:
            raise InvalidRequest(name, "cannot be asked together with as_of")


def _check_band(model: Model, band: str) -> None:
    known = [_COLD, *(each.name for each in model.bands)]
    if band not in known:
        raise InvalidRequest("band", f"must be one of {', '.join(known)}")


def _until(lead: LeadDetail, at: int) -> LeadDetail:
    """Without the hand-offs and points by hand of after that moment (ms)."""
    return replace(
        lead,
        handoffs=tuple(each for each in lead.handoffs if each.made_at <= at),
        given=tuple(each for each in lead.given if each.at <= at),
    )


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
        "objects": lead.objects,
        "ripeness": ratio(lead.ripeness),
        "top_rule": lead.top_rule,
        "channel": lead.channel,
        "owner": lead.owner,
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
        "handoffs": [handoff_facts(handoff) for handoff in lead.handoffs],
        "points": [
            {"event": each.event, "at": iso_time(each.at), "model": each.model, "points": points(each.points)}
            | {"reason": each.reason, "by": each.author}
            for each in lead.given
        ],
    }


def _colleagues(found: Colleagues | None) -> Facts | None:
    """Who else has an e-mail of the same company, the latest seen first."""
    if found is None:
        return None
    return {
        "domain": found.domain,
        "count": found.count,
        "leads": [{"id": each.id, "email": each.email, "last_seen": iso_time(each.last_seen)} for each in found.leads],
    }


def _session(session: TimelineSession, scores: Scores) -> Facts:
    return {
        "id": session.id,
        "visitor": session.visitor,
        "started_at": iso_time(session.started_at),
        "ended_at": iso_time(session.ended_at),
        "channel": session.channel,
        "source": session.source,
        "entry": session.entry,
        "events": [_event(event, scores) for event in session.events],
    }


def _event(event: TimelineEvent, scores: Scores) -> Facts:
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
        "scores": {model: points(score) for model, score in scores.get(event.seq, event.scores).items()},
    }
