"""How a score moved: exactly what it reads now against what it read then, decay and limits of groups too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.pages.reading_html import text_of
from tests.pages.room import DAY, Room
from tests.store.white_papers import HOUR, START, fold, made, open_database, page, paper

from ripeline.domain.event import Event
from ripeline.fold.explaining import explain_lead
from ripeline.fold.folder import Folder, now_ms
from ripeline.pages.leads_trend import Trend, scores_at, trends_of
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules
from ripeline.store.database import Connection, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events
from ripeline.store.reading_leads import LeadQuery, list_leads

PLAIN = read_rules("""
[models.m]
bands = { hot = 12 }
[models.m.rules]
paper = { points = 5, on = "download" }
blog = { points = 1, on = "page", where.path = "/blog*" }
quiet = { points = -3, inactive = "5d" }
""")
FADING = read_rules("""
timezone = "Europe/Paris"
[models.m]
bands = { hot = 12 }
decay = { half_life = "10d" }
groups = { reading = { max = 2 } }
[models.m.rules]
paper = { points = 5, on = "download" }
blog = { points = 1, on = "page", where.path = "/blog*", group = "reading", decay = false }
""")
STEPS = [
    (0, paper("a")),
    *((24.0 * day, page(f"/blog/{day}")) for day in (1, 2, 3, 20)),
    (24 * 21, paper("b")),
    (24 * 30, page("/blog/30")),
]


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    connection = open_database(tmp_path / "ripeline.db")
    yield connection
    connection.close()


def folded(conn: Connection, rules: Ruleset, events: list[Event], now: int) -> None:
    with transaction(conn):
        append_events(conn, events, Dictionary())
    folder = Folder(conn, rules, lambda: now)
    while folder.step():
        pass


@pytest.mark.parametrize("rules", [PLAIN, FADING], ids=["plain", "fading"])
@pytest.mark.parametrize("day", [-1, 0, 1, 3, 9, 20, 21, 29])
def test_what_a_score_read_then_is_what_the_fold_says(conn: Connection, rules: Ruleset, day: int) -> None:
    folded(conn, rules, made("v", STEPS), START + 31 * DAY)
    at = START + day * DAY + HOUR
    (receipt,) = explain_lead(conn, rules, 1, at).receipts
    assert scores_at(conn, rules.models[0], [1], (at, rules.timezone)).get(1, 0) == receipt.score


def test_the_week_counts_where_something_moved_in_it_else_the_month(conn: Connection) -> None:
    now = START + 30 * DAY + 2 * HOUR
    late = [(24 * 12, paper("a")), (24 * 13, paper("b"))]
    folded(conn, PLAIN, [*made("v-week", STEPS), *made("v-month", late), *made("v-new", [(24 * 29, paper("c"))])], now)
    leads = list_leads(conn, PLAIN, LeadQuery("m")).leads
    trends = {lead.visitor: trends_of(conn, PLAIN.models[0], leads, (now, "UTC")).get(lead.id) for lead in leads}
    assert trends == {
        "v-week": Trend(1000 - 0, 7),
        "v-month": Trend(7000, 30, is_new=True),
        "v-new": Trend(5000, 7, is_new=True),
    }


def test_the_page_says_it_in_words(room: Room, bob: TestClient) -> None:
    hours = (now_ms() - START) / HOUR
    fold(room.writer, made("v-old", [(hours - 24 * 40, paper("a")), (hours - 24, paper("b"))]))
    fold(room.writer, made("v-new", [(hours - 24, paper("c"))]))
    fold(room.writer, made("v-still", [(hours - 24 * 50, paper("a"))]))
    text = text_of(bob.get("/leads").text)
    assert "White paper B +5 this week" in text
    assert "White paper C new this week" in text
    assert text.count("this week") == 2
    bob.headers["accept-language"] = "fr"
    assert "+5 cette semaine" in text_of(bob.get("/leads").text)
