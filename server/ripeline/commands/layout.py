"""Plain text that fits a terminal of eighty columns: tables, and lines that go on below where they began."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Final

_WIDTH: Final = 80
_BAR: Final = "█"


def lines_of(text: str, indent: int = 0, hanging: int | None = None) -> Iterator[str]:
    """The text after `indent` spaces, what does not fit on further lines after `hanging` (None: as many)."""
    first, others = " " * indent, " " * (indent if hanging is None else hanging)
    yield from wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False
    )


def table(rows: Sequence[Sequence[str]], indent: int = 2, left: int = 1) -> Iterator[str]:
    """The first columns (so many) and bars to the left, all others to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.ljust(width) if place < left or cell.startswith(_BAR) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"{' ' * indent}{'  '.join(cells)}".rstrip()


def bar(count: int, tallest: int, width: int) -> str:
    """As long as the count is to the tallest, which is `width` long; what is not nothing is to be seen."""
    return _BAR * max(1, round(width * count / tallest)) if count else ""
