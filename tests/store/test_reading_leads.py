"""The ranked list: complete, stable, and read by index."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeline.errors import InvalidRequest
from ripeline.rules.model import Band, Model, Ruleset
from ripeline.store.database import Connection, Database
from ripeline.store.reading import cursor_after, place_of
from ripeline.store.reading_bands import scores_of_band, standing_of
from ripeline.store.reading_leads import LeadQuery, list_leads
from ripeline.store.upgrading import create_schema
from ripeline.store.views import LeadSummary

WARM, HOT = Band("warm", 5000, 5000), Band("hot", 12000, 9000)
MODEL = Model("general", "All offers", (WARM, HOT), (), "hot")
RULES = Ruleset("", "", "UTC", 1800, {}, {}, (MODEL,))


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    connection = Database(tmp_path / "ripeline.db").writer()
    create_schema(connection)
    connection.execute("INSERT INTO texts (id, text) VALUES (1, 'general'), (2, 'pricing')")
    yield connection
    connection.close()


def add_lead(conn: Connection, id: int, score: int, *, email: str | None = None, out: int = 0) -> None:
    attributes = json.dumps({"company": [f"Société {id}", True, 1]} if email else {})
    conn.execute(
        "INSERT INTO leads (id, email, created_at, first_seen, last_seen, attributes) VALUES (?, ?, 1, 1, 2, ?)",
        (id, email, attributes),
    )
    band = "hot" if score >= 12000 else "warm" if score >= 5000 else "cold"
    conn.execute("INSERT INTO scores VALUES (1, ?, ?, ?, 0, ?, ?)", (id, score, score, band, out))


def every_page(conn: Connection, limit: int, **asked: object) -> list[LeadSummary]:
    found: list[LeadSummary] = []
    cursor: str | None = None
    while True:
        page = list_leads(conn, RULES, LeadQuery("general", limit=limit, cursor=cursor, **asked))  # type: ignore[arg-type]
        assert len(page.leads) <= limit
        found += page.leads
        if page.next is None:
            return found
        assert len(page.leads) == limit
        cursor = page.next


@pytest.mark.parametrize("limit", [1, 3, 7, 50])
def test_pages_together_hold_every_lead_once_best_first(conn: Connection, limit: int) -> None:
    for id in range(1, 38):
        add_lead(conn, id, (id * 7 % 5) * 3000 - 3000, out=id % 4 == 0)
    found = [(lead.out_of_target, -lead.score, -lead.id) for lead in every_page(conn, limit, out_of_target=True)]
    assert found == sorted(found)
    assert len(set(found)) == 37
    assert [lead.id for lead in every_page(conn, limit)] == [-id for out, _, id in found if not out]


def test_a_page_stays_put_while_others_come_in(conn: Connection) -> None:
    for id in range(1, 11):
        add_lead(conn, id, id * 1000)
    first = list_leads(conn, RULES, LeadQuery("general", limit=5))
    add_lead(conn, 99, 99000)
    second = list_leads(conn, RULES, LeadQuery("general", limit=5, cursor=first.next))
    assert [lead.id for lead in (*first.leads, *second.leads)] == list(range(10, 0, -1))


def test_filters_narrow_the_list_and_its_total(conn: Connection) -> None:
    add_lead(conn, 1, 13000, email="marc@example.com")
    add_lead(conn, 2, 5000, email="elodie@example.com")
    add_lead(conn, 3, 14000)
    add_lead(conn, 4, 1000)

    def asked(**query: object) -> tuple[list[int], int | None]:
        found = list_leads(conn, RULES, LeadQuery("general", **query))  # type: ignore[arg-type]
        return [lead.id for lead in found.leads], found.total

    assert asked() == ([3, 1, 2, 4], 4)
    assert asked(band="hot") == ([3, 1], 2)
    assert asked(band="warm") == ([2], 1)
    assert asked(band="cold") == ([4], 1)
    assert asked(identified=True) == ([1, 2], 2)
    assert asked(identified=True, band="hot") == ([1], 1)
    assert asked(identified=False) == ([3, 4], 2)
    assert asked(q="ELODIE") == ([2], 1)
    assert asked(q="société 1") == ([1], 1)
    assert asked(q="example.com", band="hot") == ([1], 1)
    assert asked(q="ma") == ([1], 1)
    assert asked(q='"nobody" OR *') == ([], 0)


def test_a_lead_left_in_its_band_by_the_exit_is_found_there(conn: Connection) -> None:
    add_lead(conn, 1, 10000)
    conn.execute("UPDATE scores SET band = 'hot'")
    assert [lead.id for lead in list_leads(conn, RULES, LeadQuery("general", band="hot")).leads] == [1]


def test_search_follows_what_is_known(conn: Connection) -> None:
    add_lead(conn, 1, 1000)

    def found(text: str) -> list[int]:
        return [lead.id for lead in list_leads(conn, RULES, LeadQuery("general", q=text)).leads]

    assert found("acme") == []
    conn.execute("UPDATE leads SET attributes = ?", (json.dumps({"company": ["Acme", True, 1]}),))
    assert found("acme") == [1]
    conn.execute("UPDATE leads SET last_seen = 5, email = 'ada@example.com'")
    conn.execute("UPDATE leads SET attributes = ?", (json.dumps({"company": ["Zenith", True, 1]}),))
    assert (found("acme"), found("zenith"), found("ada@")) == ([], [1], [1])
    conn.execute("DELETE FROM leads")
    assert found("zenith") == []


def test_nobody_counts_beyond_ten_thousand(conn: Connection) -> None:
    conn.execute(
        "WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 10001) "
        "INSERT INTO leads (id, created_at) SELECT id, 1 FROM n"
    )
    conn.execute("INSERT INTO scores SELECT 1, id, id, id, 0, 'cold', 0 FROM leads")
    assert list_leads(conn, RULES, LeadQuery("general")).total is None
    conn.execute("DELETE FROM scores WHERE lead_id = 7")
    assert list_leads(conn, RULES, LeadQuery("general")).total == 10_000


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("cursor", LeadQuery("general", cursor="eve")),
        ("cursor", LeadQuery("general", cursor="é")),
        ("cursor", LeadQuery("general", cursor=cursor_after(1, 2))),
        ("cursor", LeadQuery("general", cursor=cursor_after(0, 2**64, 1))),
        ("limit", LeadQuery("general", limit=0)),
        ("limit", LeadQuery("general", limit=1001)),
        ("model", LeadQuery("generic")),
    ],
)
def test_what_cannot_be_answered_is_named(conn: Connection, field: str, query: LeadQuery) -> None:
    with pytest.raises(InvalidRequest) as refused:
        list_leads(conn, RULES, query)
    assert refused.value.field == field


@given(st.text(max_size=30))
def test_a_forged_cursor_is_a_clear_error_or_a_place(forged: str) -> None:
    with suppress(InvalidRequest):
        assert len(place_of(forged, 2)) == 2


@given(st.integers(-(2**62), 2**62), st.integers(0, 2**62))
def test_a_cursor_says_its_place(score: int, id: int) -> None:
    assert place_of(cursor_after(score, id), 2) == (score, id)


def test_standing_says_what_is_missing() -> None:
    cold, warm, hot = (
        standing_of(MODEL, score, band) for score, band in ((2000, "cold"), (11000, "warm"), (13000, "hot"))
    )
    assert (cold.next_band, cold.missing, cold.notch) == ("warm", 3000, 5 / 12)
    assert (warm.next_band, warm.missing) == ("hot", 1000)
    assert (hot.next_band, hot.missing, hot.notch) == (None, None, None)
    assert hot.ripeness == 13 / 12


def test_a_model_without_hand_off_has_no_ripeness() -> None:
    standing = standing_of(Model("m", "M", (WARM,), (), None), 3000, "cold")
    assert (standing.ripeness, standing.notch, standing.missing) == (None, None, 2000)


def test_a_band_bounds_the_scores_it_can_hold() -> None:
    assert scores_of_band(MODEL, "hot") == (9000, None)
    assert scores_of_band(MODEL, "warm") == (5000, 12000)
    assert scores_of_band(MODEL, "cold") == (None, 5000)
