"""Many rows in few statements, which is where the speed of the fold comes from."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

from ripeline.store.database import Connection

#: Rows a statement, the largest first: any number of rows is soon made up of them, each text compiled once.
_SIZES: Final = (64, 16, 4, 1)


class Statement:
    """SQL around `VALUES (…), (…)`: run for many rows it costs what a row at a time does.

    But a row at a time the driver gives the interpreter lock away after each, and getting it back beside a busy
    event loop takes longer than the row. (One JSON value for all rows keeps the lock too, at twice the price.)
    """

    def __init__(self, name: str, before: str, width: int, after: str = "") -> None:
        """`width` is how many values a row has."""
        row = f"({', '.join('?' * width)})"
        self._by_size = [
            (size, f"/* {name} {size} */ {before} VALUES {', '.join([row] * size)} {after}") for size in _SIZES
        ]

    def run(self, conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Once for every row, in order."""
        start, end = 0, len(rows)
        for size, sql in self._by_size:
            while end - start >= size:
                conn.execute(sql, tuple(chain.from_iterable(rows[start : start + size])))
                start += size
