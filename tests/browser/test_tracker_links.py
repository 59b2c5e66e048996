"""The tracker and links: downloads, outbound clicks, and events named in the markup."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browser.live import running
from tests.browser.recorder import Site
from tests.browser.serving import free_port, serving
from tests.browser.told import Told

pytestmark = pytest.mark.browser

#: Links stay on the page, so that one page can be clicked many times.
STAY = "<script>addEventListener('click', e => e.preventDefault())</script>"


def test_a_link_to_a_file_is_a_download_of_the_file_from_the_page(told: Told, page: Page) -> None:
    told.open(page, '<a href="/files/white-paper-a.pdf">A</a>', path="/papers")
    page.click("a")
    event = told.wait("download")[0]
    assert (event["url"], event["referrer"]) == (f"{told.origin}/files/white-paper-a.pdf", f"{told.origin}/papers")


FILES = ["A.PDF", "a.pdf?v=2#page=3", "b.docx", "c.zip", "d.mp4", "e.ods", "f.tar.gz", "g.XlsX", "h.ogg"]


def test_files_are_known_by_their_ending_whatever_its_case_or_query(told: Told, page: Page) -> None:
    told.open(page, STAY + "".join(f'<a href="/files/{file}">{file}</a> ' for file in FILES))
    page.evaluate("for (const link of document.links) link.click()")
    found = [event["url"].rpartition("/")[2] for event in told.wait("download", len(FILES))]
    assert found == [file.replace("#page=3", "") for file in FILES]


def test_a_link_to_a_page_of_the_site_is_nothing_by_itself(told: Told, page: Page) -> None:
    links = ("/pricing", "/pdf", "/about.html", "/about.aspx", "#pdf", "?file=a", "/v1.0", "javascript:void 0")
    told.open(page, STAY + "".join(f'<a href="{link}">page</a> ' for link in links) + "<a>button</a>")
    page.evaluate("document.querySelectorAll('a').forEach(link => link.click())")
    assert told.names(page) == ["page"]


def test_more_file_types_can_be_named(told: Told, page: Page) -> None:
    told.site.attributes += ' data-files="+dwg,+step"'
    links = '<a href="/plan.dwg">plan</a> <a href="/part.STEP">part</a> <a href="/a.pdf">a</a>'
    told.open(page, STAY + links)
    page.evaluate("for (const link of document.links) link.click()")
    assert told.names(page) == ["page", "download", "download", "download"]


def test_the_download_attribute_makes_any_link_a_download(told: Told, page: Page) -> None:
    told.open(page, '<a href="/files/export" download>export</a>')
    page.click("a")
    assert told.wait("download")[0]["url"] == f"{told.origin}/files/export"


MAKE = """click => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob(['a']))
  link.download = 'offer.pdf'
  if (click) link.click()
  else link.dispatchEvent(new MouseEvent('click'))
}"""


@pytest.mark.parametrize("click", [True, False], ids=["click()", "dispatchEvent()"])
def test_a_file_made_by_the_page_goes_by_its_name(told: Told, page: Page, click: bool) -> None:
    """Of a `blob:`, by a link that never was in the page, as FileSaver and its like do it."""
    told.open(page)
    page.evaluate(MAKE, click)
    assert told.wait("download")[0]["url"] == f"{told.origin}/offer.pdf"


def test_a_link_to_another_site_is_a_click(told: Told, page: Page) -> None:
    told.open(page, f'{STAY}<a href="https://partner.test/offer?id=1"><b>partner</b></a>')
    page.click("b")
    event = told.wait("click")[0]
    assert (event["url"], event["referrer"]) == ("https://partner.test/offer?id=1", f"{told.origin}/")


def test_mail_and_telephone_links_are_clicks(told: Told, page: Page) -> None:
    told.open(page, f'{STAY}<a href="mailto:us@verger.test?subject=Hi">us</a> <a href="tel:+33490000000">call</a>')
    page.evaluate("for (const link of document.links) link.click()")
    assert [event["item"] for event in told.wait("click", 2)] == ["mailto:us@verger.test", "tel:+33490000000"]


def test_a_file_of_another_site_is_one_download_and_no_click(told: Told, page: Page) -> None:
    told.open(page, f'{STAY}<a href="https://cdn.test/guide.pdf"><i>guide</i></a>')
    page.click("i")
    assert told.names(page) == ["page", "download"]


def test_a_middle_click_counts_and_a_right_click_does_not(told: Told, page: Page) -> None:
    told.open(page, '<a href="/files/a.pdf">a</a>')
    page.click("a", button="right")
    assert told.names(page) == ["page"]
    page.click("a", button="middle")
    told.wait("download")


def test_a_link_followed_by_keyboard_counts(told: Told, page: Page) -> None:
    told.open(page, f'{STAY}<a href="/files/a.pdf">a</a>')
    page.focus("a")
    page.keyboard.press("Enter")
    told.wait("download")


def test_what_the_page_keeps_to_itself_is_seen_all_the_same(told: Told, page: Page) -> None:
    told.open(
        page,
        '<a href="/files/a.pdf">a</a><script>for (const owner of [document, document.links[0]]) '
        "owner.addEventListener('click', e => { e.stopImmediatePropagation(); e.preventDefault() }, true)</script>",
    )
    page.click("a")
    told.wait("download")


MARKUPS = {
    "area": '<map name="m"><area id="it" href="/files/a.pdf" shape="rect" coords="0,0,99,99"></map>'
    '<img usemap="#m" width="100" height="100" src="data:,">',
    "svg": '<svg width="99" height="40"><a id="it" xlink:href="/files/a.pdf"><text y="20">a</text></a></svg>',
    "later": "<script>setTimeout(() => document.body.innerHTML += '<a id=it href=/files/a.pdf>a</a>', 100)</script>",
    "shadow": "<div id='host'></div><script>document.getElementById('host').attachShadow({mode: 'open'}).innerHTML = "
    "'<a id=it href=/files/a.pdf><b>a</b></a>'</script>",
}


@pytest.mark.parametrize("kind", MARKUPS)
def test_links_of_every_make_are_seen(told: Told, page: Page, kind: str) -> None:
    told.open(page, STAY + MARKUPS[kind])
    page.click("img" if kind == "area" else "#it", position={"x": 5, "y": 10} if kind != "svg" else None)
    assert told.wait("download")[0]["url"] == f"{told.origin}/files/a.pdf"


def test_an_event_is_named_in_the_markup_with_its_properties(told: Told, page: Page) -> None:
    told.open(
        page, '<button data-ripeline-event="demo_asked" data-ripeline-p-plan="pro"><i>Ask</i></button>', path="/pricing"
    )
    page.click("i")
    event = told.wait("demo_asked")[0]
    assert (event["props"], event["url"]) == ({"plan": "pro"}, f"{told.origin}/pricing")


def test_what_is_marked_as_ignored_is_ignored(told: Told, page: Page) -> None:
    told.open(page, f'{STAY}<div data-ripeline-ignore><a href="/files/a.pdf">a</a></div>')
    page.click("a")
    assert told.names(page) == ["page"]


@pytest.fixture
def two_hosts(tmp_path: Path) -> Iterator[Told]:
    """A server that knows two hosts as its own; the second one is blog.verger.test."""
    port = free_port()
    www, blog = (f"http://{name}.verger.test:{port}" for name in ("www", "blog"))
    with running(tmp_path, origins=f"{www},{blog}") as live:
        site = Site(f"http://leads.verger.test:{live.port}/t.js", 'data-consent="granted" data-dev')
        with serving(site.app(), port):
            yield Told(live, site, www)


def test_a_click_to_another_host_of_ours_is_marked_internal(two_hosts: Told, page: Page) -> None:
    blog = two_hosts.origin.replace("www", "blog")
    two_hosts.open(page, f'{STAY}<a href="{blog}/post">blog</a> <a href="https://partner.test/">partner</a>')
    page.evaluate("for (const link of document.links) link.click()")
    ours, theirs = two_hosts.wait("click", 2)
    assert ours["props"] == {"internal": True}
    assert "props" not in theirs
