"""Text to a TOML document with its lines; every mistake in writing is noted, and what can be guessed is read on."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from itertools import dropwhile
from typing import Any, Final

from ripeline.errors import InvalidRules
from ripeline.rules.habits import next_finding
from ripeline.rules.lines import Lines, key_parts
from ripeline.rules.statements import Statement, masked, statements
from ripeline.sentences import N_, Sentence

#: A rule file is written by people; what is larger is something else.
LARGEST: Final = 1024 * 1024
#: A statement with more mistakes than this is given up, as is one that is this long and cannot be read.
_TRIES: Final = 20
_LONGEST_MENDED: Final = 4_000
#: After so many mistakes the rest of the file is not looked at for more of them.
_MOST_MISTAKES: Final = 50
#: How many characters are read again and again to find what is there twice.
_MOST_REREAD: Final = 4 * LARGEST
#: Names within names, and brackets within brackets.
_DEEPEST: Final = 50

_PLACE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
# Possessive, from the front of each name: a stranger's text is looked at once.
_DEEP_KEY: Final = re.compile(rf"""(?<![\w"'-])(?:[\w"'-]++\s*+\.\s*+){{{_DEEPEST}}}""")
_TOO_DEEP: Final = N_("brackets inside brackets, too deep to be meant")
_UNCLOSED: Final = N_('a text is not closed: its last " is missing')
_IN_WORDS: Final = {
    "Illegal character '\\n'": _UNCLOSED,
    "Unterminated string": _UNCLOSED,
    "Unescaped '\\' in a string": N_("a \\ in a text must be written twice, or the text put between single quotes"),
    "Invalid value": N_('a value is missing here, or cannot be read: write a number, a text in "…", true or false'),
    "Expected '=' after a key in a key/value pair": N_("an `=` is missing: a line is written `name = value`"),
    "Invalid statement": N_('this is neither `name = value`, nor a [heading], nor a comment ("# …")'),
    "Expected newline or end of document after a statement": N_("something stands behind the end of the value"),
}


@dataclass(slots=True)
class Parsed:
    """A document as far as it could be read, where everything stands, and what was wrong in the writing.

    `guessed` says that the document was mended on the way: what it seems to lack may be in the part given up.
    """

    document: dict[str, Any]
    lines: Lines
    mistakes: list[InvalidRules] = field(default_factory=list)

    @property
    def guessed(self) -> bool:
        return bool(self.mistakes)


def parse(text: str, file: str) -> Parsed:
    """Read TOML; mistakes are InvalidRules in the order of the file. Raises it for what is too large to be one."""
    if len(text) > LARGEST:
        large = N_("this is too large for a rule file, which may have %(most)s characters", most=LARGEST)
        raise InvalidRules(file, 0, "", large)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise InvalidRules(file, line, "", N_("there is half a character here: type it again")) from error
    mistakes: list[InvalidRules] = []
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    readable = [_readable(statement, file, mistakes) for statement in statements(plain)]
    document, kept = _joined([statement for statement in readable if statement], file, mistakes)
    return Parsed(document, Lines(kept), mistakes)


def _readable(statement: Statement, file: str, mistakes: list[InvalidRules]) -> Statement | None:
    """The statement, mended where a mistake is a known habit; None when it cannot be read at all."""
    text = statement.text
    found = 0
    is_mended = len(text) <= _LONGEST_MENDED and len(mistakes) < _MOST_MISTAKES
    for _ in range(_TRIES if is_mended else 1):
        if _problem(text) is None:
            return replace(statement, text=text)
        finding = next_finding(text) if is_mended else None
        if finding is None:
            break
        line = statement.line + text.count("\n", 0, finding.at)
        mistakes.append(InvalidRules(file, line, _name(text), finding.problem))
        text, found = finding.repaired, found + 1
    if not found and len(mistakes) < _MOST_MISTAKES and (refused := _problem(text)):
        mistakes.append(InvalidRules(file, statement.line + refused[0] - 1, _name(text), refused[1]))
    return None


def _joined(found: list[Statement], file: str, mistakes: list[InvalidRules]) -> tuple[dict[str, Any], list[Statement]]:
    """The document of all statements; one that says again what another has said is noted and left out.

    Nothing is read of a large file that says too much twice.
    """
    reread = 0
    while reread <= _MOST_REREAD:
        text = "\n".join(statement.text for statement in found)
        reread += len(text)
        refused = _problem(text)
        if refused is None:
            return tomllib.loads(text), found
        at = _statement_at(found, refused[0])
        mistakes.append(InvalidRules(file, found[at].line, "", _twice(found, at)))
        after = found[at + 1 :]
        if found[at].is_header:
            # Without its heading, what stands below would count as part of the table above.
            after = list(dropwhile(lambda statement: not statement.is_header, after))
        found = found[:at] + after
    return {}, []


def _twice(found: list[Statement], at: int) -> Sentence:
    said = _says(found[at])
    line = next((other.line for other in found[:at] if _says(other) == said), 0)
    first = N_(" (first on line %(line)s)", line=line) if line else ""
    return N_(
        "%(said)s is there twice%(first)s: keep one of them, or give this one another name", said=said, first=first
    )


def _problem(text: str) -> tuple[int, Sentence] | None:
    """The line (1-based) and the sentence of what tomllib refuses, None when it takes the text."""
    if deep := _DEEP_KEY.search(masked(text)):
        return text.count("\n", 0, deep.start()) + 1, _TOO_DEEP
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _PLACE.search(message)
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        return line, _in_words(_PLACE.sub("", message))
    except RecursionError:
        return 1, _TOO_DEEP
    return None


def _in_words(message: str) -> Sentence:
    if message.startswith("Duplicate inline table key "):
        key = message.removeprefix("Duplicate inline table key ")
        return N_("%(key)s is there twice between the same { }", key=key)
    return _IN_WORDS.get(message) or N_("this cannot be read as TOML: %(message)s", message=message)


def _statement_at(found: list[Statement], line: int) -> int:
    last = 0
    for index, statement in enumerate(found):
        last += statement.text.count("\n") + 1
        if line <= last:
            return index
    return len(found) - 1


def _says(statement: Statement) -> str:
    return statement.text.strip() if statement.is_header else _name(statement.text)


def _name(text: str) -> str:
    """The key a statement begins with, as far as it can be read."""
    keys, _ = key_parts(text, 0)
    return ".".join(keys)
