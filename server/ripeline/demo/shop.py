"""The demo's shop: the site of Verger & Fils, who make machines that sort fruit, with the real tag on it.

It is a site of its own, on its own origin, that knows nothing of Ripeline but the tag and its consent banner.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from ripeline.paths import SHOP
from ripeline.templating.languages import Locale

#: Path → template.
PAGES: Final = {
    "/": "home.html",
    "/pricing": "pricing.html",
    "/about": "about.html",
    "/blog": "blog/index.html",
    "/blog/first-steps": "blog/first-steps.html",
    "/blog/five-mistakes": "blog/five-mistakes.html",
    "/blog/what-it-costs": "blog/what-it-costs.html",
    "/blog/questions-to-ask": "blog/questions-to-ask.html",
    "/case-studies": "case-studies/index.html",
    "/case-studies/bakery": "case-studies/bakery.html",
    "/case-studies/clinic": "case-studies/clinic.html",
    "/case-studies/wine-merchant": "case-studies/wine-merchant.html",
    "/white-papers": "white-papers.html",
    "/careers": "careers.html",
    "/contact": "contact.html",
    "/demo": "demo.html",
    "/thanks": "thanks.html",
}

#: Where forms are sent; each says thanks.
FORMS: Final = ("/contact", "/demo")

Endpoint = Callable[[Request], Awaitable[Response]]


def create_shop(tag_base_url: str, site_key: str, language: Locale = "en") -> Starlette:
    """The shop with the tag of the server at `tag_base_url` (no trailing slash) for the site of that key."""
    # The layout is the same for all; the words are in the folder of the language.
    loader = FileSystemLoader([SHOP] if language == "en" else [SHOP / language, SHOP])
    templates = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    templates.globals |= {"tag_base_url": tag_base_url, "site_key": site_key, "language": language}
    missing = _page(templates, "missing.html", 404)

    async def not_found(request: Request, _: Exception) -> Response:
        return await missing(request)

    routes: list[BaseRoute] = [
        *(Route(path, _page(templates, template)) for path, template in PAGES.items()),
        *(Route(path, _thank, methods=["POST"]) for path in FORMS),
        Mount("/files", StaticFiles(directory=SHOP / "files")),
        Mount("/static", StaticFiles(directory=SHOP / "static")),
    ]
    return Starlette(routes=routes, exception_handlers={404: not_found})


def _page(templates: Environment, template: str, status: int = 200) -> Endpoint:
    async def show(request: Request) -> Response:
        return HTMLResponse(templates.get_template(template).render(path=request.url.path), status)

    return show


async def _thank(_: Request) -> Response:
    """The shop keeps nothing of what was written: what happens to it is told by the tag alone."""
    return RedirectResponse("/thanks", 303)
