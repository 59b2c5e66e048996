"""Visitors and leads in the database: what a batch makes, names, merges and moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fold.ledger_house import ADA, EVE, HOUR, House, identify, open_house, page

from ripeline.domain.event import Event
from ripeline.identity.history import events_of_leads
from ripeline.identity.placement import Placement
from ripeline.identity.visitors import Visitors
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_reading import events_after

NOW = 1_800_000_000_000


class Register:
    """Places events as they are appended, with nothing of scoring around."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.visitors = Visitors(house.conn)

    def place(self, *events: Event) -> Placement:
        (last,) = self.house.rows("SELECT coalesce(max(seq), 0) FROM events")[0]
        self.house.append(*events)
        return self.visitors.place(events_after(self.house.conn, last, 100), NOW)


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    house = open_house(tmp_path)
    yield Register(house)
    house.conn.close()


def test_a_new_visitor_is_an_anonymous_lead_of_its_own(register: Register) -> None:
    placement = register.place(page("a", "/", 0), page("b", "/", 1), page("a", "/", 2))
    assert placement.leads == [1, 2, 1]
    assert placement.made == {1: None, 2: None}
    assert placement.moved == set()


def test_whom_it_knows_it_asks_no_more(register: Register) -> None:
    register.place(page("a", "/", 0))
    asked: list[str] = []
    register.house.conn.set_trace_callback(asked.append)
    assert register.visitors.place(events_after(register.house.conn, 0, 1), NOW).leads == [1]
    register.house.conn.set_trace_callback(None)
    assert not [sql for sql in asked if "epochs" in sql]


def test_a_first_email_names_the_lead_and_moves_nothing(register: Register) -> None:
    register.place(page("a", "/", 0))
    placement = register.place(identify("a", ADA, 1))
    assert (placement.leads, placement.named, placement.moved) == ([1], {1: ADA}, set())


def test_an_email_that_is_known_merges_and_moves(register: Register) -> None:
    register.place(identify("a", ADA, 0), page("b", "/", 1))
    placement = register.place(identify("b", ADA, 2))
    assert (placement.leads, placement.merged, placement.moved) == ([1], {2: 1}, {1})


def test_a_new_visitor_with_a_known_email_moves_nothing(register: Register) -> None:
    register.place(identify("a", ADA, 0))
    placement = register.place(page("b", "/", 1), identify("b", ADA, 2))
    assert (placement.leads, placement.made, placement.moved) == ([1, 1], {}, set())


def test_a_second_person_moves_both(register: Register) -> None:
    register.place(identify("a", ADA, 0))
    placement = register.place(identify("a", EVE, HOUR), page("a", "/", 2 * HOUR))
    assert (placement.leads, placement.moved) == ([2, 2], {1, 2})


def test_both_emails_of_a_batch_are_told_apart_by_time_not_by_arrival(register: Register) -> None:
    placement = register.place(identify("a", EVE, HOUR), identify("a", ADA, 0), page("a", "/", 2 * HOUR))
    ada, eve = placement.leads[1], placement.leads[0]
    assert placement.made == {ada: ADA, eve: EVE}
    assert placement.leads[2] == eve


def test_what_was_rolled_back_is_forgotten(register: Register) -> None:
    register.house.append(page("a", "/", 0))
    events = events_after(register.house.conn, 0, 1)
    register.house.conn.execute("BEGIN")
    register.visitors.place(events, NOW)
    register.house.conn.execute("ROLLBACK")
    register.visitors.forget()
    register.visitors.place(events, NOW)
    assert register.house.rows("SELECT id, email, created_at FROM leads") == [(1, None, NOW)]


def test_the_history_of_leads_is_in_order_without_what_is_later_or_set_aside(register: Register) -> None:
    register.place(identify("a", ADA, HOUR, id="e1"), page("a", "/", 0, id="e2"), page("b", "/", 5, id="e3"))
    register.place(identify("b", ADA, 2 * HOUR, id="e4"), page("b", "/", 3 * HOUR, id="e5"))
    conn, names = register.house.conn, Dictionary()
    assert [each.id for each in events_of_leads(conn, [1], 5, (), names)[1]] == ["e2", "e3", "e1", "e4", "e5"]
    assert [each.id for each in events_of_leads(conn, [1], 4, {3}, names)[1]] == ["e2", "e1", "e4"]


def test_of_a_shared_machine_each_has_their_own_history(register: Register) -> None:
    register.place(page("a", "/", 0, id="e1"), identify("a", ADA, 1, id="e2"), identify("a", EVE, HOUR, id="e3"))
    histories = events_of_leads(register.house.conn, [1, 2], 9, (), Dictionary())
    assert {lead: [each.id for each in events] for lead, events in histories.items()} == {1: ["e1", "e2"], 2: ["e3"]}
