"""Events in a file: NDJSON, lines that are arrays, or one JSON array over many lines; each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ripeline.domain.wire_types import LARGEST_EVENT
from ripeline.errors import InvalidEvent

#: A line may be an array of a hundred large events.
_LONGEST_LINE: Final = 100 * LARGEST_EVENT

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a file and where it stands (`file:line`); `problem` says why it could not be read."""

    place: str
    item: Any = None
    problem: str = ""


class Raw(Struct, frozen=True, gc=False):
    """One item of a file as it stands there, unread; `start` is the byte its line begins at, `line` its number (0: one
    array is the whole file), `element` its place where an array holds it."""

    file: str
    text: bytes
    start: int = 0
    line: int = 0
    element: int | None = None

    @property
    def place(self) -> str:
        """For people: file, line, and the place within."""
        line = f"{self.file}:{self.line}" if self.line else self.file
        return line if self.element is None else f"{line}[{self.element}]"


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
    number = before
    while line := file.readline(_LONGEST_LINE):
        number += 1
        text = line.removeprefix(_BYTE_ORDER_MARK).strip() if number == 1 else line.strip()
        if number == 1 and text.startswith(b"[") and not text.endswith(b"]"):
            yield from _elements(Raw(name, text + b"\n" + file.read()))
        elif text.startswith(b"["):
            yield from _elements(Raw(name, text, start, number))
        elif text:
            yield Raw(name, text, start, number)
        start += len(line)
        if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            start += _passed_over(file)


def line_of(raw: Raw) -> Line:
    """The item read."""
    try:
        return Line(raw.place, msgspec.json.decode(raw.text))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return Line(raw.place, problem=str(error))


def _passed_over(file: BinaryIO) -> int:
    """How many bytes were left of a line that is too long."""
    length = 0
    while rest := file.readline(_LONGEST_LINE):
        length += len(rest)
        if rest.endswith(b"\n"):
            break
    return length


def _elements(whole: Raw) -> Iterator[Raw]:
    try:
        elements = msgspec.json.decode(whole.text, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        yield whole
        return
    for number, element in enumerate(elements):
        yield replace(whole, text=bytes(element), element=number)


def bad_line(line: Line) -> InvalidEvent:
    """The error of a line that is no JSON."""
    return InvalidEvent("bad_body", "", f"is no JSON: {line.problem}")
