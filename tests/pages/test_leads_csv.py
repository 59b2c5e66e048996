"""The list as a file: exactly the view, whole, and never a formula."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from starlette.testclient import TestClient
from tests.pages.room import Room
from tests.pages.test_leads_filters import listed
from tests.store.white_papers import fold, form, made, page, paper

from ripeline.errors import Conflict
from ripeline.pages import leads_csv
from ripeline.pages.leads import A_PAGE
from ripeline.rules.model import Ruleset
from ripeline.running import Running
from ripeline.store.reading_leads import LeadQuery
from ripeline.store.views import LeadList


def read(client: TestClient, query: str, separator: str = ",") -> list[dict[str, str]]:
    answer = client.get(f"/leads.csv?{query}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    text = answer.content.decode("utf-8-sig")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text), delimiter=separator))


@pytest.mark.parametrize(
    "query", ["", "sort=missing", "band=hot", "page=/blog&sort=seen", "q=elod", "identified=no", "out=yes"]
)
def test_the_file_is_the_view(full: Room, bob: TestClient, query: str) -> None:
    lines = [line["E-mail"].split("@")[0] or "v-ada" for line in read(bob, query)]
    assert lines == listed(bob, query)


def test_the_file_is_whole_where_the_page_is_not(room: Room, bob: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leads_csv, "_AT_ONCE", 7)
    for n in range(A_PAGE + 3):
        fold(room.writer, made(f"v{n:02}", [(n, page("/about"))]))
    numbers = [line["Number"] for line in read(bob, "")]
    assert numbers == [str(n) for n in range(A_PAGE + 3, 0, -1)]
    assert len(listed(bob, "")) == A_PAGE


def test_a_file_of_two_versions_of_the_rules_is_never_finished(
    room: Room, bob: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leads_csv, "_AT_ONCE", 7)
    for n in range(20):
        fold(room.writer, made(f"v{n:02}", [(n, page("/about"))]))
    read_page, pages = leads_csv._page, iter(range(9))

    def other_rules(running: Running, query: LeadQuery) -> tuple[LeadList, Ruleset]:
        found, ruleset = read_page(running, query)
        return found, ruleset if next(pages) < 2 else replace(ruleset, hash="another")

    monkeypatch.setattr(leads_csv, "_page", other_rules)
    with pytest.raises(Conflict):
        bob.get("/leads.csv")


def test_a_line_says_what_the_page_says(full: Room, bob: TestClient) -> None:
    (line,) = read(bob, "q=elodie")
    assert line | {"Number": "", "Page": ""} == {
        "Number": "",
        "Name": "",
        "E-mail": "elodie@example.com",
        "Phone": "",
        "Company": "",
        "Job": "",
        "Model": "White papers",
        "Score": "5",
        "Band": "warm",
        "Missing points": "7",
        "Next band": "hot",
        "Mostly for": "White paper B",
        "Came by": "direct",
        "First seen": "2026-11-02 15:00",
        "Last seen": "2026-11-02 15:12",
        "Owner": "",
        "Page": "",
    }
    assert line["Page"] == f"http://testserver/leads/{line['Number']}"


def test_french_excel_reads_it(full: Room, bob: TestClient) -> None:
    bob.headers["accept-language"] = "fr"
    full.now(lambda conn: conn.execute("UPDATE scores SET score = 12345 WHERE lead_id = 1"))
    lines = read(bob, "sep=semicolon&band=hot", ";")
    assert {line["Score"] for line in lines} == {"12,345", "18"}
    assert {line["Niveau"] for line in lines} == {"chaud"}
    assert "sep" not in bob.get("/leads").text.split("leads.csv?")[1].split('"')[0]


def test_no_cell_is_a_formula(room: Room, bob: TestClient) -> None:
    cells = {"name": "=1+1", "company": "@sum(A1)", "job": "+cmd|' /c calc'!A0", "phone": "-2+3"}
    fold(room.writer, made("v", [(0, paper("c")), (0.1, form("eve@example.com", **cells))]))
    (line,) = read(bob, "")
    for name in ("Name", "Company", "Job", "Phone"):
        assert line[name].startswith("'"), line[name]


def test_an_old_address_leads_to_the_list(full: Room, bob: TestClient) -> None:
    answer = bob.get("/leads.csv?model=nope")
    assert (answer.status_code, answer.headers["location"]) == (303, "/leads")
