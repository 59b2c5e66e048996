"""Moments as text, as JSON and CSV carry them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def iso_time(at: int) -> str:
    """Milliseconds since 1970 UTC → `2026-11-21T17:00:00.000Z` (ISO 8601), the inverse of reading it."""
    moment = _EPOCH + timedelta(milliseconds=at)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
