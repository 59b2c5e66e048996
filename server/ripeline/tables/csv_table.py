"""CSV as other programs export them: encoding and separator guessed, each line with its number."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Self

from ripeline.errors import DataProblem
from ripeline.sentences import N_, Sentence

_SEPARATORS: Final = ",;\t|"
_CHUNK: Final = 1 << 20
_MOST_TOLD: Final = 20
_NOTHING: Final = "; nothing was imported"

_MARKS: Final = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class BadTable(DataProblem):
    """A table that cannot be taken as it is; `others` are the mistakes found after this one.

    `here` says the same to somebody who has the table before them, None where a file is at fault.
    """

    def __init__(self, text: str, others: tuple[BadTable, ...] = (), here: Sentence | None = None) -> None:
        super().__init__(text)
        self.others = others
        self.here = here

    @classmethod
    def at(cls, name: str, line: int, problem: Sentence, *, column: str = "", rest: str = "") -> Self:
        """The line at fault; `rest` is said of a file only."""
        facts = {"line": line, "column": f", {column!r}" if column else "", "problem": problem}
        told = f"{name}:{line}{f', column {column!r}' if column else ''}: {problem}{rest}"
        return cls(told, here=N_("line %(line)s%(column)s: %(problem)s", **facts))


class Row(NamedTuple):
    """The cells of one line of a table, as many as it has columns; `line` is where it ends in the file."""

    line: int
    cells: list[str]


class Mistake(NamedTuple):
    """What is wrong in one cell."""

    line: int
    column: str
    problem: str


@dataclass(slots=True)
class Mistakes:
    """What is wrong in the table of that name, to be told all at once; the first of it in `places`."""

    name: str
    found: list[str] = field(default_factory=list)
    places: list[Mistake] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, column: str, problem: str) -> None:
        self.count += 1
        if len(self.found) < _MOST_TOLD:
            self.found.append(f"{self.name}:{line}: column {column!r}: {problem}")
            self.places.append(Mistake(line, column, problem))

    def raise_any(self) -> None:
        """Raises `BadTable` when something was found, so that nothing is imported."""
        if self.count > len(self.found):
            self.found.append(f"and {self.count - len(self.found)} more; nothing was imported")
        elif self.found:
            self.found.append("nothing was imported")
        if self.found:
            first, *others = map(BadTable, self.found)
            raise BadTable(str(first), tuple(others))


class Table:
    """One table; it is opened anew for each reading, so that it can be checked whole before it is used."""

    def __init__(self, name: str, opened: Callable[[], BinaryIO]) -> None:
        """Raises `BadTable` when it cannot be read, or has no heading."""
        self.name = name
        self._opened = opened
        try:
            self.encoding = _encoding_of(opened)
            self.separator = self._guessed_separator()
            _, self.heading = next(self._lines(), (0, []))
        except OSError as error:
            raise BadTable(f"{name} cannot be read: {error.strerror}") from error
        except UnicodeError as error:
            raise BadTable.at(name, 1, _no_csv(error), rest=_NOTHING) from error
        if not any(self.heading):
            raise BadTable.at(name, 1, N_("there is no heading that names the columns"))

    @classmethod
    def of_file(cls, path: Path) -> Table:
        """Raises `BadTable`."""
        return cls(str(path), lambda: path.open("rb"))

    @classmethod
    def of_bytes(cls, name: str, data: bytes) -> Table:
        """Raises `BadTable`."""
        return cls(name, partial(io.BytesIO, data))

    def rows(self) -> Iterator[Row]:
        """Every line but the heading and blank ones; raises `BadTable` for one that does not fit the heading."""
        lines = self._lines()
        next(lines)
        for line, cells in lines:
            # Some programs end every line with a separator.
            while len(cells) > len(self.heading) and not cells[-1]:
                cells.pop()
            if len(cells) != len(self.heading):
                column = self.heading[len(cells)] if len(cells) < len(self.heading) else ""
                counts = {"cells": len(cells), "wanted": len(self.heading)}
                problem = N_("has %(cells)s cells where the heading has %(wanted)s", **counts)
                raise BadTable.at(self.name, line, problem, column=column, rest=_NOTHING)
            yield Row(line, cells)

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        with self._text() as file:
            reader = csv.reader(file, delimiter=self.separator, strict=True)
            try:
                for cells in reader:
                    if any(cell.strip() for cell in cells):
                        yield reader.line_num, [cell.strip() for cell in cells]
            except (csv.Error, UnicodeError) as error:
                raise BadTable.at(self.name, reader.line_num, _no_csv(error), rest=_NOTHING) from error

    def _guessed_separator(self) -> str:
        with self._text() as file:
            outside = "".join(file.readline(_CHUNK).split('"')[::2])
        return max(_SEPARATORS, key=outside.count)

    def _text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(self._opened(), encoding=self.encoding, newline="")


def _no_csv(error: Exception) -> Sentence:
    return N_("cannot be read as CSV: %(why)s", why=error)


def _encoding_of(opened: Callable[[], BinaryIO]) -> str:
    """UTF-8 where it is that, UTF-16 where it says so, else what Windows writes."""
    with opened() as file:
        head = file.read(4)
        for mark, encoding in _MARKS.items():
            if head.startswith(mark):
                return encoding
        file.seek(0)
        decode = codecs.getincrementaldecoder("utf-8")().decode
        try:
            while chunk := file.read(_CHUNK):
                decode(chunk)
            decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
        return "utf-8"
