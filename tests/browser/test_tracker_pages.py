"""The tracker and page views: what counts as one, and what does not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from tests.browser.told import Told

pytestmark = pytest.mark.browser

STUB = "<script>window.ripeline=window.ripeline||function(){(ripeline.q=ripeline.q||[]).push(arguments)}</script>"

#: A tab that is hidden until `turn(false)`.
HIDDEN = (
    "let hidden = true; Object.defineProperty(document, 'hidden', {get: () => hidden});"
    "window.turn = to => { hidden = to; document.dispatchEvent(new Event('visibilitychange', {bubbles: true})) }"
)


def test_a_page_is_counted_once_with_its_address_title_and_referrer(told: Told, page: Page) -> None:
    told.open(page, path="/first")
    page.evaluate("location.href = '/second?id=3#part'")
    told.wait("page", 2)
    first, second = told.all(page)
    assert (first["url"], first["title"]) == (f"{told.origin}/first", "Page /first")
    assert "referrer" not in first
    assert (second["url"], second["referrer"]) == (f"{told.origin}/second?id=3", f"{told.origin}/first")


def test_an_id_begins_with_the_time_and_is_short(told: Told, page: Page) -> None:
    told.open(page)
    event = told.events("page")[0]
    assert len(event["id"]) <= 24
    assert abs(int(event["id"][:8], 36) - page.evaluate("Date.now()")) < 10_000


def test_a_script_pasted_twice_counts_once(told: Told, page: Page) -> None:
    told.open(page, '<a href="/files/a.pdf">a</a>' + told.site.tag() + told.site.tag())
    page.click("a")
    assert told.names(page) == ["page", "download"]


def test_calls_made_before_the_script_loads_are_told_after_the_page_in_their_order(told: Told, page: Page) -> None:
    told.site.before = STUB + "<script>ripeline('event', 'one', {plan: 'pro'}); ripeline('event', 'two')</script>"
    told.open(page)
    page_view, one, two = told.all(page)
    assert [page_view["on"], one["on"], two["on"]] == ["page", "one", "two"]
    assert one["props"] == {"plan": "pro"}


@pytest.mark.parametrize("method", ["pushState", "replaceState"])
def test_a_step_of_a_single_page_site_is_a_page_whose_referrer_is_the_step_before(
    told: Told, page: Page, method: str
) -> None:
    told.open(page, path="/start")
    page.evaluate(f"history.{method}({{}}, '', '/step')")
    told.wait("page", 2)
    page.evaluate(f"history.{method}({{}}, '', '/last')")
    steps = told.wait("page", 3)
    assert [step["url"] for step in steps] == [f"{told.origin}/{path}" for path in ("start", "step", "last")]
    assert [step["referrer"] for step in steps[1:]] == [f"{told.origin}/start", f"{told.origin}/step"]


def test_going_back_in_a_single_page_site_is_a_page(told: Told, page: Page) -> None:
    told.open(page, path="/start")
    page.evaluate("history.pushState({}, '', '/step')")
    told.wait("page", 2)
    page.evaluate("history.back()")
    assert told.wait("page", 3)[2]["url"] == f"{told.origin}/start"


def test_the_title_of_a_step_is_the_one_it_gets_after_its_address(told: Told, page: Page) -> None:
    told.open(page, path="/start")
    page.evaluate("history.pushState({}, '', '/step'); setTimeout(() => { document.title = 'Step' }, 0)")
    assert [event["title"] for event in told.wait("page", 2)] == ["Page /start", "Step"]


def test_a_form_called_title_does_not_hide_the_title(told: Told, page: Page) -> None:
    told.open(page, "<form name='title'></form>")
    assert told.names(page) == ["page"]


def test_the_same_address_again_is_no_page(told: Told, page: Page) -> None:
    told.open(page, path="/start")
    page.evaluate("history.pushState({}, '', '/start'); history.replaceState({}, '', '/start#part')")
    page.wait_for_timeout(50)
    assert told.names(page) == ["page"]


def test_another_query_is_another_page(told: Told, page: Page) -> None:
    told.open(page, path="/start")
    page.evaluate("history.pushState({}, '', '/start?page=2')")
    assert told.wait("page", 2)[1]["url"] == f"{told.origin}/start?page=2"


def test_the_fragment_is_part_of_the_path_only_where_the_tag_says_so(told: Told, page: Page) -> None:
    told.site.attributes += " data-hash"
    stay = "<script>addEventListener('click', e => e.preventDefault())</script>"
    told.open(page, f'{stay}<a href="https://partner.test/">partner</a>', path="/app")
    page.evaluate("location.hash = '/pricing?page=2&token=s3cret'")
    assert told.wait("page", 2)[1]["url"] == f"{told.origin}/app%23/pricing?page=2"
    page.click("a")
    assert told.wait("click")[0]["referrer"] == f"{told.origin}/app%23/pricing?page=2"


def test_a_page_opened_behind_another_is_counted_when_it_is_seen(told: Told, page: Page) -> None:
    page.add_init_script(HIDDEN)
    told.site.before = STUB + "<script>ripeline('event', 'early')</script>"
    page.goto(f"{told.origin}/behind")
    page.wait_for_timeout(450)
    assert told.events() == []
    page.evaluate("turn(false)")
    told.wait("page")
    assert sorted(told.names(page)) == ["early", "page"]


def test_leaving_tells_the_time_spent_and_the_depth_of_that_page(told: Told, page: Page) -> None:
    told.open(page, "<div style='height: 4000px'></div>", path="/long")
    page.evaluate("scrollTo(0, 1500)")
    page.wait_for_timeout(300)
    page.goto("about:blank")
    spent = told.wait("engagement")[0]
    assert (spent["item"], spent["url"]) == (told.events("page")[0]["id"], f"{told.origin}/long")
    assert 300 <= spent["props"]["ms"] < 5_000
    assert 40 <= spent["props"]["scroll"] <= 70


def test_each_step_of_a_single_page_site_has_its_own_time(told: Told, page: Page) -> None:
    told.open(page, path="/start")
    page.wait_for_timeout(300)
    page.evaluate("history.pushState({}, '', '/step')")
    told.wait("page", 2)
    page.goto("about:blank")
    first, second = told.wait("engagement", 2)
    assert [first["item"], second["item"]] == [event["id"] for event in told.events("page")]
    assert first["props"]["ms"] >= 300


def test_a_site_may_count_pages_by_itself(told: Told, page: Page) -> None:
    told.site.attributes += ' data-auto="false"'
    told.site.bodies["/"] = '<a href="/files/a.pdf">file</a>'
    page.goto(told.origin)
    page.click("a")
    page.evaluate("history.pushState({}, '', '/step')")
    assert told.all(page) == []
    page.evaluate("ripeline('page')")
    assert told.wait("page")[0]["url"] == f"{told.origin}/step"


def test_half_a_character_in_a_title_costs_nothing(told: Told, page: Page) -> None:
    told.open(page, "<script>document.title = 'Pears \\ud83c'</script>")
    assert told.events("page")[0]["title"] == "Pears"
