"""Rule files that are none: each is refused within moments, by a line and a sentence, whatever stands in it."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.faults.house import chance, many

from ripeline.errors import InvalidRules
from ripeline.paths import EXAMPLE_RULES
from ripeline.rules.reading import load_rules, read_rules
from ripeline.rules.syntax import LARGEST

EXAMPLE: Final = EXAMPLE_RULES.read_text(encoding="utf-8")
EVERY_KEY: Final = (Path(__file__).parents[1] / "scenarios" / "every_key.toml").read_text(encoding="utf-8")
_MODEL: Final = "[models.a]\nbands = { warm = 5 }\n[models.a.rules]\n"
#: Work, not time: the machine may be busy with something else.
_MOST_SECONDS: Final = 12.0

_VALUE: Final = re.compile(r'(?<==) (?:"[^"\n]*"|[-+]?[\d.]+|true|false|\[[^\[\]\n]*\])')
WRONG: Final = (
    *("true", "-1", "0", "1.5", "1e999", "nan", "-inf", "99999999999999999999", "1979-05-27", "07:32:00", '""', '" "'),
    *('"x"', '"\\u0000"', '"\\u202e"', '"*"', '"[!"', "[]", "[[]]", "[1]", '[""]', "[{}]", "{}", "{ a = 1 }"),
    *('{ "" = 1 }', '{ __proto__ = "x" }', '"' + "x" * 20_000 + '"', "0xff", "1_000", "'''\n'''"),
)


def refused(text: str) -> InvalidRules | None:
    """How it is refused, None when it is right; it says where and what."""
    began = time.process_time()
    try:
        read_rules(text)
    except InvalidRules as error:
        for each in (error, *error.others):
            assert each.problem, text[:200]
            assert 0 <= each.line <= text.count("\n") + text.count("\r") + 1
            assert "Traceback" not in str(each)
        return error
    finally:
        assert time.process_time() - began < _MOST_SECONDS, text[:200]
    return None


HUGE: Final = {
    "10 MB": "# x\n" * 2_500_000,
    "100 000 rules": _MODEL + "".join(f'r{n} = {{ points = 1, on = "page" }}\n' for n in range(100_000)),
    "10 000 rules": _MODEL + "".join(f'r{n} = {{ points = 1, on = "page" }}\n' for n in range(10_000)),
    "10 000 wrong rules": _MODEL + "".join(f'r{n} = {{ points = "x", onn = "page" }}\n' for n in range(10_000)),
    "10 000 times the same": _MODEL + 'r = { points = 1, on = "page" }\n' * 10_000,
    "10 000 headings": "".join(f"[models.m{n}]\n" for n in range(10_000)),
    "the same heading": "[models.a]\n" * 50_000,
    "JSON": json.dumps({f"key{n}": "v" for n in range(10_000)}),
    "one long line": "x" * 1_000_000,
    "one long text": 'a = "' + "x" * 1_000_000,
    "one long list": f"a = [{'1, ' * 300_000}]",
    "a list never closed": "a = [\n" + "\n" * 500_000,
    "a long list of texts": "a = [" + '"x", ' * 150_000 + "]",
    "brackets": "a = " + "[" * 500_000,
    "brackets, closed": "a = " + "[" * 400_000 + "]" * 400_000,
    "tables in tables": "a = " + "{ b = " * 100_000,
    "names in names": "a" + ".a" * 400_000 + " = 1",
    "names in a heading": "[a" + ".a" * 400_000 + "]",
    "quotes": '"' * 1_000_000,
    "single quotes": "'" * 999_999,
    "commas": "a = {" + "," * 900_000,
    "equals": "=" * 1_000_000,
    "backslashes": 'a = "' + "\\" * 999_999,
    "lines": "\n" * 1_000_000,
    "CR only": EXAMPLE.replace("\n", "\r"),
    "typographic": "a = “x”\n" * 80_000,
    "colons": "a: 1\n" * 150_000,
}


@pytest.mark.row
@pytest.mark.parametrize("name", list(HUGE)[:: many(9, 1)])
def test_no_size_and_no_depth_takes_long_or_breaks_the_reader(name: str) -> None:
    found = refused(HUGE[name])
    if len(HUGE[name]) > LARGEST:
        assert found is not None
        assert "too large" in str(found)
    else:
        assert (found is None) == (name in ("10 000 rules", "CR only"))


def damaged(dice: random.Random, text: str) -> Iterator[str]:
    """Cut short, shifted, a character lost, doubled or another, lines swapped."""
    place = dice.randrange(len(text))
    yield text[:place]
    yield text[place:]
    yield text[:place] + text[place + 1 :]
    yield text[:place] + dice.choice("\"'[]{}=,.#\\\x00\u202e\ud800\n;:“") + text[place:]
    lines = text.split("\n")
    at = dice.randrange(len(lines))
    yield "\n".join([*lines[:at], lines[at], *lines[at:]])
    yield "\n".join(lines[:at] + lines[at + 1 :])


@pytest.mark.row
@pytest.mark.parametrize("text", [EXAMPLE, EVERY_KEY], ids=["the example", "every key"])
def test_a_damaged_file_is_right_or_refused_with_its_line(text: str) -> None:
    dice = chance("a damaged rule file")
    for _ in range(many(2, 200)):
        for each in damaged(dice, text):
            refused(each)


@pytest.mark.row
def test_every_key_with_every_wrong_value_is_refused_with_its_line() -> None:
    dice = chance("wrong values")
    asked = [(found, value) for found in _VALUE.finditer(EVERY_KEY) for value in WRONG]
    assert len(asked) > 2_000
    for found, value in dice.sample(asked, many(25, len(asked))):
        text = f"{EVERY_KEY[: found.start()]} {value}{EVERY_KEY[found.end() :]}"
        error = refused(text)
        if error is not None:
            assert error.line > 0, (text[found.start() - 60 : found.end()], str(error))


@given(st.text(max_size=300))
@example("\ud800 = 1")
@example('"\\ud800" = "\ud800"')
@example("a = 99:99:99")
@example("\x00")
def test_no_text_breaks_the_reader(text: str) -> None:
    refused(text)
    refused(_MODEL + text)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"\x00" * 100, random.Random(3).randbytes(5_000), "é".encode("latin-1")]
)
def test_no_bytes_break_the_reader(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_bytes(content)
    with pytest.raises(InvalidRules, match=str(file)):
        load_rules(file)
