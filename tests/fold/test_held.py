"""Scores of a version that scored otherwise: nothing rests on them, and nothing is lost while they are made anew."""

from __future__ import annotations

import pytest
from tests.fold.ledger_house import ADA, DAY, EVE, HOUR, MARC, PAPERS, House, download, identify, page, white_papers

from ripeline.errors import DataProblem
from ripeline.fold import rescoring
from ripeline.fold.folder import Folder
from ripeline.fold.form import FORM
from ripeline.fold.keeper import Keeper
from ripeline.fold.rescore import is_scored, rescore
from ripeline.fold.rescoring import Rescoring, rules_at_start
from ripeline.fold.verify import verify
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules
from ripeline.store.authors import Said
from ripeline.store.database import Connection

DEARER = PAPERS.replace("points = 12", "points = 20")


def scored_otherwise(conn: Connection) -> None:
    """As if an older version had made all scores, whose states this one cannot read."""
    conn.execute("UPDATE meta SET value = 'before' WHERE key = 'scoring_form'")
    conn.execute("UPDATE lead_states SET state = x'c1', due_at = 1")


@pytest.fixture
def before(house: House) -> House:
    """Marc is with sales, Ada not yet, and others make it more than one step."""
    house.under(PAPERS)
    house.fold(*(page(f"somebody{n}", "/about", n) for n in range(30)))
    house.fold(*white_papers(["A", "B", "v1", "v2", "v3", MARC], "marc"))
    house.fold(identify("phone", ADA, DAY), download("phone", "b", DAY + HOUR))
    assert [each[0] for each in house.handoffs()] == [MARC]
    scored_otherwise(house.conn)
    return house


def at_work(house: House) -> Rescoring:
    """What a server does that starts now, up to where it begins to make scores anew."""
    house.folder = Keeper(house.conn, house.ruleset, lambda: house.now, is_held=True)
    work = Rescoring(house.conn, house.folder, lambda ruleset, done: None)
    work.offer(house.ruleset, Said("", house.now))
    assert work.step() == 1
    return work


def silent(done: int, total: int) -> None:
    """Nobody watches."""


def test_events_that_come_meanwhile_count_and_are_told_once_it_is_done(before: House) -> None:
    work = at_work(before)
    before.append(download("phone", "c", 2 * DAY), identify("laptop", EVE, 2 * DAY))
    before.now += 3 * DAY
    assert (before.folder.sweep(), before.folder.shelve_all()) == (0, 0), "no state of before is read"
    while work.step():
        pass
    assert not before.folder.is_held
    assert before.score(ADA) == 5, "what came meanwhile is not folded yet"
    before.fold()
    before.sweep()
    assert [each[0] for each in before.handoffs() if each[1] == "vertical"] == [MARC, ADA]
    assert len(before.outbox()) == len(before.handoffs())
    assert before.differences() == []


def test_it_goes_on_where_it_was_killed(before: House) -> None:
    at_work(before).step()
    (upto,) = before.rows("SELECT value FROM meta WHERE key = 'rescore_upto'")[0]
    before.append(download("phone", "c", 2 * DAY))
    work = at_work(before)
    assert before.rows("SELECT value FROM meta WHERE key = 'rescore_upto'") == [(upto,)]
    while work.step():
        pass
    before.fold()
    assert before.differences() == []
    assert len(before.outbox()) == len(before.handoffs())


def test_an_upgrade_in_the_midst_of_another_begins_anew(before: House) -> None:
    at_work(before).step()
    before.conn.execute("UPDATE meta SET value = 'other' || value WHERE key = 'rescore_rules'")
    work = at_work(before)
    assert before.rows("SELECT value FROM meta WHERE key = 'rescore_upto'") == [("0",)]
    while work.step():
        pass
    assert before.differences() == []


def test_rules_that_come_meanwhile_are_those_it_ends_with(before: House) -> None:
    work = at_work(before)
    before.ruleset = read_rules(DEARER)
    work.offer(before.ruleset, Said("ada", before.now))
    while work.step():
        pass
    before.fold(download("phone", "c", 2 * DAY))
    assert (before.folder.is_held, before.score(ADA)) == (False, 25)
    assert before.differences() == []


def test_scores_that_fit_after_all_are_gone_on_with(before: House) -> None:
    before.conn.execute("UPDATE meta SET value = ? WHERE key = 'scoring_form'", (FORM,))
    before.folder = Keeper(before.conn, read_rules(DEARER), lambda: before.now, is_held=True)
    work = Rescoring(before.conn, before.folder, lambda ruleset, done: None)
    work.offer(before.ruleset, Said("", before.now))
    assert work.step() == 1
    assert (before.folder.is_held, before.folder.ruleset, work.progress) == (False, before.ruleset, None)


def test_the_way_back_to_the_version_before_is_open_until_it_is_done(before: House) -> None:
    at_work(before).step()
    before.append(download("phone", "c", 2 * DAY))
    before.conn.execute("UPDATE meta SET value = ? WHERE key = 'scoring_form'", (FORM,))
    assert rules_at_start(before.conn, before.ruleset, silent) == before.ruleset
    assert is_scored(before.conn, before.ruleset)
    assert before.rows("SELECT key FROM meta WHERE key LIKE 'rescore%'") == []


def test_nobody_else_goes_on_with_such_scores(before: House) -> None:
    with pytest.raises(DataProblem, match="a version that scored otherwise"):
        Folder(before.conn, before.ruleset)
    (said,) = verify(before.conn, before.ruleset)
    assert str(said) == f"scores: form: stored 'before', by the events {FORM!r}"
    rescore(before.conn, before.ruleset, silent)
    before.new_folder()
    assert before.differences() == []


def test_a_few_leads_are_scored_before_the_start_and_many_after_it(
    before: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ripeline.fold.rescore._LEADS_A_LOOK", 10)
    for few, seconds, scored in ((0, 1.0, False), (2_000, -1.0, False), (2_000, 60.0, True)):
        monkeypatch.setattr(rescoring, "_SOON_DONE", few)
        monkeypatch.setattr(rescoring, "_SOON", seconds)
        began: Ruleset = rules_at_start(before.conn, before.ruleset, silent)
        assert began == before.ruleset
        assert is_scored(before.conn, began) == scored
    assert before.differences() == []
