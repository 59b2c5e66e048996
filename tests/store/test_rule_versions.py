"""The rule files that were in force, as they can be gone back to."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tests.store.white_papers import form, made

from ripeline.settings import Settings
from ripeline.store.authors import Said
from ripeline.store.database import Connection, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events
from ripeline.store.opening import open_data
from ripeline.store.rule_versions import changes_of_rules, keep_rule_version, rules_changed


def in_force(conn: Connection, name: str, by: str) -> None:
    with transaction(conn):
        keep_rule_version(conn, name, f"# {name}\n", Said(by, 1))
        rules_changed(conn, name, Said(by, 1))


def test_the_shipped_file_that_set_up_replaces_is_no_version(tmp_path: Path) -> None:
    opened = open_data(Settings(data=tmp_path))
    with closing(opened.database.writer()) as conn:
        in_force(conn, "shipped", "")
        in_force(conn, "french", "")
        in_force(conn, "ours", "alice@example.com")
        in_force(conn, "ours too", "alice@example.com")
        assert [each.hash for each in changes_of_rules(conn, 9)] == ["ours too", "ours", "french"]
    opened.close()


def test_what_has_scored_somebody_stays_a_version(tmp_path: Path) -> None:
    opened = open_data(Settings(data=tmp_path))
    with closing(opened.database.writer()) as conn:
        in_force(conn, "shipped", "")
        with transaction(conn):
            append_events(conn, made("v-ada", [(0, form("ada@example.com"))]), Dictionary())
        in_force(conn, "other", "")
        assert [each.hash for each in changes_of_rules(conn, 9)] == ["other", "shipped"]
    opened.close()
