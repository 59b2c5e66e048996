"""Events in a file: NDJSON, lines that are arrays, or one JSON array over many lines; each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, NamedTuple

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


class Raw(NamedTuple):
    """One item of a file as it stands there, unread."""

    place: str
    text: bytes


def lines_of(file: BinaryIO) -> Iterator[Line]:
    """Every item of the file; blank lines are passed over."""
    return map(line_of, raw_lines(file))


def raw_lines(file: BinaryIO) -> Iterator[Raw]:
    """Every item of the file, unread; of an array that cannot be read the whole."""
    name = getattr(file, "name", "-")
    for number, raw in enumerate(_bounded(file), 1):
        text = raw.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else raw.strip()
        if not text:
            continue
        if text.startswith(b"["):
            if number == 1 and not text.endswith(b"]"):
                yield from _elements(name, text + b"\n" + file.read())
                return
            yield from _elements(f"{name}:{number}", text)
        else:
            yield Raw(f"{name}:{number}", text)


def line_of(raw: Raw) -> Line:
    """The item read."""
    try:
        return Line(raw.place, msgspec.json.decode(raw.text))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return Line(raw.place, problem=str(error))


def _bounded(file: BinaryIO) -> Iterator[bytes]:
    while raw := file.readline(_LONGEST_LINE):
        if len(raw) == _LONGEST_LINE and not raw.endswith(b"\n"):
            while (rest := file.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
        yield raw


def _elements(place: str, text: bytes) -> Iterator[Raw]:
    try:
        elements = msgspec.json.decode(text, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        yield Raw(place, text)
        return
    yield from (Raw(f"{place}[{number}]", bytes(element)) for number, element in enumerate(elements))


def bad_line(line: Line) -> InvalidEvent:
    """The error of a line that is no JSON."""
    return InvalidEvent("bad_body", "", f"is no JSON: {line.problem}")
