"""Ids of rows in addresses: `{id:int}` takes as many digits as a row can have, and nothing else is looked at."""

from __future__ import annotations

from starlette.convertors import IntegerConvertor, register_url_convertor


class RowId(IntegerConvertor):
    """More than SQLite can hold, or than Python reads at all, would be a fault of ours in answering a stranger."""

    regex = "[0-9]{1,18}"


def bound_row_ids() -> None:
    """From here on, in every route that is made."""
    register_url_convertor("int", RowId())
