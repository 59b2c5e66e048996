"""The whole path: a person clicks around the real shop, and stands on the real server as a lead, rightly scored."""

from __future__ import annotations

import time

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.live import SETUP_TOKEN, Live

pytestmark = pytest.mark.browser

ARTICLES = ("first-steps", "five-mistakes", "what-it-costs")


class Shopper:
    """Somebody with a browser in the shop."""

    def __init__(self, page: Page, shop: str) -> None:
        self.page = page
        self.shop = shop

    def accept(self) -> None:
        self.page.goto(self.shop)
        self.page.click("#accept")

    def take(self, *papers: str) -> None:
        for paper in papers:
            self.page.goto(f"{self.shop}/white-papers")
            self.page.get_by_role("link", name=f"Take {paper} (PDF)").click()

    def read(self, *articles: str) -> None:
        for article in articles:
            self.page.goto(f"{self.shop}/blog/{article}")
            # Semantic duplicates and order are the server's affair; here each visit is a real one.
            self.page.wait_for_timeout(250)

    def write(self, email: str, job: str = "") -> float:
        """Fill and send the contact form; gives the moment of the click (monotonic seconds)."""
        self.page.goto(f"{self.shop}/contact")
        self.page.fill("[name=name]", email.partition("@")[0].title())
        self.page.fill("[name=email]", email)
        self.page.fill("[name=company]", "Les Vergers du Sud")
        self.page.fill("[name=job]", job)
        clicked_at = time.monotonic()
        self.page.click("form button")
        self.page.wait_for_url("**/thanks")
        return clicked_at


@pytest.fixture
def shopper(page: Page, shop: str) -> Shopper:
    return Shopper(page, shop)


def wait_for_score(server: Live, lead: str, model: str, score: float) -> None:
    """Return once the lead has that score; fails with the score it has after five seconds."""
    deadline = time.monotonic() + 5
    while (found := server.score(lead, model)) != score:
        assert time.monotonic() < deadline, f"{lead}: {found}, not {score}"
        time.sleep(0.01)


CAST = [
    ("marc@example.com", ("A", "B"), ARTICLES, 13),
    ("elodie@example.com", ("B",), (), 5),
    ("capucine@example.com", ("C",), ARTICLES, 18),
]


@pytest.mark.parametrize(("email", "papers", "articles", "score"), CAST, ids=[row[0] for row in CAST])
def test_a_visit_becomes_a_lead_with_its_score_within_a_second_of_the_click(
    server: Live, shopper: Shopper, email: str, papers: tuple[str, ...], articles: tuple[str, ...], score: int
) -> None:
    shopper.accept()
    shopper.take(*papers)
    shopper.read(*articles)
    clicked_at = shopper.write(email)
    wait_for_score(server, email, "vertical", score)
    assert time.monotonic() - clicked_at < 1


def test_the_lead_of_the_form_has_the_attributes_it_gave(server: Live, shopper: Shopper) -> None:
    shopper.accept()
    shopper.write("ada@example.com", "Director")
    wait_for_score(server, "ada@example.com", "general", 12)  # wrote to us 10, can decide 2
    attributes = server.get("/api/leads/ada@example.com")["attributes"]
    assert attributes["company"] == "Les Vergers du Sud"
    assert attributes["job"] == "Director"


def test_before_consent_the_server_hears_nothing(server: Live, shopper: Shopper, page: Page, shop: str) -> None:
    server.settled()
    before = server.get("/api/leads")["total"]
    page.goto(shop)
    shopper.take("A")
    shopper.read(*ARTICLES)
    page.goto(shop)
    page.click("#refuse")
    shopper.write("eve@example.com")
    page.wait_for_timeout(500)
    server.settled()
    assert server.get("/api/leads")["total"] == before
    assert page.evaluate("Object.keys(localStorage)") == ["verger-consent"]
    assert page.context.cookies() == []


def test_a_mind_changed_in_the_shop_expires_the_cookie(server: Live, shopper: Shopper, page: Page) -> None:
    shopper.accept()
    shopper.read(ARTICLES[0])
    assert len(page.context.cookies(server.url)) == 1
    page.click("#change-my-mind")
    page.click("#refuse")
    page.wait_for_timeout(500)
    assert page.context.cookies(server.url) == []
    assert page.evaluate("Object.keys(localStorage)") == ["verger-consent"]


def test_the_visit_stands_on_the_pages_for_sales(
    server: Live, context: BrowserContext, shopper: Shopper, page: Page
) -> None:
    shopper.accept()
    shopper.take("C")
    shopper.read(*ARTICLES)
    shopper.write("claire@example.com")
    wait_for_score(server, "claire@example.com", "vertical", 18)
    page.goto(f"{server.url}/setup/{SETUP_TOKEN}")
    page.fill("#email", "owner@example.com")
    page.fill("#password", "a sentence to remember")
    page.click("main form button")
    page.goto(f"{server.url}/leads?model=vertical")
    expect(page.locator("main")).to_contain_text("Claire")
    page.goto(f"{server.url}/ready?model=vertical")
    expect(page.locator("main")).to_contain_text("Claire")
    page.goto(f"{server.url}/leads/{server.get('/api/leads/claire@example.com')['id']}?model=vertical")
    expect(page.locator("main")).to_contain_text("+12")
    expect(page.locator("main")).to_contain_text("18")


@pytest.mark.parametrize("path", ["/", "/pricing", "/blog", "/contact"])
def test_the_shop_keeps_nobody_out(page: Page, shop: str, path: str) -> None:
    page.goto(shop + path)
    assert Axe().run(page).violations_count == 0
