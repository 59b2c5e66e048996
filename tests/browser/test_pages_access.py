"""No page keeps anybody out: axe finds nothing, in both languages, both schemes, on a phone and on a desk."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage
from tests.browser.serving import serving
from tests.pages.room import Room
from tests.store.white_papers import HOUR, START, fold, form, made, page, paper

from ripeline.settings import Settings
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.leads import merge_leads
from ripeline.store.merge_rows import Moved, add_merge
from ripeline.store.notes import add_note
from ripeline.store.verdict_rows import add_outcome

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]
Variant = tuple[int, Scheme, str]

WIDTHS = (390, 1280)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
#: What readers who enlarge a page four times have left of 1280 px; small phones are not wider by much.
NARROWEST = 320
LANGUAGES = ("en", "fr")
EVERY_VARIANT: list[Variant] = list(product(WIDTHS, SCHEMES, LANGUAGES))
#: Each width, scheme and language once; `make variants` looks at all eight.
FEW_VARIANTS: list[Variant] = [(390, "dark", "fr"), (1280, "light", "en")]
VARIANTS = EVERY_VARIANT if os.environ.get("RIPELINE_EVERY_VARIANT") else FEW_VARIANTS
#: Of a whole story: the language most marketers read, or both.
TOLD_IN = LANGUAGES if os.environ.get("RIPELINE_EVERY_VARIANT") else ("fr",)


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Two servers: one with people on it, one where nothing has arrived."""
    full, empty = (room_in(tmp_path_factory.mktemp(name)) for name in ("full", "empty"))
    fill_it(full)
    with serving(full.app()) as one, serving(empty.app()) as other:
        yield f"http://127.0.0.1:{one}", f"http://127.0.0.1:{other}"
    full.writer.close()
    empty.writer.close()


def room_in(folder: Path) -> Room:
    """A server with its owner, where nothing has arrived."""
    made = Room(Settings(data=folder))
    made.cookie_of("alice@example.com")
    return made


def fill_it(room: Room) -> None:
    """So that every page has all its parts."""
    room.receive_the_cast()
    known = form(
        "ada@example.com",
        name="Ada Lovelace",
        company="Engines",
        phone="+33 6 12 34 56 78",
        website="https://e.example",
    )
    fold(room.writer, made("v-buyer", [(0, page("/blog/1")), (30, paper("c")), (30.1, known)]))
    lately = (time.time_ns() // 1_000_000 - START) / HOUR - 1
    for name in ("lisa", "marc"):
        fold(room.writer, made(f"v-{name}", [(lately, paper("c")), (lately, form(f"{name}@acme.fr"))]))
    room.now(_two_sites)
    now = int(time.time() * 1000)
    room.sightings.refused("https://new.example", now)
    for address in ("/t.js", "/t.js?consent=granted"):
        room.sightings.loaded("https://blog.example", address, now)
    room.now(_a_robot)
    room.now(_said)


def _said(conn: Connection) -> None:
    """What people said of Marc, whose page then has all its parts."""
    by = Said("alice@example.com", int(time.time() * 1000))
    for n in range(5):
        add_note(conn, 1, "call", f"Called {n} times", by)
    add_merge(conn, 3, 1, by, Moved([], [], []))
    merge_leads(conn, [(3, 1)])
    add_outcome(
        conn,
        {"lead": 1, "model": None, "outcome": "won", "at": by.at, "value": 1_000}
        | {"author": by.author, "made_at": by.at},
    )


def _two_sites(conn: Connection) -> None:
    conn.execute("INSERT INTO sites (id, key, name, created_at) VALUES (1, 'k', '', 0) ON CONFLICT DO NOTHING")
    for origin, status in (("https://shop.example", "mine"), ("https://other.example", "seen")):
        conn.execute("INSERT INTO origins VALUES (1, ?, ?, 0, 0)", (origin, status))


def _a_robot(conn: Connection) -> None:
    conn.execute("INSERT INTO texts (id, text) VALUES (9000, 'crawler'), (9001, 'Mozilla/5.0 (compatible; Robot/1.0)')")
    conn.execute("UPDATE events SET suspect_id = 9000, agent_id = 9001 WHERE seq = (SELECT max(seq) FROM events)")
    conn.execute("INSERT INTO drops VALUES ('2026-11-22', 'prefetch', 2)")


def signed_in(browser: Browser, address: str, variant: Variant) -> BrowserContext:
    """The owner's browser, of that width, scheme and language."""
    width, scheme, language = variant
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, locale=language)
    context.add_cookies([{"name": "ripeline", "value": "key of alice@example.com", "url": address}])
    return context


