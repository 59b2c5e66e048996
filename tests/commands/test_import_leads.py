"""People from CSV of other programs: what is guessed, and that a bad file says where and imports nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from tests.domain.fields_corpus import FORBIDDEN, KEPT

from ripeline.__main__ import main
from ripeline.domain.formulas import safe, unsafe
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.database import Database
from ripeline.store.opening import open_data
from ripeline.store.reading_leads import LeadQuery, list_leads
from ripeline.tables.cells import amount, moment
from ripeline.tables.columns import OF_LEADS, meanings

Run = Callable[..., Result]

HUBSPOT = """\ufeff"Record ID - Contact","First Name","Last Name","Email","Phone Number","Job Title","Country/Region",\
"Create Date"
"101","Ada","Lovelace","Ada@Example.com","+33 1 23","CTO","France","2026-01-05 09:30"
"102","Marc","","marc@example.com","","","",""
"103","Nobody","Known","","","","","2026-01-06 09:30"
"""
HUBSPOT_FR = """Prénom;Nom;Adresse e-mail;Numéro de téléphone;Intitulé du poste;Nom de l'entreprise;Date de création
Élodie;Durand;elodie@example.com;01 23 45;Directrice;Société «Étoile»;21/03/2026 14:05
"""
MAUTIC = """id,dateAdded,points,email,firstname,lastname,company,position,city,zipcode,password
7,2026-02-03 10:00:00,12,capucine@example.com,Capucine,,Acme,CEO,Lyon,69001,secret
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    open_data(Settings(data=tmp_path / "data")).close()
    return tmp_path / "data"


@pytest.fixture
def run(house: Path) -> Run:
    def run(file: Path, *more: str) -> Result:
        return CliRunner().invoke(main, ["import", "leads", str(file), "--data", str(house), *more])

    return run


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "leads.csv"
    file.write_bytes(text.encode(encoding))
    return file


def known(house: Path) -> dict[str, dict[str, Any]]:
    """Attributes by e-mail."""
    rules = load_rules(house / "rules.toml")
    with closing(Database(house / "ripeline.db")) as database, database.read() as conn:
        leads = list_leads(conn, rules, LeadQuery(rules.models[0].id, out_of_target=True)).leads
    return {str(lead.email): {**lead.attributes, "seen": lead.first_seen} for lead in leads}


def test_an_export_of_hubspot_is_read(tmp_path: Path, house: Path, run: Run) -> None:
    done = run(written(tmp_path, HUBSPOT))
    assert (done.exit_code, done.output) == (0, "2 imported, 0 already there, 1 without an e-mail left out\n")
    ada = known(house)["ada@example.com"]
    assert (ada["first_name"], ada["job"], ada["country"], ada["phone"]) == ("Ada", "CTO", "France", "+33 1 23")
    assert (ada["record_id_contact"], ada["seen"]) == ("101", 1_767_605_400_000)
    assert known(house).keys() == {"ada@example.com", "marc@example.com"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_french_headings_are_read_in_any_encoding(tmp_path: Path, house: Path, run: Run, encoding: str) -> None:
    assert run(written(tmp_path, HUBSPOT_FR, encoding)).exit_code == 0
    elodie = known(house)["elodie@example.com"]
    assert (elodie["first_name"], elodie["last_name"], elodie["job"]) == ("Élodie", "Durand", "Directrice")
    assert (elodie["company"], elodie["phone"]) == ("Société «Étoile»", "01 23 45")
    assert elodie["seen"] == 1_774_101_900_000


def test_an_export_of_mautic_is_read_without_its_secrets(tmp_path: Path, house: Path, run: Run) -> None:
    assert run(written(tmp_path, MAUTIC)).exit_code == 0
    capucine = known(house)["capucine@example.com"]
    assert (capucine["job"], capucine["postal_code"], capucine["points"]) == ("CEO", "69001", "12")
    assert "secret" not in capucine.values()


def test_importing_twice_is_importing_once(tmp_path: Path, run: Run) -> None:
    file = written(tmp_path, MAUTIC)
    assert [run(file).output for _ in range(2)] == ["1 imported, 0 already there\n", "0 imported, 1 already there\n"]


def test_a_dry_run_shows_and_changes_nothing(tmp_path: Path, house: Path, run: Run) -> None:
    done = run(written(tmp_path, HUBSPOT_FR, "cp1252"), "--dry-run")
    assert done.exit_code == 0
    for said in (
        "cp1252",
        "`;`",
        "Adresse e-mail → email",
        "Date de création → when",
        "elodie@example.com, since 2026-03-21",
    ):
        assert said in done.output
    assert "Société «Étoile»" in done.output
    assert known(house) == {}


def test_a_person_may_say_what_a_column_is(tmp_path: Path, house: Path, run: Run) -> None:
    file = written(tmp_path, "Who,What,Notes\nada@example.com,CTO,private\n")
    assert "no column is an e-mail" in run(file).stderr
    assert run(file, "--column", "Who=email", "--column", "What=job", "--column", "Notes=").exit_code == 0
    assert {key: value for key, value in known(house)["ada@example.com"].items() if key != "seen"} == {
        "email": "ada@example.com",
        "job": "CTO",
    }
    assert run(file, "--column", "Whom=email").exit_code == 2


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "no heading"),
        ("email,name\nada@example.com\n", 2, "column 'name': has 1 cells"),
        ("email,name\nada@example.com,Ada,more\n", 2, "has 3 cells"),
        ("email,name\n\nada@example.com,Ada\nnobody,Bob\n", 4, "column 'email': is no e-mail"),
        ('email,name\nada@example.com,"Ada\n', 2, "cannot be read as CSV"),
        ('email,name\n"ada@example.com"x,Ada\n', 2, "cannot be read as CSV"),
        ("email,created\nada@example.com,soon\n", 2, "column 'created': 'soon' is no day"),
        ("email,created\nada@example.com,11/21/2025\n", 2, "say --month-first"),
        ("email,created\nada@example.com,2036-01-01\n", 2, "is no day before today"),
        ("email,name\nada@example.com," + "x" * 3_000 + "\n", 2, "longer than 2048"),
        ('email,name\nada@example.com,"two\nlines"\nnobody,Bob\n', 4, "is no e-mail"),
    ],
)
def test_a_bad_file_says_where_and_imports_nothing(
    tmp_path: Path, house: Path, run: Run, text: str, line: int, said: str
) -> None:
    file = written(tmp_path, text)
    done = run(file)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"{file}:{line}:" in done.stderr or f"{file}:{line}, column" in done.stderr
    assert said in done.stderr
    assert known(house) == {}


