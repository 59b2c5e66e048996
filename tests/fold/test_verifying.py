"""`verify` finds whatever is not as the events say, changes nothing, and works beside the fold."""

from __future__ import annotations

import pytest
from tests.fold.ledger_house import ADA, DAY, HOUR, MARC, PAPERS, House, download, identify, page, white_papers

from ripeline.fold.verify import verify
from ripeline.rules.reading import read_rules


@pytest.fixture
def filled(house: House) -> House:
    house.fold(*white_papers(["A", "B", "v1", "v2", "v3", MARC], "marc"))
    house.fold(identify("laptop", ADA, HOUR), download("phone", "c", 0), identify("phone", ADA, DAY))
    assert house.differences() == []
    return house


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (
            "UPDATE scores SET score = score + 1 WHERE lead_id = 1 AND model_id = (SELECT min(model_id) FROM scores)",
            "scores",
        ),
        ("UPDATE scores SET band = 'cold' WHERE lead_id = 1", "scores"),
        ("DELETE FROM scores WHERE lead_id = 1", "scores"),
        ("UPDATE ledger SET points = 0 WHERE lead_id = 1 AND n = 1", "ledger"),
        ("UPDATE ledger SET reason = 'capped' WHERE lead_id = 1 AND n = 1", "ledger"),
        ("DELETE FROM ledger WHERE lead_id = 1 AND n = 4", "ledger"),
        ("DELETE FROM crossings WHERE lead_id = 1", "crossings"),
        ("UPDATE sessions SET events = 9 WHERE lead_id = 1", "sessions"),
        ("UPDATE leads SET last_seen = 0 WHERE id = 1", "lead"),
        ("UPDATE leads SET attributes = '{}' WHERE id = 1", "lead"),
        ("UPDATE leads SET reachable = 0 WHERE id = 1", "lead"),
        ("DELETE FROM lead_states WHERE lead_id = 1", "state"),
        ("UPDATE lead_states SET state = x'00' WHERE lead_id = 1", "state"),
    ],
)
def test_any_damage_is_found(filled: House, damage: str, what: str) -> None:
    filled.conn.execute(damage)
    (difference,) = filled.differences()
    assert difference.startswith(f"lead 1 ({MARC}): {what}: stored ")


def test_an_epoch_that_nobody_claimed_is_found(filled: House) -> None:
    filled.conn.execute("INSERT INTO epochs SELECT visitor_id, 5, 0, 'x', 2 FROM epochs WHERE lead_id = 1")
    assert "visitor 1: epochs" in filled.differences()[0]


def test_a_visitor_of_no_lead_is_found(filled: House) -> None:
    filled.conn.execute("DELETE FROM epochs WHERE visitor_id = 1")
    assert "visitor 1: lead: stored None, by the events 'one'" in filled.differences()


def test_events_beyond_the_cursor_do_not_count_yet(filled: House) -> None:
    filled.append(download("marc", "c", DAY), page("new", "/", DAY))
    assert filled.differences() == []


def test_scores_of_other_rules_are_one_difference(filled: House) -> None:
    filled.under(PAPERS)
    other = read_rules(PAPERS + "# another file\n")
    with filled.database.read() as conn:
        assert [difference.what for difference in verify(conn, other)] == ["hash"]


def test_a_rescore_repairs_what_was_found(filled: House) -> None:
    before = filled.told()
    for table in ("lead_states", "scores", "ledger", "crossings", "sessions"):
        filled.conn.execute(f"DELETE FROM {table} WHERE lead_id = 1")
    assert filled.differences()
    filled.under(PAPERS + "# again\n")
    assert filled.differences() == []
    assert filled.told() == before
