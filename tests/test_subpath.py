"""A server under a path of another's name: all it says leads back there, whether or not a proxy takes the path off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from ripeline.app import create_app
from ripeline.auth.setup import setup_link
from ripeline.auth.tokens import create_token
from ripeline.errors import InvalidSetting
from ripeline.settings import Settings, read_settings
from ripeline.subpath import SubPath

ORIGIN = "https://example.com"
ROOT = "/leads-tool"
SHOP = "https://shop.example"
ADA = {"email": "ada@example.com", "password": "une poire bien mûre"}
OWN = {"sec-fetch-site": "same-origin"}
#: Values of these are no addresses: what a form sends on, and what a script looks for.
NO_ADDRESS = {"value", "content", "placeholder", "d", "pattern", "title"}


class Addresses(HTMLParser):
    """Every value of an attribute that begins with a slash."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(name, value) for name, value in attrs if value and value[0] == "/" and name not in NO_ADDRESS]


class Proxy:
    """What stands before it: takes the path off or leaves it on; asked for anything else, it is another's."""

    def __init__(self, app: Starlette, takes_off: bool) -> None:
        self.app, self.takes_off = app, takes_off

    async def __call__(self, scope: dict[str, object], receive: object, send: object) -> None:
        if scope["type"] == "http":
            path = str(scope["path"])
            assert path.startswith(ROOT + "/"), f"{path} is not ours"
            if self.takes_off:
                inside = path[len(ROOT) :]
                scope = {**scope, "path": inside, "raw_path": inside.encode()}
        await self.app(scope, receive, send)  # type: ignore[arg-type]


