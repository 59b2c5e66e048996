"""The tracker and its way to the server: soon, once, in order, and again when it failed."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from tests.browser.recorder import SETTLED_MS, Recorder, Site

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]

STUB = "<script>window.ripeline=window.ripeline||function(){(ripeline.q=ripeline.q||[]).push(arguments)}</script>"


def test_a_request_needs_no_preflight_and_carries_cookies(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit()
    page.evaluate("ripeline('event', 'second')")
    recorder.wait("second")
    assert {sent.method for sent in recorder.requests} == {"POST"}
    assert recorder.requests[0].headers["content-type"] == "text/plain;charset=UTF-8"
    assert "rl=signed" in recorder.requests[1].headers["cookie"]


def test_an_event_is_sent_within_300_ms_together_with_its_neighbours(
    visit: Visit, page: Page, recorder: Recorder
) -> None:
    visit()
    page.evaluate("for (const name of ['one', 'two', 'three']) ripeline('event', name)")
    events = recorder.wait("three")
    request = next(sent for sent in recorder.requests if events[0] in sent.events)
    assert [event["n"] for event in request.events] == ["one", "two", "three"]
    assert request.body["t"] - events[0]["a"] <= 300


def test_calls_made_before_the_script_loads_are_kept_in_order(
    site: Site, page: Page, recorder: Recorder, origin: str
) -> None:
    site.before = STUB + "<script>ripeline('event', 'one', {plan: 'pro'}); ripeline('event', 'two')</script>"
    page.goto(origin)
    recorder.wait("two")
    assert recorder.names() == ["page", "one", "two"]
    assert recorder.all("one")[0]["p"] == {"plan": "pro"}


def test_identify_sends_e_mail_and_traits_flat_and_nothing_without_an_e_mail(
    visit: Visit, page: Page, recorder: Recorder
) -> None:
    visit()
    page.evaluate(
        "ripeline('identify', 'somebody'); ripeline('identify');"
        "ripeline('identify', 'ada@example.com', {company: 'Acme'})"
    )
    recorder.wait("identify")
    page.wait_for_timeout(SETTLED_MS)
    assert [event["p"] for event in recorder.all("identify")] == [{"company": "Acme", "email": "ada@example.com"}]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_the_server_cannot_take_now_is_sent_by_the_next_page_with_the_same_id(
    visit: Visit, page: Page, recorder: Recorder, origin: str, status: int
) -> None:
    recorder.status = status
    visit(path="/one")
    first = recorder.all("page")[0]["i"]
    page.wait_for_timeout(SETTLED_MS)
    recorder.status = 202
    recorder.requests.clear()
    page.goto(origin + "/two")
    page.wait_for_timeout(2 * SETTLED_MS)
    found = {event["i"]: event["u"] for event in recorder.all("page")}
    assert list(found.values()) == [f"{origin}/one", f"{origin}/two"]
    assert first in found
    assert json.loads(page.evaluate("localStorage['ripeline.q']")) == []


def test_what_the_network_lost_is_sent_by_the_next_page(
    visit: Visit, page: Page, recorder: Recorder, origin: str
) -> None:
    visit()
    page.context.set_offline(True)
    page.evaluate("ripeline('event', 'lost')")
    page.wait_for_timeout(SETTLED_MS)
    page.context.set_offline(False)
    page.goto(origin + "/two")
    recorder.wait("lost")
    assert len(recorder.all("lost")) == 1


def test_a_step_of_a_single_page_site_sends_what_failed_too(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit()
    page.context.set_offline(True)
    page.evaluate("ripeline('event', 'lost')")
    page.wait_for_timeout(SETTLED_MS)
    page.context.set_offline(False)
    page.evaluate("history.pushState({}, '', '/step')")
    recorder.wait("lost")
    recorder.wait("page", 2)


@pytest.mark.parametrize("status", [400, 413])
def test_what_the_server_refuses_is_not_sent_again(
    visit: Visit, page: Page, recorder: Recorder, origin: str, status: int
) -> None:
    recorder.status = status
    visit()
    page.wait_for_timeout(SETTLED_MS)
    page.goto(origin + "/two")
    recorder.wait("page", 2)
    page.wait_for_timeout(SETTLED_MS)
    assert len({event["i"] for event in recorder.all("page")}) == len(recorder.all("page")) == 2


def test_an_unknown_site_is_not_asked_again_on_this_page(visit: Visit, page: Page, recorder: Recorder) -> None:
    recorder.status = 403
    visit()
    page.wait_for_timeout(SETTLED_MS)
    page.evaluate("ripeline('event', 'more')")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.names() == ["page"]


def test_what_waits_is_bounded_and_the_oldest_go_first(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit()
    page.context.set_offline(True)
    page.evaluate("for (let i = 0; i < 510; i++) ripeline('event', 'e' + i)")
    page.wait_for_timeout(SETTLED_MS)
    kept = json.loads(page.evaluate("localStorage['ripeline.q']"))
    assert [event["n"] for event in kept] == [f"e{number}" for number in range(10, 510)]


def test_five_hundred_events_of_a_page_without_network_are_sent_by_the_next_one(
    visit: Visit, page: Page, recorder: Recorder, origin: str
) -> None:
    visit()
    page.context.set_offline(True)
    page.evaluate("for (let i = 0; i < 500; i++) ripeline('event', 'e' + i)")
    page.wait_for_timeout(SETTLED_MS)
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(origin + "/two")
    recorder.wait("e499")
    names = [event["n"] for event in recorder.all() if event["n"].startswith("e") and event["n"] != "engagement"]
    # What was under way when the page went may come twice, with the same id.
    assert list(dict.fromkeys(names)) == [f"e{number}" for number in range(500)]
    assert max(len(sent.events) for sent in recorder.requests) < 100, "more than the server takes at once"


def test_a_server_that_is_down_is_not_asked_again_and_again(visit: Visit, page: Page, recorder: Recorder) -> None:
    recorder.status = 503
    visit()
    page.evaluate("for (let i = 0; i < 300; i++) ripeline('event', 'e' + i)")
    page.wait_for_timeout(2 * SETTLED_MS)
    assert len(recorder.requests) <= 3


@pytest.mark.parametrize("letter", ["x", "é", "€"])
def test_a_batch_stays_within_what_browsers_send_after_the_page_is_gone(
    visit: Visit, page: Page, recorder: Recorder, letter: str
) -> None:
    """64 KB: beyond that browsers refuse `keepalive`, and the request would go with the page."""
    visit()
    page.evaluate(
        "letter => { for (let i = 0; i < 60; i++) ripeline('event', 'e' + i, {text: letter.repeat(2000)}) }", letter
    )
    recorder.wait("e59")
    assert len([sent for sent in recorder.requests if sent.events]) > 5
    assert max(int(sent.headers["content-length"]) for sent in recorder.requests) < 64 * 1024


def test_a_large_batch_goes_although_the_tab_is_closed(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit()
    page.evaluate("for (let i = 0; i < 9; i++) ripeline('event', 'e' + i, {text: '€'.repeat(2000)})")
    page.close(run_before_unload=True)
    recorder.wait("e6")


@pytest.mark.parametrize("what", ["form", "identify"])
def test_a_form_and_an_identify_are_written_down_before_they_are_sent(
    visit: Visit, page: Page, recorder: Recorder, what: str
) -> None:
    visit('<form><input name="q" value="a"></form>')
    waiting = page.evaluate(
        """what => {
            const send = fetch
            window.fetch = (...request) => {
                sessionStorage.kept = localStorage['ripeline.q']
                return send(...request)
            }
            addEventListener('submit', event => event.preventDefault())
            if (what == 'form') document.forms[0].requestSubmit()
            else ripeline('identify', 'ada@example.com')
            return JSON.parse(localStorage['ripeline.q'])
        }""",
        what,
    )
    assert [event["n"] for event in waiting] == [what]
    assert recorder.wait(what)[0]["i"] == waiting[0]["i"]
    assert page.evaluate("JSON.parse(sessionStorage.kept)[0].i") == waiting[0]["i"]


def test_a_page_that_counts_by_itself_sends_what_waited_all_the_same(
    site: Site, visit: Visit, page: Page, recorder: Recorder, origin: str
) -> None:
    visit()
    page.context.set_offline(True)
    page.evaluate("ripeline('event', 'lost')")
    page.wait_for_timeout(SETTLED_MS)
    page.goto("about:blank")
    page.context.set_offline(False)
    site.attributes += ' data-auto="false"'
    page.goto(origin + "/two")
    recorder.wait("lost")


@pytest.mark.parametrize("way", ["link", "submit", "close", "script"])
def test_what_happens_on_the_way_out_arrives(
    visit: Visit, page: Page, recorder: Recorder, origin: str, way: str
) -> None:
    visit(
        '<a href="/next" data-ripeline-event="last">next</a><form action="/next"><button data-ripeline-event="last">go'
    )
    if way == "link":
        page.click("a", no_wait_after=True)
    elif way == "submit":
        page.click("button", no_wait_after=True)
    elif way == "close":
        page.evaluate("ripeline('event', 'last')")
        page.close(run_before_unload=True)
    else:
        page.evaluate("ripeline('event', 'last'); location.href = '/next'")
    recorder.wait("last")


def test_the_time_on_a_page_that_was_hidden_is_sent_when_it_goes(visit: Visit, page: Page, recorder: Recorder) -> None:
    page.add_init_script(
        "let hidden = false; Object.defineProperty(document, 'hidden', {get: () => hidden});"
        "window.turn = to => { hidden = to; document.dispatchEvent(new Event('visibilitychange', {bubbles: true})) }"
    )
    visit()
    page.evaluate("turn(true)")
    page.wait_for_timeout(600)
    assert recorder.all("engagement") == []
    assert json.loads(page.evaluate("localStorage['ripeline.q']"))[0]["n"] == "engagement"
    page.evaluate("turn(false)")
    page.goto("about:blank")
    spent = recorder.wait("engagement")
    assert len(spent) == 1
    assert spent[0]["p"]["ms"] < spent[0]["a"] - recorder.all("page")[0]["a"] - 500


def test_another_endpoint_may_be_named(site: Site, visit: Visit, recorder: Recorder) -> None:
    site.attributes += f' data-api="{site.script_url.replace("/t.js", "/elsewhere/e")}"'
    visit()
    assert recorder.requests[0].body["path"] == "/elsewhere/e"


def test_old_browsers_without_keepalive_send_beacons(page: Page, visit: Visit, recorder: Recorder) -> None:
    page.add_init_script(
        "delete Request.prototype.keepalive; window.fetch = () => { throw new Error('not to be used') }"
    )
    visit()
    assert recorder.requests[0].headers["content-type"] == "text/plain;charset=UTF-8"


def test_beacons_are_for_browsers_that_have_nothing_better(page: Page, visit: Visit, recorder: Recorder) -> None:
    page.add_init_script("navigator.sendBeacon = () => { throw new Error('not to be used') }")
    visit()
    page.evaluate("ripeline('event', 'last')")
    page.close(run_before_unload=True)
    recorder.wait("last")


BROKEN = {
    "denied storage": "Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied') }})",
    "full storage": "for (const size of [1e5, 1e3, 1]) try { for (let i = 0; ; i++) "
    "localStorage[size + '-' + i] = 'x'.repeat(size) } catch {}",
    "garbage in storage": "localStorage['ripeline.q'] = '{'",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_page_with_broken_storage_is_counted_and_sees_no_error(
    page: Page, visit: Visit, recorder: Recorder, kind: str
) -> None:
    page.add_init_script(BROKEN[kind])
    visit(path="/one")
    page.evaluate("ripeline('event', 'more')")
    recorder.wait("more")


def test_a_page_whose_policy_forbids_us_sees_no_error(site: Site, page: Page, recorder: Recorder, origin: str) -> None:
    site.headers["Content-Security-Policy"] = "connect-src 'self'"
    page.goto(origin)
    page.evaluate("ripeline('event', 'blocked')")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.requests == []


def test_a_page_that_may_store_nothing_is_counted_and_sees_no_error(
    site: Site, page: Page, visit: Visit, recorder: Recorder
) -> None:
    """A sandbox denies storage for real: to read `localStorage` is an error."""
    site.headers["Content-Security-Policy"] = "sandbox allow-scripts"
    visit()
    assert page.evaluate("(() => { try { localStorage } catch (error) { return error.name } })()") == "SecurityError"
    page.evaluate("ripeline('event', 'more')")
    recorder.wait("more")


def test_nothing_listens_to_what_keeps_a_page_from_coming_back(visit: Visit, page: Page) -> None:
    """`unload` and `beforeunload` would keep pages out of the back/forward cache."""
    visit()
    session = page.context.new_cdp_session(page)
    window = session.send("Runtime.evaluate", {"expression": "window"})["result"]["objectId"]
    listeners = session.send("DOMDebugger.getEventListeners", {"objectId": window})["listeners"]
    types = {listener["type"] for listener in listeners}
    assert "pagehide" in types
    assert types.isdisjoint({"unload", "beforeunload"})


#: What Prototype.js up to 1.6.1 does to every array that is written as JSON.
PROTOTYPE_JS = """<script>Array.prototype.toJSON = function () {
    return '[' + this.map(each => JSON.stringify(each)).join(', ') + ']'
}</script>"""


def test_a_page_that_writes_arrays_as_text_is_counted_and_keeps_its_own_ways(
    site: Site, visit: Visit, page: Page, recorder: Recorder, origin: str
) -> None:
    site.before = PROTOTYPE_JS
    visit()
    page.context.set_offline(True)
    page.evaluate("ripeline('event', 'lost')")
    page.wait_for_timeout(SETTLED_MS)
    page.context.set_offline(False)
    page.goto(origin + "/two")
    assert recorder.wait("lost")[0]["u"] == f"{origin}/"
    assert page.evaluate("JSON.stringify([1])") == '"[1]"'


def test_wrong_calls_do_not_reach_the_page_as_errors(visit: Visit, page: Page) -> None:
    visit()
    page.evaluate(
        "ripeline(); ripeline('nothing'); ripeline('event'); ripeline('event', {}, () => {}); ripeline('identify', {})"
    )
    page.evaluate("ripeline('event', 'loop', (() => { const a = {}; a.a = a; return a })())")
    page.wait_for_timeout(SETTLED_MS)
