"""`ripeline doctor`: the health of a data folder, each trouble named with what to do."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.calibration.white_paper_house import folder_of, run

from ripeline.app import create_app
from ripeline.settings import Settings
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.lock import FolderLock, holder_of
from ripeline.store.meta import write_meta
from ripeline.store.opening import open_data
from ripeline.store.projection_aside import set_aside


def found(data: Path, *words: str) -> dict[str, tuple[str, str]]:
    """By check: its level, and what is said and advised."""
    told: dict[str, Any] = json.loads(run("doctor", "--json", "--data", data, *words).output)
    return {each["check"]: (each["level"], f"{each['said']}. {each['advice']}") for each in told["checks"]}


def change(data: Path, work: Callable[[Connection], object]) -> None:
    with closing(Database(data / "ripeline.db").writer()) as conn, transaction(conn):
        work(conn)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    now = time.time_ns() // 1_000_000
    folder_of(folder, now=now)
    change(folder, lambda conn: conn.execute("UPDATE events SET received_at = ?", (now - 3_600_000,)))
    return folder


def test_a_folder_that_is_well_has_no_problem(data: Path) -> None:
    given = ("--base-url", "https://leads.example.com", "--trusted-proxies", "127.0.0.1")
    result = run("doctor", "--data", data, *given)
    assert result.exit_code == 0, result.output
    levels = {check: level for check, (level, _) in found(data, *given).items()}
    assert [check for check, level in levels.items() if level == "warning"] == ["server", "people"]
    assert set(levels.values()) == {"ok", "warning"}


def test_a_folder_that_is_not_there_is_one_problem_and_not_five(tmp_path: Path) -> None:
    result = run("doctor", "--data", tmp_path / "none")
    assert result.exit_code == 1
    assert [line.split()[1] for line in result.output.splitlines() if line.startswith("problem")] == ["folder"]


def loosen_folder(data: Path) -> None:
    data.chmod(0o755)


def loosen_secret(data: Path) -> None:
    (data / "secret").chmod(0o644)


def lose_secret(data: Path) -> None:
    (data / "secret").unlink()


def break_rules(data: Path) -> None:
    (data / "rules.toml").write_text("[[models]]\nid = 3\n", encoding="utf-8")


def change_rules(data: Path) -> None:
    file = data / "rules.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("points = 5", "points = 6", 1), encoding="utf-8")


def score_otherwise(data: Path) -> None:
    change(data, lambda conn: write_meta(conn, "scoring_form", "before"))


def damage(data: Path) -> None:
    (data / "ripeline.db").write_bytes(b"no database")


def quarantine(data: Path) -> None:
    change(data, lambda conn: set_aside(conn, [(1, 1, "too odd")]))


def fall_behind(data: Path) -> None:
    change(data, lambda conn: write_meta(conn, "cursor", "0"))


def come_from_tomorrow(data: Path) -> None:
    change(data, lambda conn: conn.execute("UPDATE events SET received_at = received_at + 864000000000"))


TROUBLES = [
    (loosen_folder, "folder", "warning", "chmod 700"),
    (loosen_secret, "secret", "problem", "chmod 600"),
    (lose_secret, "secret", "problem", "is missing"),
    (break_rules, "rules", "problem", "rules.toml:"),
    (break_rules, "in force", "warning", "not those of the file"),
    (change_rules, "in force", "warning", "The next start takes them"),
    (score_otherwise, "in force", "warning", "The next start makes them anew"),
    (damage, "database", "problem", "cannot be read"),
    (quarantine, "quarantine", "warning", "1 event could not be scored and is set aside"),
    (fall_behind, "lag", "warning", "wait for their score"),
    (come_from_tomorrow, "events", "problem", "the clock was ahead then, or is behind now"),
]


@pytest.mark.parametrize(("trouble", "check", "level", "words"), TROUBLES)
def test_each_trouble_is_named(data: Path, trouble: Callable[[Path], None], check: str, level: str, words: str) -> None:
    trouble(data)
    said = found(data)[check]
    assert said[0] == level, said
    assert words in said[1]


@pytest.mark.parametrize(
    ("url", "level"),
    [
        ("https://leads.example.com", "ok"),
        ("http://leads.example.com", "problem"),
        ("http://localhost:8080", "warning"),
        ("", "warning"),
    ],
)
def test_an_address_that_browsers_cannot_use_is_named(data: Path, url: str, level: str) -> None:
    assert found(data, "--base-url", url)["base url"][0] == level


@pytest.mark.parametrize(("host", "setting"), [("127.0.0.1", "=127.0.0.1`"), ("0.0.0.0", "=ITS-ADDRESS`")])
def test_a_proxy_that_must_be_there_and_is_not_named_is_missed(data: Path, host: str, setting: str) -> None:
    level, said = found(data, "--base-url", "https://leads.example.com", "--host", host)["proxies"]
    assert level == "warning"
    assert said.endswith(f"`RIPELINE_TRUSTED_PROXIES{setting}")
    assert found(data)["proxies"][0] == "ok"


def test_a_database_of_an_older_version_is_left_to_the_server(data: Path) -> None:
    change(
        data,
        lambda conn: conn.execute("DELETE FROM _sqlite_migrations WHERE id = (SELECT max(id) FROM _sqlite_migrations)"),
    )
    assert "older version" in found(data)["database"][1]


def test_beside_a_running_server_it_sees_it_and_does_no_harm(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", rate_limit=None)
    with TestClient(create_app(settings)) as client:
        assert found(settings.data)["server"][0] == "ok"
        assert client.get("/readyz").status_code == 200
    assert found(settings.data)["server"][0] == "warning"


def test_what_a_killed_server_left_is_no_server(tmp_path: Path) -> None:
    open_data(Settings(data=tmp_path)).close()
    lock = FolderLock(tmp_path)
    assert holder_of(tmp_path) is not None
    lock.release()
    (tmp_path / "ripeline.lock").write_text("4194304999\n")
    assert holder_of(tmp_path) is None
