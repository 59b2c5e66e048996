"""The pages of auth, drawn with the templates everybody uses, and what their forms may hold."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from ripeline.sentences import Sentence
from ripeline.templating import remember_wish, render
from ripeline.templating.languages import catalog, locale_of


def page(request: Request, template: str, status: int, **values: object) -> HTMLResponse:
    """One page in the reader's language."""
    answer = HTMLResponse(render(request, template, **values), status)
    remember_wish(request, answer.set_cookie)
    return answer


def is_read(request: Request) -> bool:
    """Whether a browser shows the answer to somebody."""
    return "text/html" in request.headers.get("accept", "")


def refusal(request: Request, why: Sentence, status: int = 403) -> Response:
    """Why something is not done, in the reader's language: on a page with a way on, or in a line for programs."""
    if is_read(request):
        return page(request, "refused.html", status, why=why, again="")
    return PlainTextResponse(why.said(catalog(locale_of(request)).gettext), status)


def to(path: str) -> Response:
    return RedirectResponse(path, 303)


def safe_next(path: str) -> str:
    r"""A path of our own to go on to; anything else (`//evil`, `/\evil`, `https:`) becomes the first page."""
    plain = path.isprintable() and "\\" not in path and " " not in path
    return path if path.startswith("/") and not path.startswith("//") and plain else "/"


async def small_form(request: Request) -> FormData:
    """A form of a stranger: few fields, no files."""
    return await request.form(max_files=0, max_fields=10, max_part_size=16_384)
