"""Where each key of a rule file stands: key path → 1-based line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Final, NamedTuple

from ripeline.rules.statements import FILLER, Statement, masked

KeyPath = tuple[str | int, ...]

_PART: Final = re.compile(r"""\s*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)\s*""")
_BARE: Final = re.compile(r"[^,\]}\n]*")


class Place(NamedTuple):
    """Where a bare value (a number, true, a date) stands: its 1-based line, and columns from 0, the last excluded."""

    line: int
    begin: int
    end: int


class Lines:
    """The line of every key path of a valid document; array elements count as paths with their index."""

    def __init__(self, found: Sequence[Statement]) -> None:
        self._lines: dict[KeyPath, int] = {}
        self._places: dict[KeyPath, Place] = {}
        self._counts: dict[KeyPath, int] = {}
        base: KeyPath = ()
        for statement in found:
            if statement.is_header:
                base = self._header(statement)
            else:
                _Scanner(statement, self._lines, self._places).pair(base, 0)

    def of(self, path: KeyPath) -> int:
        """The line of the path, or of the nearest path around it; 0 for the file as a whole."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 0)

    def place(self, path: KeyPath) -> Place | None:
        """Where the bare value of this very path stands; None when there is none, or it is a text, list or table."""
        return self._places.get(path)

    def _header(self, statement: Statement) -> KeyPath:
        text = statement.text.strip()
        double = text.startswith("[[")
        path: KeyPath = ()
        keys, _ = key_parts(text, 2 if double else 1)
        for depth, key in enumerate(keys):
            path = (*path, key)
            last = depth == len(keys) - 1
            if double and last:
                self._counts[path] = self._counts.get(path, 0) + 1
            self._lines.setdefault(path, statement.line)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
                self._lines.setdefault(path, statement.line)
        return path


def key_parts(text: str, at: int) -> tuple[list[str], int]:
    """A dotted key from an offset: its parts unquoted, and the offset after it."""
    parts: list[str] = []
    while found := _PART.match(text, at):
        parts.append(_unquoted(found[1]))
        at = found.end()
        if text[at : at + 1] != ".":
            break
        at += 1
    return parts, at


def _unquoted(key: str) -> str:
    if key[0] not in "\"'":
        return key
    try:
        return str(tomllib.loads(f"x = {key}")["x"])
    except tomllib.TOMLDecodeError:
        return key[1:-1]


class _Scanner:
    """Walks one valid statement and notes the line of each key and the place of each bare value in it."""

    def __init__(self, statement: Statement, lines: dict[KeyPath, int], places: dict[KeyPath, Place]) -> None:
        self._text = statement.text
        self._plain = masked(statement.text)
        # Where the last look was: places are asked for from front to back.
        self._line, self._begin, self._at = statement.line, 0, 0
        self._lines = lines
        self._places = places

    def pair(self, base: KeyPath, at: int) -> int:
        keys, after = key_parts(self._text, at)
        path = base
        for key in keys:
            path = (*path, key)
            self._note(path, at)
        return self._value(path, after + 1)

    def _note(self, path: KeyPath, at: int) -> None:
        while at < len(self._text) and self._text[at].isspace():
            at += 1
        self._look(at)
        self._lines.setdefault(path, self._line)

    def _look(self, at: int) -> None:
        """The line of this place, and where that line begins."""
        breaks = self._text.count("\n", self._at, at)
        if breaks:
            self._line, self._begin = self._line + breaks, self._text.rindex("\n", self._at, at) + 1
        self._at = max(self._at, at)

    def _value(self, path: KeyPath, at: int) -> int:
        at = self._skip(at)
        opening = self._plain[at : at + 1]
        if opening and opening in "[{":
            return self._items(path, at + 1, "]" if opening == "[" else "}")
        if opening and opening in "\"'":
            end = at + 1
            while self._plain[end : end + 1] == FILLER:
                end += 1
            return end + 1
        return self._bare(path, at)

    def _bare(self, path: KeyPath, at: int) -> int:
        found = _BARE.match(self._plain, at)
        if found is None:
            return at
        self._look(at)
        column = at - self._begin
        self._places[path] = Place(self._line, column, column + len(found[0].rstrip()))
        return found.end()

    def _items(self, path: KeyPath, at: int, closing: str) -> int:
        index = 0
        while (at := self._skip(at)) < len(self._plain) and self._plain[at] != closing:
            if closing == "}":
                at = self._skip(self.pair(path, at))
            else:
                self._note((*path, index), at)
                at = self._skip(self._value((*path, index), at))
                index += 1
            if self._plain[at : at + 1] == ",":
                at += 1
        return at + 1

    def _skip(self, at: int) -> int:
        while at < len(self._plain) and self._plain[at].isspace():
            at += 1
        return at
