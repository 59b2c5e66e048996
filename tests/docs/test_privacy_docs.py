"""docs/privacy.md and docs/privacy.fr.md: every table is judged, and the times they name are those of the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
import sqlite_utils
from tests.docs.conversation import DOCS

from ripeline.auth.invitations import LASTS_MS
from ripeline.auth.logins import LASTS_SECONDS as LOGIN_SECONDS
from ripeline.collect.cookies import LASTS_SECONDS as COOKIE_SECONDS
from ripeline.collect.cookies import NAME
from ripeline.fold.noting import KEPT_MS as NOTES_MS
from ripeline.pages.privacy_page import VISITS
from ripeline.pages.said import COOKIE as SAID_COOKIE
from ripeline.store.deliveries import KEPT_MS as ALERTS_MS
from ripeline.store.migrations import migrations
from ripeline.store.retention import Retention
from ripeline.templating.languages import COOKIE as LANGUAGE_COOKIE

PAGES: Final = {
    name: (DOCS / name).read_text(encoding="utf-8").replace("\u00a0", " ") for name in ("privacy.md", "privacy.fr.md")
}
#: What people type or do, or who they are, is in columns of these names; a table with one of them is about somebody.
OF_PEOPLE: Final = {"email", "author", "lead_id", "visitor_id", "owner_id", "user_id"}
DAY: Final = 86_400_000


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The columns of every table of the schema; of the search only the table itself."""
    database = sqlite_utils.Database(tmp_path_factory.mktemp("schema") / "ripeline.db")
    migrations.apply(database)
    names = [name for name in database.table_names() if not name.startswith(("sqlite_", "_", "leads_search_"))]
    found = {name: {column.name for column in database[name].columns} for name in names}
    database.close()
    return found


def personal(text: str) -> list[str]:
    """The tables in the first column of the table of what is stored."""
    rows = re.findall(r"(?m)^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \| ", text)
    return [name for row in rows for name in re.findall(r"`([a-z_]+)`", row)]


def impersonal(text: str) -> list[str]:
    (said,) = re.findall(r"(?m)^(?:Without personal data are|Sont sans données personnelles) (.*?)\. ", text)
    return re.findall(r"`([a-z_]+)`", said)


@pytest.mark.parametrize("text", PAGES.values(), ids=PAGES)
def test_every_table_is_named_once_as_personal_or_not(text: str, tables: dict[str, set[str]]) -> None:
    named = [*personal(text), *impersonal(text)]
    assert sorted(named) == sorted(tables), (
        "say in docs/privacy.md and docs/privacy.fr.md what the new table holds of whom"
    )


@pytest.mark.parametrize("text", PAGES.values(), ids=PAGES)
def test_a_table_with_somebody_in_it_is_among_the_personal_ones(text: str, tables: dict[str, set[str]]) -> None:
    for name in impersonal(text):
        assert not tables[name] & OF_PEOPLE, name


def test_both_languages_say_the_same_of_each_table() -> None:
    english, french = PAGES.values()
    assert personal(english) == personal(french)
    assert impersonal(english) == impersonal(french)
    assert [line.count("|") for line in english.splitlines() if line.startswith("|")] == [
        line.count("|") for line in french.splitlines() if line.startswith("|")
    ]
    assert re.findall(r"(?m)^#+", english) == re.findall(r"(?m)^#+", french)


def row(text: str, table: str) -> str:
    (found,) = re.findall(rf"(?m)^\| [^|]*`{table}`[^|]* \| .*$", text)
    return str(found)


@pytest.mark.parametrize("text", PAGES.values(), ids=PAGES)
def test_the_times_are_those_of_the_code(text: str) -> None:
    kept = Retention()
    assert f" {kept.visits} m" in row(text, "events")
    assert str(min(VISITS)) in row(text, "events")
    assert str(max(VISITS)) in row(text, "events")
    assert kept.leads == 36
    assert re.search("three years|trois ans", row(text, "leads"))
    assert f"{ALERTS_MS // DAY} " in row(text, "outbox")
    assert f" {LOGIN_SECONDS * 1000 // DAY} " in row(text, "users")
    assert LASTS_MS["invite"] == 7 * DAY
    assert NOTES_MS == DAY
    assert 12.9 < COOKIE_SECONDS / (365.25 / 12 * 86_400) < 13.1
    assert all(f"`{name}`" in text for name in (NAME, LANGUAGE_COOKIE, SAID_COOKIE))


@pytest.mark.parametrize("text", PAGES.values(), ids=PAGES)
def test_what_the_browser_keeps_is_what_the_page_of_the_script_says(text: str) -> None:
    keys: Path = DOCS.parent / "tracker" / "README.md"
    assert set(re.findall(r"`(ripeline\.[a-z])`", text)) == set(
        re.findall(r"`(ripeline\.[a-z])`", keys.read_text("utf-8"))
    )
