"""SQL in every sort, filter, chip, zone, cursor, page size, search, view, day, language and id: all of it is text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote_from_bytes

import pytest
from tests.faults import corpus
from tests.faults.doors import Door, doors_of
from tests.faults.house import Record, many, tell
from tests.faults.test_every_door import unharmed
from tests.faults.town import Town, build, copy_of, opened
from tests.faults.walks import Attack

ANSWERS: Final = frozenset({200, 204, 302, 303, 307, 400, 401, 403, 404, 405, 422, 429})
#: What is looked for, and narrows a list: not where a page begins or how long it is.
NARROWING: Final = ("model", "band", "q", "channel", "page", "file", "form", "state", "identified")
#: They are what they say: some lead's e-mail holds these letters, and the pattern of every page fits every page.
_FOUND: Final = frozenset({b"ma", b"*"})


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    whole = tmp_path_factory.mktemp("sql") / "whole"
    build(whole)
    with opened(copy_of(whole, whole.with_name("data"))) as town:
        yield town


@pytest.fixture(scope="module")
def doors(town: Town) -> list[Door]:
    return [door for door in doors_of(town) if door.method == "GET" and door.route not in ("/o/{token}.gif", "/p.gif")]


@pytest.fixture(scope="module")
def before(town: Town, doors: list[Door]) -> Mapping[str, int]:
    """How much there was, once everything had been looked at that notes who looks."""
    for door in doors:
        town.ask("GET", door.path)
    return town.counts()


def contents(town: Town) -> str:
    """All of what people said and did, as one text."""
    tables = "events leads scores ledger handoffs verdicts outcomes users tokens saved_views notes texts".split()
    return "\n".join(str(town.rows(f"SELECT * FROM {table} ORDER BY 1, 2")) for table in tables)


@pytest.mark.fault
def test_sql_in_an_address_is_text(
    town: Town, doors: list[Door], before: Mapping[str, int], record_property: Record
) -> None:
    shape, all_of_it, asked = town.shape(), contents(town), 0
    for door in doors:
        for name in (*door.places, *door.parameters):
            for what, text in corpus.SQL.items():
                attack = Attack(what, door, place=(name, text)) if name in door.places else None
                # The language of a page is remembered, which would be a change.
                attack = attack or Attack(what, door, door.parameters | {"lang": ""} | {name: text})
                answer = town.ask("GET", attack.path())
                asked += 1
                assert answer.status_code in ANSWERS or door.route == "/live", (
                    str(door),
                    name,
                    what,
                    answer.text[:300],
                )
                assert "SQL" not in answer.text.replace("SQLite", ""), (str(door), name, what)
    assert contents(town) == all_of_it
    assert town.shape() == shape
    # Downloads are written down, and nothing else.
    assert {**town.counts(), "audit": 0, "sqlite_sequence": 0} == {**before, "audit": 0, "sqlite_sequence": 0}
    unharmed(town)
    tell(record_property, doors=len(doors), requests=asked, changed=0)


@pytest.mark.row
@pytest.mark.parametrize("text", list(corpus.SQL.values())[:: many(4, 1)])
def test_no_list_is_wider_than_what_was_asked_for(town: Town, text: bytes) -> None:
    quoted = quote_from_bytes(text, safe="")
    for path, name in (("/api/leads", "leads"), ("/api/handoffs", "handoffs")):
        for parameter in NARROWING:
            answer = town.ask("GET", f"{path}?{parameter}={quoted}")
            assert answer.status_code in (200, 400), (path, parameter, answer.text)
            found = answer.json().get(name, [])
            assert not found or text in _FOUND, (path, parameter, len(found))
    for sort in ("sort", "cursor", "limit", "as_of"):
        answer = town.ask("GET", f"/api/leads?{sort}={quoted}")
        assert answer.status_code == 400, (sort, answer.text)
        assert answer.json()["field"] == sort
    page = town.ask("GET", f"/leads?q={quoted}")
    assert page.status_code == 200
    assert "w7@example.com" not in page.text


FTS_ONLY: Final = [text for what, text in corpus.SQL.items() if what.startswith("FTS")]


@pytest.mark.parametrize("text", FTS_ONLY)
def test_what_is_searched_for_is_what_is_found(town: Town, text: bytes) -> None:
    """The full-text index has a language of its own, which nobody who searches speaks."""
    words = text.decode()
    name = f"Z{words}Z"
    item = {"id": f"fts-{words[:40]!r}"[:60], "visitor": "fts", "on": "identify", "email": "fts@example.com"}
    answer = town.client.post("/api/events", json=item | {"traits": {"name": name}}, headers=town.rights("/api/events"))
    assert answer.json()["rejected"] == []
    assert town.ask("GET", "/api/settled").json() == {"lag": 0}
    found = town.client.get("/api/leads", params={"q": name.strip()}, headers=town.rights("/api/leads")).json()
    assert [lead["email"] for lead in found["leads"]] == ["fts@example.com"]


def test_a_saved_view_with_sql_in_it_asks_for_text(town: Town) -> None:
    for what, text in corpus.SQL.items():
        query = f"q={quote_from_bytes(text, safe='')}&sort={quote_from_bytes(text, safe='')}"
        town.post("/leads/views", name=what, query=query)
    answer = town.ask("GET", "/leads")
    assert answer.status_code == 200
    for link in {part.partition('"')[0] for part in answer.text.split('href="')[1:]}:
        if link.startswith("/leads?"):
            assert town.ask("GET", link.replace("&amp;", "&")).status_code in (200, 303), link


def test_a_zone_with_sql_in_it_is_no_zone(town: Town) -> None:
    """The zone stands in the rules; what it is set to by the set-up page goes the same way."""
    for text in list(corpus.SQL.values())[:: many(5, 1)]:
        zone = text.decode("utf-8", "replace").replace("\\", "\\\\").replace('"', '\\"').replace("\x00", "\\u0000")
        rules = f'timezone = "{zone}"\n[models.a]\nbands = {{ warm = 5 }}\n'
        answer = town.ask("PUT", "/api/rules", body=rules.encode())
        assert answer.status_code == 422, text
        assert "timezone" in answer.text or "escape" in answer.text or "character" in answer.text, answer.text
