"""`/v/…`: the verdict links of alerts. Looking at one says nothing, since scanners follow links; a button does."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from ripeline.auth.guard import public
from ripeline.auth.logins import is_https
from ripeline.auth.secrets import derived_key
from ripeline.errors import Conflict
from ripeline.fold.desk import Desk
from ripeline.fold.selling import Word, judge_handoff, take_back_verdict
from ripeline.outbox.verdict_links import PATH, PURPOSE, VERDICTS, VerdictLink, VerdictSigner, VerdictWord
from ripeline.pages.desk import running_of
from ripeline.pages.doing import fields_of, words
from ripeline.pages.said import Done, forget, keep, last_done
from ripeline.pages.who import Who, who_is
from ripeline.rules.model import Ruleset
from ripeline.store.database import Connection
from ripeline.store.people import user_by_email
from ripeline.store.reading_handoffs import one_handoff
from ripeline.store.reading_verdicts import JudgedHandoff, judged_handoff
from ripeline.store.views import HandoffView
from ripeline.templating import remember_wish, render

#: `unknown`: no link of ours; `gone`: erased; `closed`: an outcome ended it; `others`: a colleague has spoken.
State = Literal["unknown", "expired", "gone", "closed", "others", "said", "open"]

_STATUS: Final[dict[State, int]] = {"unknown": 404, "expired": 410, "gone": 410}


@dataclass(frozen=True, slots=True)
class VerdictPage:
    """No more about a person than their name: whoever has the e-mail may read this.

    `verdicts`: the four, the one that was clicked first. `author`: whose verdict stands.
    """

    state: State
    who: Who | None = None
    handoff: HandoffView | None = None
    author: str = ""
    verdicts: tuple[VerdictWord, ...] = VERDICTS


@public
async def show_verdict(request: Request) -> Response:
    """Who it is about, and a button for each verdict; changes nothing."""
    return await run_in_threadpool(_draw, request)


@public
async def say_verdict(request: Request) -> Response:
    """The button: `verdict` is one of the four, or "" to take it back. Said twice, it is said once."""
    link, wish = _link_of(request), (await fields_of(request)).get("verdict")
    if link is None or _now() > link.until or wish not in ("", *VERDICTS):
        return await run_in_threadpool(_draw, request)
    answer = RedirectResponse(request.url.path, 303)
    try:
        await running_of(request).do(partial(_say, link=link, wish=wish), link.to)
    except Conflict:
        text = words(request).gettext("Nothing was changed: meanwhile this hand-off has moved on.")
        keep(request, answer, Done(text, is_bad=True))
    return answer


def _say(desk: Desk, link: VerdictLink, wish: str) -> None:
    """As it stands when it is written, whatever the page showed; raises `Conflict` when it cannot be taken back."""
    if not _is_good(desk.conn, link, desk.by.at):
        return
    found = judged_handoff(desk.conn, link.handoff, link.made_at)
    state = _state(found, link.to)
    if state == "said" and not wish:
        take_back_verdict(desk, link.handoff)
    elif wish and (state == "open" or (state == "said" and found is not None and found.verdict != wish)):
        judge_handoff(desk, link.handoff, Word(cast(VerdictWord, wish)))


def _state(found: JudgedHandoff | None, to: str) -> State:
    if found is None:
        return "gone"
    if found.verdict is not None:
        return "said" if found.author == to else "others"
    return "closed" if found.state == "closed" else "open"


def _draw(request: Request) -> Response:
    running, said, now = running_of(request), last_done(request), _now()
    with running.reading() as (conn, ruleset):
        page = _page(conn, ruleset, _link_of(request), now)
        html = render(request, "verdict.html", page=page, said=said, now=now, zone=ruleset.timezone)
    answer = HTMLResponse(html, _STATUS.get(page.state, 200), {"X-Robots-Tag": "noindex"})
    if is_https(running):
        # Over plain http browsers would send `Origin: null` with the form, and it would be taken for another site's.
        answer.headers["Referrer-Policy"] = "no-referrer"
    forget(request, answer)
    remember_wish(request, answer.set_cookie)
    return answer


def _page(conn: Connection, ruleset: Ruleset, link: VerdictLink | None, now: int) -> VerdictPage:
    if link is None or not _is_good(conn, link, now):
        return VerdictPage("unknown" if link is None else "expired")
    found = judged_handoff(conn, link.handoff, link.made_at)
    if found is None:
        return VerdictPage("gone")
    handoff = one_handoff(conn, ruleset, link.handoff)
    who = who_is(handoff.lead_id, handoff.email, handoff.attributes)
    others = tuple(verdict for verdict in VERDICTS if verdict != link.verdict)
    return VerdictPage(_state(found, link.to), who, handoff, found.author, (link.verdict, *others))


def _is_good(conn: Connection, link: VerdictLink, now: int) -> bool:
    """Not for ever, and not for somebody who was shut out since; `to` may be a mailbox of nobody here, like sales@."""
    user = user_by_email(conn, link.to)
    return now <= link.until and (user is None or user.disabled_at is None)


def _link_of(request: Request) -> VerdictLink | None:
    signer = VerdictSigner(derived_key(running_of(request).secret, PURPOSE))
    return signer.read(request.path_params["token"])


def _now() -> int:
    return time.time_ns() // 1_000_000


ROUTES: Final = [
    Route(PATH + "{token}", show_verdict, methods=["GET"]),
    Route(PATH + "{token}", say_verdict, methods=["POST"]),
]
