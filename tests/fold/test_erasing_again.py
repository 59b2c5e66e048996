"""A backup does not bring back who was erased after it was made."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fold.ledger_house import ADA, HOUR, MARC, START, House, download, identify, page

from ripeline.errors import DataProblem
from ripeline.fold.desk import Desk
from ripeline.fold.erasing import erase_lead
from ripeline.fold.erasing_again import Again, erase_again, missing_lines
from ripeline.fold.marking import erase_event
from ripeline.fold.merging import merge
from ripeline.fold.noting import write_note
from ripeline.store.authors import Said
from ripeline.store.copies import copy_database
from ripeline.store.database import Database, transaction
from ripeline.store.erasures import FILE, ErasedFile, append_list, read_erased, read_list


def copy_of(house: House, folder: Path) -> House:
    """A house with what this one holds now."""
    folder.mkdir()
    copy_database(house.conn, folder / "ripeline.db")
    database = Database(folder / "ripeline.db")
    return House(database, database.writer(), house.ruleset, house.now)


def again(old: House, house: House) -> Again:
    """Erase in the old one what was erased in the new one since; what is left is as its events say."""
    done = old.do(erase_again, missing_lines(old.conn, read_erased(house.conn)))
    assert old.differences() == []
    assert set(read_erased(old.conn)) == set(read_erased(house.conn))
    assert old.do(erase_again, missing_lines(old.conn, read_erased(house.conn))) == Again()
    return done


def people(house: House) -> list[str]:
    return sorted(house.told())


def test_who_was_erased_goes_again_and_nobody_else(house: House, tmp_path: Path) -> None:
    house.fold(identify("phone", ADA, 0), page("phone", "/about", HOUR), identify("laptop", MARC, 0))
    old = copy_of(house, tmp_path / "old")
    house.do(erase_lead, ADA)
    assert again(old, house) == Again(leads=1)
    assert people(old) == [MARC] == people(house)
    assert old.rows("SELECT key FROM visitors") == [("laptop",)]


def test_who_was_a_stranger_in_the_backup_is_known_by_the_browser(house: House, tmp_path: Path) -> None:
    house.fold(page("phone", "/about", 0), page("tablet", "/about", 0))
    lead = house.rows("SELECT lead_id FROM epochs JOIN visitors v ON v.id = visitor_id WHERE key = 'phone'")[0][0]
    house.do(write_note, lead, "note", "the one with the red hat")
    old = copy_of(house, tmp_path / "old")
    house.fold(identify("phone", ADA, HOUR))
    house.do(erase_lead, ADA)
    assert again(old, house) == Again(leads=1, events=1)
    assert old.rows("SELECT key FROM visitors") == [("tablet",)]
    assert old.rows("SELECT text FROM notes") == []


def test_of_a_browser_two_people_use_only_the_erased_ones_events_go(house: House, tmp_path: Path) -> None:
    house.fold(page("phone", "/of-ada", 0))
    old = copy_of(house, tmp_path / "old")
    house.fold(identify("phone", ADA, HOUR), identify("phone", MARC, 2 * HOUR), page("phone", "/of-marc", 3 * HOUR))
    house.do(erase_lead, ADA)
    assert people(house) == [MARC]
    old.fold(identify("phone", MARC, 2 * HOUR), page("phone", "/of-marc", 3 * HOUR))
    assert again(old, house).events == 1
    assert people(old) == [MARC]
    assert old.rows("SELECT t.text FROM events JOIN texts t ON t.id = url_id WHERE t.text LIKE '%of-ada%'") == []
    assert old.rows("SELECT count(*) FROM events") == [(2,)]


def test_all_names_of_a_merged_lead_are_on_the_list(house: House, tmp_path: Path) -> None:
    house.fold(identify("phone", ADA, 0), identify("laptop", MARC, 0))
    old = copy_of(house, tmp_path / "old")
    house.do(merge, ADA, MARC)
    house.do(erase_lead, ADA)
    assert again(old, house) == Again(leads=2)
    assert people(old) == []


def test_an_event_that_was_erased_goes_again(house: House, tmp_path: Path) -> None:
    secret = page("phone", "/reset?token=abc", HOUR)
    house.fold(download("phone", "c", 0), secret)
    old = copy_of(house, tmp_path / "old")
    house.do(erase_event, secret.id)
    assert again(old, house) == Again(events=1)
    assert old.rows("SELECT count(*) FROM events") == [(1,)]


def test_who_came_back_after_an_erasure_is_not_erased_by_it(house: House, tmp_path: Path) -> None:
    house.fold(identify("phone", ADA, 0))
    older = copy_of(house, tmp_path / "older")
    house.do(erase_lead, ADA)
    house.fold(identify("phone", ADA, HOUR))
    old = copy_of(house, tmp_path / "old")
    assert again(old, house) == Again()
    assert people(old) == [ADA]
    assert again(older, house) == Again(leads=1)
    house.now = START + HOUR
    house.do(erase_lead, ADA)
    assert again(old, house) == Again(leads=1)


def test_lines_made_with_another_key_are_counted_and_kept(house: House, tmp_path: Path) -> None:
    house.fold(identify("phone", ADA, 0))
    old = copy_of(house, tmp_path / "old")
    house.do(erase_lead, ADA)
    old.conn.execute("UPDATE meta SET value = 'another' WHERE key = 'erasure_key'")
    lines = read_erased(house.conn)
    assert old.do(erase_again, lines) == Again(foreign=len(lines))
    assert people(old) == [ADA]
    assert read_erased(old.conn) == lines


def test_the_list_names_nobody(house: House, tmp_path: Path) -> None:
    house.fold(identify("phone-of-ada", ADA, 0))
    house.do(erase_lead, ADA)
    ErasedFile(house.conn).step()
    text = (tmp_path / FILE).read_text(encoding="utf-8")
    assert len(read_list(tmp_path / FILE)) == 2
    assert ADA not in text
    assert "phone" not in text
    key = house.rows("SELECT value FROM meta WHERE key = 'erasure_key'")[0][0]
    assert key not in text
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_the_file_follows_the_table_and_is_only_added_to(house: House, tmp_path: Path) -> None:
    file = ErasedFile(house.conn)
    file.step()
    assert not (tmp_path / FILE).exists()
    house.fold(identify("phone", ADA, 0), identify("laptop", MARC, 0))
    house.do(erase_lead, ADA)
    file.step()
    before = (tmp_path / FILE).read_bytes()
    house.do(erase_lead, MARC)
    file.step()
    assert (tmp_path / FILE).read_bytes().startswith(before)
    # As after a kill between the erasure and the file.
    (tmp_path / FILE).write_bytes(before[:-5])
    ErasedFile(house.conn).step()
    assert set(read_list(tmp_path / FILE)) == set(read_erased(house.conn))


def test_what_the_night_took_is_not_on_the_list(house: House) -> None:
    house.fold(identify("phone", ADA, 0))
    with transaction(house.conn):
        erase_lead(Desk(house.conn, house.folder, Said("", house.now), house.forget), ADA)
    assert people(house) == []
    assert read_erased(house.conn) == []


@pytest.mark.parametrize("text", ["nonsense\n", "1 2026 12345678 email abc\n", f"1 2026 12345678 name {'0' * 64}\n"])
def test_what_is_no_list_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list"
    path.write_text("# a comment\n" + text, encoding="utf-8")
    with pytest.raises(DataProblem, match=r"list:2 is no line of a list of erasures"):
        read_list(path)
    with pytest.raises(DataProblem, match="cannot be read"):
        read_list(tmp_path / "nowhere")
    append_list(tmp_path / "nothing", [])
    assert not (tmp_path / "nothing").exists()
