"""Leads as CSV: spreadsheets open it, run none of it, and it comes back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ripeline.__main__ import main
from ripeline.settings import Settings
from ripeline.store.opening import open_data

PEOPLE = """email;name;phone;score;created
ada@example.com;=HYPERLINK("https://eve.example");+33 1 23;high;2026-01-05
elodie@example.com;Élodie;;;2026-01-06
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    open_data(Settings(data=folder)).close()
    (tmp_path / "in.csv").write_text(PEOPLE, encoding="utf-8")
    assert run("import", "leads", tmp_path / "in.csv", "--data", folder).exit_code == 0
    return folder


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def exported(house: Path, *more: str) -> list[dict[str, str]]:
    file = house / "out.csv"
    assert run("export", "leads", file, "--data", house, *more).exit_code == 0
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")))


def test_each_lead_is_a_line_with_what_is_known_and_how_it_stands(house: Path) -> None:
    found = {line["email"]: line for line in exported(house)}
    elodie = found["elodie@example.com"]
    assert (elodie["name"], elodie["model"], elodie["score"], elodie["band"]) == ("Élodie", "general", "0", "cold")
    assert (elodie["first_seen"], elodie["reachable"]) == ("2026-01-06T00:00:00.000Z", "true")
    assert found["ada@example.com"]["score (attribute)"] == "high"


def test_a_spreadsheet_knows_the_encoding_and_runs_nothing(house: Path) -> None:
    ada = next(line for line in exported(house) if line["email"] == "ada@example.com")
    assert (house / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert ada["name"] == """'=HYPERLINK("https://eve.example")"""
    assert ada["phone"] == "'+33 1 23"


def test_what_was_exported_can_be_imported(house: Path, tmp_path: Path) -> None:
    before = exported(house)
    other = tmp_path / "other"
    open_data(Settings(data=other)).close()
    assert run("import", "leads", house / "out.csv", "--data", other).output == "2 imported, 0 already there\n"
    kept = [{**line, "score (attribute)": ""} for line in before]
    after = {line["email"]: line for line in exported(other)}
    for line in kept:
        again = after[line["email"]]
        assert [again[name] for name in ("name", "phone", "first_seen")] == [
            line[name] for name in ("name", "phone", "first_seen")
        ]


def test_another_model_may_be_asked(house: Path) -> None:
    assert {line["model"] for line in exported(house, "--model", "vertical")} == {"vertical"}
    assert run("export", "leads", "-", "--data", house, "--model", "none").exit_code == 1


def test_only_who_is_known_may_be_asked(house: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.ndjson"
    events.write_text('{"id": "1", "visitor": "v", "on": "page", "url": "https://shop.example/"}')
    run("import", "events", events, "--data", house)
    assert (len(exported(house)), len(exported(house, "--identified"))) == (3, 2)
