"""Alerts in a real browser: a webhook set up, tried, turned off and on; and axe has nothing against the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.serving import serving
from tests.browser.test_pages_access import VARIANTS, Variant, faults_of, signed_in
from tests.outbox.listener import listening
from tests.pages.room import DAY, Room

from ripeline.auth.logins import now_ms
from ripeline.outbox.sorting import sort_messages
from ripeline.settings import Settings
from ripeline.store.database import Connection
from ripeline.store.deliveries import Ended, claim_delivery, delay_delivery, end_delivery
from ripeline.store.destinations import Destination, Kind, add_destination, rotate_secret, turn_off

pytestmark = pytest.mark.browser

HERE = "/settings/alerts"
KINDS: tuple[Kind, ...] = ("webhook", "slack", "teams")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(Settings(data=tmp_path, private_hooks=True))
    made.cookie_of("alice@example.com")
    yield made
    made.writer.close()


@pytest.fixture
def address(room: Room) -> Iterator[str]:
    with serving(room.app()) as port:
        yield f"http://127.0.0.1:{port}"


def fill(conn: Connection) -> None:
    """Four places, one of them off, and messages that arrived, wait and were given up."""
    for kind in KINDS:
        new = Destination(0, kind, f"By {kind}", f"https://hooks.example/{kind}/abcdef", ("lead.ready", "lead.band"))
        add_destination(conn, new)
    off = add_destination(conn, Destination(0, "email", "Sales", "sales@example.com", ("lead.ready",)))
    rotate_secret(conn, 1, "whsec_bmV3", now_ms() + DAY)
    sort_messages(conn, now_ms() + 90 * DAY)
    turn_off(conn, off, now_ms(), "it answered 410")
    for (id,) in conn.execute("SELECT id FROM deliveries").fetchall():
        claim_delivery(conn, id, now_ms())
        if id % 3 == 0:
            end_delivery(conn, id, "sent", Ended(200, "ok"), now_ms())
        elif id % 3 == 1:
            end_delivery(conn, id, "dead", Ended(500, "it answered 500: asleep"), now_ms())
        else:
            delay_delivery(conn, id, Ended(None, "no whole answer within 15 s"), now_ms() + DAY)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: "-".join(map(str, variant)))
def test_axe_finds_nothing_on_alerts(browser: Browser, room: Room, address: str, variant: Variant) -> None:
    with signed_in(browser, address, variant) as context:
        found = faults_of(context, address + HERE)
        room.receive_the_cast()
        room.now(fill)
        for path in ("", "?shown=dead&to=1", "?shown=waiting", "?add=webhook", "?add=email", "?change=1"):
            found += faults_of(context, address + HERE + path)
    assert found == []


def test_a_webhook_is_set_up_tried_turned_off_and_on_again(page: Page, room: Room, address: str) -> None:
    page.set_extra_http_headers({"Accept-Language": "en"})
    page.context.add_cookies([{"name": "ripeline", "value": "key of alice@example.com", "url": address}])
    with listening() as listener:
        page.goto(address + HERE)
        page.get_by_role("link", name="by webhook").click()
        page.get_by_label("Name", exact=True).fill("n8n")
        page.get_by_label("Address", exact=True).fill(listener.url)
        page.get_by_role("checkbox", name="verdicts").check()
        page.get_by_role("button", name="Save").click()
        assert page.locator("#key").inner_text().startswith("whsec_")
        page.goto(address + HERE)
        expect(page.locator("#key")).to_have_count(0)
        page.evaluate("window.stayed = true")
        page.get_by_role("button", name="Send a test: n8n").click()
        expect(page.get_by_text("The test reached n8n, which answered 200 taken.")).to_be_visible()
        page.get_by_role("link", name="Change: n8n").click()
        page.evaluate("window.stayed = true")
        page.get_by_role("button", name="Turn off: n8n").click()
        expect(page.get_by_text("n8n is told nothing from now on.")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("n8n is told again.")).to_be_visible()
        assert page.evaluate("window.stayed")
        listener.wait_for(1)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_lies_over_what_a_place_is_told(browser: Browser, room: Room, address: str, width: int) -> None:
    room.now(fill)
    with signed_in(browser, address, (width, "light", "fr")) as context:
        page = context.new_page()
        page.goto(f"{address}{HERE}?change=1")
        over = """() => [...document.querySelectorAll('.places > li')].filter((place) => {
          const link = place.querySelector('.to-change').getBoundingClientRect();
          return [...place.querySelectorAll('.line p')].some((text) => {
            const range = document.createRange();
            range.selectNodeContents(text);
            const lies = (box) => box.right > link.left && box.top < link.bottom && box.bottom > link.top;
            return [...range.getClientRects()].some(lies);
          });
        }).length"""
        assert page.evaluate(over) == 0
