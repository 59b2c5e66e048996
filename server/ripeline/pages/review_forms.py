"""A review begun, and each card answered by one tap or key; the last answer can be taken back."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial
from typing import Final, get_args

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.errors import NotFound, RipelineError
from ripeline.fold.desk import Desk
from ripeline.fold.selling import VerdictWord, Word, judge_lead, lift
from ripeline.pages.desk import running_of
from ripeline.pages.doing import back, do, fields_of, words
from ripeline.pages.review_tab import next_card
from ripeline.pages.said import Done, Undo
from ripeline.store.reading_said import last_verdict
from ripeline.store.reviews import Part, begin_review, cards_of, last_review, review_by_id, say_on_card
from ripeline.store.truth_rows import open_people
from ripeline.truth.dealing import deal
from ripeline.truth.lives import MOST

HOME: Final = "/tuning/review"
VERDICTS: Final[tuple[VerdictWord, ...]] = get_args(VerdictWord)


@require("marketer")
async def begin(request: Request) -> Response:
    """Deal the cards of a new review."""
    fields, now = await fields_of(request), int(time.time() * 1000)
    cards, model = await run_in_threadpool(_deal, request, fields.get("model", ""), now)
    if not cards:
        return back(request, fields, HOME, Done(words(request).gettext("There is nobody to look at yet."), is_bad=True))
    id, place = await do(request, lambda desk: _begin(desk, model, cards))
    return RedirectResponse(f"{HOME}/{id}/{place}", 303)


@require("marketer")
async def answer(request: Request) -> Response:
    """One verdict on one card, "" to pass it over; then the next card."""
    fields = await fields_of(request)
    id, place, said = int(request.path_params["id"]), int(request.path_params["place"]), fields.get("verdict", "")
    try:
        if said == "back":
            await do(request, partial(_take_back, review=id, place=place))
            return RedirectResponse(f"{HOME}/{id}/{place}", 303)
        following = await do(request, partial(_say, review=id, place=place, said=said))
    except RipelineError as error:
        return back(request, fields, HOME, Done(error.said(words(request).gettext), is_bad=True))
    undo = Undo(f"{HOME}/{id}/{place}", {"verdict": "back"})
    text = words(request).gettext("Noted.") if said else words(request).gettext("Passed over.")
    return back(request, {}, f"{HOME}/{id}/{following}" if following else HOME, Done(text, undo))


def _deal(request: Request, asked: str, now: int) -> tuple[list[tuple[int, Part]], str]:
    with running_of(request).reading() as (conn, ruleset):
        model = next((each for each in ruleset.models if each.id == asked), ruleset.models[0])
        return deal(open_people(conn, model.id, MOST), now), model.id


def _begin(desk: Desk, model: str, cards: list[tuple[int, Part]]) -> tuple[int, int]:
    """The review and its next card; of two who begin at once the second goes on with the first one's."""
    last = last_review(desk.conn, model)
    following = next_card(cards_of(desk.conn, last.id)) if last else None
    if last is not None and following is not None:
        return last.id, following
    return begin_review(desk.conn, model, cards, desk.by), 1


def _say(desk: Desk, review: int, place: int, said: str) -> int | None:
    """The verdict is on the lead like any other; the card remembers it. Where to go on, None: it was the last."""
    model, lead = _card(desk, review, place)
    _forget(desk, review, place)
    verdict = next((word for word in VERDICTS if word == said), None)
    if verdict is not None:
        judge_lead(desk, lead, model, Word(verdict))
    say_on_card(desk.conn, review, place, verdict or "")
    return next_card(cards_of(desk.conn, review))


def _take_back(desk: Desk, review: int, place: int) -> None:
    _forget(desk, review, place)
    say_on_card(desk.conn, review, place, None)


def _forget(desk: Desk, review: int, place: int) -> None:
    """The word said on this card before was a slip; another one may have been said elsewhere meanwhile, and stays."""
    model, lead = _card(desk, review, place)
    word = next(card.verdict for card in cards_of(desk.conn, review) if card.place == place)
    with suppress(NotFound):
        said = last_verdict(desk.conn, desk.lead(lead), model)
        if word and said is not None and said.verdict == word:
            lift(desk, lead, model)


def _card(desk: Desk, review: int, place: int) -> tuple[str, int]:
    """The model of the review, and the lead on that card."""
    found = review_by_id(desk.conn, review)
    card = next((each for each in cards_of(desk.conn, found.id) if each.place == place), None) if found else None
    if found is None or card is None:
        raise NotFound("card", place)
    return found.model, card.lead


ROUTES: Final = [
    Route(f"{HOME}/begin", begin, methods=["POST"]),
    Route(HOME + "/{id:int}/{place:int}", answer, methods=["POST"]),
]
