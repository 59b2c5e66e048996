"""Notes are about a person: they go where the person goes, and only who wrote one changes it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from tests.fold.ledger_house import ADA, DAY, MARC, House, download, identify

from ripeline.errors import Conflict, InvalidRequest, NotFound
from ripeline.fold.desk import Desk
from ripeline.fold.erasing import erase_lead
from ripeline.fold.merging import merge, undo_merge
from ripeline.fold.noting import LONGEST, change_note, remove_note, restore_note, unchange_note, write_note
from ripeline.store.authors import Said
from ripeline.store.database import transaction
from ripeline.store.notes import notes_of


def texts(house: House, person: str | int) -> list[str]:
    lead = house.do(lambda desk: desk.lead(person))
    return [note.text for note in notes_of(house.conn, lead)]


@pytest.fixture
def two(house: House) -> House:
    """Ada and Marc, with a call and a meeting."""
    house.fold(identify("phone", ADA, 0), identify("laptop", MARC, 0))
    house.do(write_note, ADA, "call", "Wants a demo.\r\nIn December.")
    house.now += DAY
    house.do(write_note, MARC, "meeting", "At the fair")
    return house


def test_the_newest_note_comes_first_with_its_time_and_author(two: House) -> None:
    two.do(write_note, ADA, "email", "Sent the comparison")
    first, second = notes_of(two.conn, 1)
    assert (first.kind, first.text, first.author, first.at) == ("email", "Sent the comparison", "sales", two.now)
    assert (second.text, second.at) == ("Wants a demo.\nIn December.", two.now - DAY)


def test_merged_leads_have_the_notes_of_both_and_part_with_their_own(two: House) -> None:
    two.do(merge, ADA, MARC)
    assert texts(two, ADA) == ["At the fair", "Wants a demo.\nIn December."]
    two.do(undo_merge, ADA, MARC)
    assert (texts(two, ADA), texts(two, MARC)) == (["Wants a demo.\nIn December."], ["At the fair"])


def test_notes_on_somebody_anonymous_follow_them(house: House) -> None:
    house.fold(identify("laptop", MARC, 0), download("phone", "a", 1))
    house.do(write_note, 2, "note", "Called the switchboard")
    house.do(merge, 1, 2)
    house.fold(identify("phone", ADA, DAY), identify("phone", MARC, 2 * DAY))
    assert texts(house, 2) == ["Called the switchboard"]


def test_erasing_a_lead_erases_its_notes_and_those_of_who_was_put_into_it(two: House) -> None:
    two.do(remove_note, two.do(write_note, ADA, "note", "A slip"))
    two.do(merge, ADA, MARC)
    two.do(erase_lead, ADA)
    assert two.rows("SELECT * FROM notes") == []


def test_a_change_and_a_removal_can_be_taken_back(two: House) -> None:
    two.do(change_note, 1, "Wants two demos")
    assert texts(two, ADA) == ["Wants two demos"]
    two.do(unchange_note, 1)
    assert texts(two, ADA) == ["Wants a demo.\nIn December."]
    two.do(remove_note, 1)
    assert texts(two, ADA) == []
    two.do(restore_note, 1)
    assert texts(two, ADA) == ["Wants a demo.\nIn December."]


def test_a_day_later_what_was_removed_or_replaced_is_gone_for_good(two: House) -> None:
    two.do(change_note, 1, "Wants two demos")
    two.do(remove_note, 2)
    two.now += DAY + 1
    two.do(write_note, ADA, "note", "Something else")
    with pytest.raises(Conflict, match="not as it was"):
        two.do(unchange_note, 1)
    with pytest.raises(NotFound):
        two.do(restore_note, 2)
    assert two.rows("SELECT before FROM notes WHERE before IS NOT NULL") == []


@pytest.mark.parametrize("deed", [partial(change_note, note=1, text="Never called"), partial(remove_note, note=1)])
def test_only_who_wrote_a_note_changes_or_removes_it(two: House, deed: Callable[[Desk], None]) -> None:
    with pytest.raises(Conflict, match="sales wrote it"), transaction(two.conn):
        deed(Desk(two.conn, two.folder, Said("eve", two.now), two.forget))
    assert texts(two, ADA) == ["Wants a demo.\nIn December."]


@pytest.mark.parametrize(("kind", "text"), [("fax", "x"), ("call", " \r\n"), ("call", "x" * (LONGEST + 1))])
def test_an_unknown_kind_nothing_or_too_much_is_refused(two: House, kind: str, text: str) -> None:
    with pytest.raises(InvalidRequest):
        two.do(write_note, ADA, kind, text)
    two.do(write_note, ADA, "call", "x" * LONGEST)
