"""`/api/rules` and `/api/proposals`: the rule file in force, a new one, and whom it would send to sales."""

from __future__ import annotations

from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ripeline.api import asked
from ripeline.api.answers import Facts, answered, points
from ripeline.api.bodies import read_body
from ripeline.api.doing import author, done
from ripeline.auth.guard import require_scope
from ripeline.domain.times import iso_time
from ripeline.errors import InvalidRules
from ripeline.fold.rule_file import read_checked
from ripeline.fold.selling import accept
from ripeline.rules.reading import NOT_UTF8
from ripeline.store.proposals import Proposal, list_proposals
from ripeline.store.reading import cursor_after, place_of
from ripeline.store.rule_versions import changes_of_rules

_LARGEST: Final = 1024 * 1024
_CHANGES_SHOWN: Final = 50


@require_scope("read")
@answered()
def rules(request: Request) -> Facts:
    """`GET /api/rules`: the text in force, how far a rescore under others is, and who changed it when."""
    server = asked.running(request)
    with server.reading() as (conn, ruleset):
        changes = changes_of_rules(conn, _CHANGES_SHOWN)
    going_on = server.rescoring()
    return {
        "hash": ruleset.hash,
        "text": ruleset.text,
        "problem": server.rules.problem or None,
        "rescoring": going_on and {"hash": going_on[0], "done": going_on[1], "total": going_on[2]},
        "changes": [{"hash": each.hash, "at": iso_time(each.at), "author": each.author} for each in changes],
    }


@require_scope("admin")
@done
async def put_rules(request: Request) -> Facts:
    """`PUT /api/rules`: a new file as it is, in force once everything is rescored; nobody is told anything."""
    server, file = asked.running(request), request.url.path
    try:
        text = (await read_body(request, _LARGEST)).decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InvalidRules(file, line, "", NOT_UTF8) from error
    ruleset = await run_in_threadpool(read_checked, text, server.settings.rules_file.name)
    await server.save_rules(ruleset, await author(request))
    return {"hash": ruleset.hash, "in_force": server.rules.ruleset.hash == ruleset.hash}


@require_scope("read")
@answered("limit", "cursor")
def proposals(request: Request) -> Facts:
    """`GET /api/proposals`: leads that only the new rules make ripe; nobody was told of them."""
    limit, cursor = asked.limit(request, 50), asked.text(request, "cursor")
    (after,) = place_of(cursor, 1) if cursor else (0,)
    with asked.running(request).reading() as (conn, ruleset):
        found = list_proposals(conn, ruleset.hash, after, limit + 1)
    following = cursor_after(found[limit - 1].id) if len(found) > limit else None
    return {"proposals": [_proposal(each) for each in found[:limit]], "next": following}


@require_scope("write")
@done
async def accept_proposal(request: Request) -> Facts:
    """`POST /api/proposals/{id}/accept`: hand this one over after all."""
    id = asked.row_id(request)
    await asked.running(request).do(partial(accept, proposal=id), await author(request))
    return {"accepted": id}


def _proposal(proposal: Proposal) -> Facts:
    return {
        "id": proposal.id,
        "lead": {"id": proposal.lead_id, "email": proposal.email},
        "model": proposal.model,
        "band": proposal.current_band,
        "score": points(proposal.current_score),
        "at": iso_time(proposal.crossed_at),
        "proposed_at": iso_time(proposal.made_at),
    }