FULL = (
    "/ready",
    "/leads?band=hot&q=example&out=yes",
    "/leads/1",
    "/leads/4?model=other",
    "/leads/5",
    "/leads/1/merge?q=e",
    "/leads/1/merge?with=2",
    "/leads/999",
    "/install?banner=cookiebot&wrong=1",
    "/suspects?changed=2",
    "/api/docs",
)
EMPTY = ("/ready", "/leads", "/leads?band=hot", "/install", "/install?banner=no", "/suspects")


#: What reaches beyond the screen: where the page can be pushed aside, and on the bar that stays where it is.
_WIDE = """[...document.querySelectorAll(
    document.documentElement.scrollWidth <= innerWidth ? '.at-hand *' : 'body *')]
  .filter(each => each.offsetParent && !each.closest('.scroll') && each.getBoundingClientRect().right > innerWidth)
  .map(each => each.outerHTML.slice(0, 120)).slice(-2)"""
#: What is pressed or typed into, and lower than 44 px; links in sentences are not meant.
_SMALL = """[...document.querySelectorAll(
    'main :is(button, summary, select, .chip, fieldset.kinds span), ' +
    'main input:not([type=hidden], [type=radio], [type=checkbox]), .top nav a')]
  .filter(each => each.offsetParent && each.getBoundingClientRect().height < 43.5)
  .map(each => `${each.tagName} ${each.textContent.trim() || each.name}`)"""


def faults_of(context: BrowserContext, address: str) -> list[str]:
    """What axe, the console and the screen's width have against one page, all its folds open."""
    errors: list[ConsoleMessage] = []
    opened = context.new_page()
    opened.on("console", lambda message: errors.append(message))
    answer = opened.goto(address)
    opened.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = [f"{each['id']}: {each['nodes'][0]['html']}" for each in Axe().run(opened).response["violations"]]
    found += [f"wider than the screen: {each}" for each in opened.evaluate(_WIDE)]
    if (size := opened.viewport_size) and size["width"] < 500:
        found += [f"too small for a thumb: {each}" for each in opened.evaluate(_SMALL)]
        opened.set_viewport_size({**size, "width": NARROWEST})
        found += [f"wider than a narrow screen: {each}" for each in opened.evaluate(_WIDE)]
    opened.close()
    if answer is not None and answer.ok:
        found += [each.text for each in errors if each.type == "error"]
    return [f"{address}: {each}" for each in found]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: "-".join(map(str, variant)))
def test_axe_finds_nothing(browser: Browser, rooms: tuple[str, str], variant: Variant) -> None:
    found: list[str] = []
    for address, paths in zip(rooms, (FULL, EMPTY), strict=True):
        with signed_in(browser, address, variant) as context:
            for path in paths:
                found += faults_of(context, address + path)
    assert found == []


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: "-".join(map(str, variant)))
def test_axe_finds_nothing_at_the_doors(browser: Browser, rooms: tuple[str, str], variant: Variant) -> None:
    width, scheme, language = variant
    with browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, locale=language) as context:
        opened = context.new_page()
        opened.goto(rooms[0] + "/signin")
        assert Axe().run(opened).response["violations"] == []
        opened.fill("#email", "alice@example.com")
        opened.fill("#password", "not the password")
        opened.click("main button")
        assert opened.locator("[role=alert]").is_visible()
        assert Axe().run(opened).response["violations"] == []
