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
    """One item of a file as it stands there, unread; `start` is the byte its line begins at, `line` its number."""

    place: str
    text: bytes
    start: int = 0
    line: int = 0


def lines_of(file: BinaryIO) -> Iterator[Line]:
    """Every item of the file; blank lines are passed over."""
    return map(line_of, raw_lines(file))


def raw_lines(file: BinaryIO, start: int = 0, before: int = 0) -> Iterator[Raw]:
    """Every item of the file, unread; of an array that cannot be read the whole.

    From byte `start` on, if so many lines are `before` it.
    """
    name = getattr(file, "name", "-")
    if start:
        file.seek(start)
    for number, raw in enumerate(_bounded(file), before + 1):
        text = raw.text.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else raw.text.strip()
        if not text:
            continue
        whole = Raw(f"{name}:{number}", text, start + raw.start, number)
        if not text.startswith(b"["):
            yield whole
        elif number == 1 and not text.endswith(b"]"):
            yield from _elements(Raw(name, text + b"\n" + file.read()))
            return
        else:
            yield from _elements(whole)


def line_of(raw: Raw) -> Line:
    """The item read."""
    try:
        return Line(raw.place, msgspec.json.decode(raw.text))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return Line(raw.place, problem=str(error))


class _Bytes(NamedTuple):
    """A line, and how far from where reading began it starts."""

    start: int
    text: bytes


def _bounded(file: BinaryIO) -> Iterator[_Bytes]:
    start = 0
    while raw := file.readline(_LONGEST_LINE):
        length = len(raw)
        if length == _LONGEST_LINE and not raw.endswith(b"\n"):
            while (rest := file.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                length += len(rest)
            length += len(rest)
        yield _Bytes(start, raw)
        start += length


def _elements(whole: Raw) -> Iterator[Raw]:
    try:
        elements = msgspec.json.decode(whole.text, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        yield whole
        return
    for number, element in enumerate(elements):
        yield Raw(f"{whole.place}[{number}]", bytes(element), whole.start, whole.line)


def bad_line(line: Line) -> InvalidEvent:
    """The error of a line that is no JSON."""
    return InvalidEvent("bad_body", "", f"is no JSON: {line.problem}")
