"""Open redirect: whatever `next`, `back` or a link says, nobody is led to a host that is neither ours nor signed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from tests.faults.house import many
from tests.house.test_access import TABLE, concrete
from tests.pages.room import Room

from ripeline.app import create_app
from ripeline.auth.guard import ROLES
from ripeline.auth.links import LinkSigner
from ripeline.auth.passwords import hash_password
from ripeline.auth.tokens import create_token
from ripeline.domain.links import Link
from ripeline.fold.folder import now_ms
from ripeline.settings import Settings
from ripeline.store.database import transaction
from ripeline.store.people import change_password

pytestmark = pytest.mark.row

_AWAY: Final = (
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "\\/evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "\t//evil.test",
    " //evil.test",
    "\x00//evil.test",
    "/\x0b/evil.test",
    "/%09/evil.test",
    "/%2f/evil.test",
    "/%5cevil.test",
    "%2f%2fevil.test",
    "/.//evil.test",
    "/..//evil.test",
    "/x/../..//evil.test",
    "//evil.test/%2e%2e",
    "//evil.test@testserver",
    "//testserver@evil.test",
    "//testserver.evil.test",
    "/@evil.test",
    "/;@evil.test",
    "@evil.test",
    ".evil.test",
    ":80@evil.test",
    "https:evil.test",
    "https:/evil.test",
    "https://evil.test",
    "HTTP:\\\\evil.test",
    "http:///evil.test",
    "javascript:alert(1)//",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "/\r\nLocation: //evil.test",
    "/\u2028/evil.test",
    "／／evil.test",
    "/／evil.test",
    "//\u3002evil.test",
    "/" + "a" * 9_000 + "//evil.test",
)
#: Addresses that some browser, proxy or library takes for another host's: some of them, or all.
AWAY: Final = _AWAY[:: many(4, 1)]
PASSWORD: Final = "a ripe pear in june"
HEADER: Final = "x-forwarded-email"


def host_of(location: str) -> str:
    """The host a browser on http://testserver would go to by that header (URL Standard, "URL parsing")."""
    text = re.sub(r"[\t\n\r]", "", location.strip("".join(map(chr, range(0x21))))).replace("\\", "/")
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", text)
    if scheme and scheme[1].lower() not in ("http", "https"):
        return f"no page: {scheme[1]}"
    if scheme:
        text = "//" + text[scheme.end() :].lstrip("/")
    if not text.startswith("//"):
        return "testserver"
    return re.split(r"[/?#]", text.lstrip("/"), maxsplit=1)[0].rpartition("@")[2].partition(":")[0].lower()


@dataclass(frozen=True, slots=True)
class Doors:
    """A server, nobody's browser, and the headers of its owner and of a program."""

    client: TestClient
    owner: dict[str, str]
    program: dict[str, str]
    secret: bytes


