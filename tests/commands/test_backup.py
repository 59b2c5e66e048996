"""`ripeline backup` and `ripeline restore`: everything comes back, nobody who was erased does, nothing is half."""

from __future__ import annotations

import shutil
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.calibration.white_paper_house import folder_of, run

from ripeline.app import create_app
from ripeline.auth.tokens import create_token
from ripeline.settings import Settings
from ripeline.store.copies import copy_before, problems_of
from ripeline.store.database import Database, open_file, transaction, write_nothing
from ripeline.store.erasures import FILE, read_list
from ripeline.store.lock import FolderLock

MARC = "marc@example.com"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Marc, Élodie and Capucine, no server."""
    (tmp_path / "data").mkdir()
    return folder_of(tmp_path / "data")


@pytest.fixture
def saved(data: Path) -> Path:
    """A backup of them."""
    file = data.parent / "backup.zip"
    result = run("backup", file, "--data", data)
    assert result.exit_code == 0, result.output
    return file


def restored(folder: Path, file: Path, *more: object) -> str:
    result = run("restore", file, "--data", folder, *more)
    assert result.exit_code == 0, result.output
    return str(result.output)


def refused(folder: Path, file: Path, *more: object) -> str:
    result = run("restore", file, "--data", folder, *more)
    assert result.exit_code == 1, result.output
    assert len(result.stderr.splitlines()) == 1
    return str(result.stderr)


def leads(folder: Path) -> list[tuple[object, ...]]:
    with closing(Database(folder / "ripeline.db")) as database, database.read() as conn:
        return conn.execute("SELECT email, model, score, band FROM v_leads ORDER BY 1, 2").fetchall()


def emails(folder: Path) -> set[object]:
    return {email for email, *_ in leads(folder) if email}


def erase(folder: Path, who: str) -> None:
    """As a program does, on a running server."""
    settings = Settings(data=folder, rate_limit=None)
    with TestClient(create_app(settings)) as client:
        with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
            key = create_token(conn, f"erase {who}", frozenset({"admin"}), 1)
        answer = client.delete(f"/api/leads/{who}", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code in (200, 204), answer.text


def verified(folder: Path) -> None:
    result = run("rescore", "--verify", "--data", folder)
    assert result.exit_code == 0, result.output


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_was_saved_is_there_again_on_an_empty_host(data: Path, saved: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    said = restored(new, saved)
    assert "everybody signs in anew" in said
    assert names(new) == {"ripeline.db", "secret", "rules.toml", "ripeline.lock"}
    assert leads(new) == leads(data) != []
    for name in ("secret", "rules.toml"):
        assert (new / name).read_bytes() == (data / name).read_bytes()
        assert name != "secret" or (new / name).stat().st_mode & 0o777 == 0o600
    assert (new / "ripeline.db").stat().st_mode & 0o777 == 0o600
    verified(new)


def test_a_backup_beside_a_running_server_is_whole_and_holds_what_was_answered(data: Path, tmp_path: Path) -> None:
    settings = Settings(data=data, rate_limit=None)
    (data / "channels.toml").write_text("", encoding="utf-8")
    with TestClient(create_app(settings)) as client:
        event = {"i": "e-new", "n": "page", "u": "https://shop.example/x"}
        assert client.post("/e", json={"v": "someone", "e": [event]}).json()["accepted"] == 1
        assert run("backup", tmp_path / "b.zip", "--data", data).exit_code == 0
    assert names(tmp_path) == {"data", "b.zip"}
    assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600
    restored(tmp_path / "new", tmp_path / "b.zip")
    assert (tmp_path / "new" / "channels.toml").exists()
    with closing(open_file(tmp_path / "new" / "ripeline.db")) as conn:
        assert problems_of(conn) == ""
        assert conn.execute("SELECT count(*) FROM events WHERE event_id = 'e-new'").fetchone() == (1,)
    verified(tmp_path / "new")


def test_any_unzip_and_a_copy_are_a_way_back_too(data: Path, saved: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(saved) as backup:
        assert set(backup.namelist()) == {"ripeline.db", "secret", "rules.toml", "backup.json"}
        backup.extractall(tmp_path / "new")
    assert leads(tmp_path / "new") == leads(data)
    verified(tmp_path / "new")


def test_the_data_of_before_is_set_aside_whole(data: Path, saved: Path) -> None:
    erase(data, MARC)
    (data / "channels.toml").write_text("", encoding="utf-8")
    now = leads(data)
    said = restored(data, saved, "--erasures", data / FILE)
    (aside,) = data.glob("before-restore-*")
    assert str(aside) in said
    assert leads(aside) == now
    assert {"secret", "rules.toml", "channels.toml", FILE} <= names(aside)
    assert not (data / "channels.toml").exists()
    restored(data, saved)
    assert len(list(data.glob("before-restore-*"))) == 2


@pytest.mark.parametrize("known_by", ["the list in the folder", "the database there", "a list that was kept"])
def test_who_was_erased_stays_erased(data: Path, saved: Path, tmp_path: Path, known_by: str) -> None:
    erase(data, MARC)
    assert MARC not in emails(data)
    more: tuple[object, ...] = ()
    if known_by == "the list in the folder":
        (data / "ripeline.db").write_bytes(b"damaged")
    elif known_by == "the database there":
        (data / FILE).unlink()
    else:
        kept = shutil.copy(data / FILE, tmp_path / "list.txt")
        shutil.rmtree(data)
        more = ("--erasures", kept)
    assert "erased again, as they were since: 1 lead, 0 events besides" in restored(data, saved, *more)
    assert emails(data) == {"elodie@example.com", "capucine@example.com"}
    verified(data)
    for file in data.iterdir():
        if file.is_file():
            assert b"marc@" not in file.read_bytes().lower(), file
    # The next restore, of the same old backup, knows it too.
    assert "erased again" in restored(data, saved)
    assert MARC not in emails(data)


def test_without_a_list_the_backup_is_as_it_was(data: Path, saved: Path, tmp_path: Path) -> None:
    erase(data, MARC)
    restored(tmp_path / "new", saved)
    assert MARC in emails(tmp_path / "new")


def test_who_was_erased_before_the_backup_is_not_looked_for(data: Path, tmp_path: Path) -> None:
    erase(data, MARC)
    assert run("backup", tmp_path / "b.zip", "--data", data).exit_code == 0
    assert "erased again" not in restored(data, tmp_path / "b.zip")
    assert read_list(data / FILE)


def test_a_restore_is_in_the_audit_log_and_ends_every_login(data: Path, saved: Path) -> None:
    with closing(Database(data / "ripeline.db").writer()) as conn, transaction(conn):
        conn.execute("INSERT INTO users (id, email, role, created_at) VALUES (1, 'ada@example.com', 'owner', 1)")
        conn.execute(f"INSERT INTO logins VALUES ('{'0' * 64}', 1, 1, 1, {2**50}, '')")
    assert run("backup", saved, "--data", data).exit_code == 0
    restored(data, saved)
    with closing(open_file(data / "ripeline.db")) as conn:
        assert conn.execute("SELECT count(*) FROM logins").fetchone() == (0,)
        ((what, about),) = conn.execute("SELECT what, about FROM audit ORDER BY id DESC LIMIT 1").fetchall()
    assert what == "backup_restored"
    assert about.endswith("erased again: leads 0, events 0")


def test_a_server_that_runs_is_left_alone(data: Path, saved: Path) -> None:
    lock = FolderLock(data)
    try:
        assert "another Ripeline" in refused(data, saved)
    finally:
        lock.release()


def damaged(file: Path, how: str) -> None:
    whole = file.read_bytes()
    if how == "cut short":
        file.write_bytes(whole[: len(whole) // 2])
    elif how == "flipped":
        place = whole.index(b"ripeline.db") + 2_000
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
    elif how == "empty":
        file.write_bytes(b"")
    elif how == "foreign":
        with zipfile.ZipFile(file, "w") as other:
            other.writestr("holidays.txt", "sun")
    else:
        file.unlink()


@pytest.mark.parametrize("how", ["cut short", "flipped", "empty", "foreign", "missing"])
def test_what_is_no_whole_backup_changes_nothing(data: Path, saved: Path, how: str) -> None:
    before = {path.name: path.read_bytes() for path in data.iterdir() if path.is_file()}
    damaged(saved, how)
    said = refused(data, saved)
    assert "is no backup of Ripeline, or not a whole one" in said
    assert "Nothing was changed." in said
    after = {path.name: path.read_bytes() for path in data.iterdir()}
    assert {name: after[name] for name in before if name != "ripeline.lock"} == {
        name: before[name] for name in before if name != "ripeline.lock"
    }


def test_a_member_with_another_name_never_leaves_the_folder(data: Path, saved: Path) -> None:
    with zipfile.ZipFile(saved, "w") as evil:
        evil.writestr(
            "backup.json", '{"format": 1, "made_at": "", "version": "", "files": {"../x": "", "ripeline.db": ""}}'
        )
        evil.writestr("../x", "x")
        evil.writestr("ripeline.db", "x")
    assert "does not hold what a backup holds" in refused(data, saved)
    assert not (data.parent / "x").exists()


def test_a_backup_of_a_newer_version_is_refused(data: Path, saved: Path) -> None:
    with closing(open_file(data / "ripeline.db")) as conn:
        conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('ripeline', 'of_tomorrow', '')"
        )
    assert run("backup", saved, "--data", data).exit_code == 1
    assert "newer version" in run("backup", saved, "--data", data).stderr


def test_a_backup_that_cannot_be_written_leaves_the_one_before(data: Path, saved: Path, tmp_path: Path) -> None:
    before = saved.read_bytes()
    with (data / "ripeline.db").open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xff" * 8192)
    result = run("backup", saved, "--data", data)
    assert result.exit_code == 1
    assert saved.read_bytes() == before
    assert names(tmp_path) == {"data", "backup.zip"}
    assert "there is no folder" in run("backup", tmp_path / "nowhere" / "b.zip", "--data", data).stderr


def test_a_copy_an_upgrade_made_comes_back_without_who_was_erased_since(data: Path) -> None:
    secret, rules = (data / "secret").read_bytes(), (data / "rules.toml").read_bytes()
    copy = copy_before(Database(data / "ripeline.db"), "a-step", 1_795_284_000_000)
    assert run("erase", MARC, "--yes", "--data", data).exit_code == 0
    told = restored(data, copy)
    assert "with the rules and the secret as they were there" in told
    assert "erased again, as they were since: 1 lead" in told
    assert emails(data) == {"elodie@example.com", "capucine@example.com"}
    assert ((data / "secret").read_bytes(), (data / "rules.toml").read_bytes()) == (secret, rules)
    assert copy.exists()


def test_a_database_that_was_not_closed_is_no_copy(data: Path, tmp_path: Path) -> None:
    with closing(Database(data / "ripeline.db").writer()) as conn:
        write_nothing(conn)
        assert "was not closed: ripeline.db-wal beside it" in refused(tmp_path / "new", data / "ripeline.db")
    assert not (tmp_path / "new" / "ripeline.db").exists()
