"""Scores built again: at once or not at all, the same as folded one by one."""

from __future__ import annotations

from typing import Any, cast

import pytest
from tests.fold.ledger_house import (
    ADA,
    DAY,
    EVE,
    HOUR,
    MARC,
    PAPERS,
    House,
    download,
    form,
    identify,
    page,
    white_papers,
)

from ripeline.errors import DataProblem, NotFound
from ripeline.fold.erasing import erase_lead
from ripeline.fold.folder import Folder
from ripeline.fold.marking import erase_event
from ripeline.fold.merging import merge
from ripeline.fold.rebuilding import Rescore
from ripeline.fold.rescore import ensure_scored, is_scored, rescore, tidy
from ripeline.fold.selling import accept
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.proposals import list_proposals

DEARER = PAPERS.replace("points = 12", "points = 20")


def silent(done: int, total: int) -> None:
    """Nobody watches."""


def fill(house: House) -> None:
    house.fold(*white_papers(["A", "B", "v1", "v2", "v3", MARC], "marc"))
    house.fold(download("phone", "c", 0), identify("laptop", ADA, HOUR), identify("phone", ADA, DAY))
    house.fold(form("library", "contact", DAY, email=EVE, props={"fonction": "Student", "email": EVE}))


def tables(house: House) -> list[Any]:
    """Of an index its table and columns: it has two names by turns."""
    return house.rows(
        "SELECT type, tbl_name, iif(type = 'index', replace(substr(sql, instr(sql, '(')), '\"', ''), name) AS what "
        "FROM sqlite_schema ORDER BY 1, 2, 3"
    )


def test_a_rescore_gives_what_the_fold_gave(house: House) -> None:
    fill(house)
    before = house.told()
    rescore(house.conn, house.ruleset, silent)
    assert house.told() == before
    assert house.differences() == []


def test_tables_and_indexes_are_as_before(house: House) -> None:
    fill(house)
    before = tables(house)
    for _ in range(3):
        rescore(house.conn, house.ruleset, silent)
        assert tables(house) == before
    plan = house.rows("EXPLAIN QUERY PLAN SELECT * FROM scores WHERE model_id = 1 ORDER BY out_of_target, score DESC")
    assert "scores_ranked" in str(plan)
    assert house.rows("SELECT count(*) FROM v_leads") == [(6,)]


def test_the_fold_goes_on_after_a_rescore(house: House) -> None:
    fill(house)
    house.under(DEARER)
    assert house.score(ADA) == 20
    house.fold(page("laptop", "/blog/9", 2 * DAY))
    assert house.score(ADA) == 22
    assert house.differences() == []


def test_other_rules_need_a_rescore_and_the_same_do_not(house: House) -> None:
    fill(house)
    assert ensure_scored(house.conn, house.ruleset, silent)
    assert not ensure_scored(house.conn, house.ruleset, silent)
    assert ensure_scored(house.conn, read_rules(DEARER), silent)


def test_other_form_fields_teach_other_attributes(house: House) -> None:
    fill(house)
    assert "job" in house.told()[EVE]["attributes"]
    house.fold(form("library", "contact", 2 * DAY, props={"champ": "Acme"}))
    house.under('[attributes]\ncompany = ["champ"]\n' + PAPERS)
    assert house.told()[EVE]["attributes"]["company"][0] == "Acme"
    assert house.differences() == []


def test_scores_made_under_other_rules_are_not_gone_on_with(house: House) -> None:
    fill(house)
    ensure_scored(house.conn, house.ruleset, silent)
    with pytest.raises(DataProblem, match="another rule file"):
        Folder(house.conn, read_rules(DEARER))


def test_every_rule_file_in_force_is_remembered(house: House) -> None:
    house.under(PAPERS)
    house.under(DEARER)
    house.under(PAPERS)
    assert house.rows("SELECT text FROM rule_versions ORDER BY rowid") == [(PAPERS,), (DEARER,)]


def test_progress_counts_leads(house: House) -> None:
    fill(house)
    seen: list[tuple[int, int]] = []
    rescore(house.conn, house.ruleset, lambda done, total: seen.append((done, total)))
    assert seen == [(0, 3), (3, 3)]


def test_events_not_folded_yet_wait_for_the_fold(house: House) -> None:
    fill(house)
    house.append(download("laptop", "b", 2 * DAY))
    rescore(house.conn, house.ruleset, silent)
    assert house.score(ADA) == 12
    assert house.differences() == []
    house.new_folder()
    house.fold()
    assert house.score(ADA) == 17


class Unplugged(BaseException):
    """The process is gone."""


