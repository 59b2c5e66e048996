"""The tracker and links: downloads, outbound clicks, and events named in the markup."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from tests.browser.recorder import SETTLED_MS, Recorder, Site

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]

#: Links stay on the page, so that one page can be clicked many times.
STAY = "<script>addEventListener('click', e => e.preventDefault())</script>"


def test_a_link_to_a_file_is_a_download_of_the_file_from_the_page(
    visit: Visit, page: Page, recorder: Recorder, origin: str
) -> None:
    visit('<a href="/files/white-paper-a.pdf">A</a>', path="/papers")
    page.click("a")
    event = recorder.wait("download")[0]
    assert (event["u"], event["r"]) == (f"{origin}/files/white-paper-a.pdf", f"{origin}/papers")


FILES = ["A.PDF", "a.pdf?v=2#page=3", "b.docx", "c.zip", "d.mp4", "e.ods", "f.tgz"]


def test_files_are_known_by_their_ending_whatever_its_case_or_query(
    visit: Visit, page: Page, recorder: Recorder
) -> None:
    visit(STAY + "".join(f'<a href="/files/{file}">{file}</a> ' for file in FILES))
    for link in page.locator("a").all():
        link.click()
    assert [event["u"].rpartition("/")[2] for event in recorder.wait("download", len(FILES))] == FILES


def test_a_link_to_a_page_of_the_site_is_nothing_by_itself(visit: Visit, page: Page, recorder: Recorder) -> None:
    links = ("/pricing", "/pdf", "/about.html", "#pdf", "?file=a", "/v1.0")
    visit(STAY + "".join(f'<a href="{link}">page</a> ' for link in links))
    for link in page.locator("a").all():
        link.click()
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.names() == ["page"]


def test_more_file_types_can_be_named(site: Site, visit: Visit, page: Page, recorder: Recorder) -> None:
    site.attributes += ' data-files="+dwg,+step"'
    visit(
        f'{STAY}<a id="dwg" href="/plan.dwg">plan</a> <a id="step" href="/part.STEP">part</a>'
        '<a id="pdf" href="/a.pdf">a</a>'
    )
    for name in ("dwg", "step", "pdf"):
        page.click(f"#{name}")
    assert len(recorder.wait("download", 3)) == 3


def test_the_download_attribute_makes_any_link_a_download(
    visit: Visit, page: Page, recorder: Recorder, origin: str
) -> None:
    visit('<a href="/export" download>export</a>')
    page.click("a")
    assert recorder.wait("download")[0]["u"] == f"{origin}/export"


def test_a_file_made_by_the_page_goes_by_its_name(visit: Visit, page: Page, recorder: Recorder, origin: str) -> None:
    visit()
    page.evaluate(
        """() => {
          const link = document.createElement('a')
          link.href = URL.createObjectURL(new Blob(['a']))
          link.download = 'offer.pdf'
          link.click()
        }"""
    )
    assert recorder.wait("download")[0]["u"] == f"{origin}/offer.pdf"


def test_a_link_to_another_site_is_a_click(visit: Visit, page: Page, recorder: Recorder, origin: str) -> None:
    visit(f'{STAY}<a href="https://partner.test/offer?id=1"><b>partner</b></a>')
    page.click("b")
    event = recorder.wait("click")[0]
    assert (event["u"], event["r"]) == ("https://partner.test/offer?id=1", f"{origin}/")


@pytest.mark.parametrize("link", ["mailto:sales@verger.test", "tel:+33490000000"])
def test_a_mail_or_telephone_link_is_a_click(visit: Visit, page: Page, recorder: Recorder, link: str) -> None:
    visit(f'{STAY}<a href="{link}">us</a>')
    page.click("a")
    assert recorder.wait("click")[0]["u"] == link


def test_a_file_of_another_site_is_one_download_and_no_click(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit(f'{STAY}<a href="https://cdn.test/guide.pdf">guide</a>')
    page.click("a")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.names() == ["page", "download"]


def test_a_middle_click_counts_and_a_right_click_does_not(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit('<a href="/files/a.pdf">a</a>')
    page.click("a", button="right")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.all("download") == []
    page.click("a", button="middle")
    recorder.wait("download")


def test_a_link_followed_by_keyboard_counts(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit(f'{STAY}<a href="/files/a.pdf">a</a>')
    page.focus("a")
    page.keyboard.press("Enter")
    recorder.wait("download")


def test_what_the_page_keeps_to_itself_is_seen_all_the_same(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit(
        '<a href="/files/a.pdf">a</a><script>document.querySelector("a").addEventListener("click", '
        "e => { e.stopImmediatePropagation(); e.preventDefault() })</script>"
    )
    page.click("a")
    recorder.wait("download")


MARKUPS = {
    "area": '<map name="m"><area id="it" href="/files/a.pdf" shape="rect" coords="0,0,99,99"></map>'
    '<img usemap="#m" width="100" height="100" src="data:,">',
    "svg": '<svg><a id="it" xlink:href="/files/a.pdf"><text y="20">a</text></a></svg>',
    "later": "<script>setTimeout(() => document.body.innerHTML += '<a id=it href=/files/a.pdf>a</a>', 100)</script>",
    "shadow": "<div id='host'></div><script>document.getElementById('host').attachShadow({mode: 'open'}).innerHTML = "
    "'<a id=it href=/files/a.pdf>a</a>'</script>",
}


@pytest.mark.parametrize("kind", MARKUPS)
def test_links_of_every_make_are_seen(visit: Visit, page: Page, recorder: Recorder, origin: str, kind: str) -> None:
    visit(STAY + MARKUPS[kind])
    page.locator("#it").dispatch_event("click")
    assert recorder.wait("download")[0]["u"] == f"{origin}/files/a.pdf"


def test_an_event_is_named_in_the_markup_with_its_properties(
    visit: Visit, page: Page, recorder: Recorder, origin: str
) -> None:
    visit('<button data-ripeline-event="demo_asked" data-ripeline-p-plan="pro"><i>Ask</i></button>', path="/pricing")
    page.click("i")
    event = recorder.wait("demo_asked")[0]
    assert (event["p"], event["u"]) == ({"plan": "pro"}, f"{origin}/pricing")


def test_what_is_marked_as_ignored_is_ignored(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit(f'{STAY}<div data-ripeline-ignore><a href="/files/a.pdf">a</a></div>')
    page.click("a")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.names() == ["page"]
