"""What the forms of the alerts page do: add, change, try, turn off, give a new secret, send again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.auth.logins import now_ms
from ripeline.errors import NotFound
from ripeline.mailing import all_senders
from ripeline.outbox.recording import said_of
from ripeline.outbox.sample import sample_alert, sample_delivery
from ripeline.outbox.sending import Failed, Sent
from ripeline.outbox.signing import new_secret
from ripeline.pages import alerts_changes as changes
from ripeline.pages.alerts import HERE, read_alerts
from ripeline.pages.alerts_forms import kind_of, read_destination, usable_address
from ripeline.pages.alerts_words import failure, mistake
from ripeline.pages.desk import running_of, show
from ripeline.pages.doing import back, fields_of, words
from ripeline.pages.said import Done, Undo
from ripeline.pages.settings_deeds import MISTAKES, told
from ripeline.rules.model import Model, Ruleset
from ripeline.running import Running
from ripeline.store.authors import Said
from ripeline.store.destinations import Destination


@require("marketer")
async def add_place(request: Request) -> Response:
    """A webhook's secret is shown by the answer itself: this once, and kept by nobody on the way."""
    fields, running = await fields_of(request), running_of(request)
    by = Said(request.state.user.email, now_ms())
    try:
        kind = kind_of(fields)
        typed = read_destination(fields, kind, running.rules.ruleset, None)
        secret = new_secret() if kind == "webhook" else ""
        address = await usable_address(running, kind, typed.address)
        new = replace(typed, address=address, secret=secret, created_at=by.at)
        await running.write(lambda conn: changes.add_place(conn, by, new))
    except MISTAKES as error:
        return back(request, fields, HERE, mistake(error, words(request)))
    if secret:
        return await show(request, "alerts.html", partial(read_alerts, made=new.name, key=secret))
    return back(request, {}, HERE, Done(words(request).gettext("%(name)s is told from now on.") % {"name": new.name}))


@require("marketer")
async def change_place(request: Request) -> Response:
    fields, running = await fields_of(request), running_of(request)
    gettext = words(request).gettext
    try:
        with running.database.read() as conn:
            before = changes.found_place(conn, request.path_params["id"])
        typed = read_destination(fields, before.kind, running.rules.ruleset, before)
        changed = replace(typed, address=await usable_address(running, before.kind, typed.address))
    except MISTAKES as error:
        return back(request, fields, HERE, mistake(error, words(request)))
    done = Done(gettext("%(name)s was changed.") % {"name": changed.name})
    return await told(request, partial(changes.change_place, changed=changed), lambda _: done, HERE)


@require("marketer")
async def try_place(request: Request) -> Response:
    """A made-up alert, now; the next page says what came back."""
    running, gettext = running_of(request), words(request).gettext
    try:
        with running.reading() as (conn, ruleset):
            place = changes.found_place(conn, request.path_params["id"])
    except NotFound as error:
        return back(request, {}, HERE, mistake(error, words(request)))
    outcome = await _try(running, place, _model_for(place, ruleset))
    facts = {"name": place.name, "answer": failure(said_of(outcome), words(request))}
    if isinstance(outcome, Failed):
        return back(request, {}, HERE, Done(gettext("%(name)s was not reached: %(answer)s") % facts, is_bad=True))
    if outcome.answer or outcome.status:
        facts["answer"] = f"{outcome.status or ''} {outcome.answer}".strip()
        return back(request, {}, HERE, Done(gettext("The test reached %(name)s, which answered %(answer)s.") % facts))
    return back(request, {}, HERE, Done(gettext("The test reached %(name)s.") % facts))


async def _try(running: Running, place: Destination, model: Model) -> Sent | Failed:
    alert = sample_alert(model, running.settings.public_url, now_ms())
    return await all_senders(running, now_ms)[place.kind].send(sample_delivery(place, alert), place, alert)


def _model_for(place: Destination, ruleset: Ruleset) -> Model:
    """The model it hears of; else the first that hands over, else the first."""
    models = ruleset.models
    wanted = [each for each in models if each.id == place.model] or [each for each in models if each.handoff]
    return (wanted or models)[0]


@require("marketer")
async def turn_place_off(request: Request) -> Response:
    gettext, id = words(request).gettext, request.path_params["id"]

    def done(name: str) -> Done:
        return Done(gettext("%(name)s is told nothing from now on.") % {"name": name}, Undo(f"{HERE}/{id}/on"))

    return await told(request, partial(changes.turn_place, id=id, on=False), done, HERE)


@require("marketer")
async def turn_place_on(request: Request) -> Response:
    gettext, id = words(request).gettext, request.path_params["id"]

    def done(name: str) -> Done:
        return Done(gettext("%(name)s is told again.") % {"name": name})

    return await told(request, partial(changes.turn_place, id=id, on=True), done, HERE)


@require("marketer")
async def remove_place(request: Request) -> Response:
    gettext = words(request).gettext

    def done(name: str) -> Done:
        return Done(gettext("%(name)s was removed, with its log.") % {"name": name})

    return await told(request, partial(changes.remove_place, id=request.path_params["id"]), done, HERE)


@require("marketer")
async def renew_secret(request: Request) -> Response:
    """The new one is shown by the answer itself; the old one signs too for a day."""
    by, secret = Said(request.state.user.email, now_ms()), new_secret()
    try:
        renew = partial(changes.renew_secret, by=by, id=request.path_params["id"], secret=secret)
        name = await running_of(request).write(renew)
    except MISTAKES as error:
        return back(request, {}, HERE, mistake(error, words(request)))
    return await show(request, "alerts.html", partial(read_alerts, made=name, key=secret))


@require("marketer")
async def keep_secret(request: Request) -> Response:
    gettext = words(request).gettext

    def done(name: str) -> Done:
        return Done(gettext("%(name)s is signed with the secret of before again.") % {"name": name})

    return await told(request, partial(changes.keep_secret, id=request.path_params["id"]), done, HERE)


@require("marketer")
async def send_again(request: Request) -> Response:
    """One message, or (without an id) all that were given up, to one destination or to all."""
    fields, words_ = await fields_of(request), words(request)
    try:
        count = await running_of(request).write(partial(changes.again, fields=fields))
    except MISTAKES as error:
        return back(request, fields, HERE, mistake(error, words_))
    text = words_.ngettext("%(n)d message is on its way again.", "%(n)d messages are on their way again.", count)
    return back(request, fields, HERE, Done(text % {"n": count}))


ROUTES: Final = [
    Route(HERE, add_place, methods=["POST"]),
    Route(f"{HERE}/again", send_again, methods=["POST"]),
    Route(f"{HERE}/{{id:int}}/change", change_place, methods=["POST"]),
    Route(f"{HERE}/{{id:int}}/test", try_place, methods=["POST"]),
    Route(f"{HERE}/{{id:int}}/off", turn_place_off, methods=["POST"]),
    Route(f"{HERE}/{{id:int}}/on", turn_place_on, methods=["POST"]),
    Route(f"{HERE}/{{id:int}}/remove", remove_place, methods=["POST"]),
    Route(f"{HERE}/{{id:int}}/secret", renew_secret, methods=["POST"]),
    Route(f"{HERE}/{{id:int}}/secret/back", keep_secret, methods=["POST"]),
]
