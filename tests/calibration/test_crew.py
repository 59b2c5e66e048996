"""Many processes give the answers of one."""

from __future__ import annotations

from multiprocessing import active_children
from pathlib import Path
from threading import Thread

import pytest
from tests.calibration.white_paper_house import folder_of
from tests.store.white_papers import NOW, RULES

from ripeline.calibration.crew import answers
from ripeline.calibration.looking import Part, Question
from ripeline.calibration.report import Report
from ripeline.calibration.whatif import Known, WhatIf, rules_in_force
from ripeline.errors import DataProblem
from ripeline.rules.reading import read_rules
from ripeline.store.database import Database, DatabaseError, transaction
from ripeline.store.meta import write_meta

DEARER = RULES.text.replace("warm = 5, hot = 12", "warm = 4, hot = 5").replace(
    'after = { on = "download" }', 'after = "paper-a"'
)
PARTS = [Part((place, place + 1)) for place in range(6)]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return Database(folder_of(tmp_path_factory.mktemp("data")) / "ripeline.db")


def known(database: Database) -> Known:
    with database.read() as conn:
        return rules_in_force(conn, Path("none.toml"))


def added_up(question: Question, most: int) -> Report:
    report = Report()
    for kind in ("bands", "calls"):
        for _, found, _ in answers(question, kind, PARTS, most):
            report.merge(found)
    return report


def test_two_processes_find_what_one_finds(database: Database) -> None:
    question = Question(database.path, RULES.text, DEARER, NOW, known(database).scored.upto)
    alone, together = added_up(question, 1), added_up(question, 2)
    assert alone == together
    assert alone.replayed > 0


def test_processes_that_are_gone_cost_no_answer(database: Database) -> None:
    """As when a service manager ends all processes of a unit, or the machine has no memory left."""
    question = Question(database.path, RULES.text, DEARER, NOW, known(database).scored.upto)
    found = answers(question, "bands", PARTS * 5, 2)
    answered = [next(found)]
    mates = active_children()
    assert len(mates) == 2
    for mate in mates:
        mate.kill()
    rest = Thread(target=lambda: answered.extend(found), daemon=True)
    rest.start()
    rest.join(30)
    assert sorted(part.span for part, *_ in answered) == sorted(part.span for part in PARTS * 5)
    assert active_children() == []


def test_what_a_process_cannot_answer_is_said(tmp_path: Path) -> None:
    question = Question(tmp_path / "none.db", RULES.text, DEARER, NOW, 0)
    with pytest.raises(DatabaseError, match="unable to open"):
        list(answers(question, "bands", PARTS, 2))


def test_rules_that_come_into_force_meanwhile_end_it(tmp_path: Path) -> None:
    database = Database(folder_of(tmp_path) / "ripeline.db")
    what_if = WhatIf(
        database, known(database), read_rules(RULES.text.replace("warm = 5, hot = 12", "warm = 4, hot = 5")), NOW
    )
    conn = database.writer()
    with transaction(conn):
        write_meta(conn, "rules_hash", "another")
    conn.close()
    with pytest.raises(DataProblem, match="other rules came into force meanwhile"):
        what_if.bands(lambda done, total: None)


def test_scores_nobody_swept_are_brought_up_to_now_first(tmp_path: Path) -> None:
    """Ten days of fading that the server was not there to write down."""
    rules = RULES.text.replace('label = "White paper C"', 'decay = { half_life = "5d" }, label = "White paper C"')
    database = Database(folder_of(tmp_path, rules=rules, now=NOW - 39 * 86_400_000) / "ripeline.db")
    what_if = WhatIf(database, known(database), read_rules(rules.replace("warm = 5", "warm = 4")), NOW, 1)
    what_if.bands(lambda done, total: None)
    report = what_if.report
    assert report.replayed == 1
    assert report.of("vertical").moves["warm", "warm"] == 2


def test_progress_ends_with_everybody(database: Database) -> None:
    seen: list[tuple[int, int]] = []
    what_if = WhatIf(
        database, known(database), read_rules(RULES.text.replace("warm = 5, hot = 12", "warm = 4, hot = 5")), NOW
    )
    what_if.bands(lambda done, total: seen.append((done, total)))
    assert seen[-1] == (4, 4)
