"""Every door of a town: its routes with the addresses, forms, bodies and fields that are found behind them.

Nothing here is a list of routes: addresses and forms are read off the pages, bodies off docs/api.md, and the names of
fields, parameters and headers out of the code that asks for them. A new route is met by itself.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

from starlette.routing import Match, Route
from tests.docs.conversation import Example, examples
from tests.faults.corpus import HEADER_NAMES
from tests.faults.town import FOR_PROGRAMS, Town

#: Where routes lead that no page links to, by the route's path.
STANDS: Final = {
    "/v1/{kind}": ["/v1/batch", "/v1/track", "/v1/identify"],
    "/api/s/s2s/{kind}": ["/api/s/s2s/page"],
    "/hooks/{tool}": ["/hooks/brevo", "/hooks/mailjet", "/hooks/mailgun"],
    "/static/{name}": ["/static/ripeline.css"],
    "/setup/{key}": ["/setup/not-any-more"],
    "/api/leads/{lead:path}": ["/api/leads/marc@example.com"],
    "/api/events/{id:path}": ["/api/events/a7"],
}
#: Rows that no page names, by what a route calls them.
ROWS: Final = {
    "id": "1",
    "event": "132",
    "note": "1",
    "place": "1",
    "lead": "marc@example.com",
}

#: How many pages of one route are looked at.
_MOST_PAGES: Final = 8

PACKAGE: Final = Path(__file__).parents[2] / "server" / "ripeline"
_ASKED: Final = re.compile(r"""(?:fields|form|query|query_params|asked|values)(?:\.get\(|\[)"([\w.-]+)\"""")
_HEADER: Final = re.compile(r"""headers?(?:\.get\(|\[)b?"([\w-]+)\"""")

_SEGMENT: Final = {
    "type": "track",
    "event": "Trial started",
    "messageId": "m1",
    "anonymousId": "a1",
    "userId": "marc@example.com",
    "timestamp": "2026-11-20T10:00:00Z",
    "sentAt": "2026-11-20T10:00:01Z",
    "properties": {"plan": {"name": "pro", "seats": 5}, "tags": ["a", "b"]},
    "context": {
        "page": {"url": "https://shop.example/", "title": "Shop", "referrer": "https://www.google.com/"},
        "campaign": {"name": "autumn", "source": "newsletter"},
        "userAgent": "Mozilla/5.0",
        "traits": {"email": "marc@example.com", "address": {"city": "Lyon"}},
    },
    "traits": {"email": "marc@example.com", "company": {"name": "Marc"}},
}
_MAILGUN: Final = {
    "signature": {"timestamp": "1795284000", "token": "t", "signature": "s"},
    "event-data": {"event": "opened", "recipient": "marc@example.com", "timestamp": 1795284000.5, "id": "g1"},
}
#: Bodies of doors whose examples are not on docs/api.md.
BODIES: Final[dict[str, Any]] = {
    "/e": {
        "v": "ada-phone",
        "s": "",
        "t": 1795284000000,
        "c": 1,
        "x": "zip",
        "d": 0,
        "e": [
            {"i": "b1", "n": "page", "u": "https://shop.example/", "r": "https://www.google.com/", "h": "Prices"},
            {"i": "b2", "n": "form", "a": 1795283999000, "k": "us", "p": {"mail": "a@b.fr"}, "f": {"mail": "email"}},
            {"i": "b3", "n": "identify", "p": {"email": "a@b.fr", "hash": "00", "job": "CEO"}},
        ],
    },
    "/e/test": {"e": [{"i": "b4", "n": "page", "u": "https://shop.example/pricing"}], "v": "ada-phone"},
    "/v1/batch": {"batch": [_SEGMENT, _SEGMENT | {"type": "identify"}, _SEGMENT | {"type": "page"}], "sentAt": "x"},
    "/v1/track": _SEGMENT,
    "/v1/identify": _SEGMENT,
    "/api/s/s2s/page": _SEGMENT,
    "/hooks/brevo": {
        "event": "unique_opened", "email": "marc@example.com", "message-id": "<1@brevo>", "id": 7,
        "ts_epoch": 1795284000000, "ts_event": 1795284000, "subject": "Autumn", "tag": "rss", "tags": ["rss"], "link": "https://shop.example/",
        "user_agent": "Mozilla/5.0",
    },
    "/hooks/mailjet": [{
        "event": "click", "email": "marc@example.com", "MessageID": 8, "time": 1795284000, "url": "https://shop.example/",
        "customcampaign": "autumn", "mj_campaign_id": 3, "Message_GUID": "g", "agent": "Mozilla/5.0",
    }],
    "/hooks/mailgun": _MAILGUN,
}  # fmt: skip


@dataclass
class Form:
    """A form of a page: where it goes, and what it holds as it stands there."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Door:
    """One route by one method, at an address that leads somewhere, with what a well-meaning client sends."""

    method: str
    route: str
    path: str
    access: str
    parameters: dict[str, str]
    fields: dict[str, str]
    body: Any = None

    @property
    def places(self) -> list[str]:
        """The parts of the path that may be anything."""
        return re.findall(r"\{(\w+)", self.route)

    def at(self, place: str, text: bytes) -> str:
        """The address with this text in that place."""
        values = matched(self.route, self.path) | {place: dots_too(quote(text, safe=""))}
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: values[found[1]], self.route)

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


def dots_too(part: str) -> str:
    """Clients take `..` out of a path themselves, so what is nothing but dots is sent in numbers."""
    return part.replace(".", "%2E") if set(part) <= {"."} else part


def doors_of(town: Town) -> list[Door]:
    """Every route of the running server by each of its methods, at each address it stands for."""
    found = _Found(*explored(town), {(each.method, each.path): json.loads(each.body) for each in _samples()})
    return [
        found.door(route, method, stand)
        for route in town.app.routes
        if isinstance(route, Route)
        for method in sorted((route.methods or {"GET", "POST"}) - {"HEAD"})
        for stand in STANDS.get(route.path) or [town.keys.get(route.path.split("/")[1], "")]
    ]


def _samples() -> list[Example]:
    return [each for each in examples() if each.body.lstrip()[:1] in ("{", "[") and each.method != "PUT"]


@dataclass(frozen=True)
class _Found:
    """What was found in the town: links, forms, and bodies by method and address."""

    links: list[str]
    forms: list[Form]
    samples: dict[tuple[str, str], Any]

    def door(self, route: Route, method: str, stand: str) -> Door:
        links = [link for link in self.links if _fits(route, link)]
        forms = [form for form in self.forms if form.method == method and _fits(route, form.action)]
        bodies = {to: body for (by, to), body in self.samples.items() if by == method and _fits(route, to)}
        parameters = {name: text for link in links for name, text in parse_qsl(urlsplit(link).query)}
        path = next(iter([*[form.action for form in forms], *bodies, *([stand] if stand else []), *links]), "")
        path = "/" + (stand or urlsplit(path).path or self._sibling(route)).lstrip("/")
        fields = {name: text for form in forms for name, text in form.fields.items()}
        fields |= {name: "" for form in self.forms if _fits(route, form.action) for name in form.fields} | fields
        asked = dict.fromkeys(_asked_in(route.endpoint), "")
        if method == "GET":
            parameters, fields = asked | parameters | fields, {}
        elif not path.startswith(FOR_PROGRAMS):
            parameters, fields = {}, asked | parameters | fields
        body = BODIES.get(path, next(iter(bodies.values()), None)) if method != "GET" else None
        return Door(method, route.path, path, str(route.endpoint.access), parameters, fields, body)  # type: ignore[attr-defined]

    def _sibling(self, route: Route) -> str:
        """An address beside one that is known, with the same rows in it."""
        addresses = [urlsplit(each).path for each in (*self.links, *(form.action for form in self.forms))]
        pieces = route.path.split("/")
        for n in range(len(pieces), 1, -1):
            begin = re.compile("/".join("[^/]+" if "{" in each else re.escape(each) for each in pieces[:n]))
            known = next((found[0] for each in addresses if (found := begin.match(each))), "")
            if known:
                return "/".join([known, *(_row(each) for each in pieces[n:])])
        return "/".join(_row(each) for each in pieces)


def _row(piece: str) -> str:
    found = re.fullmatch(r"\{(\w+)(:\w+)?\}", piece)
    return ROWS[found[1]] if found else piece


def _fits(route: Route, address: str) -> bool:
    path = urlsplit(address).path
    return bool(route.path_regex.match(path)) and (route.path == path or "{" in route.path)


def matched(route: str, path: str) -> dict[str, str]:
    pattern = re.sub(r"\{(\w+)(:path)?(?::\w+)?\}", lambda one: f"(?P<{one[1]}>{'.+' if one[2] else '[^/]+'})", route)
    found = re.fullmatch(pattern.replace(".gif", r"\.gif"), path)
    assert found, f"say in doors.STANDS where {route} leads; {path} does not fit"
    return found.groupdict()


def explored(town: Town) -> tuple[list[str], list[Form]]:
    """Every link and every form the owner finds from page to page, one of each kind of address and parameters."""
    links, forms = ["/", "/signin", "/setup/new", *_letters(town)], list[Form]()
    seen: dict[str, set[frozenset[str]]] = {}
    for link in links:
        route, names = _kind(town, link)
        kinds = seen.setdefault(route, set())
        if not route or names in kinds or len(kinds) == _MOST_PAGES:
            continue
        kinds.add(names)
        answer = town.ask("GET", link)
        if "location" in answer.headers:
            links.append(answer.headers["location"])
        reader = _Reader(link)
        if "html" in answer.headers.get("content-type", ""):
            reader.feed(answer.text)
        links += [each for each in reader.links if each.startswith("/")]
        forms += reader.forms
        links += [f"{form.action}?{_query(form.fields)}" for form in reader.forms if form.method == "GET"]
    return links, forms


def _letters(town: Town) -> list[str]:
    """Links that went out by e-mail."""
    return ["/" + town.keys[name] for name in ("c", "o", "u", "v", "invitation", "reset")]


def _kind(town: Town, link: str) -> tuple[str, frozenset[str]]:
    """Route and names of parameters: one page of each kind is looked at; ("", …) for what leads out."""
    parts = urlsplit(link)
    scope = {"type": "http", "method": "GET", "path": parts.path, "headers": []}
    for route in town.app.routes:
        if isinstance(route, Route) and route.matches(scope)[0] is Match.FULL:
            return route.path, frozenset(dict(parse_qsl(parts.query))) - {"lang"}
    return "", frozenset()


def _query(fields: dict[str, str]) -> str:
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in fields.items())


class _Reader(HTMLParser):
    """The links and forms of one page."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._here = here
        self._choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(urljoin(self._here, given.get("href", "")))
        if tag == "form":
            self.forms.append(Form(given.get("method", "get").upper(), urljoin(self._here, given.get("action", ""))))
        if self.forms and tag in ("input", "button", "textarea", "select") and given.get("name"):
            self.forms[-1].fields.setdefault(given["name"], given.get("value", ""))
            self._choice = given["name"] if tag == "select" else ""
        if tag == "option" and self._choice and "value" in given:
            self.forms[-1].fields[self._choice] = self.forms[-1].fields[self._choice] or given["value"]


def _asked_in(endpoint: Any) -> set[str]:
    """Names that the endpoint's module, or one that begins like it, asks a form or an address for."""
    module = sys.modules[getattr(inspect.unwrap(endpoint), "__module__", None) or type(endpoint).__module__]
    file = Path(str(module.__file__))
    texts = [each.read_text("utf-8") for each in file.parent.glob(f"{file.stem.partition('_')[0]}*.py")]
    return {name for text in texts for name in _ASKED.findall(text)} | set(getattr(endpoint, "parameters", ()))


def header_names() -> list[str]:
    """Those that any code of the server asks for, and those that proxies and browsers are known to set."""
    found = {name for file in PACKAGE.rglob("*.py") for name in _HEADER.findall(file.read_text("utf-8"))}
    return sorted({name.lower() for name in found} | set(HEADER_NAMES) - {"host", "content-length"})
