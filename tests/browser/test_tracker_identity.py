"""Who somebody is, in a real browser on the real server: one visitor across pages, hosts and cleanings; one lead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.live import Live, running
from tests.browser.recorder import SETTLED_MS, Site
from tests.browser.serving import serving

from ripeline.auth.secrets import identity_key
from ripeline.collect.cookies import LASTS_SECONDS, NAME
from ripeline.domain.proofs import proof_of

pytestmark = pytest.mark.browser

ADA = "ada@example.com"

#: Three sites; the first two are of one domain with the server, the last is not.
WWW, SHOP, OTHER = "www.verger.test", "shop.verger.test", "www.orchard.test"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with running(tmp_path_factory.mktemp("data"), rate_limit="off") as server:
        yield server


@pytest.fixture(scope="module")
def site(live: Live) -> Site:
    return Site(f"http://leads.verger.test:{live.port}/t.js", 'data-consent="granted" data-dev')


@pytest.fixture(scope="module")
def port(site: Site) -> Iterator[int]:
    with serving(site.app()) as port:
        yield port


Read = Callable[[str], str]

_NUMBERS = count()


@pytest.fixture
def read(live: Live, page: Page, port: int) -> Read:
    """Open a page of that host, and give the visitor its view is stored under."""

    def visitor_of(host: str) -> str:
        address = f"http://{host}:{port}/read?id={next(_NUMBERS)}"
        page.goto(address)
        return str(live.wait_page(address)["visitor"])

    return visitor_of


def kept(context: BrowserContext) -> list[Any]:
    """The cookies of this browser, of any site."""
    return [cookie for cookie in context.cookies() if cookie.get("name") == NAME]


def test_the_answer_sets_a_signed_cookie_that_no_script_reads(read: Read, page: Page) -> None:
    visitor = read(WWW)
    (cookie,) = kept(page.context)
    assert cookie["value"].startswith(f"{visitor}.")
    assert (cookie["domain"], cookie["httpOnly"], cookie["sameSite"]) == ("leads.verger.test", True, "Lax")
    assert 0 < page.evaluate("Date.now() / 1000") + LASTS_SECONDS - cookie["expires"] < 60
    assert page.evaluate("document.cookie") == ""


def test_somebody_who_comes_back_is_the_same_visitor(read: Read) -> None:
    assert read(WWW) == read(WWW)


def test_the_cookie_wins_where_the_local_id_was_cleaned_away(read: Read, page: Page) -> None:
    first = read(WWW)
    page.evaluate("localStorage.clear()")
    assert read(WWW) == first
    assert page.evaluate("localStorage['ripeline.v']") != first


def test_the_local_id_stands_in_where_the_cookie_was_cleaned_away(read: Read, page: Page) -> None:
    first = read(WWW)
    page.context.clear_cookies()
    assert read(WWW) == first
    assert len(kept(page.context)) == 1


def test_the_new_local_id_is_another_name_of_the_same_visitor(read: Read, page: Page) -> None:
    first = read(WWW)
    page.evaluate("localStorage.clear()")
    read(WWW)
    page.context.clear_cookies()
    assert read(WWW) == first


def test_the_subdomains_of_a_site_share_their_visitor(read: Read, page: Page) -> None:
    first = read(WWW)
    assert read(SHOP) == first
    assert page.evaluate("localStorage['ripeline.v']") != first


def test_another_site_has_a_visitor_of_its_own_and_no_cookie(read: Read, page: Page) -> None:
    first = read(OTHER)
    assert kept(page.context) == []
    assert read(OTHER) == first
    assert read(WWW) != first


@pytest.mark.parametrize("value", ["eve", "eve.AAAA"])
def test_a_forged_cookie_makes_nobody_else(read: Read, page: Page, live: Live, value: str) -> None:
    page.context.add_cookies([{"name": NAME, "value": value, "domain": "leads.verger.test", "path": "/"}])
    assert read(WWW) != "eve"
    assert page.evaluate("localStorage['ripeline.v']") in kept(page.context)[0]["value"]


def identify(live: Live, page: Page, email: str, **traits: str) -> Any:
    """Say who it is, and give what the server knows about that lead then."""
    before = len(live.events("identify"))
    page.evaluate("([email, traits]) => ripeline('identify', email, traits)", [email, traits])
    live.wait("identify", before + 1)
    live.settled()
    return live.get(f"/api/leads/{email.strip().lower()}")["attributes"]


def test_a_proven_identify_overwrites_what_was_claimed(read: Read, page: Page, live: Live) -> None:
    read(WWW)
    assert identify(live, page, ADA, company="Claimed", hash="wrong") == {"email": ADA, "company": "Claimed"}
    proof = proof_of(ADA, identity_key((live.folder / "secret").read_bytes()))
    assert identify(live, page, "Ada@Example.com", company="Acme", hash=proof)["company"] == "Acme"
    assert identify(live, page, ADA, company="Claimed again")["company"] == "Acme"


def test_the_pages_of_before_belong_to_the_lead_that_identify_names(read: Read, page: Page, live: Live) -> None:
    visitor = read(WWW)
    identify(live, page, "grace@example.com")
    story = live.get("/api/leads/grace@example.com/timeline")
    assert {event["on"] for session in story["sessions"] for event in session["events"]} >= {"page", "identify"}
    assert live.get("/api/leads/grace@example.com")["visitors"] == [visitor]


def test_a_second_person_on_the_same_browser_is_a_second_lead(read: Read, page: Page, live: Live) -> None:
    read(WWW)
    identify(live, page, "one@example.com")
    identify(live, page, "two@example.com")
    assert live.get("/api/leads/one@example.com")["id"] != live.get("/api/leads/two@example.com")["id"]


def test_without_a_plausible_e_mail_nothing_is_sent(read: Read, page: Page) -> None:
    read(WWW)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    for email in ("''", "'somebody'", "'a@b'", "'two words@example.com'", "null", "{}", "undefined"):
        page.evaluate(f"ripeline('identify', {email}, {{company: 'Acme'}})")
    page.wait_for_timeout(SETTLED_MS)
    assert sent == []


def test_without_javascript_the_picture_counts_the_page(browser: Browser, live: Live, site: Site, port: int) -> None:
    picture = site.script_url.replace("/t.js", "/p.gif?c=1")
    site.bodies["/quiet"] = (
        f'<noscript><img src="{picture}" alt="" referrerpolicy="no-referrer-when-downgrade"></noscript>'
    )
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        visitors = []
        for number in range(2):
            page.goto(address := f"http://{WWW}:{port}/quiet?id={number}")
            visitors.append(live.wait_page(address)["visitor"])
        assert visitors[0] == visitors[1]
        assert len(kept(context)) == 1
