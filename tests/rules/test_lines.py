"""Every key of a file is found on its line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ripeline import paths
from ripeline.rules.lines import KeyPath
from ripeline.rules.statements import masked, statements
from ripeline.rules.syntax import parse

TRICKY = '''# a comment with = and [brackets]
a = 1
"b c".d = "x # no comment" # [nor.this]
[t]
in-line = { p.q = 1, "r s" = [ { u = "}" }, { v = '"' } ], w = { x = "a\\"b" } }

[t.sub]
long = """
[not] = a heading

still = "text"
"""
list = [
  1,   # one
  { k = 2 },

  [ 3, 4 ],
]
[[many]]
name = "first"
[[many]]
name = "second"
[many.below]
z = true
'''


def every_path(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in pairs:
        yield (*path, key)
        yield from every_path(below, (*path, key))


@pytest.mark.parametrize(
    "text",
    [TRICKY, paths.EXAMPLE_RULES.read_text(), paths.EXAMPLE_RULES_FR.read_text()],
    ids=["tricky", "english", "french"],
)
def test_every_key_is_found_on_a_line_that_names_it(text: str) -> None:
    lines = parse(text, "f").lines
    found = list(every_path(tomllib.loads(text)))
    assert len(found) > 20
    for path in found:
        line = text.split("\n")[lines.of(path) - 1]
        key = next(key for key in reversed(path) if isinstance(key, str))
        assert isinstance(path[-1], int) or key in line, path


def test_elements_of_a_list_over_several_lines_have_their_own() -> None:
    lines = parse(TRICKY, "f").lines
    assert [lines.of(("t", "sub", "list", index)) for index in range(3)] == [14, 15, 17]
    assert lines.of(("many", 0, "name")) == 20
    assert lines.of(("many", 1, "name")) == 22
    assert lines.of(("many", 1, "below", "z")) == 24


def test_a_path_that_is_not_there_is_found_at_what_is_around_it() -> None:
    lines = parse(TRICKY, "f").lines
    assert lines.of(("t", "in-line", "p", "nothing")) == 5
    assert lines.of(("nothing",)) == 0


def test_statements_begin_where_they_begin() -> None:
    assert [statement.line for statement in statements(TRICKY)] == [2, 3, 4, 5, 7, 8, 13, 19, 20, 21, 22, 23, 24]


def test_masking_keeps_every_place() -> None:
    hidden = masked(TRICKY)
    assert len(hidden) == len(TRICKY)
    assert "brackets" not in hidden
    assert "heading" not in hidden
    assert "in-line" in hidden


def test_windows_line_ends_and_a_byte_order_mark_change_no_line(tmp_path: Path) -> None:
    lines = parse("\ufeff" + TRICKY.replace("\n", "\r\n"), "f").lines
    assert lines.of(("many", 1, "below", "z")) == 24


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (("a",), "1"), (("t", "in-line", "p", "q"), "1"), (("t", "sub", "list", 1, "k"), "2"),
        (("t", "sub", "list", 0), "1"), (("many", 1, "below", "z"), "true"),
    ],
)  # fmt: skip
def test_a_bare_value_is_found_at_its_place(path: KeyPath, written: str) -> None:
    place = parse(TRICKY, "").lines.place(path)
    assert place is not None
    assert TRICKY.split("\n")[place.line - 1][place.begin : place.end] == written


def test_a_text_has_no_place() -> None:
    assert parse(TRICKY, "").lines.place(("b c", "d")) is None
    assert parse(TRICKY, "").lines.place(("t",)) is None
