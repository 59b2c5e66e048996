"""Faults of ours: whoever met one is told so in their language, with a reference the log has it under."""

from __future__ import annotations

import logging
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ripeline.api.answers import answer
from ripeline.api.nowhere import is_of_api
from ripeline.auth.forms import is_read, page
from ripeline.auth.security import add_headers
from ripeline.saying_why import with_reference
from ripeline.sentences import N_
from ripeline.templating.languages import catalog, locale_of

log = logging.getLogger(__name__)

_FAULT: Final = N_("this is a fault of the server, whose log says more")


class Faults:
    """Answers what nobody else has caught and lets it go on, to the log. Innermost, so that the answer gets all that
    answers get on their way out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def send_on(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_on)
        except Exception as error:
            if scope["type"] == "http" and not has_begun:
                await _answer(Request(scope), error)(scope, receive, send)
            raise


def answer_fault(request: Request, error: Exception) -> Response:
    """What is wrong in a middleware. No middleware sees this answer: it carries our headers by itself."""
    # Starlette asks even where `Faults` has answered already, and throws this away.
    told = _answer(request, error)
    add_headers(told.headers)
    return told


def _answer(request: Request, error: Exception) -> Response:
    reference = with_reference(error)
    if is_of_api(request):
        return answer({"error": "fault", "problem": _FAULT, "reference": reference}, 500)
    if is_read(request):
        try:
            again = request.url.path if request.method == "GET" else ""
            return page(request, "fault.html", 500, reference=reference, again=again)
        except Exception:
            # It may be the pages themselves that are broken.
            log.exception("the page about a fault cannot be shown")
    return PlainTextResponse(f"{_FAULT.said(catalog(locale_of(request)).gettext)} ({reference})", 500)
