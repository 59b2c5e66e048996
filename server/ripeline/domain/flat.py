"""Nested objects of other programs as flat keys and plain values, as events and leads keep them; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ripeline.domain.wire_text import LONGEST_ID, LONGEST_TEXT
from ripeline.domain.wire_types import MOST_PROPS

_DEEPEST: Final = 5
_MOST: Final = 2**53


def flat(values: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    """Keys joined by dots, lists of plain values by commas; at most 50, what cannot be kept is left out, not refused.

    Texts are cut at 2 048 characters; keys over 64, numbers beyond all bounds and lists of objects have no place.
    """
    found: dict[str, str | int | float | bool] = {}
    for name, value in _leaves("", values, 0):
        if len(found) == MOST_PROPS:
            break
        if len(name) <= LONGEST_ID and (kept := _plain(value)) is not None:
            found[name] = kept
    return found


def _leaves(prefix: str, values: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if not isinstance(value, Mapping):
            yield prefix + name, value
        elif depth < _DEEPEST:
            yield from _leaves(f"{prefix}{name}.", value, depth + 1)


def _plain(value: object) -> str | int | float | bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value[:LONGEST_TEXT] or None
    if isinstance(value, int | float):
        return value if abs(value) <= _MOST else None
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return ", ".join(str(one) for one in value)[:LONGEST_TEXT] or None
    return None
