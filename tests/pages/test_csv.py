"""CSV files: spreadsheets open them as they are meant, and run nothing in them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from ripeline.pages.csv import Cell, Style, csv_answer, headed, moment, written

PLAIN, FRENCH = Style(), Style(";", ",")


def cells_of(*row: Cell, style: Style = PLAIN) -> list[str]:
    text = b"".join(written([row], style)).decode("utf-8-sig")
    (cells,) = csv.reader(io.StringIO(text), delimiter=style.separator)
    return cells


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "\0="])
def test_no_cell_begins_as_a_formula(first: str) -> None:
    (cell,) = cells_of(f"{first}HYPERLINK(1)")
    assert cell.startswith("'")
    assert "\0" not in cell


@pytest.mark.parametrize(("style", "text"), [(PLAIN, 'a;=1+1;"b'), (FRENCH, 'a,"=1+1,b')])
def test_no_cell_begins_as_a_formula_where_a_spreadsheet_parts_otherwise(style: Style, text: str) -> None:
    other = ";" if style.separator == "," else ","
    file = b"".join(written([["x", text]], style)).decode("utf-8-sig")
    parts = [part.lstrip('"') for part in file.split(other)]
    assert len(parts) > 2
    assert not any(part.startswith("=") for part in parts)


def test_a_phone_number_stays_a_text_and_a_name_is_as_it_was() -> None:
    assert cells_of("+33 6 12 34 56 78", "O'Neill; fils", 'dit "Zé"', "1, rue") == [
        "'+33 6 12 34 56 78",
        "O'Neill; fils",
        'dit "Zé"',
        "1, rue",
    ]


def test_numbers_are_numbers_as_the_language_writes_them() -> None:
    assert cells_of(13, 2.5, -0.125, None) == ["13", "2.5", "-0.125", ""]
    assert cells_of(13, 2.5, -0.125, None, style=FRENCH) == ["13", "2,5", "-0,125", ""]


def test_a_moment_is_written_in_the_zone_of_the_rules() -> None:
    assert moment(1_795_284_120_000, "Europe/Paris") == "2026-11-21 19:02"
    assert moment(None, "Europe/Paris") == ""


def test_a_file_is_sent_as_it_is_read() -> None:
    read: list[int] = []

    def rows() -> Iterator[Sequence[Cell]]:
        for n in range(1_000):
            read.append(n)
            yield [n]

    chunks = written(rows(), PLAIN)
    assert next(chunks).startswith(b"\xef\xbb\xbf0\r\n")
    assert len(read) < 1_000
    assert b"\xef\xbb\xbf" not in b"".join(chunks)
    assert len(read) == 1_000


@pytest.mark.parametrize("name", ['leads-"hot"', "leads-горячо", "leads-a/../b\r\nSet-Cookie: x", "leads-tiède;x=1"])
def test_a_file_has_a_name_every_system_takes(name: str) -> None:
    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        await csv_answer(Request(scope), name, [[1]], date(2026, 11, 22))(scope, receive, send)

    found = TestClient(app).get("/").headers["content-disposition"]
    assert re.fullmatch(r'attachment; filename="leads-?[A-Za-z0-9_-]*-2026-11-22\.csv"', found), found


@pytest.mark.parametrize(
    ("query", "language", "line"),
    [
        ("", "fr", "1,2.5"),
        ("?sep=semicolon", "fr", "1;2,5"),
        ("?sep=semicolon", "en", "1;2.5"),
        ("?sep=x", "fr", "1,2.5"),
    ],
)
def test_the_address_asks_for_the_semicolon(query: str, language: str, line: str) -> None:
    def answer(request: Request) -> Response:
        return csv_answer(request, "ready", headed(["Nom"], [[1, 2.5]]), date(2026, 11, 22))

    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        await answer(Request(scope))(scope, receive, send)

    found = TestClient(app).get("/" + query, headers={"accept-language": language})
    assert found.content == f"\ufeffNom\r\n{line}\r\n".encode()
    assert found.headers["content-type"] == "text/csv; charset=utf-8"
    assert found.headers["content-disposition"] == 'attachment; filename="ready-2026-11-22.csv"'
