"""Events in a file: NDJSON, lines that are arrays, or one JSON array over many lines; each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import msgspec

from ripeline.domain.wire_types import LARGEST_EVENT
from ripeline.errors import InvalidEvent

#: A line may be an array of a hundred large events.
_LONGEST_LINE: Final = 100 * LARGEST_EVENT


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a file and where it stands (`file:line`); `problem` says why it could not be read."""

    place: str
    item: Any = None
    problem: str = ""


def lines_of(file: BinaryIO) -> Iterator[Line]:
    """Every item of the file; blank lines are passed over."""
    name = getattr(file, "name", "-")
    for number, raw in enumerate(_bounded(file), 1):
        place = f"{name}:{number}"
        text = raw.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else raw.strip()
        if not text:
            continue
        if number == 1 and text.startswith(b"[") and not text.endswith(b"]"):
            yield from _items(name, text + b"\n" + file.read())
            return
        yield from _items(place, text)


def _bounded(file: BinaryIO) -> Iterator[bytes]:
    while raw := file.readline(_LONGEST_LINE):
        if len(raw) == _LONGEST_LINE and not raw.endswith(b"\n"):
            while (rest := file.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
        yield raw


def _items(place: str, text: bytes) -> Iterator[Line]:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        yield Line(place, problem=str(error))
        return
    if isinstance(found, list):
        yield from (Line(f"{place}[{number}]", item) for number, item in enumerate(found))
    else:
        yield Line(place, found)


def bad_line(line: Line) -> InvalidEvent:
    """The error of a line that is no JSON."""
    return InvalidEvent("bad_body", "", f"is no JSON: {line.problem}")
