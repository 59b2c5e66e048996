"""People for the pages of sales, ripe and not, seen lately: under rules that show all a page can tell."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from tests.pages.room import Room

from ripeline.domain.event import Event
from ripeline.domain.wire import parse_api_event
from ripeline.fold.folder import now_ms
from ripeline.fold.keeper import Keeper
from ripeline.rules.reading import read_rules
from ripeline.settings import Settings
from ripeline.store.database import transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events

PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
HOUR: Final = 3_600_000
PEOPLE: Final = {"alice": "owner", "mia": "marketer", "bob": "sales", "carl": "sales", "manon": "sales"}
SHOP: Final = "https://shop.example"

OFFERS: Final = """
[models.offers]
label = "All offers"
bands = { warm = 5, hot = { enter = 12, exit = 8 }, burning = 25 }
handoff = "hot"
min_fit = 0
next = { hot = "Call within a day", burning = "Call at once" }

[models.offers.rules.brochure]
points = 12
on = "download"
where.file = "brochure.pdf"
decay = { half_life = "10d" }
label = "Brochure"

[models.offers.rules]
paper = { points = 12, on = "download", where.file = "paper.pdf", label = "White paper" }
guide = { points = 3, on = "download", where.file = "guide.pdf", label = "Guide" }
pricing = { points = 5, on = "page", where.path = "/pricing*", cap = { points = 10, per = "30d" }, label = "Pricing" }
blog = { points = 2, on = "page", where.path = "/blog*", after = { on = "download" }, label = "Blog after a paper" }
student = { points = -10, lead.job = "student", label = "Student" }

[models.offers.rules.decides]
points = 1
lead = { job = "*chief*", country = "FR", website = "*", company = "*", phone = "*" }
label = "Can decide"
"""

SERVICES: Final = """
[models.services]
label = "Services"
bands = { warm = 5, hot = 20 }
handoff = "hot"
[models.services.rules]
asked = { points = 10, on = "page", where.path = "/services*", label = "Services" }
"""


def view(path: str, **more: Any) -> dict[str, Any]:
    """A page seen."""
    return {"on": "page", "url": SHOP + path, "title": path, **more}


def take(file: str) -> dict[str, Any]:
    """A file taken."""
    return {"on": "download", "url": f"{SHOP}/files/{file}.pdf"}


def hello(name: str, place: str = "", **known: str) -> dict[str, Any]:
    """The form in which people say who they are; it is worth nothing."""
    host = place or f"{name}-works.example"
    props = {"name": name.capitalize(), **known}
    return {"on": "form", "item": "hello", "url": f"{SHOP}/hello", "email": f"{name}@{host}", "props": props}


def did(visitor: str, *steps: tuple[float, dict[str, Any]]) -> list[Event]:
    """What one browser did, each so many hours ago."""
    now = now_ms()
    told = {"visitor": visitor, "verified": False}
    return [
        parse_api_event({"id": f"{visitor}-{n}", **told, **step, "at": now - round(ago * HOUR)}, now)
        for n, (ago, step) in enumerate(steps)
    ]


def ada() -> list[Event]:
    """Three sessions from the first article to hot and on, and a colleague."""
    known = {"company": "Engines", "phone": "+33 6 12 34 56 78"}
    letter = view("/pricing?utm_source=newsletter&utm_medium=email")
    return [
        *did(
            "v-ada",
            (288, view("/blog/choosing", referrer="https://www.google.com/")),
            (287.9, take("guide")),
            (287.8, view("/blog/installing")),
            (96, letter),
            (95.9, hello("ada", "engines.example", **known)),
            (2, view("/pricing")),
            (1.95, view("/pricing/options")),
            (1.9, take("paper")),
        ),
        *did("v-grace", (30, view("/about")), (29.9, hello("grace", "engines.example"))),
    ]


def ripe() -> list[Event]:
    """Who is handed over besides Ada: two who cool down, two who do not."""
    steps = {"beth": (72, "brochure"), "cora": (24, "brochure"), "dora": (30, "paper"), "emma": (5, "paper")}
    return [
        event
        for name, (ago, file) in steps.items()
        for event in did(f"v-{name}", (ago, take(file)), (ago - 0.1, hello(name, phone="+33 6 00 00 00 01")))
    ]


def warming() -> list[Event]:
    """Who is not there yet: warm, cold, out of target, riper elsewhere, unknown."""
    return [
        *did("v-wanda", (50, take("guide")), (49.9, view("/blog/one")), (49.8, hello("wanda"))),
        *did("v-carl", (1000, take("guide")), (999.9, hello("carl"))),
        *did("v-stan", (3, view("/pricing")), (2.9, hello("stan", job="student"))),
        *did("v-sofia", (4, view("/services")), (3.9, take("guide")), (3.8, hello("sofia"))),
    ]


def room_of(folder: Path, rules: str, *events: Event) -> Room:
    """A room in which that has happened; people of ours are signed in."""
    (folder / "rules.toml").write_text(rules, encoding="utf-8")
    made = Room(Settings(data=folder), ruleset=read_rules(rules))
    with transaction(made.writer):
        append_events(made.writer, list(events), Dictionary())
    keeper = Keeper(made.writer, made.ruleset, now_ms)
    while keeper.step():
        pass
    for name, role in PEOPLE.items():
        made.cookie_of(f"{name}@example.com", role=role)
    return made


def enter(context: BrowserContext, address: str, name: str = "bob") -> Page:
    """The browser of one of our people."""
    context.add_cookies([{"name": "ripeline", "value": f"key of {name}@example.com", "url": address}])
    context.set_default_timeout(5_000)
    return context.new_page()


def without_script(browser: Browser) -> BrowserContext:
    """A browser that runs no script, in English."""
    return browser.new_context(java_script_enabled=False, locale="en")


def weeks_from_now(at: float) -> float:
    """How many weeks until then (Unix seconds)."""
    return (at - time.time()) / (7 * 86_400)
