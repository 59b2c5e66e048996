"""Won and lost from other programs' CSV: written down as sales would have, once; a bad file imports nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient
from tests.store.white_papers import CAST, RULES

from ripeline.__main__ import main
from ripeline.app import create_app
from ripeline.domain.wire_export import api_item
from ripeline.fold.verify import verify
from ripeline.settings import Settings
from ripeline.store.database import Database
from ripeline.store.opening import open_data

Run = Callable[..., Result]

DEALS = """"Deal Name";"E-mail";"Deal Stage";"Close Date";"Amount"
"Big";"Capucine@example.com";"Closed won";"2026-10-05";"12 500,50 €"
"Small";"marc@example.com";"Closed lost";"2026-10-06";""
"New";"elodie@example.com";"Appointment scheduled";"2026-10-07";"1"
"Other";"nobody@example.com";"Closed won";"2026-10-07";"1"
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    folder, events = tmp_path / "data", tmp_path / "cast.ndjson"
    folder.mkdir()
    (folder / "rules.toml").write_text(RULES.text, encoding="utf-8")
    open_data(Settings(data=folder)).close()
    events.write_text("".join(json.dumps(api_item(each, str(each.visitor))) + "\n" for each in CAST), encoding="utf-8")
    assert CliRunner().invoke(main, ["import", "events", str(events), "--data", str(folder)]).exit_code == 0
    return folder


@pytest.fixture
def run(house: Path, tmp_path: Path) -> Run:
    def run(text: str, *more: str) -> Result:
        (tmp_path / "deals.csv").write_text(text, encoding="utf-8")
        words = ["import", "outcomes", str(tmp_path / "deals.csv"), "--data", str(house), *more]
        return CliRunner().invoke(main, words)

    return run


def kept(house: Path) -> list[tuple[Any, ...]]:
    sql = """SELECT l.email, o.outcome, o.at, o.value, o.model, o.author FROM outcomes AS o
    JOIN leads AS l ON l.id = o.lead_id ORDER BY o.id"""
    with closing(Database(house / "ripeline.db")) as database, database.read() as conn:
        assert verify(conn, RULES) == []
        return conn.execute(sql).fetchall()


ENDED = [
    ("capucine@example.com", "won", 1_791_151_200_000, 12_500_500, None, "import"),
    ("marc@example.com", "lost", 1_791_237_600_000, None, None, "import"),
]


def test_won_and_lost_are_written_down_once(house: Path, run: Run) -> None:
    done = run(DEALS, "--open", "Appointment scheduled")
    assert (done.exit_code, done.stdout) == (
        0,
        "2 imported, 0 already there, 1 of nobody known, 1 still open left out\n",
    )
    assert done.stderr == "nobody@example.com: no lead has this e-mail\n"
    assert kept(house) == ENDED
    assert run(DEALS, "--open", "Appointment scheduled").stdout.startswith("0 imported, 2 already there")
    assert kept(house) == ENDED


def test_a_hand_off_of_whom_was_sold_to_is_closed(house: Path, run: Run) -> None:
    assert run(DEALS, "--open", "Appointment scheduled").exit_code == 0
    sql = """SELECT l.email, h.outcome FROM handoffs AS h JOIN leads AS l ON l.id = h.lead_id
    WHERE h.outcome IS NOT NULL ORDER BY 1"""
    with closing(Database(house / "ripeline.db")) as database, database.read() as conn:
        assert set(conn.execute(sql).fetchall()) == {("capucine@example.com", "won"), ("marc@example.com", "lost")}


def test_it_works_beside_a_running_server(house: Path, run: Run) -> None:
    with TestClient(create_app(Settings(data=house))):
        assert run(DEALS, "--open", "Appointment scheduled").exit_code == 0
        assert kept(house) == ENDED


def test_french_headings_and_words_are_read(house: Path, run: Run) -> None:
    text = "Courriel,Statut,Date de clôture,Montant\nmarc@example.com,Gagnée,05/10/2026,1500\n"
    assert run(text, "--model", "vertical").exit_code == 0
    assert kept(house) == [("marc@example.com", "won", 1_791_151_200_000, 1_500_000, "vertical", "import")]


def test_a_dry_run_shows_and_changes_nothing(house: Path, run: Run) -> None:
    done = run(DEALS, "--open", "Appointment scheduled", "--dry-run")
    assert done.exit_code == 0
    for said in (
        "3 outcomes, 1 still open",
        "Deal Stage → outcome",
        "Deal Name → (left out)",
        "won on 2026-10-05, 12500.5",
    ):
        assert said in done.output
    assert kept(house) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("marc,won,2026-10-05,1", "column 'email': is no e-mail"),
        ("marc@example.com,maybe,2026-10-05,1", "column 'outcome': 'maybe' is neither won nor lost"),
        ("marc@example.com,won,,1", "column 'date': '' is no day"),
        ("marc@example.com,won,2036-10-05,1", "column 'date': '2036-10-05' is no day before today"),
        ("marc@example.com,won,2026-10-05,much", "column 'value': is no amount"),
        ("marc@example.com,won,2026-10-05", "column 'value': has 3 cells"),
    ],
)
def test_a_bad_file_says_where_and_imports_nothing(house: Path, run: Run, line: str, said: str) -> None:
    done = run(f"email,outcome,date,value\ncapucine@example.com,won,2026-10-05,1\n{line}\n")
    assert (done.exit_code, done.stdout) == (1, "")
    assert ":3" in done.stderr
    assert said in done.stderr
    assert kept(house) == []


def test_a_column_nobody_finds_is_asked_for(run: Run) -> None:
    text = "email,how\nmarc@example.com,won\n"
    assert "--column HEADING=outcome" in run(text).stderr
    assert "--column HEADING=date" in run(text, "--column", "how=outcome").stderr
