"""A list as a CSV file that spreadsheets open as it is meant: in UTF-8 with a mark, streamed, and never a formula.

`?sep=semicolon` is for spreadsheets that write numbers with a comma, as French ones do: their CSV has `;`, and the
numbers are then written as the reader's language has them.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ripeline.domain.formulas import safe
from ripeline.templating.languages import locale_of
from ripeline.templating.numbers import MARKS
from ripeline.templating.times import local

#: The field of the query that asks for `;`, and its only value.
SEPARATOR: Final = "sep"
SEMICOLON: Final = "semicolon"

_LINES_A_CHUNK: Final = 200

#: Texts come from anybody; numbers are ours; None is an empty cell.
Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is written: what parts its cells, and its decimal mark."""

    separator: str = ","
    decimal: str = "."


def csv_answer(request: Request, name: str, rows: Iterable[Sequence[Cell]], today: date) -> Response:
    """The rows, the heading first, as a file called by that name and day; they are read in a thread as they are sent.

    `rows` keeps no connection open between two of them, for a reader may be slow.
    """
    answer = StreamingResponse(written(rows, style_of(request)), media_type="text/csv; charset=utf-8")
    # Bands are called what their rule file calls them: with quotes, or in letters no header may hold.
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")
    answer.headers["Content-Disposition"] = f'attachment; filename="{plain}-{today.isoformat()}.csv"'
    return answer


def style_of(request: Request) -> Style:
    """What the address asks for, in the reader's language."""
    if request.query_params.get(SEPARATOR) != SEMICOLON:
        return Style()
    return Style(";", MARKS[locale_of(request)].decimal)


def written(rows: Iterable[Sequence[Cell]], style: Style) -> Iterator[bytes]:
    """The file, some lines at a time."""
    lines = iter(rows)
    first = codecs.BOM_UTF8
    while chunk := list(islice(lines, _LINES_A_CHUNK)):
        out = io.StringIO()
        csv.writer(out, delimiter=style.separator).writerows([[_cell(each, style) for each in row] for row in chunk])
        yield first + out.getvalue().encode("utf-8", "replace")
        first = b""


def headed(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterable[Sequence[Cell]]:
    """A heading and what stands under it."""
    return chain([heading], rows)


def moment(at: int | None, zone: str) -> str:
    """A moment (ms) as every spreadsheet reads it, in that zone; "" for None."""
    return "" if at is None else f"{local(at, zone):%Y-%m-%d %H:%M}"


def _cell(cell: Cell, style: Style) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe(cell, style.separator)
    return f"{round(cell, 3)}".replace(".", style.decimal)