class Plug:
    """A connection that is gone from its n-th statement on."""

    def __init__(self, conn: Connection, fails_at: int) -> None:
        self._conn = conn
        self._left = fails_at

    def execute(self, sql: str, *bound: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            raise Unplugged
        return self._conn.execute(sql, *bound)

    def executemany(self, sql: str, rows: Any) -> Any:
        return self._conn.executemany(sql, rows)

    @property
    def in_transaction(self) -> bool:
        return bool(self._conn.in_transaction)


@pytest.mark.parametrize("batch", [1, 2, 200])
def test_stopped_anywhere_the_scores_are_the_old_ones_or_the_new(house: House, batch: int) -> None:
    fill(house)
    before, other = house.told(), read_rules(DEARER)
    rescore(house.conn, other, silent)
    after = house.told()
    rescore(house.conn, house.ruleset, silent)
    seen = []
    for number in range(1, 400):
        plug = cast(Connection, Plug(house.conn, number))
        try:
            go_on(plug, other, batch)
            break
        except Unplugged:
            seen.append(house.told())
            assert seen[-1] in (before, after)
    else:
        pytest.fail("it never comes to an end")
    assert sum(each == before for each in seen) > 20
    assert house.told() == after
    assert not house.rows("SELECT name FROM sqlite_schema WHERE name LIKE '%next' OR name LIKE '%old'")


def go_on(conn: Connection, ruleset: Ruleset, batch: int) -> None:
    """As a server that starts again does."""
    if not is_scored(conn, ruleset):
        work = Rescore.resumed(conn, ruleset) or Rescore.begun(conn, ruleset, Said("", 1))
        while not work.step(batch):
            pass
    while tidy(conn, batch):
        pass


def test_stopped_it_goes_on_where_it_was(house: House) -> None:
    fill(house)
    other = read_rules(DEARER)
    assert not Rescore.begun(house.conn, other, Said("ada", 1)).step(2)
    resumed = Rescore.resumed(house.conn, other)
    assert resumed is not None
    assert resumed.progress == (2, 3)
    assert Rescore.resumed(house.conn, house.ruleset) is None
    assert resumed.step(2)
    assert house.score(ADA) == 20
    assert house.rows("SELECT author FROM rule_changes") == [("ada",)]


def test_while_it_goes_on_events_are_folded_under_the_rules_in_force(house: House) -> None:
    fill(house)
    other = read_rules(DEARER)
    work = Rescore.begun(house.conn, other, Said("", 1))
    work.step(2)
    house.fold(download("laptop", "a", 2 * DAY), identify("fresh", "new@example.com", 2 * DAY))
    house.fold(identify("late", MARC, 3 * DAY), download("late", "c", 3 * DAY))
    house.do(merge, ADA, EVE)
    assert house.score(ADA) == 4
    while not work.step(1):
        house.fold(page("laptop", f"/blog/{len(house.told())}", 4 * DAY))
    house.ruleset = other
    house.new_folder()
    assert house.score(ADA) == 14
    assert house.differences() == []
    assert "new@example.com" in house.told()


def test_what_is_erased_meanwhile_is_not_in_the_new_scores(house: House) -> None:
    fill(house)
    work = Rescore.begun(house.conn, read_rules(DEARER), Said("", 1))
    work.step(2)
    house.do(erase_lead, MARC)
    while not work.step(1):
        pass
    assert sorted(house.told()) == [ADA, EVE]


def test_other_rules_wanted_meanwhile_begin_anew(house: House) -> None:
    fill(house)
    Rescore.begun(house.conn, read_rules(DEARER), Said("", 1)).step(2)
    house.under(PAPERS.replace("points = 12", "points = 30"))
    assert house.score(ADA) == 30
    assert house.rows("SELECT key FROM meta WHERE key LIKE 'rescore%'") == []


def test_a_flood_of_events_does_not_keep_it_from_ending(house: House) -> None:
    house.fold(*[page(f"v{number}", "/about", number) for number in range(60)])
    work = Rescore.begun(house.conn, read_rules(DEARER), Said("", 1))
    for turn in range(100):
        if work.step(2):
            break
        house.fold(*[page(f"v{number}", f"/blog/{turn}", HOUR + turn) for number in range(60)])
    assert work.is_done
    house.ruleset = work.ruleset
    assert house.differences() == []


def test_whom_new_rules_make_ripe_is_proposed_and_not_told(house: House) -> None:
    house.fold(*white_papers(["B", EVE], "elodie"), *white_papers(["A", "B", "v1", "v2", "v3", MARC], "marc"))
    messages = house.outbox()
    house.under(PAPERS.replace("warm = 5, hot = 12", "warm = 4, hot = 5"))
    with house.database.read() as conn:
        (proposal,) = list_proposals(conn, house.ruleset.hash, 0, 10)
    assert (proposal.email, proposal.model, proposal.band, proposal.score) == (EVE, "vertical", "hot", 5_000)
    assert house.outbox() == messages
    house.do(accept, proposal.id)
    assert house.handoffs()[-1] == (EVE, "vertical", "open", 5)
    assert len(house.outbox()) == len(messages) + 1
    with pytest.raises(NotFound):
        house.do(accept, proposal.id)
    assert list_proposals(house.conn, house.ruleset.hash, 0, 10) == []


def test_rules_that_are_in_force_no_more_propose_nothing(house: House) -> None:
    house.fold(*white_papers(["B", EVE], "elodie"))
    house.under(PAPERS.replace("warm = 5, hot = 12", "warm = 4, hot = 5"))
    house.under(PAPERS)
    assert house.rows("SELECT * FROM proposals") == []


def test_a_band_that_begins_at_nothing_is_entered_with_the_first_event_of_a_lead_that_lost_all_others(
    house: House,
) -> None:
    house.under('[models.m]\nbands = { warm = 0 }\n[models.m.rules]\npaper = { points = 1, on = "download" }\n')
    house.fold(page("phone", "/about", 0, id="gone"), identify("phone", ADA, 1, id="said"))
    for id in ("gone", "said"):
        house.do(erase_event, id)
    house.fold()
    house.fold(page("phone", "/about", 2))
    assert house.differences() == []
    assert "warm" in {band for (band,) in house.rows("SELECT band FROM scores")}
