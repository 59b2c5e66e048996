"""kill -9 between any two statements of a deed, a sweep or a rescore: the next start ends as if nothing had been."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.faults.forked import is_killed
from tests.faults.fused import Fuse
from tests.faults.house import many
from tests.fold.ledger_house import (
    ADA,
    DAY,
    HOUR,
    MARC,
    PAPERS,
    START,
    House,
    download,
    identify,
    open_house,
    page,
    white_papers,
)

from ripeline.fold.erasing import erase_lead
from ripeline.fold.marking import mark
from ripeline.fold.merging import merge, undo_merge
from ripeline.fold.rebuilding import Rescore
from ripeline.fold.rescore import is_scored, rescore, tidy
from ripeline.fold.saying import Points, give_points
from ripeline.fold.selling import Outcome, Word, end_with, judge_lead
from ripeline.rules.reading import read_rules
from ripeline.store.authors import Said
from ripeline.store.copies import problems_of
from ripeline.store.database import Database

FADING = PAPERS.replace("min_fit = 0", 'min_fit = 0\ndecay = { half_life = "10d" }')
DEARER = FADING.replace("points = 12", "points = 20")

Work = Callable[[House], None]
pytestmark = pytest.mark.row


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A database with three people in it, under rules whose points fade."""
    (tmp_path / "first").mkdir()
    house = open_house(tmp_path / "first", FADING)
    house.under(FADING)
    house.fold(*white_papers(["A", "B", "v1", "v2", "v3", MARC], "marc"))
    house.fold(download("phone", "c", 0, id="paper"), identify("laptop", ADA, HOUR), identify("phone", ADA, DAY))
    house.fold(*[page(f"v{n}", f"/blog/{n}", n) for n in range(6)], *[download(f"v{n}", "b", n) for n in range(6)])
    house.conn.close()
    return tmp_path


def entered(path: Path, left: int = 0) -> House:
    """The house as a process that starts finds it, 20 days later; with a fuse of so many statements."""
    database = Database(path / "ripeline.db")
    conn = database.writer()
    if left:
        conn.set_trace_callback(Fuse(left).burn)
    ruleset = next(each for each in map(read_rules, (FADING, DEARER)) if is_scored(conn, each))
    return House(database, conn, ruleset, START + 20 * DAY)


def cut_short(path: Path, work: Work, left: int) -> bool:
    """Do it there in a process with that fuse; whether it burnt down."""
    return is_killed(lambda: work(entered(path, left)))


def lives(folder: Path, work: Work, stride: int) -> Iterator[Path]:
    """Copies of the database in which `work` was killed at its first, or a later statement; the last was not."""
    for left in range(1, 2_000, stride):
        path = folder / f"killed-{left}"
        shutil.copytree(folder / "first", path)
        was_killed = cut_short(path, work, left)
        yield path
        if not was_killed:
            return
    pytest.fail("it never comes to an end")


def everything(house: House) -> tuple[Any, ...]:
    with house.database.read() as conn:
        assert problems_of(conn) == ""
    said = house.rows("SELECT lead_id, model, verdict, lifted_at FROM verdicts ORDER BY id")
    return house.told(), house.handoffs(), house.outbox(), said


def by_nobody(folder: Path, work: Work) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What there is before, and after the work was done in peace."""
    shutil.copytree(folder / "first", folder / "peace")
    house = entered(folder / "peace")
    before = everything(house)
    work(house)
    after = everything(house)
    house.conn.close()
    return before, after


def merged(house: House) -> None:
    house.do(merge, MARC, ADA)


def parted(house: House) -> None:
    house.do(merge, MARC, ADA)
    house.do(undo_merge, MARC, ADA)


def judged(house: House) -> None:
    house.do(judge_lead, MARC, "vertical", Word("too_early"))


def won(house: House) -> None:
    house.do(end_with, MARC, None, Outcome("won", house.now))


def given(house: House) -> None:
    house.do(give_points, MARC, Points(5, "met at the fair", "vertical", "given"))


def marked(house: House) -> None:
    house.do(mark, "paper", True)


def erased(house: House) -> None:
    house.do(erase_lead, ADA)


@pytest.mark.parametrize("deed", [merged, judged, won, given, marked, erased], ids=lambda deed: str(deed.__name__))
def test_a_deed_is_done_or_was_never_begun(folder: Path, deed: Work) -> None:
    before, after = by_nobody(folder, deed)
    found = []
    for path in lives(folder, deed, stride=many(11, 1)):
        house = entered(path)
        found.append(everything(house))
        house.fold()
        assert house.differences() == []
        house.conn.close()
    assert all(each in (before, after) for each in found)
    assert found[0] == before
    assert found[-1] == after


def test_of_two_deeds_one_may_be_done(folder: Path) -> None:
    before, after = by_nobody(folder, parted)
    _, between = by_nobody_again(folder, merged)
    for path in lives(folder, parted, stride=many(17, 2)):
        house = entered(path)
        assert everything(house) in (before, between, after)
        house.conn.close()


def by_nobody_again(folder: Path, work: Work) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    shutil.rmtree(folder / "peace")
    return by_nobody(folder, work)


def night(house: House) -> None:
    house.sweep(2)


def test_a_sweep_goes_on_where_it_was(folder: Path) -> None:
    before, after = by_nobody(folder, night)
    assert before != after
    for path in lives(folder, night, stride=many(13, 2)):
        house = entered(path)
        night(house)
        assert everything(house) == after
        assert house.differences() == []
        house.conn.close()


def rescored(house: House) -> None:
    conn, ruleset = house.conn, read_rules(DEARER)
    if not is_scored(conn, ruleset):
        work = Rescore.resumed(conn, ruleset, lambda: house.now)
        work = work or Rescore.begun(conn, ruleset, Said("ada", 1), lambda: house.now)
        while not work.step(2):
            pass
    while tidy(conn, 3):
        pass


def test_a_rescore_goes_on_where_it_was(folder: Path) -> None:
    before, after = by_nobody(folder, rescored)
    for path in lives(folder, rescored, stride=many(61, 7)):
        house = entered(path)
        assert everything(house) in (before, after)
        rescored(house)
        house.ruleset = read_rules(DEARER)
        assert everything(house) == after
        assert house.differences() == []
        house.conn.close()


def test_a_rescore_by_several_processes_goes_on_where_it_was(folder: Path) -> None:
    """Whoever helped goes home when the one who writes is gone."""

    def by_crew(house: House) -> None:
        work = Rescore.begun(house.conn, read_rules(DEARER), Said("ada", 1), lambda: house.now)
        work.hire(1, worth=0)
        while not work.step(1):
            pass

    path = folder / "first"
    assert cut_short(path, by_crew, 60)
    house = entered(path)
    assert house.rows("SELECT value FROM meta WHERE key = 'rescore_upto'") != []
    house.ruleset = read_rules(DEARER)
    rescore(house.conn, house.ruleset, lambda done, total: None, lambda: house.now)
    assert house.differences() == []
    house.conn.close()
