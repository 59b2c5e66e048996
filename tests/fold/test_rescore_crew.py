"""A rescore by several processes gives what one gives, whatever happens to leads, or to a process, meanwhile."""

from __future__ import annotations

import time

import pytest
from tests.fold.ledger_house import ADA, DAY, EVE, HOUR, MARC, PAPERS, House, download, form, identify, page

from ripeline.fold.erasing import erase_lead
from ripeline.fold.merging import merge
from ripeline.fold.rebuilding import Rescore
from ripeline.rules.reading import read_rules
from ripeline.store.authors import Said
from ripeline.store.database import OperationalError

DEARER = PAPERS.replace("points = 12", "points = 20")


def fill(house: House) -> None:
    for n in range(40):
        house.append(download(f"v{n}", "abc"[n % 3], n * HOUR), page(f"v{n}", f"/blog/{n}", n * HOUR + 1))
    house.append(identify("v1", ADA, DAY), identify("v2", ADA, DAY), form("v3", "contact", DAY, email=EVE))
    house.fold(identify("v5", MARC, DAY), identify("v6", MARC, DAY, traits={"employees": 2**64 + 5}, id="poison"))


def begun(house: House) -> Rescore:
    house.ruleset = read_rules(DEARER)
    work = Rescore.begun(house.conn, house.ruleset, Said("", 1), lambda: house.now)
    work.hire(2, worth=0)
    return work


def finish(house: House, work: Rescore, batch: int) -> None:
    end = time.monotonic() + 30
    while not work.step(batch):
        assert time.monotonic() < end
    work.close()
    house.new_folder()


@pytest.mark.parametrize("batch", [7, 1000])
def test_several_processes_give_what_one_gives(house: House, batch: int) -> None:
    fill(house)
    finish(house, begun(house), batch)
    by_several = house.told()
    assert house.differences() == []
    assert house.score("visitor:v8") == 22
    house.under(PAPERS)
    house.under(DEARER)
    assert house.told() == by_several
    assert house.rows("SELECT event_id FROM quarantine JOIN events USING (seq)") == [("poison",)]


def test_what_changes_while_processes_have_it_is_taken_again(house: House) -> None:
    fill(house)
    work = begun(house)
    assert not work.step(3)
    house.do(erase_lead, EVE)
    house.do(merge, ADA, MARC)
    house.fold(download("v20", "a", 2 * DAY), identify("v21", "new@example.com", 2 * DAY), page("fresh", "/", DAY))
    finish(house, work, 3)
    assert house.differences() == []
    assert house.score("visitor:v20") == 20 + 2 + 2
    assert "new@example.com" in house.told()
    assert EVE not in house.told()
    assert not house.rows("SELECT 1 FROM proposals WHERE lead_id NOT IN (SELECT id FROM leads)")


def test_when_a_process_is_gone_the_rescore_goes_on_without(house: House) -> None:
    fill(house)
    work = begun(house)
    assert work._crew is not None
    work.step(3)
    for mate in work._crew._mates.processes:
        mate.kill()
        mate.join()
    finish(house, work, 3)
    assert house.differences() == []
    assert house.score("visitor:v8") == 22


def test_what_a_process_made_and_found_no_room_is_written_when_there_is_some(house: House) -> None:
    fill(house)
    work, refused = begun(house), set[str]()
    while not work.is_done:
        # A limit below what there is stands for what there is: not a page more.
        house.conn.execute(f"PRAGMA max_page_count = {1_000_000 if refused else 1}").fetchall()
        try:
            work.step(30)
        except OperationalError as error:
            refused.add(str(error))
    work.close()
    house.new_folder()
    assert refused == {"database or disk is full"}
    assert house.differences() == []


def test_few_leads_are_not_worth_a_process(house: House) -> None:
    fill(house)
    work = Rescore.begun(house.conn, read_rules(DEARER), Said("", 1))
    work.hire(2)
    assert work._crew is None
