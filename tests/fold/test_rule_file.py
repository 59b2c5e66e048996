"""The rule file: right as a whole, written as a whole; new rules at the start and while the server runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fold.ledger_house import ADA, PAPERS, House, download, identify, page

from ripeline.errors import Conflict, InvalidRules
from ripeline.fold import rescoring
from ripeline.fold.rescoring import Rescoring, rules_at_start
from ripeline.fold.rule_file import load_checked, read_checked, write_rules
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules
from ripeline.store.authors import Said

DEARER = PAPERS.replace("points = 12", "points = 20")
STORY = '[[scenarios]]\nname = "C"\nmodel = "vertical"\nsteps = [{ on = "download", file = "c.pdf" }]\n'


def test_a_file_is_right_when_its_stories_end_as_they_say(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(PAPERS + STORY + "expect = { score = 12 }\n")
    assert load_checked(file).scenarios
    file.write_text(PAPERS + STORY + "expect = { score = 13 }\n")
    with pytest.raises(InvalidRules, match='scenario "C": the score is 12, not 13') as refused:
        load_checked(file)
    assert refused.value.line > PAPERS.count("\n")


def test_all_stories_that_fail_are_told_at_once() -> None:
    stories = (STORY + "expect = { score = 13 }\n") + (STORY.replace('"C"', '"D"') + "expect = { score = 14 }\n")
    with pytest.raises(InvalidRules) as refused:
        read_checked(PAPERS + stories, "rules.toml")
    assert len(refused.value.others) == 1


def test_it_is_written_whole_with_its_own_rights_and_through_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real" / "rules.toml", tmp_path / "rules.toml"
    real.parent.mkdir()
    real.write_text("# before\n")
    real.chmod(0o640)
    link.symlink_to(real)
    write_rules(link, "# après\n")
    assert real.read_text(encoding="utf-8") == "# après\n"
    assert real.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert [path.name for path in real.parent.iterdir()] == ["rules.toml"]


def test_a_file_that_is_read_only_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text("# mine\n")
    file.chmod(0o444)
    with pytest.raises(Conflict, match=r"cannot be written \(it is read-only\): change it where it comes from"):
        write_rules(file, "# yours\n")
    assert file.read_text() == "# mine\n"
    with pytest.raises(Conflict, match="cannot be written"):
        write_rules(tmp_path / "nowhere" / "rules.toml", "# x\n")


def silent(done: int, total: int) -> None:
    """Nobody watches."""


def test_a_start_with_new_rules_goes_on_with_the_old_ones_when_there_is_much_to_do(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.under(PAPERS)
    house.fold(identify("phone", ADA, 0), download("phone", "c", 1))
    assert rules_at_start(house.conn, read_rules(DEARER), silent).text == DEARER
    assert house.score(ADA) == 20
    monkeypatch.setattr(rescoring, "_SOON_DONE", 0)
    assert rules_at_start(house.conn, read_rules(PAPERS), silent).text == DEARER
    assert house.score(ADA) == 20


def test_rules_offered_come_into_force_between_two_events(house: House) -> None:
    house.under(PAPERS)
    house.fold(identify("phone", ADA, 0), download("phone", "c", 1))
    seen: list[tuple[str, bool]] = []
    work = Rescoring(house.conn, house.folder, lambda ruleset, done: seen.append((ruleset.text, done)))
    assert (work.step(), work.progress) == (0, None)
    work.offer(read_rules(DEARER), Said("ada", house.now))
    assert work.progress == (read_rules(DEARER).hash, 0, 0)
    assert work.step() == 1
    assert work.progress == (read_rules(DEARER).hash, 0, 1)
    house.fold(page("phone", "/blog/1", 2))
    assert house.score(ADA) == 14
    while work.step():
        pass
    assert seen[-1] == (DEARER, True)
    house.fold(page("phone", "/blog/2", 10_000))
    assert house.score(ADA) == 24
    house.ruleset = house.folder.ruleset
    assert house.differences() == []


def test_an_offer_taken_back_changes_nothing(house: House) -> None:
    house.under(PAPERS)
    house.fold(identify("phone", ADA, 0), download("phone", "c", 1))
    in_force: list[Ruleset] = []
    work = Rescoring(house.conn, house.folder, lambda ruleset, done: in_force.append(ruleset) if done else None)
    work.offer(read_rules(DEARER), Said("ada", house.now))
    work.step()
    work.offer(read_rules(PAPERS), Said("ada", house.now))
    while work.step():
        pass
    assert (house.score(ADA), in_force, work.progress) == (12, [], None)
    assert house.rows("SELECT key FROM meta WHERE key LIKE 'rescore%'") == []
