"""Identity through the database: whose points they are, and what becomes of the lead that was nobody."""

from __future__ import annotations

import pytest
from tests.fold.ledger_house import (
    ADA,
    DAY,
    EVE,
    HOUR,
    MARC,
    MINUTE,
    House,
    download,
    form,
    identify,
    page,
)


def living(house: House) -> list[tuple[int, str | None]]:
    return house.rows("SELECT id, email FROM leads WHERE merged_into IS NULL ORDER BY id")


def test_an_anonymous_lead_that_gives_its_email_keeps_its_id_and_its_points(house: House) -> None:
    house.fold(download("phone", "b", 0))
    (before,) = living(house)
    house.fold(identify("phone", ADA, HOUR))
    assert living(house) == [(before[0], ADA)]
    assert house.score(ADA) == 5


def test_who_is_known_already_takes_the_visitors_past_in(house: House) -> None:
    house.fold(identify("laptop", ADA, 0), download("laptop", "a", HOUR))
    house.fold(download("phone", "b", 30 * MINUTE), page("phone", "/blog/1", 2 * HOUR))
    assert house.score("visitor:phone") == 7
    house.fold(identify("phone", ADA, 3 * HOUR))
    assert house.told().keys() == {ADA}
    assert house.told()[ADA]["visitors"] == ["laptop", "phone"]
    assert house.score(ADA) == 9
    assert house.differences() == []


def test_the_lead_that_was_nobody_leads_to_the_one_it_became(house: House) -> None:
    house.fold(identify("laptop", ADA, 0), page("phone", "/", HOUR))
    house.fold(identify("phone", ADA, 2 * HOUR))
    assert house.rows("SELECT merged_into FROM leads WHERE email IS NULL") == [(1,)]
    for table in ("lead_states", "sessions", "ledger", "crossings", "scores"):
        assert house.rows(f"SELECT count(*) FROM {table} WHERE lead_id = 2") == [(0,)]


def test_once_and_caps_hold_over_all_visitors_of_a_lead(house: House) -> None:
    """Each downloaded A once and read four capped articles: together one A, and one cap."""
    for visitor in ("laptop", "phone"):
        house.fold(download(visitor, "a", 0, id=f"a-{visitor}"))
        for number in range(1, 6):
            house.fold(page(visitor, f"/blog/{number}", number * MINUTE, id=f"{visitor}-{number}"))
    assert house.score("visitor:laptop") == house.score("visitor:phone") == 2 + 8
    house.fold(identify("laptop", ADA, HOUR), identify("phone", ADA, 2 * HOUR))
    assert house.score(ADA) == 2 + 8
    assert house.differences() == []


def test_two_people_on_one_machine_stay_two(house: House) -> None:
    house.fold(download("library", "a", 0), identify("library", ADA, HOUR), download("library", "b", 2 * HOUR))
    house.fold(identify("library", EVE, 3 * HOUR), download("library", "c", 4 * HOUR))
    assert (house.score(ADA), house.score(EVE)) == (7, 12)
    assert house.differences() == []


def test_people_who_take_turns_each_keep_their_own(house: House) -> None:
    house.fold(identify("library", ADA, 0), download("library", "a", 1))
    house.fold(identify("library", EVE, HOUR), download("library", "b", HOUR + 1))
    house.fold(identify("library", ADA, 2 * HOUR), download("library", "c", 2 * HOUR + 1))
    assert (house.score(ADA), house.score(EVE)) == (14, 5)
    assert house.differences() == []


def test_a_claim_that_comes_late_moves_the_past_to_whom_it_belongs(house: House) -> None:
    """Ada's form of ten o'clock arrives after Eve's of noon: what came before is Ada's."""
    house.fold(download("library", "b", 0), identify("library", EVE, 4 * HOUR), download("library", "a", 5 * HOUR))
    assert house.score(EVE) == 7
    house.fold(identify("library", ADA, 2 * HOUR))
    assert (house.score(ADA), house.score(EVE)) == (5, 2)
    assert house.differences() == []


def test_the_same_email_again_changes_nothing(house: House) -> None:
    house.fold(download("phone", "b", 0), identify("phone", ADA, HOUR))
    before = house.rows("SELECT * FROM epochs")
    house.fold(identify("phone", ADA, 2 * HOUR), identify("phone", ADA, 30 * MINUTE))
    assert house.rows("SELECT * FROM epochs") == before


@pytest.mark.parametrize("together", [True, False])
def test_two_visitors_who_say_the_same_new_email_are_one_lead(house: House, together: bool) -> None:
    events = [
        download("phone", "a", 0),
        download("laptop", "b", 1),
        identify("phone", ADA, HOUR),
        identify("laptop", ADA, 2 * HOUR),
    ]
    if together:
        house.fold(*events)
    else:
        for event in events:
            house.fold(event)
    assert house.told().keys() == {ADA}
    assert house.score(ADA) == 7
    assert house.differences() == []


def test_events_known_by_email_alone_belong_to_that_lead(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("phone", "a", 1))
    house.fold(download(f"email:{ADA}", "b", HOUR, email=ADA, verified=True))
    house.fold(download(f"email:{MARC}", "c", HOUR, email=MARC, verified=True))
    assert (house.score(ADA), house.score(MARC)) == (7, 12)


def test_a_suspect_form_makes_nobody_known(house: House) -> None:
    house.fold(form("bot", "contact", 0, email=ADA, suspect="bot"), page("bot", "/", HOUR))
    assert house.told().keys() == {"visitor:bot"}


def test_a_claim_fills_what_is_empty_and_overwrites_nothing(house: House) -> None:
    house.fold(identify("laptop", ADA, 0, traits={"company": "Acme"}))
    house.fold(identify("phone", ADA, DAY, traits={"company": "Evil", "city": "Lyon"}))
    attributes = house.told()[ADA]["attributes"]
    assert (attributes["company"][0], attributes["city"][0]) == ("Acme", "Lyon")
    house.fold(identify("server", ADA, 2 * DAY, traits={"company": "Acme SA"}, verified=True))
    assert house.told()[ADA]["attributes"]["company"][:2] == ["Acme SA", True]


def test_what_a_lead_is_known_as_can_be_searched(house: House) -> None:
    house.fold(form("phone", "contact", 0, email=ADA, props={"email": ADA}, traits={"company": "Acme"}))
    assert house.rows("SELECT rowid FROM leads_search WHERE leads_search MATCH '\"acme\"'") == [(1,)]
