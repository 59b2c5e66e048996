"""What a spreadsheet makes of a CSV file, in the worst of cases: which of its cells it would run."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from typing import Final

# What some take off before they look whether a cell is a formula; an apostrophe is what says that it is none.
_OFF: Final = ("Zs", "Zl", "Zp", "Cc", "Cf")
_NUMBER: Final = re.compile(r"-?\d+([.,]\d+)?")


def cells_that_run(file: bytes, separator: str) -> list[str]:
    """Cells that begin as a formula once blanks, quotes and marks are off, parted rightly or at the other separator."""
    text = file.decode("utf-8-sig")
    rightly = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]
    wrongly = re.split(r"[\r\n;]" if separator == "," else r"[\r\n,]", text)
    # Of the second only what is within a cell: what ends one and begins another is between quotes.
    return [cell for cell in (*rightly, *wrongly) if runs(cell)]


def runs(cell: str) -> bool:
    bare = cell
    while bare and (unicodedata.category(bare[0]) in _OFF or bare[0] == '"'):
        bare = bare[1:]
    return unicodedata.normalize("NFKC", bare[:1]) in ("=", "+", "-", "@") and not _NUMBER.fullmatch(cell)
