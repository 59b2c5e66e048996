"""A data folder: new, used, damaged; never a silent new database."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ripeline.errors import DataProblem, InvalidRules
from ripeline.paths import EXAMPLE_RULES
from ripeline.settings import Settings
from ripeline.store.copies import copy_before
from ripeline.store.database import Database, transaction
from ripeline.store.opening import open_beside, open_data

NOW = 1_795_284_000_000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
def used(settings: Settings) -> Settings:
    open_data(settings, NOW).close()
    return settings


def _refusal(settings: Settings) -> str:
    before = {path.name: path.read_bytes() for path in settings.data.iterdir() if path.is_file()}
    with pytest.raises(DataProblem) as refused:
        open_data(settings, NOW)
    after = {path.name: path.read_bytes() for path in settings.data.iterdir() if path.is_file()}
    assert after | before == after
    assert after.get("ripeline.db") == before.get("ripeline.db")
    return str(refused.value)


def test_a_new_folder_gets_a_database_a_secret_rules_and_one_site(settings: Settings) -> None:
    opened = open_data(settings, NOW)
    with opened.database.read() as conn:
        ((key, made),) = conn.execute("SELECT key, created_at FROM sites").fetchall()
    opened.close()
    assert opened.is_new
    assert opened.warnings == ()
    assert len(key) >= 12
    assert made == NOW
    assert settings.rules_file.read_bytes() == EXAMPLE_RULES.read_bytes()
    assert settings.secret_file.read_bytes() == opened.secret
    assert len(opened.secret) >= 32
    assert stat.S_IMODE(settings.secret_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.data.stat().st_mode) == 0o700


def test_two_new_folders_share_neither_secret_nor_site_key(tmp_path: Path) -> None:
    made = [open_data(Settings(data=tmp_path / name), NOW) for name in ("one", "other")]
    keys = set()
    for opened in made:
        with opened.database.read() as conn:
            keys.update(conn.execute("SELECT key FROM sites").fetchall())
        opened.close()
    assert len(keys) == 2
    assert made[0].secret != made[1].secret


def test_a_rule_file_that_is_there_is_kept(settings: Settings) -> None:
    settings.data.mkdir()
    settings.rules_file.write_text("# mine")
    open_data(settings, NOW).close()
    assert settings.rules_file.read_text() == "# mine"


def test_rules_elsewhere_are_not_copied_here(settings: Settings, tmp_path: Path) -> None:
    elsewhere = Settings(data=settings.data, rules=tmp_path / "rules.toml")
    (tmp_path / "rules.toml").write_bytes(EXAMPLE_RULES.read_bytes())
    open_data(elsewhere, NOW).close()
    assert not (settings.data / "rules.toml").exists()


def test_a_first_start_with_a_mistyped_rule_file_is_a_first_start_again(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(InvalidRules):
        open_data(Settings(data=settings.data, rules=tmp_path / "rulse.toml"), NOW)
    opened = open_data(settings, NOW)
    opened.close()
    assert opened.is_new
    assert settings.rules_file.read_bytes() == EXAMPLE_RULES.read_bytes()


def test_opening_again_changes_nothing(used: Settings) -> None:
    before = used.database_file.read_bytes(), used.secret_file.read_bytes()
    opened = open_data(used, NOW)
    opened.close()
    assert not opened.is_new
    assert (used.database_file.read_bytes(), used.secret_file.read_bytes()) == before


def test_a_first_start_that_was_killed_is_a_first_start_again(settings: Settings) -> None:
    settings.data.mkdir()
    (settings.data / "ripeline.db.new").write_bytes(b"half a database")
    (settings.data / "ripeline.db.new-wal").write_bytes(b"half a log")
    opened = open_data(settings, NOW)
    opened.close()
    assert opened.is_new
    assert not list(settings.data.glob("*.new*"))


def test_a_secret_without_a_database_is_no_new_folder(used: Settings) -> None:
    used.database_file.unlink()
    sentence = _refusal(used)
    assert "is missing, but secret shows that this folder was in use" in sentence
    assert f"`ripeline restore FILE --data {used.data}`" in sentence
    assert not used.database_file.exists()


def test_a_log_file_without_a_database_is_no_new_folder(settings: Settings) -> None:
    settings.data.mkdir()
    (settings.data / "ripeline.db-wal").write_bytes(b"committed events")
    assert "ripeline.db-wal shows" in _refusal(settings)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _no_database(path: Path) -> None:
    path.write_bytes(b"<html>" * 4_000)


def _cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip_bytes(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    for at in range(4_096, len(whole), 64):
        whole[at] ^= 0xFF
    path.write_bytes(whole)


@pytest.mark.parametrize(
    ("harm", "word"),
    [(_empty, "is empty"), (_no_database, "is not a SQLite"), (_cut_short, "damaged"), (_flip_bytes, "damaged")],
)
def test_a_damaged_database_is_refused_with_the_way_back(
    used: Settings, harm: Callable[[Path], None], word: str
) -> None:
    copy = copy_before(Database(used.database_file), "harm", NOW)
    harm(used.database_file)
    sentence = _refusal(used)
    assert word in sentence
    assert str(copy) in sentence
    assert "Nothing was changed" in sentence
    # What the sentence says works.
    used.database_file.write_bytes(copy.read_bytes())
    for name in ("ripeline.db-wal", "ripeline.db-shm"):
        (used.data / name).unlink(missing_ok=True)
    open_data(used, NOW).close()


def test_a_database_that_is_not_ours_is_refused(used: Settings) -> None:
    used.database_file.unlink()
    with closing(Database(used.database_file).writer()) as conn:
        conn.execute("CREATE TABLE notes (text TEXT)")
    assert "not made by Ripeline" in _refusal(used)


def test_a_lost_secret_is_made_again_and_said(used: Settings) -> None:
    used.secret_file.unlink()
    opened = open_data(used, NOW)
    opened.close()
    assert used.secret_file.read_bytes() == opened.secret
    assert "cookies and links signed before no longer hold" in opened.warnings[0]


def test_a_second_start_is_refused_and_the_first_goes_on(used: Settings) -> None:
    first = open_data(used, NOW)
    with pytest.raises(DataProblem, match=r"another Ripeline \(process \d+\) is using"):
        open_data(used, NOW)
    with first.database.read() as conn:
        assert conn.execute("SELECT count(*) FROM sites").fetchone() == (1,)
    first.close()
    open_data(used, NOW).close()


def test_a_refused_start_leaves_the_folder_free(used: Settings) -> None:
    kept = used.database_file.read_bytes()
    used.database_file.write_bytes(b"")
    _refusal(used)
    used.database_file.write_bytes(kept)
    open_data(used, NOW).close()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataProblem, match="cannot be made"):
        open_data(Settings(data=tmp_path / "file" / "data"), NOW)


def test_commands_work_beside_a_server(used: Settings) -> None:
    server = open_data(used, NOW)
    with open_beside(used).read() as conn:
        assert conn.execute("SELECT count(*) FROM sites").fetchone() == (1,)
    server.close()


def test_commands_make_no_database(settings: Settings) -> None:
    with pytest.raises(DataProblem, match="start `ripeline serve` once"):
        open_beside(settings)
    assert not settings.data.exists()


def test_the_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    open_data(Settings(data=tmp_path)).close()
    assert (tmp_path / "ripeline.db").stat().st_mode & 0o077 == 0


def test_a_command_leaves_all_its_work_in_the_one_file(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    open_data(settings).close()
    database = open_beside(settings)
    with closing(database.writer()) as conn, transaction(conn):
        conn.execute("INSERT INTO meta VALUES ('mark', 'here')")
        with database.read() as reader:
            reader.execute("SELECT 1").fetchall()
    assert not (tmp_path / "ripeline.db-wal").exists()


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE _sqlite_migrations SET name = CAST(x'70e56f' AS TEXT) WHERE id = 3",
        "INSERT INTO meta VALUES ('swept', '17x5')",
        "INSERT INTO meta VALUES ('swept', '99999999999999999999')",
    ],
    ids=["a step", "a time", "a time beyond all calendars"],
)
def test_bits_that_changed_where_no_check_looks_are_told_in_a_sentence(used: Settings, harm: str) -> None:
    with closing(Database(used.database_file).writer()) as conn:
        assert conn.execute(harm).rowcount == 1
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    said = _refusal(used)
    assert re.search(r" is damaged \(.+\)\. Nothing was changed\. To go back to a backup: `ripeline restore", said)
    assert "\n" not in said
