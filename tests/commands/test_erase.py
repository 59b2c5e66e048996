"""`ripeline erase`: beside a running server, which does it, and without one, which leaves no byte."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

from ripeline.__main__ import main
from ripeline.app import create_app
from ripeline.settings import Settings
from ripeline.store.audit import COMMAND_LINE, AuditQuery, read_audit
from ripeline.store.database import Database
from ripeline.store.erasures import read_erased
from ripeline.store.erasures_asked import asked_erasures

ADA, MARC = "ada.canary@example.com", "marc@example.com"


def erase(data: Path, *words: str, answer: str = "") -> Result:
    return CliRunner().invoke(main, ["erase", *words, "--data", str(data)], input=answer)


def send(client: TestClient) -> None:
    for email in (ADA, MARC):
        event = {"i": f"of-{email}", "n": "identify", "u": "https://shop.example/", "p": {"email": email}}
        client.post("/e", json={"v": f"v-{email}"[:20], "e": [event]}).raise_for_status()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", base_url="http://testserver", rate_limit=None)


@pytest.fixture
def data(settings: Settings) -> Path:
    """Ada and Marc, and no server any more."""
    with TestClient(create_app(settings)) as client:
        send(client)
    return settings.data


def emails(data: Path) -> list[str]:
    with Database(data / "ripeline.db").read() as conn:
        return [email for (email,) in conn.execute("SELECT email FROM leads ORDER BY email").fetchall()]


def test_without_a_server_no_byte_is_left(data: Path) -> None:
    result = erase(data, ADA, "--yes")
    assert (result.exit_code, result.output) == (0, "erased\n")
    assert emails(data) == [MARC]
    assert [file.name for file in data.rglob("*") if file.is_file() and b"canary" in file.read_bytes()] == []
    assert "email" in (data / "erased.txt").read_text("utf-8")
    with Database(data / "ripeline.db").read() as conn:
        newest = read_audit(conn, AuditQuery(), 1)[0]
        assert (newest.what, newest.author) == ("lead_erased", COMMAND_LINE)
        assert len(read_erased(conn)) == 2


def come_to_be(data: Path, leads: list[str]) -> bool:
    """Whether these are the leads before long: an event is acknowledged before it is folded."""
    until = time.monotonic() + 10
    while emails(data) != leads and time.monotonic() < until:
        time.sleep(0.02)
    return emails(data) == leads


def test_beside_a_server_the_server_does_it(settings: Settings) -> None:
    with TestClient(create_app(settings)) as client:
        send(client)
        assert come_to_be(settings.data, [ADA, MARC])
        result = erase(settings.data, ADA, "--yes")
        assert (result.exit_code, result.output) == (0, "erased\n")
        assert emails(settings.data) == [MARC]
        with Database(settings.database_file).read() as conn:
            assert asked_erasures(conn) == []
        send(client)
        assert come_to_be(settings.data, [ADA, MARC]), "who comes back is somebody new"


def test_it_asks_first(data: Path) -> None:
    result = erase(data, ADA, answer="n\n")
    assert result.exit_code == 1
    assert f"Erase everything about {ADA}, for good?" in result.output
    assert emails(data) == [ADA, MARC]
    assert erase(data, ADA, answer="y\n").exit_code == 0
    assert emails(data) == [MARC]


def test_nobody_of_that_name_is_said_in_one_line(data: Path) -> None:
    result = erase(data, "nobody@example.com", "--yes")
    assert (result.exit_code, result.output) == (1, "ripeline: no lead 'nobody@example.com'\n")
