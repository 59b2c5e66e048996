"""A rule file cut into statements (a header, or a key with its value), even where it is not quite TOML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

#: What the inside of a string looks like once masked.
FILLER: Final = "\x01"

_HEADER: Final = re.compile(r"\s*\[\[?[^=\[\]{}]+\]\]?\s*(#.*)?$")
_KEY: Final = re.compile(r"""\s*("[^"\n]*"|'[^'\n]*'|[\w-]+)(\s*\.\s*[\w"'-]+)*\s*=""")
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\Z)' + r"|'''.*?(?:'''|\Z)" + r"""|"(?:[^"\\\n]|\\.)*(?:"|$)|'[^'\n]*(?:'|$)|#[^\n]*""",
    re.DOTALL | re.MULTILINE,
)
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_CLOSES: Final = {"]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: the 1-based line it begins on, and its text without the last newline."""

    line: int
    text: str

    @property
    def is_header(self) -> bool:
        return self.text.lstrip().startswith("[")


def lines_of(text: str) -> list[str]:
    """Its lines as `Statement.line` counts them, each with its end; characters that only look like one end none."""
    return _LINE.findall(text)


def masked(text: str) -> str:
    """The same text, as long, with the insides of straight-quoted strings filled and comments blanked."""
    return _STRING.sub(_cover, text)


def texts_in(text: str) -> Iterator[tuple[int, int]]:
    """Where the texts between double quotes begin and end, the quotes included; one may lack the last."""
    return (found.span() for found in _STRING.finditer(text) if found[0][0] == '"' and not found[0].startswith('"""'))


def statements(text: str) -> list[Statement]:
    """The statements in order; blank lines and comments between them are none."""
    plain = masked(text).split("\n")
    rest = _rest(plain)
    found: list[Statement] = []
    at, offset, line = 0, 0, 1
    while at < len(plain):
        end = _end(plain, at, rest) if plain[at].strip() else at + 1
        length = sum(len(line) + 1 for line in plain[at:end])
        if plain[at].strip():
            found.append(Statement(line, text[offset : offset + length].rstrip("\n")))
        line += text.count("\n", offset, offset + length)
        at, offset = end, offset + length
    return found


def _rest(plain: list[str]) -> list[str]:
    """What follows each line: the next one that is not blank."""
    rest = [""] * len(plain)
    for at in range(len(plain) - 2, -1, -1):
        rest[at] = plain[at + 1] if plain[at + 1].strip() else rest[at + 1]
    return rest


def _cover(found: re.Match[str]) -> str:
    token = found[0]
    if token.startswith("#"):
        return " " * len(token)
    closed = len(token) > 1 and token.endswith(token[0])
    # Newlines inside are filled too: a long string is one line of its statement.
    return token[0] + FILLER * (len(token) - 1 - closed) + token[0] * closed


def _end(plain: list[str], start: int, rest: list[str]) -> int:
    """The index after the statement's last line."""
    if plain[start].lstrip().startswith("["):
        return start + 1
    open_brackets: list[str] = []
    for at in range(start, len(plain)):
        _follow(plain[at], open_brackets)
        if not _goes_on(plain[at].rstrip(), rest[at], open_brackets):
            return at + 1
    return len(plain)


def _follow(line: str, open_brackets: list[str]) -> None:
    for char in line:
        if char in "[{":
            open_brackets.append(char)
        elif open_brackets and _CLOSES.get(char) == open_brackets[-1]:
            open_brackets.pop()


def _goes_on(line: str, rest: str, open_brackets: list[str]) -> bool:
    if not open_brackets or not rest or _HEADER.match(rest):
        return False
    if open_brackets[-1] == "[":
        return not _KEY.match(rest)
    # A missing } must not swallow the rules below it; a table broken over lines shows it at the break.
    return not line.strip() or line.endswith((",", "{", "=", "[")) or rest.lstrip().startswith(("}", ","))