def test_every_mistake_is_told_and_the_good_lines_wait(tmp_path: Path, house: Path, run: Run) -> None:
    done = run(written(tmp_path, "email,created\nada@example.com,\nx,\ny,never\n"))
    assert [line.split(":")[1] for line in done.stderr.splitlines() if "column" in line] == [
        " " + str(tmp_path / "leads.csv")
    ] * 3
    assert "nothing was imported" in done.stderr
    assert known(house) == {}


def test_of_many_mistakes_twenty_are_told(tmp_path: Path, run: Run) -> None:
    done = run(written(tmp_path, "email\n" + "nobody\n" * 100))
    assert len(done.stderr.splitlines()) == 21
    assert "and 80 more" in done.stderr


def test_months_may_come_first(tmp_path: Path, house: Path, run: Run) -> None:
    file = written(tmp_path, "email,created\nada@example.com,11/21/2025 2:05 PM\n")
    assert run(file, "--month-first").exit_code == 0
    assert known(house)["ada@example.com"]["seen"] == 1_763_733_900_000


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2026-11-21", 1_795_219_200_000),
        ("21/11/2026", 1_795_219_200_000),
        ("21.11.2026 18h00", 1_795_284_000_000),
        ("21/11/2026 à 18:00:00", 1_795_284_000_000),
        ("2026-11-21T19:00:00+01:00", 1_795_284_000_000),
        ("1795284000000", 1_795_284_000_000),
        ("1795284000", None),
        ("31/02/2026", None),
        ("21/11/26", None),
        ("", None),
    ],
)
def test_moments(text: str, ms: int | None) -> None:

    assert moment(text, ZoneInfo("UTC"), month_first=False) == ms


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234.5", 1234.5),
        ("1 234,50 €", 1234.5),
        ("1\u202f234,50\u00a0€", 1234.5),
        ("$1,234.50", 1234.5),
        ("1,234", 1234),
        ("12,5", 12.5),
        ("1.234,5", 1234.5),
        ("-5", -5),
        ("n/a", None),
        ("", None),
        ("1e9", None),
    ],
)
def test_amounts(text: str, number: float | None) -> None:
    assert amount(text) == number


@pytest.mark.parametrize("text", ["=1+1", "+33 1", "-x", "@a", "\tx", "\rx", "＝1", "＋1", "－1", "＠1"])
def test_no_cell_is_a_formula_and_each_comes_back(text: str) -> None:
    assert safe(text) == f"'{text}"
    assert unsafe(safe(text)) == text


@pytest.mark.parametrize("text", ["-5", "12.5", "plain", "'quoted'", "a=b"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert unsafe(safe(text)) == safe(text) == text


def test_of_two_columns_of_one_kind_the_first_that_is_filled_counts(tmp_path: Path, house: Path, run: Run) -> None:
    assert run(written(tmp_path, "email,phone,mobile\na@example.com,,06\nb@example.com,01,07\n")).exit_code == 0
    assert [known(house)[f"{name}@example.com"]["phone"] for name in "ab"] == ["06", "01"]


def test_no_more_columns_are_kept_than_a_lead_can_hold() -> None:
    names = [f"Field {chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(90)]
    found = meanings(["Email", *names], OF_LEADS, {}, others=True)
    assert len([name for name in found if name]) == 50


@pytest.mark.parametrize("third", range(3))
def test_no_column_brings_what_no_form_may_tell(run: Run, house: Path, third: int) -> None:
    harmless = [field for field in KEPT if field.type == "text" and "phone" not in field.name and field.name != "tel"]
    by_type = {field.name for field in FORBIDDEN if field.type != "text" or field.autocomplete}
    secret = [field for field in FORBIDDEN if field.name not in by_type][third::3]
    columns = [*secret, *harmless]
    heading, row = (
        ",".join(f'"{cell}"' for cell in each) for each in zip(*(field[:2] for field in columns), strict=True)
    )
    file = written(house.parent, f'"Email",{heading}\n"ada@example.com",{row}\n')
    assert run(file).exit_code == 0
    kept = known(house)["ada@example.com"].values()
    assert not [field for field in secret if field.value in kept]
    assert not [field for field in harmless if field.value not in kept]
    stored = b"".join(file.read_bytes() for file in house.glob("ripeline.db*"))
    assert not [field for field in secret if field.value.encode() in stored]
