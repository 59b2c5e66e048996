"""What was kept long enough goes, the score is what is left gives, and nobody is forgotten who still acts."""

from __future__ import annotations

import pytest
from tests.fold.ledger_house import (
    ADA,
    DAY,
    HOUR,
    MARC,
    START,
    House,
    download,
    event,
    form,
    identify,
    page,
    unsubscribe,
)

from ripeline.fold.erasing import erase_unused, find_unused
from ripeline.fold.forgetting import forget_visits
from ripeline.fold.merging import merge
from ripeline.fold.saying import Points, give_points
from ripeline.store.retention import count_idle_leads, count_old_visits, idle_leads, old_visits

YEAR = 365 * DAY


def forget(house: House, before: int) -> int:
    """Forget visits before so many ms after the start; how many."""
    cutoff, gone = START + before, 0
    while seqs := old_visits(house.conn, cutoff, 0, 2):
        house.do(forget_visits, seqs)
        gone += len(seqs)
    return gone


def idle(house: House, before: int) -> list[str | None]:
    found = idle_leads(house.conn, START + before, 0, 100)
    assert count_idle_leads(house.conn, START + before) == len(found)
    return [email for lead in found for (email,) in house.rows("SELECT email FROM leads WHERE id = ?", lead)]


def test_visits_go_and_the_score_is_what_is_left_gives(house: House) -> None:
    house.fold(download("phone", "b", 0), identify("phone", ADA, HOUR), download("phone", "a", YEAR))
    assert house.score(ADA) == 7
    house.now = START + YEAR + DAY
    assert count_old_visits(house.conn, START + YEAR) == 1
    assert forget(house, YEAR) == 1
    assert house.score(ADA) == 2
    assert house.differences() == []
    house.new_folder()
    assert house.differences() == []


def test_who_somebody_is_stays_with_them(house: House) -> None:
    said = form("phone", "demo", HOUR, email=ADA, traits={"company": "Engines"})
    house.fold(page("phone", "/about", 0), said, page("phone", "/pricing", YEAR))
    house.do(give_points, ADA, Points(3, "met at the fair", "vertical"))
    house.fold(unsubscribe("phone", 2 * HOUR))
    house.now = START + YEAR + DAY
    assert forget(house, YEAR) == 1
    told = house.told()[ADA]
    assert told["attributes"]["company"][0] == "Engines"
    rules = {line[2] for line in told["ledger"]}
    assert {"manual", "gone", "demo"} <= rules, "points by hand, and that no e-mail is wanted, stay too"
    assert "about" not in rules
    assert house.differences() == []


def test_a_stranger_goes_when_nothing_is_left_of_them(house: House) -> None:
    house.fold(page("tablet", "/about", 0), page("phone", "/about", 0), page("phone", "/pricing", YEAR))
    house.now = START + YEAR + DAY
    assert forget(house, YEAR) == 2
    assert [key for key in house.told() if "tablet" in key] == []
    assert len(house.told()) == 1
    assert house.rows("SELECT key FROM visitors WHERE key = 'tablet'") == []
    assert house.differences() == []


def test_nobody_is_told_of_it(house: House) -> None:
    house.fold(download("phone", "c", 0), identify("phone", ADA, HOUR))
    before = (house.handoffs(), house.outbox())
    assert before[0] == [(ADA, "vertical", "open", 12), (ADA, "general", "open", 10)]
    house.now = START + YEAR + DAY
    forget(house, YEAR)
    assert [handoff[:2] for handoff in house.handoffs()] == [handoff[:2] for handoff in before[0]]
    assert house.outbox() == before[1]


def test_texts_nobody_else_used_go_too(house: House) -> None:
    house.fold(page("phone", "/a-page-of-before", 0), page("phone", "/about", YEAR))
    house.now = START + YEAR + DAY
    forget(house, YEAR)
    unused = find_unused(house.conn)
    assert unused is not None
    house.do(erase_unused, unused)
    assert house.rows("SELECT text FROM texts WHERE text LIKE '%of-before%'") == []


@pytest.mark.parametrize(("kind", "is_idle"), [("email_click", False), ("page", False), ("email_open", True)])
def test_a_click_counts_and_an_open_does_not(house: House, kind: str, is_idle: bool) -> None:
    house.fold(identify("phone", ADA, 0))
    house.fold(event(kind, "phone", 2 * YEAR, url="https://shop.example/x", item="news"))
    house.conn.execute("UPDATE leads SET created_at = ?", (START,))
    assert idle(house, YEAR) == ([ADA] if is_idle else [])
    assert idle(house, 3 * YEAR) == [ADA]


def test_what_a_machine_did_is_nobodys_action(house: House) -> None:
    house.fold(identify("phone", ADA, 0), page("phone", "/about", 2 * YEAR, suspect="crawler"))
    house.conn.execute("UPDATE leads SET created_at = ?", (START,))
    assert idle(house, YEAR) == [ADA]


def test_who_came_in_lately_is_kept_whatever_the_history_says(house: House) -> None:
    house.fold(identify("phone", ADA, 0))
    house.conn.execute("UPDATE leads SET created_at = ?", (START + 2 * YEAR,))
    assert idle(house, YEAR) == []


def test_the_last_action_is_known_though_the_visit_is_forgotten(house: House) -> None:
    house.fold(identify("phone", ADA, 0), page("phone", "/about", YEAR))
    house.conn.execute("UPDATE leads SET created_at = ?", (START,))
    house.now = START + 3 * YEAR
    assert forget(house, 2 * YEAR) == 1
    assert idle(house, YEAR // 2) == []
    assert idle(house, 2 * YEAR) == [ADA]


def test_what_another_does_on_the_same_machine_is_not_their_action(house: House) -> None:
    house.fold(identify("phone", ADA, 0), identify("phone", MARC, YEAR), page("phone", "/about", 2 * YEAR))
    house.conn.execute("UPDATE leads SET created_at = ?", (START,))
    assert idle(house, YEAR) == [ADA]


def test_what_was_done_under_a_merged_lead_is_theirs(house: House) -> None:
    house.fold(identify("phone", ADA, 0), identify("desk", MARC, YEAR))
    house.do(merge, ADA, MARC)
    house.conn.execute("UPDATE leads SET created_at = ?", (START,))
    assert idle(house, YEAR // 2) == []
    assert idle(house, 2 * YEAR) == [ADA]


def test_what_somebody_agreed_to_stays_with_them(house: House) -> None:
    agreed = event("consent", "phone", 0, props={"wording": "Banner of March"})
    house.fold(agreed, event("consent", "tablet", 0, id="of-a-stranger"), identify("phone", ADA, HOUR))
    house.now = START + YEAR + DAY
    assert forget(house, YEAR) == 1
    assert house.rows("SELECT event_id FROM events WHERE event_id = ?", agreed.id) == [(agreed.id,)]
