"""`ripeline rescore` and `rescore --verify`: what they print, and how they end."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.fold.ledger_house import MARC, PAPERS, white_papers

from ripeline.__main__ import main
from ripeline.fold.folder import Folder
from ripeline.fold.rescore import ensure_scored
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.database import transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.lock import FolderLock
from ripeline.store.log_rows import append_events
from ripeline.store.opening import open_data


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder in which Marc reads 13, with no server on it."""
    (tmp_path / "rules.toml").write_text(PAPERS, encoding="utf-8")
    opened = open_data(Settings(data=tmp_path))
    ruleset = load_rules(tmp_path / "rules.toml")
    conn = opened.database.writer()
    ensure_scored(conn, ruleset, lambda done, total: None)
    with transaction(conn):
        append_events(conn, white_papers(["A", "B", "v1", "v2", "v3", MARC], "marc"), Dictionary())
    Folder(conn, ruleset).step()
    conn.close()
    opened.close()
    return tmp_path


def run(data: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["rescore", *options, "--data", str(data)])


def write(data: Path, sql: str) -> None:
    conn = open_data(Settings(data=data))
    writer = conn.database.writer()
    writer.execute(sql)
    writer.close()
    conn.close()


def test_scores_that_are_right_are_said_to_be(data: Path) -> None:
    result = run(data, "--verify")
    assert (result.exit_code, result.output) == (0, "1 lead compared: everything is as the events say\n")


def test_a_difference_is_named_and_ends_with_one_and_a_rescore_mends_it(data: Path) -> None:
    write(data, "UPDATE scores SET score = 99000 WHERE band = 'hot'")
    result = run(data, "--verify")
    assert result.exit_code == 1
    assert result.output.startswith("lead 1 (marc@example.com): scores: stored ('vertical', 99000,")
    assert "`ripeline rescore` builds all scores again" in result.output
    assert run(data).output == "1 lead rescored\n"
    assert run(data, "--verify").exit_code == 0


def test_a_changed_rule_file_is_a_difference_until_it_is_applied(data: Path) -> None:
    (data / "rules.toml").write_text(PAPERS.replace("points = 12", "points = 20"), encoding="utf-8")
    assert run(data, "--verify").exit_code == 1
    assert run(data).exit_code == 0
    assert run(data, "--verify").exit_code == 0


def test_beside_a_server_scores_are_compared_but_not_built(data: Path) -> None:
    lock = FolderLock(data)
    assert run(data, "--verify").exit_code == 0
    refused = run(data)
    lock.release()
    assert refused.exit_code == 1
    assert "is using" in refused.output


def test_without_a_database_it_says_so(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "no database" in result.output
