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

from ripeline.errors import DataProblem
from ripeline.fold.folder import Folder
from ripeline.fold.rescore import ensure_scored, rescore
from ripeline.rules.reading import read_rules
from ripeline.store.database import Connection

DEARER = PAPERS.replace("points = 12", "points = 20")


def silent(done: int, total: int) -> None:
    """Nobody watches."""


def fill(house: House) -> None:
    house.fold(*white_papers(["A", "B", "v1", "v2", "v3", MARC], "marc"))
    house.fold(download("phone", "c", 0), identify("laptop", ADA, HOUR), identify("phone", ADA, DAY))
    house.fold(form("library", "contact", DAY, email=EVE, props={"fonction": "Student", "email": EVE}))


def tables(house: House) -> list[Any]:
    return house.rows("SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name")


def test_a_rescore_gives_what_the_fold_gave(house: House) -> None:
    fill(house)
    before = house.told()
    rescore(house.conn, house.ruleset, silent)
    assert house.told() == before
    assert house.differences() == []


def test_tables_and_indexes_keep_their_names(house: House) -> None:
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


def test_stopped_half_way_it_leaves_the_scores_as_they_were(house: House) -> None:
    fill(house)
    before = house.told()
    other = read_rules(DEARER)
    stops = 0
    for number in range(1, 200):
        try:
            rescore(cast(Connection, Plug(house.conn, number)), other, silent)
            break
        except Unplugged:
            stops += 1
            assert house.told() == before
    assert stops > 40
    assert house.score(ADA) == 20
    assert not house.rows("SELECT name FROM sqlite_schema WHERE name LIKE '%next%'")
