"""`POST /api/leads/{…}/…`, `PATCH` and `DELETE`: what people add about a lead, and who it is."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request

from ripeline.api import asked
from ripeline.api.answers import Facts
from ripeline.api.bodies import Detach, GivenPoints, LeadVerdict, Merge, Objecting, Suspect, Told
from ripeline.api.doing import author, done
from ripeline.auth.guard import require_scope
from ripeline.domain.wire_text import is_id
from ripeline.errors import InvalidRequest
from ripeline.fold.erasing import erase_lead
from ripeline.fold.marking import erase_event, mark
from ripeline.fold.merging import detach, merge, undo_merge
from ripeline.fold.objecting import note_objection
from ripeline.fold.saying import Points, give_points, tell_attributes
from ripeline.fold.selling import Word, judge_lead, lift


@require_scope("write")
@done
async def judge(request: Request, said: LeadVerdict) -> Facts:
    """`POST /api/leads/{…}/verdict`: sales' word on any lead; null lifts the last one."""
    server, key, by = asked.running(request), asked.lead_key(request), await author(request)
    if said.verdict is None:
        await server.do(partial(lift, key=key, model=said.model), by)
    else:
        word = Word(said.verdict, said.note)
        await server.do(partial(judge_lead, key=key, model=said.model, word=word), by)
    return {"verdict": said.verdict}


@require_scope("write")
@done
async def points(request: Request, given: GivenPoints) -> Facts:
    """`POST /api/leads/{…}/points`: points by hand, with a reason."""
    if given.id and not is_id(given.id):
        raise InvalidRequest("id", "1–64 printable ASCII characters")
    what = Points(given.points, given.reason, given.model, given.id)
    server, key = asked.running(request), asked.lead_key(request)
    event = await server.do(partial(give_points, key=key, given=what), await author(request))
    await server.settled()
    return {"event": event}


@require_scope("write")
@done
async def object_(request: Request, said: Objecting) -> Facts:
    """`POST /api/leads/{…}/objection`: the lead objects to being scored, or objects no longer."""
    server, key = asked.running(request), asked.lead_key(request)
    await server.settled()
    deed = partial(note_objection, key=key, stands=said.objects, note=said.note)
    event = await server.do(deed, await author(request))
    await server.settled()
    return {"objects": said.objects, "event": event}


@require_scope("write")
@done
async def tell(request: Request, told: Told) -> Facts:
    """`PATCH /api/leads/{…}`: attributes, from now on."""
    server, key = asked.running(request), asked.lead_key(request)
    attributes = dict(told.attributes)
    event = await server.do(partial(tell_attributes, key=key, attributes=attributes), await author(request))
    await server.settled()
    return {"event": event}


@require_scope("write")
@done
async def join(request: Request, wish: Merge) -> Facts:
    """`POST /api/leads/{…}/merge`: another lead is this person too; or is not, after all."""
    server, key = asked.running(request), asked.lead_key(request)
    await server.settled()
    deed = undo_merge if wish.undo else merge
    lead = await server.do(partial(deed, key=key, other=wish.other), await author(request))
    return {"lead": lead}


@require_scope("write")
@done
async def take_out(request: Request, wish: Detach) -> Facts:
    """`POST /api/leads/{…}/detach`: a visitor that is not this person; the id of the lead it is now."""
    server, key = asked.running(request), asked.lead_key(request)
    await server.settled()
    return {"lead": await server.do(partial(detach, key=key, visitor=wish.visitor), await author(request))}


@require_scope("admin")
@done
async def erase(request: Request) -> Facts:
    """`DELETE /api/leads/{…}`: the lead with all it did and all that was said of it."""
    server, key = asked.running(request), asked.lead_key(request)
    # What is folded already is whose it says; what is not could belong to somebody else.
    await server.settled()
    erased = await server.do(partial(erase_lead, key=key), await author(request))
    await server.erase_unused()
    return {"erased": erased}


@require_scope("write")
@done
async def suspect(request: Request, wish: Suspect) -> Facts:
    """`POST /api/events/{id}/suspect`: mark an event, or clear it."""
    server, id = asked.running(request), request.path_params["id"]
    await server.do(partial(mark, id=id, suspect=wish.suspect), await author(request))
    return {"event": id, "suspect": wish.suspect}


@require_scope("admin")
@done
async def erase_one(request: Request) -> Facts:
    """`DELETE /api/events/{id}`: one event, for ever."""
    server, id = asked.running(request), request.path_params["id"]
    await server.do(partial(erase_event, id=id), await author(request))
    await server.erase_unused()
    return {"erased": 1}
