"""What is too old is counted as long as a page may wait, and estimated beyond that."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fold.ledger_house import ADA, DAY, START, House, identify, open_house, page

from ripeline.store.retention_counts import idle_leads_about, old_visits_about


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> House:
    """40 000 visits by 8 000 visitors, a quarter of them old; 4 000 leads, half of which did nothing for long."""
    house = open_house(tmp_path_factory.mktemp("large"))
    house.fold(page("first", "/a", 0), identify("known", ADA, 0))
    counted = "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
    for sql in (
        f"{counted.format(8_009)} INSERT INTO visitors (id, key) SELECT i, 'v' || i FROM n",
        f"{counted.format(40_009)} INSERT INTO events (site_id, event_id, visitor_id, kind_id, at, received_at, url_id,"
        " verified) SELECT 1, 'e' || i, 10 + i % 8000, (SELECT kind_id FROM events WHERE event_id LIKE 'page%'), "
        f"{START} - (i % 4 = 0) * {400 * DAY}, {START}, (SELECT url_id FROM events LIMIT 1), 0 FROM n",
        f"{counted.format(4_009)} INSERT INTO leads (id, email, created_at) "
        f"SELECT i, i || '@x.example', {START} * (i % 2) FROM n",
    ):
        house.conn.execute(sql)
    return house


def test_with_time_enough_all_are_counted(large: House) -> None:
    visits = old_visits_about(large.conn, START - DAY, patience=60)
    leads = idle_leads_about(large.conn, START - DAY, patience=60)
    assert (visits.number, visits.is_exact) == (10_000, True)
    assert (leads.number, leads.is_exact) == (2_000, True)


def test_without_it_a_part_says_about_how_many(large: House) -> None:
    visits, leads = (about(large.conn, START - DAY, patience=0) for about in (old_visits_about, idle_leads_about))
    assert not visits.is_exact
    assert not leads.is_exact
    assert 9_000 <= visits.number <= 11_000
    assert 1_800 <= leads.number <= 2_200


def test_nothing_is_exactly_nothing(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    assert old_visits_about(house.conn, START, patience=0).is_exact
    assert idle_leads_about(house.conn, START, patience=0).number == 0
