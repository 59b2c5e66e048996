"""Before consent the script reads nothing but the choice itself, however a site asks; and each way of saying yes."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Page
from tests.browser.recorder import SETTLED_MS, Recorder, Site

pytestmark = [pytest.mark.browser, pytest.mark.row]

#: What of the browser's storage is touched, by whom whatever is written down before the page's own scripts run.
WATCH: Final = """
window.touched = []
const note = what => window.touched.push(what)
const real = window.localStorage
const watched = new Proxy(real, {
  get: (store, key) => (note('read ' + String(key)), Reflect.get(store, key)),
  set: (store, key, value) => (note('write ' + String(key)), Reflect.set(store, key, value)),
  deleteProperty: (store, key) => (note('delete ' + String(key)), Reflect.deleteProperty(store, key)),
  ownKeys: store => (note('list'), Reflect.ownKeys(store)),
})
Object.defineProperty(window, 'localStorage', {get: () => watched})
for (const name of ['sessionStorage', 'indexedDB', 'caches']) {
  const own = window[name]
  Object.defineProperty(window, name, {get: () => (note(name), own)})
}
const cookie = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie')
Object.defineProperty(document, 'cookie', {
  get: () => (note('read cookie'), cookie.get.call(document)),
  set: value => (note('write cookie'), cookie.set.call(document, value)),
})
"""
#: Whether there is a choice (ripeline.c, ripeline.o), and whether a colleague tests the site (ripeline.t).
THE_CHOICE: Final = {"read ripeline.c", "read ripeline.o", "read ripeline.t"}

#: How a site says that it asks first: the tag's attributes, and what stands behind its address.
ASKING: Final = {
    "nothing said": ("", ""),
    "required": ('data-consent="required"', ""),
    "a word nobody knows": ('data-consent="yes please"', ""),
    "an empty word": ("data-consent", ""),
    "in the address": ("", "?s=KEY&consent=required&dev"),
    "attribute before address": ('data-consent="required"', "?consent=granted"),
    "capitals": ('data-consent="GRANTED"', ""),
}
BODY: Final = (
    '<a href="/files/a.pdf">a</a><form onsubmit="return false"><input name="email" value="ada@example.com">'
    '<input type="password" value="x"><button>Send</button></form><b data-ripeline-event="marked">m</b>'
    "<p style='height:3000px'>"
)


def do_everything(page: Page, origin: str) -> None:
    page.goto(origin)
    page.mouse.wheel(0, 2000)
    for selector in ("a", "button", "b"):
        page.click(selector)
    page.evaluate("ripeline('event', 'early'); ripeline('identify', 'ada@example.com'); ripeline('page')")
    page.evaluate("history.pushState({}, '', '/two'); dispatchEvent(new Event('pagehide'))")
    page.wait_for_timeout(SETTLED_MS)


@pytest.fixture
def asking(site: Site, page: Page) -> Site:
    page.add_init_script(WATCH)
    site.bodies["/"] = BODY
    return site


def ask(site: Site, way: str) -> None:
    attributes, address = ASKING[way]
    site.attributes = f'data-site="KEY" data-dev {attributes}'
    site.bodies["/"] = site.tag(address) + BODY


@pytest.mark.parametrize("way", ASKING)
def test_before_consent_nothing_is_read_but_the_choice_nothing_stored_nothing_sent(
    asking: Site, page: Page, recorder: Recorder, origin: str, way: str
) -> None:
    ask(asking, way)
    do_everything(page, origin)
    assert set(page.evaluate("touched")) <= THE_CHOICE
    assert page.context.cookies() == []
    assert recorder.requests == []


def test_global_privacy_control_reads_and_sends_nothing_either(
    asking: Site, page: Page, recorder: Recorder, origin: str
) -> None:
    asking.attributes = 'data-site="KEY" data-dev data-consent="granted"'
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})")
    do_everything(page, origin)
    page.evaluate("ripeline('consent', true); ripeline('optin'); ripeline('event', 'x')")
    page.wait_for_timeout(SETTLED_MS)
    assert set(page.evaluate("touched")) <= THE_CHOICE
    assert recorder.requests == []


def test_after_a_withdrawal_the_next_page_reads_nothing_but_the_choice(
    asking: Site, page: Page, recorder: Recorder, origin: str
) -> None:
    ask(asking, "required")
    page.goto(origin)
    page.evaluate("ripeline('consent', true)")
    recorder.wait("page")
    page.evaluate("ripeline('consent', false)")
    recorder.wait_request(lambda sent: sent.body.get("c") == 0)
    sent = len(recorder.requests)
    do_everything(page, origin)
    assert set(page.evaluate("touched")) <= THE_CHOICE
    assert len(recorder.requests) == sent


#: Each way a yes reaches the script: what the page says before it, the tag, what is said later.
SAYING_YES: Final = {
    "called": ("", "", "ripeline('consent', true)"),
    "called before it loaded": (
        "<script>window.ripeline=window.ripeline||function(){(ripeline.q=ripeline.q||[]).push(arguments)};"
        "ripeline('consent', true)</script>",
        "",
        "",
    ),
    "held back by the banner, attribute": ("", 'data-consent="granted"', ""),
    "held back by the banner, address": ("", "?consent=granted", ""),
    "remembered": ("<script>localStorage['ripeline.c'] = '1'</script>", "", ""),
}


@pytest.mark.parametrize("way", SAYING_YES)
def test_each_way_of_saying_yes_sends_the_page_once(
    site: Site, page: Page, recorder: Recorder, origin: str, way: str
) -> None:
    before, tag, after = SAYING_YES[way]
    site.attributes = 'data-site="KEY" data-dev ' + ("" if tag.startswith("?") else tag)
    site.bodies["/"] = before + site.tag(tag if tag.startswith("?") else "")
    page.goto(origin)
    if after:
        page.wait_for_function("ripeline.on")
        page.evaluate(after)
    recorder.wait("page")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.names() == ["page"]


def test_a_refusal_before_the_script_has_loaded_is_one(
    asking: Site, page: Page, recorder: Recorder, origin: str
) -> None:
    early = "window.ripeline=window.ripeline||function(){(ripeline.q=ripeline.q||[]).push(arguments)};"
    asking.before = f"<script>{early}ripeline('consent', false)</script>"
    asking.attributes = 'data-site="KEY" data-dev'
    do_everything(page, origin)
    assert recorder.requests == []
    assert page.evaluate("Object.keys(localStorage)") == []