@pytest.fixture(scope="module", params=["", "/tool"], ids=["at the root", "under a path"])
def doors(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    settings = Settings(
        data=tmp_path_factory.mktemp("data"),
        base_url=f"http://testserver{request.param}",
        rate_limit=None,
        trusted_proxies=("10.0.0.7",),
        auth_header=HEADER,
    )
    app = create_app(settings)
    with TestClient(app, follow_redirects=False, headers={"sec-fetch-site": "same-origin"}) as client:
        app.state.running.changes.close()
        room = Room(settings)
        cookies = room.cookie_of("alice@example.com")
        with transaction(room.writer) as conn:
            key = create_token(conn, "all", frozenset({"admin"}), 1)
            change_password(conn, 1, hash_password(PASSWORD))
        room.writer.close()
        owner = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        yield Doors(client, owner, {"authorization": f"Bearer {key}"}, app.state.running.secret)


def stays(answer: Response, *what: object) -> None:
    """At home, and with one line of Location where there is one."""
    location = answer.headers.get("location", "")
    assert host_of(location) == "testserver", (what, location)
    assert "\r" not in location + "\n".join(answer.headers.get_list("location")[1:]), what


@pytest.mark.parametrize("away", AWAY)
def test_next_leads_nobody_away(doors: Doors, away: str) -> None:
    stays(doors.client.get("/signin", params={"next": away}, headers=doors.owner), away)
    shown = doors.client.get("/signin", params={"next": away})
    assert (
        'name="next" value="/"' in shown.text
        or host_of(re.findall(r'name="next" value="([^"]*)"', shown.text)[0]) == "testserver"
    )


def test_next_is_looked_at_again_when_it_is_sent_and_behind_a_proxy_that_signs_in(doors: Doors) -> None:
    proxy = TestClient(doors.client.app, follow_redirects=False, client=("10.0.0.7", 50_000))
    for away in AWAY:
        answer = proxy.get("/signin", params={"next": away}, headers={HEADER: "alice@example.com"})
        assert answer.status_code == 303
        stays(answer, away)
    # Passwords take their time: one that goes everywhere is enough.
    for away in ("//evil.test", "/\\evil.test"):
        form = {"email": "alice@example.com", "password": PASSWORD, "next": away}
        answer = doors.client.post("/signin", data=form)
        doors.client.cookies.clear()
        assert answer.status_code == 303
        assert answer.headers["location"].rstrip("/") in ("", "/tool")


@pytest.mark.parametrize("away", AWAY)
def test_who_is_sent_to_sign_in_comes_back_to_us(doors: Doors, away: str) -> None:
    """What was asked for is `next`; it begins with a path of ours, or is not asked for at all."""
    for path in ("/leads", "/ready", "/v/x"):
        stays(doors.client.get(path, params={"back": away, "lang": away, "cursor": away, "model": away}), path, away)
        stays(doors.client.get(path, params={"cursor": away, "model": away}, headers=doors.owner), path, away)


def test_no_form_leads_away_by_its_way_back_nor_by_the_referrer(doors: Doors, record_property: Any) -> None:
    forms = sorted(concrete(path) for methods, path, access in TABLE if methods == "POST" and access in ROLES)
    led = 0
    for number, path in enumerate(forms):
        for away in _AWAY[number % 20 :: many(20, 2)]:
            fields = {"back": away, "next": away, "query": away, "model": away, "banner": away, "do": "x", "name": ""}
            headers = doors.owner | {
                "referer": f"http://testserver{away}" if away.isascii() and away.isprintable() else "x"
            }
            answer = doors.client.post(path, data=fields, headers=headers)
            stays(answer, path, away)
            led += "location" in answer.headers
    assert led > len(forms)
    record_property("forms", len(forms))


def test_a_click_leads_to_its_signed_target_and_nowhere_else(doors: Doors) -> None:
    def link(target: str) -> str:
        asked = {"id": "spring", "email": "ada@example.com", "sent_at": now_ms(), "targets": [target]}
        answer = doors.client.post("/api/links", json=asked, headers=doors.program)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["links"][0]["url"]).partition("/c/")[2]

    # Also to a page of the host we are on ourselves, under another path than ours.
    for target in ("https://shop.example/pricing?plan=pro", "http://testserver/pricing"):
        location = doors.client.get(f"/c/{link(target)}").headers["location"]
        assert location.partition("#")[0].startswith(target), location
    token = link("https://shop.example/")
    text, _, signature = token.partition(".")
    for forged in (
        token + "A",
        token[:-1],
        f"{text}A.{signature}",
        f".{signature}",
        token + "%00",
        f"{token}/../x",
        text,
    ):
        assert doors.client.get(f"/c/{forged}").status_code == 404, forged
    other = LinkSigner(b"s" * 32).token(
        Link("click", "spring", "ada@example.com", now_ms(), "", target="https://evil.test/")
    )
    unsubscribe = LinkSigner(doors.secret).token(Link("unsubscribe", "spring", "ada@example.com", now_ms(), ""))
    for forged in (other, unsubscribe):
        assert doors.client.get(f"/c/{forged}").status_code == 404


@pytest.mark.parametrize("away", [each for each in AWAY if not each.startswith(("https://", "http:///"))])
def test_no_link_is_signed_that_leads_to_no_page(doors: Doors, away: str) -> None:
    asked = {"id": "spring", "email": "ada@example.com", "sent_at": now_ms(), "targets": [away]}
    assert doors.client.post("/api/links", json=asked, headers=doors.program).status_code == 400, away
