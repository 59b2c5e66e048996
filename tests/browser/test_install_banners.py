"""The snippets of the Install page hear each banner through its documented callback: given, refused, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page
from tests.browser.recorder import SETTLED_MS, Recorder, Site

from ripeline.pages.install_snippets import BANNERS, Tag, snippet
from ripeline.settings import Settings

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Banner:
    """The part of a banner that a page sees: `before` the snippet, and what it calls when the visitor answers."""

    before: str
    agree: str
    refuse: str
    ready: str = ""


#: Each as its maker documents it.
BANNERS_AS_DOCUMENTED = {
    "tarteaucitron": Banner(
        before="window.tarteaucitron = {services: {}}",
        agree="tarteaucitron.job.forEach((key) => tarteaucitron.services[key].js())",
        refuse="tarteaucitron.job.forEach((key) => tarteaucitron.services[key].fallback())",
    ),
    "axeptio": Banner(
        before="",
        ready="""_axcb.forEach((call) => call({
          on: (name, heard) => { if (name == 'cookies:complete') window.heard = heard },
        }))""",
        agree="heard({ripeline: true, $$completed: true})",
        refuse="heard({ripeline: false, $$completed: true})",
    ),
    "didomi": Banner(
        before="",
        ready="""didomiOnReady.forEach((call) => call({
          getObservableOnUserConsentStatusForVendor: (id) => ({
            subscribe: (heard) => { window.heard = heard; heard(undefined) },
          }),
        }))""",
        agree="heard(true)",
        refuse="heard(false)",
    ),
    "cookiebot": Banner(
        before="window.Cookiebot = {consent: {marketing: false}, hasResponse: false}",
        agree="Cookiebot.consent.marketing = true; dispatchEvent(new Event('CookiebotOnConsentReady'))",
        refuse="Cookiebot.consent.marketing = false; dispatchEvent(new Event('CookiebotOnConsentReady'))",
    ),
    "onetrust": Banner(
        before="",
        ready="dispatchEvent(new CustomEvent('OneTrustGroupsUpdated', {detail: ['C0001']}))",
        agree="dispatchEvent(new CustomEvent('OneTrustGroupsUpdated', {detail: ['C0001', 'C0004']}))",
        refuse="dispatchEvent(new CustomEvent('OneTrustGroupsUpdated', {detail: ['C0001']}))",
    ),
    "wordpress": Banner(
        before="""window.wp_consent_type = 'optin'; window.answers = {}
          window.wp_has_consent = (category) => answers[category] == 'allow'
          window.wp_set_consent = (category, answer) => {
            answers[category] = answer
            document.dispatchEvent(new CustomEvent('wp_listen_for_consent_change', {detail: {[category]: answer}}))
          }""",
        agree="wp_set_consent('marketing', 'allow')",
        refuse="wp_set_consent('marketing', 'deny')",
    ),
    "shopify": Banner(
        before="""window.Shopify = {
          loadFeatures: (features, call) => setTimeout(call),
          customerPrivacy: {marketingAllowed: () => false},
        }
        window.answered = (marketingAllowed) =>
          document.dispatchEvent(new CustomEvent('visitorConsentCollected', {detail: {marketingAllowed}}))""",
        agree="answered(true)",
        refuse="answered(false)",
    ),
}

each_banner = pytest.mark.parametrize("name", BANNERS_AS_DOCUMENTED)


@pytest.fixture(autouse=True)
def undriven(context: BrowserContext) -> None:
    """The snippets carry no `data-dev`: the browser must not say that it is driven."""
    context.add_init_script("Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})")


def server_of(site: Site) -> Settings:
    return Settings(data=Path("unused"), base_url=site.script_url.removesuffix("/t.js"))


@pytest.fixture
def asked(page: Page, site: Site, origin: str, name: str) -> Page:
    """A page with that banner and its snippet, before any answer."""
    banner = BANNERS_AS_DOCUMENTED[name]
    site.bodies["/"] = f"<script>{banner.before}</script>{snippet(f'{name}.html', Tag(server_of(site)))}"
    page.goto(origin)
    if banner.ready:
        page.evaluate(banner.ready)
    return page


def test_every_banner_of_the_page_is_tried() -> None:
    assert set(BANNERS_AS_DOCUMENTED) == {*BANNERS, "shopify"}


@each_banner
def test_without_an_answer_and_after_a_refusal_nothing_is_sent(asked: Page, recorder: Recorder, name: str) -> None:
    asked.wait_for_timeout(SETTLED_MS)
    asked.evaluate(BANNERS_AS_DOCUMENTED[name].refuse)
    asked.wait_for_timeout(SETTLED_MS)
    assert recorder.requests == []
    assert asked.evaluate("Object.keys(localStorage)") == []


@each_banner
def test_consent_sends_the_page_and_taking_it_back_forgets_the_visitor(
    asked: Page, recorder: Recorder, name: str
) -> None:
    asked.evaluate(BANNERS_AS_DOCUMENTED[name].agree)
    assert len(recorder.wait("page")) == 1
    asked.wait_for_timeout(100)
    asked.evaluate(BANNERS_AS_DOCUMENTED[name].refuse)
    recorder.wait_request(lambda sent: sent.body.get("c") == 0)
    assert asked.evaluate("localStorage['ripeline.v']") is None


def test_a_word_press_without_a_banner_has_not_asked_anybody(
    page: Page, recorder: Recorder, site: Site, origin: str
) -> None:
    """The WP Consent API says yes to everything then."""
    site.bodies["/"] = "<script>wp_has_consent = () => true</script>" + snippet("wordpress.html", Tag(server_of(site)))
    page.goto(origin)
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.requests == []


def test_a_tag_manager_gives_the_options_in_the_address(
    page: Page, recorder: Recorder, site: Site, origin: str
) -> None:
    address = Tag(server_of(site)).address(consent="granted")
    assert f'src="{address}"' in snippet("gtm.html", Tag(server_of(site)))
    site.bodies["/"] = "<script async></script>"
    page.goto(origin)
    page.evaluate(
        "(src) => document.head.append(Object.assign(document.createElement('script'), {src, async: true}))", address
    )
    recorder.wait("page")
