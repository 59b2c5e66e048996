"""Ids of rows in addresses: whatever `{id:int}` holds can be looked for in the database."""

from __future__ import annotations

from starlette.convertors import IntegerConvertor, register_url_convertor

from ripeline.store.reading import LARGEST_INTEGER


class RowId(IntegerConvertor):
    """More than SQLite can hold, or than Python reads at all, would be a fault of ours in answering a stranger."""

    def convert(self, value: str) -> int:
        digits = value.lstrip("0") or "0"
        return min(int(digits), LARGEST_INTEGER) if len(digits) <= 20 else LARGEST_INTEGER


def bound_row_ids() -> None:
    """From here on, in every route that is made."""
    register_url_convertor("int", RowId())