@pytest.fixture(params=[True, False], ids=["taken off", "left on"], scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[TestClient]:
    """A browser of the owner, beyond the proxy; one visitor has told their name."""
    settings = Settings(data=tmp_path_factory.mktemp("data"), base_url=ORIGIN + ROOT, rate_limit=None)
    app = create_app(settings)
    with TestClient(Proxy(app, request.param), base_url=ORIGIN, headers=OWN) as client:  # type: ignore[arg-type]
        client.app_state["running"] = running = app.state.running
        assert client.portal is not None
        link = str(client.portal.call(setup_link, running))
        assert link.startswith(f"{ORIGIN}{ROOT}/setup/")
        assert client.post(urlsplit(link).path, data=ADA | {"zone": "UTC"}).url.path == f"{ROOT}/install"
        items = [page("1"), {"i": "2", "n": "identify", "u": SHOP, "p": {"email": "marc@example.com"}}]
        assert client.post(f"{ROOT}/e", json={"v": "a-visitor-of-theirs", "e": items}).json()["accepted"] == 2
        client.portal.call(running.settled)
        yield client


def page(id: str) -> dict[str, str]:
    return {"i": id, "n": "page", "u": f"{SHOP}/pricing"}


def pages_from(client: TestClient, start: str) -> dict[str, str]:
    """Every page a person comes to by links alone."""
    seen: dict[str, str] = {}
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        answer = client.get(path, headers={"accept": "text/html"})
        assert answer.status_code == 200, path
        assert answer.url.path.startswith(f"{ROOT}/")
        seen[path] = answer.text if answer.headers["content-type"].startswith("text/html") else ""
        # One page of each kind: with all filters there would be no end of them.
        links = [value for name, value in Addresses(seen[path]).found if name == "href"]
        known = {re.sub(r"\d+", "1", urlsplit(each).path) for each in (*seen, *waiting)}
        for link in links:
            kind = re.sub(r"\d+", "1", urlsplit(link).path)
            if kind not in known and "/static/" not in link:
                known.add(kind)
                waiting.append(link)
    return seen


def test_every_address_of_every_page_is_under_the_path(client: TestClient) -> None:
    pages = pages_from(client, f"{ROOT}/ready")
    kinds = {urlsplit(page).path.removeprefix(ROOT) for page in pages}
    assert kinds >= {"/ready", "/leads", "/leads/1", "/install", "/settings/people", "/tuning/rules", "/account"}
    for page, html in pages.items():
        for name, value in Addresses(html).found:
            assert value.startswith(f"{ROOT}/"), f"{page}: {name}={value!r}"
            assert not value.startswith(ROOT * 2), f"{page}: {name}={value!r}"


def test_files_of_the_pages_are_found(client: TestClient) -> None:
    page = client.get(f"{ROOT}/leads")
    assert int(page.headers["content-length"]) == len(page.content)
    files = [value for _, value in Addresses(page.text).found if "/static/" in value]
    assert len(files) >= 3
    for file in files:
        answer = client.get(file)
        assert answer.status_code == 200, file
        assert "immutable" in answer.headers["cache-control"]


def test_redirects_stay_under_the_path(client: TestClient) -> None:
    stranger = TestClient(client.app, base_url=ORIGIN, follow_redirects=False)
    away = stranger.get(f"{ROOT}/leads?q=a").headers["location"]
    assert away == f"{ROOT}/signin?next=/leads%3Fq%3Da"
    sent = stranger.post(f"{ROOT}/leads/1/notes", headers=OWN | {"referer": f"{ORIGIN}{ROOT}/leads/1?model=b"})
    assert sent.headers["location"] == f"{ROOT}/signin?next=/leads/1%3Fmodel%3Db"
    assert stranger.get(f"{ROOT}/leads/").headers["location"] == f"{ROOT}/leads"
    assert client.get(f"{ROOT}/").url.path == f"{ROOT}/ready"
    signed = stranger.post(f"{ROOT}/signin", data=ADA | {"next": "/leads?q=a"}, headers=OWN)
    assert signed.headers["location"] == f"{ROOT}/leads?q=a"


def test_every_cookie_is_of_the_path_alone(client: TestClient) -> None:
    other = TestClient(client.app, base_url=ORIGIN, headers=OWN)
    set_by = [
        other.get(f"{ROOT}/signin?lang=fr"),
        other.post(f"{ROOT}/signin", data=ADA).history[0],
        other.post(f"{ROOT}/e", json={"v": "another-visitor", "e": [page("3")]}, headers={"origin": SHOP}),
        other.post(f"{ROOT}/signout").history[0],
    ]
    cookies = [each for answer in set_by for each in answer.headers.get_list("set-cookie")]
    names = {each.partition("=")[0] for each in cookies}
    assert names == {"lang", "__Secure-ripeline", "__Secure-ripeline-known", "ripeline_visitor"}
    for cookie in cookies:
        assert re.search(r"(?i); *path=/leads-tool(;|$)", cookie), cookie
    assert other.get(f"{ROOT}/leads").url.path == f"{ROOT}/signin"


def test_the_tag_says_where_to_send(client: TestClient) -> None:
    html = client.get(f"{ROOT}/install").text
    tag = f'src="{ORIGIN}{ROOT}/t.js" data-api="{ORIGIN}{ROOT}/e"'.replace('"', "&#34;")
    assert tag in html
    assert b"ripeline" in client.get(f"{ROOT}/t.js").content
    assert client.get(f"{ROOT}/t.js?test").text.startswith(f'const endpoint="{ROOT}/e/test"')
    foreign = client.post(f"{ROOT}/e", content=b"{}", headers={"origin": "https://shop.example"})
    assert foreign.headers["access-control-allow-origin"] == "https://shop.example"


def test_programs_and_links_find_their_way(client: TestClient) -> None:
    assert client.portal is not None
    make = partial(create_token, name="crm", scopes=frozenset({"admin"}), now=1)
    key = client.portal.call(client.app_state["running"].write, make)
    bearer = {"authorization": f"Bearer {key}"}
    assert client.get(f"{ROOT}/api/openapi.json", headers=bearer).json()["servers"] == [{"url": ORIGIN + ROOT}]
    leads = client.get(f"{ROOT}/api/leads", headers=bearer).json()["leads"]
    assert "marc@example.com" in {lead["email"] for lead in leads}
    assert client.get(f"{ROOT}/api/nothing", headers=bearer).status_code == 404
    assert client.get(f"{ROOT}/readyz").json()["status"] == "ok"
    letter = {"id": "m1", "email": "marc@example.com", "targets": ["https://shop.example/paper"]}
    made = client.post(f"{ROOT}/api/links", headers=bearer, content=json.dumps(letter)).json()
    click = made["links"][0]["url"]
    assert click.startswith(f"{ORIGIN}{ROOT}/c/")
    led = client.get(urlsplit(click).path, follow_redirects=False)
    assert led.headers["location"].startswith("https://shop.example/paper")
    assert client.post(made["unsubscribe"]).status_code == 200


@pytest.mark.parametrize("path", ["/leads", "/api", "/api/leads", "/static/x", "/demo", "/e", "/t.js"])
def test_a_path_of_our_own_is_not_taken(path: str) -> None:
    with pytest.raises(InvalidSetting, match="is a path of Ripeline's own"):
        read_settings({"base_url": ORIGIN + path}, {})


def test_without_a_path_nothing_is_different(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, base_url=ORIGIN)
    assert (settings.base_path, settings.data_api) == ("", "")
    with TestClient(create_app(settings), base_url=ORIGIN) as client:
        assert client.get(f"{ROOT}/leads").status_code == 404
        assert client.get("/leads", follow_redirects=False).headers["location"].startswith("/signin")


@pytest.mark.parametrize("referrer", [f"{SHOP}{ROOT}/article", f"{ORIGIN}/article", "http://["])
def test_what_other_pages_are_called_stays_as_it_is(referrer: str) -> None:
    """A counted page is known by its address, which may have that path too."""
    said = []

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        said.append(dict(scope["headers"])[b"referer"].decode())
        await Response()(scope, receive, send)

    TestClient(SubPath(inside, ROOT), base_url=ORIGIN).get(f"{ROOT}/p.gif", headers={"referer": referrer})
    assert said == [referrer]
